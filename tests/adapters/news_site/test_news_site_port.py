"""NewsSite, the ArticleSource over real HTTP: sources of every kind, pages and pictures."""

from __future__ import annotations

import io
import socket
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.source import NewsSite, read_source_document
from asiaradar_bot.model.outcome import (
    PageFailed,
    PageGone,
    PageRead,
    Picture,
    PictureRefused,
    SourceAnswer,
    SourceFailed,
    SourceRead,
    SourceUnchanged,
    Validators,
)
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.ports import ArticleSource
from tests.adapters.news_site.local_server import LocalServer
from tests.adapters.news_site.varient import item, rss

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FIRST = Validators()


class Reader:
    """
    Polls one source of one server.
    """

    def __init__(self, server: LocalServer, fetcher: SafeFetcher) -> None:
        self.server = server
        self.site: ArticleSource = NewsSite(fetcher)

    def poll(
        self, path: str = "/rss", *, kind: SourceKind = SourceKind.FEED, validators: Validators = FIRST
    ) -> SourceAnswer:
        """
        The answer of one poll.
        """
        url = self.server.url(path)
        source = Source(
            name="latest", kind=kind, url=url, poll=timedelta(minutes=1), language="en", zone="Asia/Hong_Kong"
        )
        return self.site.read_source(source, url=url, validators=validators, now=NOW)

    def read(
        self, path: str = "/rss", *, kind: SourceKind = SourceKind.FEED, validators: Validators = FIRST
    ) -> SourceRead:
        """
        The items that a test expects.
        """
        answer = self.poll(path, kind=kind, validators=validators)
        assert isinstance(answer, SourceRead), answer
        return answer


@pytest.fixture
def reader(server: LocalServer, fetcher: SafeFetcher) -> Reader:
    """
    A site on the local server.
    """
    return Reader(server, fetcher)


def test_a_feed_is_read_with_its_validators(server: LocalServer, reader: Reader) -> None:
    """Items come with ETag, Last-Modified and digest for the next poll."""
    server.on(
        "/rss",
        rss(item("a")),
        content_type="application/rss+xml",
        etag='"1"',
        last_modified="Tue, 24 Nov 2026 01:00:00 GMT",
    )
    answer = reader.read()
    assert [found.title for found in answer.items] == ["A headline"]
    assert (answer.validators.etag, answer.validators.last_modified) == ('"1"', "Tue, 24 Nov 2026 01:00:00 GMT")
    assert answer.validators.body_digest
    reader.poll(validators=answer.validators)
    assert 'If-None-Match: "1"' in server.requests[-1]
    assert "If-Modified-Since: Tue, 24 Nov 2026 01:00:00 GMT" in server.requests[-1]


def test_304_is_unchanged_and_keeps_the_validators(server: LocalServer, reader: Reader) -> None:
    """A 304 without validators of its own keeps what we had."""
    server.answers["/rss"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    old = Validators(etag='"1"', last_modified="x", body_digest="d")
    assert reader.poll(validators=old) == SourceUnchanged(validators=old)


def test_another_build_date_alone_is_unchanged(server: LocalServer, reader: Reader) -> None:
    """Version 2.4 prints the time of the request; that is nothing new, and an item is."""
    server.on("/rss", rss(item("a"), built="one"), content_type="text/xml")
    first = reader.read()
    server.on("/rss", rss(item("a"), built="two"), content_type="text/xml")
    assert isinstance(reader.poll(validators=first.validators), SourceUnchanged)
    server.on("/rss", rss(item("b"), item("a"), built="three"), content_type="text/xml")
    assert len(reader.read(validators=first.validators).items) == 2


def test_a_moved_feed_is_told_even_if_unchanged(server: LocalServer, reader: Reader) -> None:
    """The new address of a permanent redirect comes with a full answer, after 304 too."""
    server.on("/old", status=301, location="/rss")
    server.on("/rss", rss(item("a")), content_type="text/xml")
    first = reader.read()
    assert reader.read("/old", validators=first.validators).moved_to == server.url("/rss")
    fresh = server.answers["/rss"]
    assert isinstance(fresh, bytes)

    def conditional(stream: socket.socket) -> None:
        asked = "if-none-match" in server.requests[-1].lower()
        stream.sendall(b"HTTP/1.1 304 Not Modified\r\n\r\n" if asked else fresh)

    server.answers["/rss"] = conditional
    assert reader.read("/old", validators=Validators(etag='"1"')).moved_to == server.url("/rss")


@pytest.mark.parametrize(
    ("status", "gone", "words"),
    [(404, False, "switched off"), (410, True, "gone for good"), (503, False, "maintenance")],
)
def test_failures_are_told_in_a_sentence(
    server: LocalServer,
    reader: Reader,
    status: int,
    gone: bool,  # noqa: FBT001  a table of truths
    words: str,
) -> None:
    """Status, Retry-After and 410 come through, with the source's name."""
    server.on("/rss", status=status, retry_after="90")
    answer = reader.poll()
    assert isinstance(answer, SourceFailed)
    assert (answer.gone, answer.retry_after) == (gone, timedelta(seconds=90))
    assert words in answer.detail
    assert "«latest»" in answer.detail


def test_a_login_page_in_place_of_a_feed_is_a_failure(server: LocalServer, reader: Reader) -> None:
    """HTML where a feed should be is said, and keeps no validators."""
    server.on("/rss", "<html><body>Log in</body></html>", content_type="text/html")
    answer = reader.poll()
    assert isinstance(answer, SourceFailed)
    assert "no RSS, Atom or JSON feed" in answer.detail


def test_the_hub_of_the_header_is_found(server: LocalServer, reader: Reader) -> None:
    """WebSub discovery by Link header."""
    server.on("/rss", rss(item("a")), content_type="text/xml", link='<https://hub.example/>; rel="hub"')
    answer = reader.read()
    assert (answer.hub, answer.topic) == ("https://hub.example/", server.url("/rss"))


def test_a_listing_is_unchanged_while_its_links_are(server: LocalServer, reader: Reader) -> None:
    """A page that differs in a token only shows nothing new."""
    for token in ("one", "two"):
        server.on(
            f"/{token}",
            f"<meta name=csrf content={token}><main><h3><a href=/a>A</a></h3></main>",
            content_type="text/html",
        )
    first = reader.read("/one", kind=SourceKind.LISTING)
    assert [found.url for found in first.items] == [server.url("/a")]
    again = reader.poll("/two", kind=SourceKind.LISTING, validators=first.validators)
    assert isinstance(again, SourceUnchanged)


def test_a_sitemap_index_is_followed(server: LocalServer, reader: Reader) -> None:
    """All files are read each time; one that fails is a warning; a nested index is not followed."""
    locations = "".join(
        f"<sitemap><loc>{server.url(path)}</loc></sitemap>" for path in ("/1.xml", "/404.xml", "/bad.xml", "/2.xml")
    )
    server.on("/sitemap.xml", f"<sitemapindex>{locations}</sitemapindex>", content_type="text/xml", etag='"1"')
    for number in ("1", "2"):
        server.on(f"/{number}.xml", f"<urlset><url><loc>/{number}</loc></url></urlset>", content_type="text/xml")
    server.on("/bad.xml", "no sitemap", content_type="text/xml")
    answer = reader.read("/sitemap.xml", kind=SourceKind.SITEMAP)
    assert [found.url for found in answer.items] == [server.url("/1"), server.url("/2")]
    assert len(answer.warnings) == 2
    assert answer.validators.etag is None
    assert isinstance(
        reader.poll("/sitemap.xml", kind=SourceKind.SITEMAP, validators=answer.validators), SourceUnchanged
    )
    server.on("/2.xml", "<urlset><url><loc>/new</loc></url></urlset>", content_type="text/xml")
    assert len(reader.read("/sitemap.xml", kind=SourceKind.SITEMAP, validators=answer.validators).items) == 2


def test_a_sitemap_whose_files_all_fail_is_a_failure(server: LocalServer, reader: Reader) -> None:
    """Nothing read is not an empty site."""
    server.on("/s.xml", "<sitemapindex><sitemap><loc>/x.xml</loc></sitemap></sitemapindex>", content_type="text/xml")
    answer = reader.poll("/s.xml", kind=SourceKind.SITEMAP)
    assert isinstance(answer, SourceFailed)
    server.on("/rubbish.xml", "rubbish", content_type="text/xml")
    assert isinstance(reader.poll("/rubbish.xml", kind=SourceKind.SITEMAP), SourceFailed)


def test_a_plain_sitemap_keeps_its_validators(server: LocalServer, reader: Reader) -> None:
    """A single file is compared like any source."""
    server.on("/s.xml", "<urlset><url><loc>/a</loc></url></urlset>", content_type="text/xml", etag='"7"')
    answer = reader.read("/s.xml", kind=SourceKind.SITEMAP)
    assert answer.validators.etag == '"7"'
    assert isinstance(reader.poll("/s.xml", kind=SourceKind.SITEMAP, validators=answer.validators), SourceUnchanged)


PAGE = (
    '<html lang="en"><head><meta property="og:type" content="article"><meta property="og:title" content="T"></head><p>x'
)


def test_nothing_but_what_is_meant_is_asked_for(server: LocalServer, reader: Reader) -> None:
    """A feed and a page are two requests; robots.txt, which speaks to crawlers, is not asked (ADR 16)."""
    server.on("/robots.txt", b"User-agent: *\nDisallow: /", content_type="text/plain")
    server.on("/rss", rss(item("a")), content_type="application/rss+xml")
    server.on("/b", PAGE, content_type="text/html; charset=utf-8")
    reader.read()
    assert isinstance(reader.site.read_page(server.url("/b"), language=None, zone="UTC"), PageRead)
    assert [one.split()[1] for one in server.requests] == ["/rss", "/b"]


def test_a_page_is_asked_for_without_tracking_parameters(server: LocalServer, reader: Reader) -> None:
    """What readers' links carry is not repeated, so that the canonical link does not either; redirects are followed."""
    server.on("/a?id=1", status=302, location="/b")
    server.on("/b", PAGE, content_type="text/html; charset=utf-8", x_robots_tag="noindex")
    answer = reader.site.read_page(server.url("/a?utm_source=x&id=1#top"), language=None, zone="UTC")
    assert isinstance(answer, PageRead)
    page = answer.page
    assert (page.requested_url, page.final_url) == (server.url("/a?id=1"), server.url("/b"))
    assert (page.title, page.is_article, page.noindex, page.language) == ("T", True, True, "en")


def test_pages_that_are_gone_fail_or_forbidden_are_told_apart(server: LocalServer, reader: Reader) -> None:
    """404 and 410 are gone; 500 passes; a forbidden host, another type and a hostile page will not get better."""
    server.on("/410", status=410)
    server.on("/500", status=500)
    server.on("/pdf", "x", content_type="application/pdf")
    server.on("/bomb", "<html>" + "<p>" * 30_000, content_type="text/html")
    read = reader.site.read_page
    assert read(server.url("/404"), language=None, zone="UTC") == PageGone(status=404)
    assert read(server.url("/410"), language=None, zone="UTC") == PageGone(status=410)
    passing = read(server.url("/500"), language=None, zone="UTC")
    assert isinstance(passing, PageFailed)
    assert not passing.lasting
    for url in (server.url("/pdf"), server.url("/bomb"), "https://evil.example/", "nonsense"):
        answer = read(url, language=None, zone="UTC")
        assert isinstance(answer, PageFailed)
        assert answer.lasting


def test_a_picture_is_fetched_and_made_safe(server: LocalServer, reader: Reader) -> None:
    """The picture comes out encoded anew; a page in its place and a missing one are refused."""
    output = io.BytesIO()
    Image.new("RGB", (40, 30)).save(output, "PNG")
    server.on("/i.png", output.getvalue(), content_type="image/png")
    server.on("/page", "<html>", content_type="text/html")
    picture = reader.site.read_picture(server.url("/i.png"))
    assert isinstance(picture, Picture)
    assert (picture.width_pixels, picture.media_type) == (40, "image/jpeg")
    server.on("/500", status=500)
    for path, passing in (("/page", False), ("/404", False), ("/500", True)):
        refused = reader.site.read_picture(server.url(path))
        assert isinstance(refused, PictureRefused)
        assert refused.passing is passing, path


def test_a_picture_that_comes_late_is_left(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Fetching counts towards the time that a post may wait for its picture."""
    times = iter([0.0, 7.0])
    server.on("/i.png", b"x", content_type="image/png")
    site = NewsSite(fetcher, picture_seconds=6.0, monotonic=lambda: next(times))
    answer = site.read_picture(server.url("/i.png"))
    assert isinstance(answer, PictureRefused)
    assert "too late" in answer.detail


def test_documents_at_hand_are_read_without_fetching() -> None:
    """Files for `asiaradar source read`: each kind, and refusals as values."""
    feed = read_source_document(
        rss(item("a", title="新聞"), declaration="x").encode("big5"),
        kind=SourceKind.FEED,
        url="https://radar.asia/rss",
        content_type="text/xml; charset=big5",
    )
    assert isinstance(feed, SourceRead)
    assert feed.items[0].title == "新聞"
    listing = read_source_document(b"<a href=/a>A</a>", kind=SourceKind.LISTING, url="https://radar.asia/")
    assert isinstance(listing, SourceRead)
    assert len(listing.items) == 1
    index = read_source_document(
        b"<sitemapindex><sitemap><loc>/x.xml</loc></sitemap></sitemapindex>",
        kind=SourceKind.SITEMAP,
        url="https://radar.asia/s.xml",
    )
    assert isinstance(index, SourceRead)
    assert any("was not fetched" in warning for warning in index.warnings)
    for kind in SourceKind:
        assert isinstance(read_source_document(b"", kind=kind, url="nonsense"), SourceFailed)
