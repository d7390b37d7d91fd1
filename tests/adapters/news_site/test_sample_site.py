"""NewsSite against the sample site, in both manners of the CMS: every article and every trap that it sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.source import NewsSite
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.outcome import (
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
from asiaradar_bot.rules.facts import changed_fields, is_renamed, merge_facts, names_of
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.sandbox.site.articles import load_articles

ZONE = "Asia/Hong_Kong"
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WRITTEN = {article.slug: article for article in load_articles()}
BIDEN = "biden-and-xi-secure-key-agreements-on-military-communications-fentanyl"
RAIN = "rain-ends-drought"


class Reading:
    """
    A running site and its reader, with a clock that tests move.
    """

    def __init__(self, manner: str, fetcher: SafeFetcher) -> None:
        self.now = START
        self.site = SampleSite(now=lambda: self.now, manner=manner)
        self.reader = NewsSite(fetcher)

    def poll(
        self, path: str, *, kind: SourceKind = SourceKind.FEED, validators: Validators | None = None
    ) -> SourceAnswer:
        """
        The answer of one poll.
        """
        url = self.site.base_url + path
        source = Source(name="sample", kind=kind, url=url, poll=timedelta(minutes=1), zone=ZONE)
        return self.reader.read_source(source, url=url, validators=validators or Validators(), now=self.now)

    def read(self, path: str, *, kind: SourceKind = SourceKind.FEED) -> SourceRead:
        """
        The items that a test expects.
        """
        answer = self.poll(path, kind=kind)
        assert isinstance(answer, SourceRead), answer
        return answer

    def page(self, item: SourceItem) -> PageRead:
        """
        The item's page.
        """
        answer = self.reader.read_page(item.url, language=item.language, zone=ZONE)
        assert isinstance(answer, PageRead), answer
        return answer

    def slug(self, url: str) -> str:
        """
        The last part of an address on the site.
        """
        assert url.startswith(self.site.base_url)
        return url.rpartition("/")[2]


@pytest.fixture(params=["2.2", "2.4"])
def reading(request: pytest.FixtureRequest, fetcher: SafeFetcher) -> Iterator[Reading]:
    """
    A site in each manner.
    """
    running = Reading(str(request.param), fetcher)
    with running.site:
        yield running


@pytest.fixture
def full(reading: Reading) -> Reading:
    """
    A site that shows every article.
    """
    for slug in reading.site.slugs:
        reading.site.publish(slug)
    return reading


@pytest.mark.parametrize("path", ["/rss/latest-posts", "/feeds/atom.xml", "/feeds/feed.json", "/feeds/rss1.rdf"])
def test_every_feed_shows_every_article_as_written(full: Reading, path: str) -> None:
    """Titles, summaries and stamps come out of each kind of feed as the newsroom wrote them."""
    answer = full.read(path)
    assert answer.warnings == ()
    found = {full.slug(item.url): item for item in answer.items}
    assert found.keys() == WRITTEN.keys()
    for slug, written in WRITTEN.items():
        assert found[slug].title == written.title
        assert "{embargo}" in written.summary or found[slug].summary == written.summary
        assert found[slug].published_at == START + written.stamp_shift


def test_feed_and_page_agree_on_every_article(full: Reading) -> None:
    """The page, JSON-LD broken or not, gives the facts as written; language and caption only it knows."""
    for item in full.read("/rss/latest-posts").items:
        written = WRITTEN[full.slug(item.url)]
        page = full.page(item).page
        assert (page.title, page.language, page.authors) == (written.title, written.language, (written.author,))
        assert page.published_at == START + written.stamp_shift
        assert page.section is not None
        assert page.section.lower() == written.category
        assert page.keywords == item.keywords == written.keywords
        assert (page.is_article, page.noindex) == (True, written.noindex)
        assert (page.image, page.canonical_url) == (item.image, item.url)
        assert page.image_alt == (written.caption.partition(" | ")[0] or None)
        assert len(page.paragraphs) == len(written.paragraphs)
        assert page.paragraphs == written.paragraphs or "{embargo}" in "".join(written.paragraphs)
        assert merge_facts(item, page, now=full.now).url == item.url


def test_listings_show_every_article_and_pages_tell_them_from_categories(full: Reading) -> None:
    """The home page links to all articles; what else it links to is no article by its own page."""
    answer = full.read("/", kind=SourceKind.LISTING)
    found = {full.slug(item.url): item for item in answer.items}
    assert found.keys() >= WRITTEN.keys()
    for slug in found.keys() - WRITTEN.keys():
        assert not full.page(found[slug]).page.is_article
    assert all(found[slug].title == written.title for slug, written in WRITTEN.items())


def test_sitemaps_hold_every_article(full: Reading) -> None:
    """The plain one in lower case and mixed with other pages, the news one with titles and stamps."""
    plain = {item.url.lower() for item in full.read("/sitemap.xml", kind=SourceKind.SITEMAP).items}
    assert {full.site.url(slug).lower() for slug in WRITTEN} <= plain
    news = {full.slug(item.url): item for item in full.read("/news-sitemap.xml", kind=SourceKind.SITEMAP).items}
    assert all(news[slug].title == written.title and news[slug].published_at for slug, written in WRITTEN.items())


def test_pictures_are_made_safe_or_refused(full: Reading) -> None:
    """A good one, one that breaks off, one that is missing."""
    image = f"{full.site.base_url}/images"
    assert isinstance(full.reader.read_picture(f"{image}/{BIDEN}.jpg"), Picture)
    for slug in (RAIN, "regional-rail-ministers-agree-on-one-ticket"):
        assert isinstance(full.reader.read_picture(f"{image}/{slug}.jpg"), PictureRefused)


def test_hostile_feeds_are_refused_or_defused(full: Reading) -> None:
    """The bomb is refused, the malformed feed read, and of the hostile one only harmless text and web links remain."""
    bomb = full.poll("/feeds/bomb.xml")
    assert isinstance(bomb, SourceFailed)
    assert "declares entities" in bomb.detail
    malformed = full.read("/feeds/malformed.xml")
    assert [item.title for item in malformed.items] == ["Tea & Trade in Assam", "This item is not finished"]
    hostile = full.read("/feeds/hostile.xml")
    assert all(item.url.startswith(("http://", "https://")) and "@" not in item.url for item in hostile.items)
    assert len(hostile.items) + sum("was passed over" in warning for warning in hostile.warnings) == 10
    text = "".join(item.title + item.summary for item in hostile.items)
    assert "<script" not in text
    assert "onerror" not in text
    assert "\u202e" not in text
    outside = [item for item in hostile.items if not item.url.startswith(full.site.base_url)]
    assert len(outside) == 2
    for item in outside:
        answer = full.reader.read_page(item.url, language=None, zone=ZONE)
        assert getattr(answer, "lasting", False), answer


def test_an_unchanged_feed_is_known_in_spite_of_its_build_date(reading: Reading) -> None:
    """A minute later, nothing new: unchanged, in both manners."""
    reading.site.publish(BIDEN)
    first = reading.read("/rss/latest-posts")
    reading.now += timedelta(minutes=1)
    assert isinstance(reading.poll("/rss/latest-posts", validators=first.validators), SourceUnchanged)


def test_a_listing_shows_what_a_cached_feed_still_hides(fetcher: SafeFetcher) -> None:
    """Version 2.4 keeps its feed for ten minutes; its home page shows a new article at once."""
    reading = Reading("2.4", fetcher)
    with reading.site:
        reading.read("/rss/latest-posts")
        reading.site.publish(BIDEN)
        reading.now += timedelta(minutes=1)
        assert reading.read("/rss/latest-posts").items == ()
        assert reading.site.url(BIDEN) in {item.url for item in reading.read("/", kind=SourceKind.LISTING).items}
        reading.now += timedelta(minutes=10)
        assert len(reading.read("/rss/latest-posts").items) == 1


def test_a_correction_is_a_change_and_a_mere_save_is_none(reading: Reading) -> None:
    """Saving moves the update stamp only; a new headline is named."""
    url = reading.site.publish(BIDEN)
    item = SourceItem(id=url, url=url)
    before = merge_facts(item, reading.page(item).page, now=reading.now)
    reading.now += timedelta(minutes=5)
    reading.site.update(BIDEN)
    saved = merge_facts(item, reading.page(item).page, now=reading.now)
    assert (saved.updated_at != before.updated_at, changed_fields(before, saved)) == (True, ())
    reading.site.update(BIDEN, title="Corrected headline")
    assert changed_fields(before, merge_facts(item, reading.page(item).page, now=reading.now)) == ("title",)


def test_a_renamed_article_is_known_again_and_its_old_address_is_gone(reading: Reading) -> None:
    """A changed slug is the same article by headline, stamp and image; tracking parameters are no new name."""
    old_url = reading.site.publish(BIDEN)
    old_item = SourceItem(id=old_url, url=old_url)
    before = merge_facts(old_item, reading.page(old_item).page, now=reading.now)
    reading.site.rename(BIDEN, "biden-xi-deal")
    new_url = reading.site.url("biden-xi-deal")
    new_item = SourceItem(id=new_url, url=f"{new_url}?utm_source=rss")
    page = reading.page(new_item).page
    after = merge_facts(new_item, page, now=reading.now)
    assert is_renamed(before, after)
    assert names_of(new_item, page, after) == (f"url:{new_url.removeprefix('http://')}",)
    assert reading.reader.read_page(old_url, language=None, zone=ZONE) == PageGone(status=404)


def test_a_retraction_is_gone_with_its_status(reading: Reading) -> None:
    """404 and 410 are told."""
    url = reading.site.publish(BIDEN)
    for status in (404, 410):
        reading.site.remove(BIDEN, status=status)
        assert reading.reader.read_page(url, language=None, zone=ZONE) == PageGone(status=status)


def test_a_moody_site_is_told_by_status_and_wait(reading: Reading) -> None:
    """429 with Retry-After, 503 and a permanent redirect of the feed."""
    reading.site.behave("/rss/", status=429, headers={"Retry-After": "120"}, times=1)
    reading.site.behave("/rss/", status=503, times=1)
    reading.site.behave("/rss/latest", status=301, headers={"Location": "/feeds/atom.xml"}, times=1)
    slow, broken = reading.poll("/rss/latest-posts"), reading.poll("/rss/latest-posts")
    assert isinstance(slow, SourceFailed)
    assert slow.retry_after == timedelta(minutes=2)
    assert isinstance(broken, SourceFailed)
    assert reading.read("/rss/latest-posts").moved_to == f"{reading.site.base_url}/feeds/atom.xml"
