"""Article pages: meta tags, JSON-LD and body in their order of trust, and the traps of the site's CMS."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.adapters.news_site.page import MAX_PAGE_BYTES, read_page_document
from asiaradar_bot.model.article import ArticlePage
from asiaradar_bot.model.errors import InputError

URL = "https://radar.asia/biden-xi"
EIGHT_TEN = datetime(2023, 11, 17, 0, 10, tzinfo=UTC)
EIGHT_ELEVEN = datetime(2023, 11, 17, 0, 11, tzinfo=UTC)

META = """
<meta property="og:type" content="article"><meta property="og:locale" content="en_US">
<meta property="og:title" content="Meta title"><meta property="og:description" content="Meta summary">
<meta property="og:image" content="http://radar.asia/uploads/images/x_870.jpg">
<meta property="og:image:width" content="870"><meta property="og:url" content="https://radar.asia/og">
<meta property="article:author" content="meta-user"><meta property="article:tag" content="one">
<meta property="article:tag" content="two"><meta property="article:section" content="World">
<meta property="article:published_time" content="2023-11-17T08:10:00+08:00">
<meta property="article:modified_time" content="2023-11-17T08:11:00+08:00">
<meta name="twitter:card" content="summary_large_image"><meta name="twitter:site" content="@Radar Asia">
"""
DATA = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Data title",
    "description": "Data summary",
    "articleSection": "Politics",
    "image": {"@type": "ImageObject", "url": "https://radar.asia/data.jpg"},
    "datePublished": "2023-11-17T08:10:00+08:00",
    "dateModified": "2023-11-17T08:11:00+08:00",
    "inLanguage": "ja",
    "keywords": "a, b,a",
    "author": {"@type": "Person", "name": "Jane Doe"},
}
BODY = """
<nav><a href="/">Home</a></nav><div class="post-content"><p class="m-0"><a href="/politics"><span class="badge
badge-category">Politics</span></a></p><h1 class="title">Seen title</h1><div class="post-summary"><h2>Seen summary</h2></div>
<p class="post-details">Nov 17, 2023 - 08:10 <span>Nov 17, 2023 - 08:11</span></p>
<div class="post-image"><img src="/uploads/images/x_870.jpg" alt="Seen title">
<figcaption class="img-description">Two men meet. | Saul Loeb/AFP via Getty Images</figcaption></div>
<div class="post-share"><p>Share this</p></div>
<div class="post-text"><p>First <b>para</b>graph.</p><p>Second.<br>Third.</p><figure><figcaption>Inner</figcaption></figure>
<blockquote><p>Quoted.</p></blockquote><ul><li>Listed</li></ul><div class="ads"><p>Buy!</p></div><script>x()</script>
<p>Follow Radar Asia on Twitter <a href="https://x.com/AsiaRadar">@AsiaRadar</a></p><p>Read also: something</p></div>
<div class="reactions"><h4>What's Your Reaction?</h4></div></div><footer><p>Foot</p></footer>
"""


def page(
    head: str = "", body: str = BODY, *, lang: str = ' lang="en"', robots: str = "", zone: str = "UTC"
) -> ArticlePage:
    """
    The reading of a page made of head and body.
    """
    html = f"<!DOCTYPE html><html{lang}><head><title>T</title>{head}</head><body>{body}</body></html>"
    return read_page_document(html.encode(), url=URL, zone=zone, robots=robots)


def data(**changes: object) -> str:
    """
    The JSON-LD script with changes; a field changed to None goes.
    """
    fields = {name: value for name, value in {**DATA, **changes}.items() if value is not None}
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


def test_json_ld_wins_over_meta() -> None:
    """Everything that both say, JSON-LD decides; the image is og:image, made https."""
    found = page(META + data())
    assert (found.title, found.summary, found.section) == ("Data title", "Data summary", "Politics")
    assert (found.authors, found.keywords) == (("Jane Doe",), ("a", "b"))
    assert (found.published_at, found.updated_at) == (EIGHT_TEN, EIGHT_ELEVEN)
    assert found.image == "https://radar.asia/uploads/images/x_870.jpg"
    assert found.is_article


def test_broken_json_ld_falls_back_to_meta() -> None:
    """Quotes and backslashes that the CMS prints unescaped cost nothing but the JSON-LD."""
    broken = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"He said "no" \\x"}</script>'
    found = page(META + broken)
    assert (found.title, found.summary, found.section) == ("Meta title", "Meta summary", "World")
    assert (found.authors, found.keywords) == (("meta-user",), ("one", "two"))
    assert (found.published_at, found.updated_at, found.is_article) == (EIGHT_TEN, EIGHT_ELEVEN, True)


def test_a_bare_page_is_read_by_what_readers_see() -> None:
    """Without meta and JSON-LD: headline, summary, label, and visible stamps in the source's zone."""
    found = page("", zone="Asia/Hong_Kong")
    assert (found.title, found.summary, found.section) == ("Seen title", "Seen summary", "Politics")
    assert (found.published_at, found.updated_at) == (EIGHT_TEN, EIGHT_ELEVEN)
    assert not found.is_article


def test_the_body_is_the_articles_own_text() -> None:
    """Share bar, captions, ads, scripts, «Follow ... on Twitter» and reactions stay out; order and line breaks stay."""
    assert page(META).paragraphs == ("First paragraph.", "Second.", "Third.", "Quoted.", "Listed")


@pytest.mark.parametrize(
    "body",
    [
        "<article><p>One.</p><p>Two.</p></article>",
        '<div itemprop="articleBody"><p>One.</p><p>Two.</p></div>',
        '<div class="entry-content"><p>One.</p><p>Two.</p></div>',
        '<div class="post-text">One.<br><br>Two.</div>',
        '<div class="post-text"></div><article><p>One.</p><p>Two.</p></article>',
    ],
)
def test_bodies_of_other_systems_are_found(body: str) -> None:
    """The body is found in several manners of mark-up."""
    assert page(META, body).paragraphs == ("One.", "Two.")


def test_angle_brackets_in_text_are_no_tags() -> None:
    """What a page escapes is text to its readers, in headline and body."""
    found = page(
        "", "<h1>Signs &lt;Error&gt; &amp; &lt;b&gt;</h1><article><p>Say &lt;i&gt; &amp;amp; go.</p></article>"
    )
    assert (found.title, found.paragraphs) == ("Signs <Error> & <b>", ("Say <i> &amp; go.",))
    crowded = page("", "<article><p>" + "<b>x</b> " * 300 + "&lt;i&gt;</p></article>")
    assert crowded.paragraphs[0].endswith("x <i>")


def test_a_body_in_json_ld_is_the_last_resort() -> None:
    """Where the page shows no body, articleBody is taken."""
    assert page(data(articleBody="One.\nTwo."), "<p>x</p>").paragraphs == ("One.", "Two.")


@pytest.mark.parametrize(
    "wrapped",
    [
        [DATA],
        {"@graph": [{"@type": "WebSite", "name": "no"}, DATA]},
        {"@type": "WebPage", "mainEntity": DATA},
        [[DATA]],
    ],
)
def test_json_ld_is_found_in_lists_and_graphs(wrapped: object) -> None:
    """The article may stand in a list, a graph or as main entity, after other scripts."""
    found = page(
        f'<script type="application/ld+json">{{}}</script><script type="application/ld+json">{json.dumps(wrapped)}</script>'
    )
    assert (found.title, found.is_article) == ("Data title", True)


@pytest.mark.parametrize("kind", ["VideoObject", ["Thing", "ReportageNewsArticle"], "http://schema.org/BlogPosting"])
def test_kinds_of_articles_are_known(kind: object) -> None:
    """Video posts and the kin of NewsArticle are articles."""
    assert page(data(**{"@type": kind})).is_article


@pytest.mark.parametrize("head", ['<meta property="og:type" content="website">', data(**{"@type": "WebPage"}), ""])
def test_categories_and_pages_are_no_articles(head: str) -> None:
    """Neither og:type nor JSON-LD says article: it is none."""
    assert not page(head).is_article


@pytest.mark.parametrize(
    ("head", "robots", "noindex"),
    [
        ('<meta name="robots" content="noindex, follow">', "", True),
        ('<meta name="ROBOTS" content="NONE">', "", True),
        ('<meta name="googlebot" content="noindex">', "", True),
        ('<meta name="otherbot" content="noindex">', "", False),
        ('<meta name="robots" content="all, max-image-preview:large">', "", False),
        ("", "noindex", True),
        ("", "googlebot: nofollow, noindex", True),
        ("", "otherbot: noindex, nofollow", False),
        ("", "max-snippet: 5, noindex", True),
        ("", "unavailable_after: 25 Jun 2030 15:00:00 PST", False),
        ("", ",,;:", False),
    ],
)
def test_noindex_is_read_from_meta_and_header(head: str, robots: str, noindex: bool) -> None:  # noqa: FBT001  a table of truths
    """Robots directives for everybody or the big search engine keep a page out; those for others do not."""
    assert page(head, robots=robots).noindex is noindex


def test_language_comes_from_html_then_json_ld_never_from_og_locale() -> None:
    """`html lang` is right; og:locale is a constant; the source's language is the last resort."""
    assert page(META + data(), lang=' lang="zh_Hans"').language == "zh-hans"
    assert page(META + data(), lang="").language == "ja"
    assert page(META, lang="").language is None
    bare = read_page_document(b"<html><p>x</p></html>", url=URL, language="TH")
    assert bare.language == "th"


def test_canonical_is_as_stated_and_absolute() -> None:
    """Link before og:url, relative made absolute, nonsense passed over; cleaning is the rules' work."""
    assert (
        page('<link rel="canonical" href="/a?utm_source=x">' + META).canonical_url
        == "https://radar.asia/a?utm_source=x"
    )
    assert page('<link rel="canonical" href="javascript:alert(1)">' + META).canonical_url == "https://radar.asia/og"
    assert page("").canonical_url is None
    based = page('<base href="https://radar.asia/de/"><link rel="canonical" href="a">')
    assert based.canonical_url == "https://radar.asia/de/a"


def test_alt_text_is_the_caption_when_alt_repeats_the_title() -> None:
    """The CMS puts the headline into alt; the caption without its credit says what the picture shows."""
    assert page(META + data(headline="Seen title")).image_alt == "Two men meet."
    assert page(META + '<meta property="og:image:alt" content="A &amp; B">').image_alt == "A & B"
    assert page(META, "<article><p>x</p></article>").image_alt is None


def test_an_author_given_by_address_is_no_name() -> None:
    """article:author is often a profile address."""
    assert page('<meta property="article:author" content="https://radar.asia/profile/x">', "<p>x</p>").authors == ()


def test_a_headline_cut_for_machines_gives_way_to_the_whole_one() -> None:
    """A JSON-LD headline that ends in dots is completed by og:title."""
    head = '<meta property="og:title" content="A long headline, in full">' + data(headline="A long headl…")
    assert page(head).title == "A long headline, in full"


def test_stamps_without_zone_are_the_sources() -> None:
    """JSON-LD without offset is read in the source's zone."""
    assert page(data(datePublished="2023-11-17 08:10:00"), zone="Asia/Hong_Kong").published_at == EIGHT_TEN


DUMP = """Two Men Meet

They met and agreed.

Nov 17, 2023 - 08:10
Nov 17, 2023 - 08:11
Two Men Meet
Two men meet in Bali. | Saul Loeb/AFP via Getty Images

First paragraph.

Second paragraph.

Follow Radar Asia on Twitter @AsiaRadar

What's Your Reaction?
Like
"""


def test_a_plain_text_copy_of_a_page_is_read() -> None:
    """Title, summary, stamps, caption without credit, and paragraphs without boilerplate."""
    found = read_page_document(DUMP.encode(), url=URL, language="en", zone="Asia/Hong_Kong")
    assert found == ArticlePage(
        requested_url=URL,
        final_url=URL,
        canonical_url=None,
        is_article=True,
        noindex=False,
        title="Two Men Meet",
        summary="They met and agreed.",
        paragraphs=("First paragraph.", "Second paragraph."),
        published_at=EIGHT_TEN,
        updated_at=EIGHT_ELEVEN,
        image_alt="Two men meet in Bali.",
        language="en",
    )


def test_a_text_without_stamps_is_no_article() -> None:
    """Any other text gives a title and paragraphs, and claims nothing."""
    found = read_page_document(b"Title\n\nBody", url=URL)
    assert (found.title, found.paragraphs, found.is_article) == ("Title", ("Body",), False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (MAX_PAGE_BYTES + 1), "larger than"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "no text"),
        (b"<html>" + b"<p>" * 30_000, "tags"),
        (b"<html><p " + b" ".join(b"a%d" % n for n in range(3000)) + b">", "attributes"),
        (b"<html><p " + b" ".join(b"a%d='>'" % n for n in range(3000)) + b">", "attributes"),
    ],
)
def test_pages_that_stall_or_are_none_are_refused(content: bytes, words: str) -> None:
    """Too large, no text, or built to cost quadratic time: one sentence."""
    with pytest.raises(InputError, match=words):
        read_page_document(content, url=URL)


def test_the_worst_page_that_is_let_through_takes_seconds_at_most() -> None:
    """Nesting up to the allowed number of tags stays bearable."""
    started = time.monotonic()
    read_page_document(b"<html>" + b"<ul><li>" * 9_900 + b"x", url=URL)
    assert time.monotonic() - started < 20


PIECES = st.sampled_from(
    [
        b"<p>", b"</p>", b"<div class='post-text'>", b"<article>", b'<script type="application/ld+json">', b"</script>",
        b'{"@type":"NewsArticle",', b'"headline":', b'"image":[{"url":', b"[", b"]", b"}", b"null", b'"x"', b"<meta property=",
        b'"og:image" content="http://["', b">", b"<base href='//['>", b"<link rel=canonical href='http://[::'>", b"<html lang=",
        b"<img src=x alt=y>", b"<figure>", b"&#x110000;", b"\xff\xfe", b"\0", b"Nov 17, 2023 - 08:10\n", b"<template>",
        b"<svg><title>", b"<table>", b"</", b"<!--", b" | ",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40).map(b"".join))
)
def test_no_bytes_make_the_page_reader_raise(content: bytes) -> None:
    """Whatever comes, the answer is a page or a refusal in words."""
    for document in (content, b"<!DOCTYPE html><html><head>" + content + b"</head><body>" + content):
        with contextlib.suppress(InputError):
            assert isinstance(read_page_document(document, url=URL, robots=content.decode("latin-1")), ArticlePage)


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "url", "@id", "@type"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(DATA)), VALUES))
def test_no_json_ld_makes_the_page_reader_raise(fields: dict[str, object]) -> None:
    """Any JSON in any field of the article gives a page."""
    assert isinstance(page(data(**{**fields, "@type": "NewsArticle"})), ArticlePage)


def test_the_sample_of_a_real_page_is_read() -> None:
    """A saved copy of a real article, as people save them, keeps quotes and all seven paragraphs."""
    text = (Path(__file__).parent / "real_article.txt").read_bytes()
    found = read_page_document(text, url=URL, zone="Asia/Hong_Kong")
    assert found.title == "Biden and Xi Secure Key Agreements on Military Communications, Fentanyl"
    assert found.summary.startswith("President Joe Biden and Chinese leader Xi Jinping concluded")
    assert (found.published_at, found.updated_at) == (EIGHT_TEN, EIGHT_ELEVEN)
    assert found.image_alt is not None
    assert found.image_alt.endswith("Indonesia on November 14, 2022.")
    assert len(found.paragraphs) == 7
    assert found.paragraphs[-1].endswith("artificial intelligence.")
