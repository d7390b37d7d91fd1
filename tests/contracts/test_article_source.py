"""The contract of `ports.ArticleSource`, held by FakeSite and by NewsSite with either fetcher on the sample site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.source import NewsSite
from asiaradar_bot.adapters.news_site.stand_in import StandInFetcher
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.model.outcome import (
    PageFailed,
    PageGone,
    PageRead,
    Picture,
    PictureRefused,
    SourceFailed,
    SourceRead,
    SourceUnchanged,
    Validators,
)
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.ports import ArticleSource
from asiaradar_bot.sandbox.site import SampleSite
from tests.adapters.news_site.conftest import near_fetcher
from tests.factories import make_facts, make_page
from tests.fakes.site import FakeSite

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BASE = "https://radar.asia"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUnderTest:
    """One implementation, with a feed of a few articles and ways to trouble it."""

    site: ArticleSource
    base: str
    add: Callable[[], object]
    """One more article appears."""
    break_down: Callable[[], object]
    """From now on nobody answers."""

    @property
    def source(self) -> Source:
        """The feed of newest articles."""
        return Source(
            name="latest", kind=SourceKind.FEED, url=f"{self.base}/rss/latest-posts", poll=timedelta(minutes=1)
        )

    def poll(self, validators: Validators | None = None) -> SourceRead | SourceUnchanged | SourceFailed:
        """One poll."""
        return self.site.read_source(self.source, url=self.source.url, validators=validators or Validators(), now=START)

    def items(self) -> tuple[SourceItem, ...]:
        """What the feed shows."""
        answer = self.poll()
        assert isinstance(answer, SourceRead)
        return answer.items


def _fake() -> SiteUnderTest:
    site = FakeSite()
    feed: list[SourceItem] = []
    site.items[f"{BASE}/rss/latest-posts"] = feed

    def add() -> None:
        url = f"{BASE}/story-{len(feed)}"
        facts = make_facts(url=url, title=f"Story {len(feed)}", image=f"{url}.jpg")
        feed.insert(0, SourceItem(id=url, url=url, title=facts.title, image=facts.image))
        site.pages[url] = make_page(facts)
        site.pictures[f"{url}.jpg"] = Picture(
            content=b"\xff\xd8", media_type="image/jpeg", width_pixels=40, height_pixels=30
        )

    for _ in range(3):
        add()
    return SiteUnderTest(site=site, base=BASE, add=add, break_down=lambda: setattr(site, "broken", "nobody answers"))


@pytest.fixture(params=["fake", "safe", "stand-in"])
def under_test(request: pytest.FixtureRequest) -> Iterator[SiteUnderTest]:
    """Each implementation in turn."""
    if request.param == "fake":
        yield _fake()
        return
    now = [START]
    sample = SampleSite(now=lambda: now[0], manner="2.4", start_with=6)
    with sample:
        fetcher: SafeFetcher = near_fetcher()
        base = sample.base_url
        if request.param == "stand-in":
            fetcher, base = StandInFetcher(host="radar.asia", stand_in=sample.base_url, contact="test"), BASE

        def add() -> None:
            now[0] += timedelta(minutes=11)  # the CMS keeps its feed for ten minutes
            sample.publish_next()

        yield SiteUnderTest(
            site=NewsSite(fetcher), base=base, add=add, break_down=lambda: sample.behave(".", status=503)
        )


def test_a_source_shows_items_that_can_be_followed(under_test: SiteUnderTest) -> None:
    """Each item has an id of its own, a headline, and an absolute address on the site."""
    items = under_test.items()
    assert len(items) >= 3
    assert len({item.id for item in items}) == len(items)
    assert all(item.url.startswith(f"{under_test.base}/") for item in items)
    assert any(item.title for item in items)


def test_the_same_again_is_unchanged_and_news_is_not(under_test: SiteUnderTest) -> None:
    """With the validators of the last answer nothing is read twice; a new article makes a full answer again."""
    first = under_test.poll()
    assert isinstance(first, SourceRead)
    again = under_test.poll(first.validators)
    assert isinstance(again, SourceUnchanged)
    under_test.add()
    news = under_test.poll(again.validators)
    assert isinstance(news, SourceRead)
    assert {item.id for item in news.items} > {item.id for item in first.items}


def test_every_item_has_its_page(under_test: SiteUnderTest) -> None:
    """The page of each item that the feed shows says what it is, under the site's own name."""
    for item in under_test.items():
        answer = under_test.site.read_page(item.url, language="en", zone="UTC")
        assert isinstance(answer, PageRead)
        assert answer.page.is_article
        assert answer.page.title
        assert answer.page.requested_url == item.url
        assert (answer.page.canonical_url or item.url).startswith(f"{under_test.base}/")


def test_what_is_not_there_is_gone(under_test: SiteUnderTest) -> None:
    """A page that never was answers with a status; a source that never was is a failure with a sentence."""
    gone = under_test.site.read_page(f"{under_test.base}/never-was", language=None, zone="UTC")
    assert isinstance(gone, PageGone)
    assert gone.status in {404, 410}
    failed = under_test.site.read_source(
        under_test.source, url=f"{under_test.base}/rss/never-was", validators=Validators(), now=START
    )
    assert isinstance(failed, SourceFailed)
    assert failed.detail


def test_a_picture_is_safe_or_refused(under_test: SiteUnderTest) -> None:
    """The picture of an item comes within X's limits; one that is not there is refused with a sentence."""
    image = next(item.image for item in under_test.items() if item.image)
    picture = under_test.site.read_picture(image)
    assert isinstance(picture, Picture)
    assert picture.media_type in {"image/jpeg", "image/png", "image/webp"}
    assert 0 < len(picture.content) <= 5_000_000
    refused = under_test.site.read_picture(f"{under_test.base}/never-was.jpg")
    assert isinstance(refused, PictureRefused)
    assert refused.detail


def test_trouble_is_an_answer_and_never_raised(under_test: SiteUnderTest) -> None:
    """With nobody there each call says so; nothing counts as gone for that."""
    item = under_test.items()[0]
    under_test.break_down()
    failed = under_test.poll()
    assert isinstance(failed, SourceFailed)
    assert not failed.gone
    page = under_test.site.read_page(item.url, language=None, zone="UTC")
    assert isinstance(page, PageFailed)
    assert not page.lasting
    picture = under_test.site.read_picture(item.image or f"{under_test.base}/a.jpg")
    for detail in (failed.detail, page.detail, picture.detail if isinstance(picture, PictureRefused) else ""):
        assert detail


@pytest.mark.parametrize("stand_in", ["https://127.0.0.1:1", "http://radar.asia", "127.0.0.1:80"])
def test_a_stand_in_is_on_this_machine(stand_in: str) -> None:
    """Another host can't be passed off as the site."""
    with pytest.raises(SettingsError, match="must be http on this machine"):
        StandInFetcher(host="radar.asia", stand_in=stand_in, contact="test")
