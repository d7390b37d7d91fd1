"""A decided article becomes a queued or held post, and a waiting post follows its article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, Verdict
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.model.wording import Skeleton, TemplateValue
from asiaradar_bot.ports import Renderer
from asiaradar_bot.rules.composing import marker_of
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.compose import Composed, compose
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, make_article, make_facts
from tests.fakes.outside import FakeClock
from tests.steps.conftest import ROOT

HOUR = timedelta(hours=1)


class Desk:
    """The step with its tools."""

    def __init__(self, store: SqlStore, renderer: Renderer) -> None:
        self.store, self.renderer, self.clock = store, renderer, FakeClock()
        self.limits = Limits()

    def decided(self, number: int = 1, verdict: Verdict = Verdict.AUTO, **how: Any) -> Article:
        """An article with its decision."""
        facts = make_facts(**{"url": f"{URL}-{number}", "title": f"Headline {number}", **how.pop("facts", {})})
        with self.store.begin() as tx:
            article = tx.articles.add(make_article(facts=facts, state=ArticleState.DECIDED), names=[facts.url])
            tx.articles.add_decision(self.decision(article, verdict, **how))
        return article

    def decision(self, article: Article, verdict: Verdict, **how: Any) -> Decision:
        """What was decided."""
        values: dict[str, Any] = {
            "news_class": NewsClass.NORMAL,
            "reason": Reason.DEFAULT,
            "detail": f"because it is {verdict}",
            "rule": None,
            "template": "article",
            "not_before_at": None,
            "expires_at": NOON + 24 * HOUR,
            "trace": (),
            "decided_at": self.clock.now(),
        }
        return Decision(article_id=article.id, revision=article.revision, verdict=verdict, **{**values, **how})

    def changed(self, article: Article, verdict: Verdict = Verdict.AUTO, *, how: dict[str, Any], **facts: Any) -> None:
        """The article has other facts and was decided again."""
        with self.store.begin() as tx:
            now = tx.articles.get(article.id)
            new = replace(now, facts=replace(now.facts, **facts), revision=2, state=ArticleState.DECIDED)
            tx.articles.save(new, was=now)
            tx.articles.add_decision(self.decision(new, verdict, **how))

    def compose(self) -> Composed:
        """One round."""
        return compose(self.store, self.renderer, self.clock, policy=Policy(), limits=self.limits, prices=PRICES)

    def post(self, article: Article) -> Post:
        """The article's post."""
        with self.store.read() as tx:
            (one,) = tx.posts.list_for_article(article.id)
        return one

    def state(self, article: Article) -> ArticleState:
        """Where the article stands."""
        with self.store.read() as tx:
            return tx.articles.get(article.id).state

    def alerts(self) -> list[str]:
        """Messages in line."""
        with self.store.read() as tx:
            return [alert.message for alert in tx.inbox.list_alerts()]


@pytest.fixture
def desk(shelf: SqlStore, renderer: SandboxedRenderer) -> Desk:
    """A desk without articles."""
    return Desk(shelf, renderer)


def test_a_decided_article_is_worded_and_queued(desk: Desk) -> None:
    """Text, link with the article's own marker, price, expiry and picture are those of the article; it is done."""
    article = desk.decided(facts={"image": f"{URL}.jpg", "image_alt": "A ferry"})
    assert desk.compose() == Composed(queued=1)
    post = desk.post(article)
    assert (post.state, post.due_at, post.reason) == (PostState.QUEUED, NOON, "because it is auto")
    assert post.text.startswith("Headline 1")
    assert post.link is not None
    assert post.text.endswith(post.link)
    assert post.link.endswith(marker_of(article))
    assert (post.price_usd, post.expires_at) == ("0.205", NOON + 24 * HOUR)
    assert (post.picture_url, post.alt_text, post.verified_at) == (f"{URL}.jpg", "A ferry", NOON)
    assert desk.state(article) is ArticleState.DONE
    assert desk.compose() == Composed()


def test_without_pictures_none_is_wanted(desk: Desk) -> None:
    """The setting takes picture and alt text away."""
    desk.limits = Limits(pictures=False)
    article = desk.decided(facts={"image": f"{URL}.jpg", "image_alt": "A ferry"})
    desk.compose()
    assert (desk.post(article).picture_url, desk.post(article).alt_text) == (None, None)


def test_an_embargo_is_the_due_time(desk: Desk) -> None:
    """What is not to be sent before is due then."""
    article = desk.decided(not_before_at=NOON + HOUR)
    desk.compose()
    assert (desk.post(article).due_at, desk.post(article).not_before_at) == (NOON + HOUR, NOON + HOUR)


@pytest.mark.parametrize(
    ("verdict", "how", "why"),
    [
        (Verdict.HOLD, {}, "because it is hold"),
        (Verdict.AUTO, {"facts": {"title": "Says @elonmusk"}}, "@elonmusk is not on the list"),
        (Verdict.AUTO, {"facts": {"title": "See https://evil.com/x"}}, "evil.com"),
        (Verdict.AUTO, {"template": "never-was"}, "there is no template never-was"),
    ],
)
def test_doubt_waits_for_a_person(desk: Desk, verdict: Verdict, how: dict[str, Any], why: str) -> None:
    """A verdict, a foreign name, a foreign link or a missing template holds the post; people are told why."""
    article = desk.decided(verdict=verdict, **how)
    assert desk.compose() == Composed(held=1)
    assert desk.post(article).state is PostState.HELD
    assert why in desk.post(article).reason
    assert [why in message for message in desk.alerts()] == [True]


def test_breaking_news_moves_others_back(desk: Desk) -> None:
    """With a gap those that would go within it are moved behind, visibly; other breaking news and later ones stay."""
    desk.limits = Limits(min_gap=timedelta(minutes=10))
    waiting, later = desk.decided(1), desk.decided(2, not_before_at=NOON + HOUR)
    desk.compose()
    breaking = [desk.decided(number, Verdict.BREAKING, news_class=NewsClass.BREAKING) for number in (3, 4)]
    desk.compose()
    behind = NOON + timedelta(minutes=10)
    assert desk.post(waiting).due_at == behind
    assert "moved back to 12:10:00 UTC by breaking post" in desk.post(waiting).reason
    assert desk.post(later).due_at == NOON + HOUR
    assert [desk.post(one).due_at for one in breaking] == [NOON, NOON]


def test_without_a_gap_nobody_is_moved(desk: Desk) -> None:
    """Breaking news goes first by its class alone."""
    waiting = desk.decided(1)
    desk.compose()
    desk.decided(2, Verdict.BREAKING, news_class=NewsClass.BREAKING)
    desk.compose()
    assert desk.post(waiting).version == 1


def test_a_waiting_post_follows_its_article(desk: Desk) -> None:
    """Another headline is another text of the same post, with the same marker and due time."""
    article = desk.decided()
    desk.compose()
    before = desk.post(article)
    desk.changed(article, how={}, title="Another headline")
    assert desk.compose() == Composed(renewed=1)
    after = desk.post(article)
    assert after.text.startswith("Another headline")
    assert (after.id, after.marker, after.link, after.due_at) == (before.id, before.marker, before.link, before.due_at)
    assert (after.revision, after.state, desk.state(article)) == (2, PostState.QUEUED, ArticleState.DONE)


def test_a_frozen_text_stays(desk: Desk) -> None:
    """What a person wrote is not touched; only which revision it goes with is noted."""
    article = desk.decided()
    desk.compose()
    with desk.store.begin() as tx:
        tx.posts.change(desk.post(article), at=NOON, who="cli:mei", why="edit", text="Mine", text_frozen=True)
    desk.changed(article, how={}, title="Another headline")
    desk.compose()
    assert (desk.post(article).text, desk.post(article).revision) == ("Mine", 2)


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [
        (None, NOON + HOUR, NOON + HOUR),
        (NOON + HOUR, NOON + 2 * HOUR, NOON + 2 * HOUR),
        (NOON + HOUR, None, NOON),
    ],
)
def test_a_changed_embargo_counts(desk: Desk, before: datetime | None, after: datetime | None, due: datetime) -> None:
    """An article that gets, moves or loses its embargo while its post waits: the post goes by the new one."""
    article = desk.decided(not_before_at=before)
    desk.compose()
    ends = due + 24 * HOUR
    desk.changed(article, how={"not_before_at": after, "expires_at": ends}, title="Another headline")
    desk.compose()
    post = desk.post(article)
    assert (post.not_before_at, post.due_at, post.expires_at) == (after, due, ends)


def test_what_a_person_said_of_an_embargo_stands(desk: Desk) -> None:
    """An article that changes and still names no other end leaves the end that somebody gave; another end replaces it."""
    article = desk.decided()
    desk.compose()
    with desk.store.begin() as tx:
        given = {"not_before_at": NOON + 5 * HOUR, "due_at": NOON + 5 * HOUR}
        tx.posts.change(desk.post(article), at=NOON, who="cli:mei", why="embargo", **given)
    desk.changed(article, how={}, title="Another headline")
    desk.compose()
    assert (desk.post(article).not_before_at, desk.post(article).due_at) == (NOON + 5 * HOUR, NOON + 5 * HOUR)
    desk.changed(article, how={"not_before_at": NOON + 7 * HOUR}, title="A third headline")
    desk.compose()
    assert (desk.post(article).not_before_at, desk.post(article).due_at) == (NOON + 7 * HOUR, NOON + 7 * HOUR)


@pytest.mark.parametrize(("later", "end"), [(None, 5), (2, 5), (7, 7)])
def test_the_end_that_a_person_gave_is_only_made_later(desk: Desk, later: int | None, end: int) -> None:
    """An article that names an earlier end, or none any more, does not send what a person said is to wait."""
    article = desk.decided(not_before_at=NOON + HOUR)
    desk.compose()
    with desk.store.begin() as tx:
        given = {"not_before_at": NOON + 5 * HOUR, "due_at": NOON + 5 * HOUR}
        tx.posts.change(desk.post(article), at=NOON, who="cli:mei", why="embargo", **given)
    how = {"not_before_at": None if later is None else NOON + later * HOUR}
    desk.changed(article, how=how, title="Another headline")
    desk.compose()
    post = desk.post(article)
    assert (post.not_before_at, post.due_at) == (NOON + end * HOUR, NOON + end * HOUR)
    assert post.state is PostState.QUEUED


def test_an_article_that_may_no_longer_go_holds_its_post(desk: Desk) -> None:
    """A new decision against it holds what is queued and tells people; what is held already stays so."""
    article = desk.decided()
    desk.compose()
    desk.changed(article, Verdict.SKIP, how={"detail": "its page is gone (404 or 410)"})
    assert desk.compose() == Composed(renewed=1)
    assert desk.post(article).state is PostState.HELD
    assert desk.alerts() == ["its page is gone (404 or 410)"]
    desk.changed(article, Verdict.SKIP, how={"detail": "its page is gone (404 or 410)"})
    desk.compose()
    assert len(desk.alerts()) == 1


def test_what_is_on_its_way_or_out_is_left_alone(desk: Desk) -> None:
    """A change of an article whose post expired writes nothing to that post, and makes no second one."""
    article = desk.decided()
    desk.compose()
    with desk.store.begin() as tx:
        gone = tx.posts.move(desk.post(article), PostState.EXPIRED, at=NOON, who="bot", why="too old")
    desk.changed(article, how={}, title="Another headline")
    desk.compose()
    assert desk.post(article) == gone


class ChangingRenderer:
    """Renders, and meanwhile somebody writes."""

    def __init__(self, inner: Renderer, meanwhile: Any) -> None:
        self.inner, self.meanwhile = inner, meanwhile

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """As the inner one."""
        self.meanwhile()
        return self.inner.render(template, variables)

    def list_templates(self) -> Sequence[str]:
        """As the inner one."""
        return self.inner.list_templates()


def test_what_changed_while_it_was_worded_is_worded_again(desk: Desk, renderer: SandboxedRenderer) -> None:
    """A text of an old revision is thrown away; the next round words the new one."""
    article = desk.decided()
    changes = [lambda: desk.changed(article, how={}, title="Another headline")]
    desk.renderer = ChangingRenderer(renderer, lambda: changes.pop()() if changes else None)
    assert desk.compose() == Composed()
    assert desk.compose() == Composed(queued=1)
    assert desk.post(article).text.startswith("Another headline")


def test_an_appointment_made_while_it_was_worded_is_kept(desk: Desk, renderer: SandboxedRenderer) -> None:
    """If the source showed another item meanwhile, the page is still to be read again."""
    article = desk.decided()

    def meanwhile() -> None:
        with desk.store.begin() as tx:
            now = tx.articles.get(article.id)
            tx.articles.save(replace(now, next_read_at=NOON), was=now)

    desk.renderer = ChangingRenderer(renderer, meanwhile)
    desk.compose()
    with desk.store.read() as tx:
        assert tx.articles.get(article.id).next_read_at == NOON
    assert desk.state(article) is ArticleState.DONE


def test_a_cancelled_post_stays_cancelled_and_stops_nobody(desk: Desk) -> None:
    """After a person's no a changed article makes no second post, the audit says so, and others are worded."""
    first = desk.decided(1)
    desk.compose()
    person = Person(who="desk:mei", role=Role.EDITOR)
    editor = Editor(store=desk.store, clock=desk.clock, policy=Policy(), prices=PRICES, person=person)
    editor.cancel(desk.post(first).id)
    desk.changed(first, how={}, title="Headline one, mended")
    second = desk.decided(2)
    found = desk.compose()
    assert (found.left, found.queued) == (1, 1)
    assert desk.post(first).state is PostState.CANCELLED
    assert desk.post(second).state is PostState.QUEUED
    assert (desk.state(first), desk.state(second)) == (ArticleState.DONE, ArticleState.DONE)
    with desk.store.read() as tx:
        newest = tx.audit.list_recent(subject=f"post {desk.post(first).id}")[0]
    assert "stays so until somebody brings it back" in newest.why


class BreakingRenderer(SandboxedRenderer):
    """Breaks at one headline, as a flaw of ours might."""

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """The real answer for any other."""
        if variables["title"] == "Breaks":
            raise RecursionError("maximum recursion depth exceeded")
        return super().render(template, variables)


def test_an_article_that_breaks_its_wording_waits_for_a_person(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Its post is held with headline and address, and says what broke; the others go on."""
    desk.renderer = breaking = BreakingRenderer(ROOT / "templates")
    poison = desk.decided(1, facts={"title": "Breaks"})
    others = [desk.decided(number) for number in (2, 3)]
    assert desk.compose() == Composed(queued=2, held=1)
    breaking.close()
    post = desk.post(poison)
    assert (post.state, post.text, post.price_usd) == (PostState.HELD, f"Breaks\n\n{URL}-1", "0.200")
    why = "its wording broke (RecursionError: maximum recursion depth exceeded): write its post by hand"
    assert post.reason.startswith(why)
    assert [desk.state(one) for one in (poison, *others)] == [ArticleState.DONE] * 3
    assert post.reason in desk.alerts()
    assert "RecursionError" in caplog.text


def test_a_post_that_cannot_be_written_leaves_the_others_alone(desk: Desk) -> None:
    """The trouble is raised, for the log and a later try, after all others are on record."""
    first, poison, last = (desk.decided(number) for number in (1, 2, 3))
    with desk.store.writer.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER poison BEFORE INSERT ON posts WHEN NEW.article_id = {poison.id}"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
    with pytest.raises(IntegrityError, match="poison"):
        desk.compose()
    assert [desk.state(one) for one in (first, last)] == [ArticleState.DONE] * 2
    with desk.store.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER poison")
    assert desk.compose() == Composed(queued=1)
