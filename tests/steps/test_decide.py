"""Articles get their decision once, with what is on record of others taken into account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.decision import Decision, Reason, Verdict
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostState
from asiaradar_bot.steps.decide import Decided, decide
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, add_post, make_article, make_facts, make_remote
from tests.fakes.outside import FakeClock


def add(store: SqlStore, number: int = 1, *, title: str | None = None, **how: object) -> Article:
    """An article that was read."""
    facts = make_facts(url=f"{URL}-{number}", title=title or f"Headline of story {number}")
    with store.begin() as tx:
        return tx.articles.add(make_article(facts=facts, **how), names=[facts.url])


def run(store: SqlStore) -> Decided:
    """One round."""
    return decide(store, FakeClock(), policy=Policy(), max_age=timedelta(hours=24), first_run_posts=False)


def newest(store: SqlStore, article: Article) -> tuple[Decision, ArticleState]:
    """Its last decision, and where it stands."""
    with store.read() as tx:
        return tx.articles.list_decisions(article.id)[-1], tx.articles.get(article.id).state


def test_each_article_is_decided_once(shelf: SqlStore) -> None:
    """What is to be posted waits for its wording, what is skipped is done; a second round finds nothing."""
    good, seeded, gone = add(shelf, 1), add(shelf, 2, seeded=True), add(shelf, 3, gone_at=NOON)
    assert run(shelf) == Decided(to_post=1, skipped=2)
    assert newest(shelf, good)[1] is ArticleState.DECIDED
    assert [newest(shelf, one)[1] for one in (seeded, gone)] == [ArticleState.DONE] * 2
    assert run(shelf) == Decided()


def test_two_alike_in_one_round_give_one_post(shelf: SqlStore) -> None:
    """The earlier one goes on; the later is skipped, as the first counts as posted from then on."""
    first = add(shelf, 1, title="Port of Busan counts its busiest year")
    second = add(shelf, 2, title="Port of Busan counts its busiest year", first_seen_at=NOON)
    assert run(shelf) == Decided(to_post=1, skipped=1)
    assert newest(shelf, first)[0].verdict is Verdict.AUTO
    assert newest(shelf, second)[0].reason is Reason.NEAR_DUPLICATE


def test_what_stands_on_the_timeline_is_not_posted_again(shelf: SqlStore) -> None:
    """Whoever posted it, by hand or by us: the article is skipped with the id on X as its reason."""
    article = add(shelf)
    add_post(shelf, PostState.PUBLISHED, article_id=article.id)
    run(shelf)
    assert newest(shelf, article)[0].reason is Reason.ALREADY_POSTED
    by_hand = add(shelf, 2, title="Another one")
    with shelf.begin() as tx:
        tx.account.record_seen(make_remote("y", id="78"), at=NOON, post_id=None, foreign=False, link_key=by_hand.url)
    run(shelf)
    assert "78" in newest(shelf, by_hand)[0].detail


def test_a_skip_with_a_waiting_post_goes_on_to_hold_it(shelf: SqlStore) -> None:
    """An article that is gone now, with a post in the queue, is handed to the step that holds the post."""
    article = add(shelf, gone_at=NOON)
    add_post(shelf, article_id=article.id)
    assert run(shelf) == Decided(skipped=1)
    assert newest(shelf, article)[1] is ArticleState.DECIDED


def test_an_appointment_to_read_again_survives_the_decision(shelf: SqlStore) -> None:
    """Deciding does not forget that the page is to be read again."""
    article = add(shelf)
    with shelf.begin() as tx:
        tx.articles.save(replace(article, next_read_at=NOON), was=article)
    run(shelf)
    with shelf.read() as tx:
        assert tx.articles.get(article.id).next_read_at == NOON


def test_an_article_that_breaks_the_rules_waits_for_a_person(shelf: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    """A date at the end of all dates has no expiry: that article is held and says why, the nine others go on."""
    articles = [add(shelf, number) for number in range(9)]
    with shelf.begin() as tx:
        facts = make_facts(url=f"{URL}-poison", title="Poison", published_at=datetime.max.replace(tzinfo=UTC))
        poison = tx.articles.add(make_article(facts=facts), names=[facts.url])
    assert run(shelf) == Decided(to_post=9, held=1)
    decision, state = newest(shelf, poison)
    assert (decision.verdict, decision.reason, state) == (Verdict.HOLD, Reason.FAILED, ArticleState.DECIDED)
    assert decision.detail.startswith("the rules broke at it (OverflowError: date value out of range): write its post")
    assert {newest(shelf, one)[1] for one in articles} == {ArticleState.DECIDED}
    assert "OverflowError" in caplog.text
    assert run(shelf) == Decided()


def test_a_decision_that_cannot_be_written_leaves_the_others_alone(shelf: SqlStore) -> None:
    """The trouble is raised, for the log and a later try, after all others are on record."""
    first, poison, last = (add(shelf, number) for number in range(3))
    with shelf.writer.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER poison BEFORE INSERT ON decisions WHEN NEW.article_id = {poison.id}"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
    with pytest.raises(IntegrityError, match="poison"):
        run(shelf)
    assert [newest(shelf, one)[1] for one in (first, last)] == [ArticleState.DECIDED] * 2
    with shelf.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER poison")
    assert run(shelf) == Decided(to_post=1)
