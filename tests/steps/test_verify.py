"""Before a post goes out its article is looked at once more: there, changed, gone, or not to be reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.outcome import PageFailed
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.steps.verify import verify
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, add_post, make_article, make_facts, make_page
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite

LIMITS = Limits(verify=timedelta(minutes=2))


class Case:
    """A queued post of an article that was last seen ten minutes ago."""

    def __init__(self, store: SqlStore, site: FakeSite, clock: FakeClock) -> None:
        self.store, self.site, self.clock = store, site, clock
        self.sources: list[Source] = []
        facts = make_facts()
        site.pages[URL] = make_page(facts)
        with store.begin() as tx:
            article = tx.articles.add(make_article(facts=facts, state=ArticleState.DONE), names=["url:x"])
        self.article_id = article.id
        self.post_id = add_post(store, article_id=article.id, verified_at=NOON - timedelta(minutes=10)).id

    def verify(self) -> int:
        """One round."""
        return verify(self.store, self.site, self.clock, sources=self.sources, limits=LIMITS)

    def post(self) -> Post:
        """The post."""
        with self.store.read() as tx:
            return tx.posts.get(self.post_id)

    def article(self) -> Article:
        """The article."""
        with self.store.read() as tx:
            return tx.articles.get(self.article_id)

    def change_post(self, **changes: object) -> None:
        """Somebody changes it."""
        with self.store.begin() as tx:
            tx.posts.change(tx.posts.get(self.post_id), at=NOON, who="cli:mei", why="test", **changes)


@pytest.fixture
def case(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> Case:
    """Due, and not seen lately."""
    return Case(shelf, site, clock)


def test_what_is_still_there_may_go(case: Case) -> None:
    """The post knows when its article was seen, and is not looked at again for that."""
    assert case.verify() == 1
    assert (case.post().verified_at, case.post().state) == (NOON, PostState.QUEUED)
    assert case.verify() == 0


def test_the_page_is_read_by_the_clock_of_its_source(case: Case) -> None:
    """A stamp without zone would else be another one than the article has, and each look would find a changed article."""
    kind, poll = SourceKind.FEED, timedelta(minutes=1)
    for name, zone in (("far", "Asia/Tokyo"), (case.article().source, "Asia/Singapore")):
        case.sources.append(Source(name=name, kind=kind, url="https://radar.asia/rss", poll=poll, zone=zone))
    assert case.verify() == 1
    assert case.site.zones == {URL: "Asia/Singapore"}


def test_only_what_is_due_soon_is_looked_at(case: Case) -> None:
    """A post of next hour costs the site no request."""
    case.change_post(due_at=NOON + timedelta(hours=1))
    assert case.verify() == 0
    assert case.site.read == []


def test_a_changed_page_is_read_again_first(case: Case) -> None:
    """The article gets an appointment for the step that writes revisions; the post waits for it."""
    case.site.pages[URL] = replace(case.site.pages[URL], title="Another headline")
    assert case.verify() == 1
    assert case.article().next_read_at == NOON
    assert case.article().facts.title != "Another headline"
    assert case.post().next_verify_at == NOON + timedelta(seconds=30)
    assert case.post().verified_at == NOON - timedelta(minutes=10)
    assert case.verify() == 0


def test_a_page_that_is_gone_holds_the_post(case: Case) -> None:
    """Held with the status as its reason, an alert, and the article knows."""
    del case.site.pages[URL]
    case.verify()
    assert (case.post().state, case.post().reason) == (PostState.HELD, "its article answers 404")
    assert case.article().gone_at == NOON
    with case.store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["held"]


def test_a_page_that_does_not_answer_is_tried_again(case: Case) -> None:
    """Waits grow and the reason shows; a page that answers again begins anew."""
    case.site.page_answers[URL] = PageFailed(detail="it answers 503")
    waits: list[timedelta] = []
    for _ in range(3):
        case.verify()
        again = case.post().next_verify_at
        assert isinstance(again, datetime)
        waits.append(again - case.clock.now())
        case.clock.advance(seconds=waits[-1].total_seconds())
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert case.post().reason == "it answers 503"
    del case.site.page_answers[URL]
    case.verify()
    assert (case.article().read_failures, case.post().verified_at) == (0, case.clock.now())


@pytest.mark.parametrize("state", [None, PostState.HELD])
def test_what_somebody_changed_meanwhile_is_left_to_them(case: Case, state: PostState | None) -> None:
    """A post that was edited or held while its page was fetched keeps what they did."""

    def meanwhile(url: str) -> None:
        del url
        if state is None:
            case.change_post(text="Mine")
        else:
            with case.store.begin() as tx:
                tx.posts.move(tx.posts.get(case.post_id), state, at=NOON, who="cli:mei", why="wait")

    case.site.meanwhile = meanwhile
    case.verify()
    assert case.post().verified_at == NOON - timedelta(minutes=10)
    assert case.post().version == 2


def test_what_the_article_became_meanwhile_is_kept(case: Case) -> None:
    """An article that was changed while its page was fetched is not put back to what it was."""

    def meanwhile(url: str) -> None:
        with case.store.begin() as tx:
            now = tx.articles.get(case.article_id)
            tx.articles.save(replace(now, revision=5, next_read_at=NOON), was=now)
        del case.site.pages[url]

    case.site.meanwhile = meanwhile
    case.verify()
    assert (case.article().revision, case.article().gone_at) == (5, NOON)
