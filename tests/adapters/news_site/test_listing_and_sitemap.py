"""Listing pages and sitemaps as documents."""

from __future__ import annotations

import contextlib
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.adapters.news_site.listing import read_listing
from asiaradar_bot.adapters.news_site.page import MAX_PAGE_BYTES
from asiaradar_bot.adapters.news_site.sitemap import MAX_SITEMAP_BYTES, Sitemap, read_sitemap
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import SourceFailed, SourceRead

URL = "https://radar.asia/politics"
HOSTS = ("radar.asia",)


def listing(html: str) -> SourceRead:
    """
    A listing that has to be readable.
    """
    answer = read_listing(html.encode(), url=URL, allowed_hosts=HOSTS)
    assert isinstance(answer, SourceRead), answer
    return answer


def found(html: str) -> list[tuple[str, str]]:
    """
    Paths and titles of the items.
    """
    return [(item.url.removeprefix("https://radar.asia"), item.title) for item in listing(html).items]


def test_headlines_are_taken_in_page_order_and_once() -> None:
    """Image and headline link to one article; the headline is its title; labels and authors are no articles."""
    html = """<html><body><header><h3><a href="/in-header">x</a></h3></header><nav><a href="/politics">Politics</a></nav>
    <main id="main"><div class="post-item"><a href="/b?utm_source=home"><img alt=""></a><h3 class="title"><a href="/b">Second
    <b>story</b></a></h3><a href="/politics-label">Politics</a><a href="/profile/x">Jane</a></div>
    <div class="post-item"><h3 class="title"><a href="https://radar.asia/a/">First</a></h3></div>
    <h3 class="title"><a href="/a">First, longer</a></h3>
    <h3><a href="https://other.example/c">Imported</a></h3><h3><a href="javascript:x()">No</a></h3><h3><a>None</a></h3>
    <h3><a href="/">Home</a></h3><h3><a href="#top">Top</a></h3><h3><a href="/politics?page=2">More</a></h3>
    <h3><a href="/report.pdf">PDF</a></h3><h3><a href="http://[">Bad</a></h3><h3><a href="/t" rel="tag">Tag</a></h3>
    <ul class="pagination"><li><h4><a href="/politics/2">2</a></h4></li></ul></main>
    <aside><h3><a href="/popular">Popular</a></h3></aside><footer><h3><a href="/foot">Foot</a></h3></footer></body></html>"""
    assert found(html) == [("/b", "Second story"), ("/a/", "First, longer")]


def test_a_listing_without_headlines_gives_every_link_of_its_main_part() -> None:
    """Where nothing is set apart, nothing is left out."""
    html = '<body><div role="main"><a href="/a">A</a><a href="/b">B</a></div><div><a href="/side">x</a></div></body>'
    assert found(html) == [("/a", "A"), ("/b", "B")]
    assert found("<p><a href=/a>A</a>") == [("/a", "A")]


def test_a_listing_without_links_says_so() -> None:
    """No link on our hosts is a warning, as it often means a wrong address."""
    assert any("links to no page" in warning for warning in listing("<body><p>x</p></body>").warnings)


def test_a_listing_of_too_many_links_says_so() -> None:
    """The first 500 are read, the rest is said."""
    answer = listing("".join(f"<a href=/{n}>{n}</a>" for n in range(501)))
    assert len(answer.items) == 500
    assert any("501 links" in warning for warning in answer.warnings)


@pytest.mark.parametrize("content", [b"x" * (MAX_PAGE_BYTES + 1), b"<p>" * 30_000])
def test_a_listing_that_stalls_is_refused(content: bytes) -> None:
    """Too large or too many tags: refused in a sentence."""
    assert isinstance(read_listing(content, url=URL, allowed_hosts=HOSTS), SourceFailed)


SITEMAP_URL = "https://radar.asia/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://radar.asia/a</loc><lastmod>2023-11-17</lastmod><news:news><news:publication><news:name>Radar</news:name>
<news:language>zh-tw</news:language></news:publication><news:publication_date>2023-11-17T08:10:00+08:00</news:publication_date>
<news:title>A &amp; B</news:title><news:keywords>x, y</news:keywords></news:news>
<image:image><image:loc>http://radar.asia/i.jpg</image:loc></image:image></url>
<url><loc>  /b  </loc></url><url><loc></loc></url><url/></urlset>"""


def sitemap(content: bytes | str, *, language: str | None = None) -> Sitemap:
    """
    A sitemap that has to be readable.
    """
    raw = content.encode() if isinstance(content, str) else content
    return read_sitemap(raw, url=SITEMAP_URL, charset=None, language=language, zone="Asia/Hong_Kong")


def test_a_news_sitemap_gives_title_stamp_language_and_image() -> None:
    """News and image extensions are read; entries without address are warnings; a bare one has the source's language."""
    answer = sitemap(NEWS, language="en")
    first, second = answer.items
    assert (first.url, first.title, first.language) == ("https://radar.asia/a", "A & B", "zh-tw")
    assert first.published_at == datetime(2023, 11, 17, 0, 10, tzinfo=UTC)
    assert first.updated_at == datetime(2023, 11, 16, 16, 0, tzinfo=UTC)
    assert (first.keywords, first.image) == (("x", "y"), "https://radar.asia/i.jpg")
    assert (second.url, second.language) == ("https://radar.asia/b", "en")
    assert len(answer.warnings) == 2


def test_a_packed_sitemap_is_unpacked_within_bounds() -> None:
    """A gzip file is read; a bomb, a stump and rubbish are refused."""
    assert sitemap(gzip.compress(NEWS.encode())).items == sitemap(NEWS).items
    for bad in (gzip.compress(b"\0" * (MAX_SITEMAP_BYTES + 1)), gzip.compress(NEWS.encode())[:-12], b"\x1f\x8brubbish"):
        with pytest.raises(InputError, match="gzip"):
            sitemap(bad)


def test_an_index_names_at_most_fifty_files_of_its_own_host() -> None:
    """Files elsewhere are passed over, and more than fifty are said."""
    locations = "".join(f"<sitemap><loc>https://radar.asia/sitemap-{n}.xml</loc></sitemap>" for n in range(60))
    answer = sitemap(
        f"<sitemapindex>{locations}<sitemap><loc>https://evil.example/x.xml</loc></sitemap><sitemap/></sitemapindex>"
    )
    assert len(answer.children) == 50
    assert answer.children[0] == "https://radar.asia/sitemap-0.xml"
    assert any("60 files" in warning for warning in answer.warnings)
    assert any("another host" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not XML"),
        ("<html><body>x</body></html>", "no sitemap"),
        ("just text", "not XML"),
        ("<!-- only -->", "not XML"),
        ('<!DOCTYPE urlset [<!ENTITY a "b">]><urlset/>', "declares entities"),
        ("x" * (MAX_SITEMAP_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_sitemap_is_refused(content: str, words: str) -> None:
    """One clause that says what is wrong."""
    with pytest.raises(InputError, match=words):
        sitemap(content)


def test_a_malformed_sitemap_keeps_its_sound_entries() -> None:
    """An unescaped ampersand does not cost the file."""
    answer = sitemap(
        "<urlset><url><loc>https://radar.asia/a?x=1&y=2</loc></url><url><loc>https://radar.asia/b</loc></url></urlset>"
    )
    assert answer.items[-1].url == "https://radar.asia/b"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"<urlset>", b"<url>", b"<loc>", b"</loc>", b"</url>", b"<sitemapindex>", b"<sitemap>", b"http://[", b"&#0;",
                 b"<a href=", b"<main>", b"<h3>", b"'/x'>", b"\x1f\x8b", b"\0", b"<!DOCTYPE a [", b"]>", b"https://radar.asia/\xff"]
            ),
            st.binary(max_size=6),
        ),
        max_size=30,
    ).map(b"".join)
)  # fmt: skip
def test_no_bytes_make_listing_or_sitemap_raise(content: bytes) -> None:
    """Whatever comes, the answer is a value or a refusal in words."""
    assert isinstance(read_listing(content, url=URL, allowed_hosts=HOSTS), SourceRead | SourceFailed)
    for document in (content, b"<urlset><url><loc>" + content, b"<sitemapindex><sitemap><loc>" + content):
        with contextlib.suppress(InputError):
            assert isinstance(sitemap(document), Sitemap)
