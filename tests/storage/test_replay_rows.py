"""Records of decisions on both databases: exact, small, and removed when their time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Facts
from asiaradar_bot.model.basis import Basis, SeenHeadline
from asiaradar_bot.model.decision import Decision, DecisionId
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.steps.housekeep import prune
from asiaradar_bot.storage.replay_rows import basis_from_json, basis_to_json
from asiaradar_bot.storage.store import SqlStore
from tests.factories import make_decision
from tests.fakes.outside import NOON, FakeClock

DAY = timedelta(days=1)
DRAFT = Draft(
    text="Ferries run again\n\nhttps://radar.asia/f",
    template="article",
    template_digest="0123456789ab",
    price_usd="0.200",
    held_because=None,
    due_at=NOON,
    made_at=NOON,
)


def basis(*recent: SeenHeadline, **how: object) -> Basis:
    """What an ordinary decision is made from."""
    values: dict[str, object] = {
        "read_at": NOON,
        "gone_at": None,
        "posted_as": None,
        "open_post": False,
        "recent_since": NOON - 2 * DAY,
        "max_age": DAY,
        "first_run_posts": False,
        "policy_digest": "abcdef012345",
    }
    return Basis(recent=recent, **{**values, **how})  # type: ignore[arg-type]  # plain values


def headline(number: int, revision: int = 1, *, posted: bool = False) -> SeenHeadline:
    """A headline as a decision saw it."""
    return SeenHeadline(article_id=ArticleId(number), revision=revision, posted=posted)


def decided(store: SqlStore, number: int, at: datetime, *, made_from: Basis | None) -> Decision:
    """An article with a decision, and its record if it has one."""
    facts = Facts(url=f"https://radar.asia/{number}", title=f"Story {number}", summary="")
    with store.begin() as tx:
        article = tx.articles.add(
            Article(
                id=ArticleId(0),
                url=facts.url,
                state=ArticleState.DONE,
                source="latest",
                first_seen_at=at,
                facts=facts,
                revision=1,
                read_at=at,
            ),
            names=[facts.url],
        )
        decision = tx.articles.add_decision(
            make_decision(article_id=article.id, detail="no rule speaks of it", decided_at=at)
        )
        if made_from is not None:
            tx.replays.record_basis(decision, made_from)
    return decision


@given(
    st.builds(
        basis,
        gone_at=st.none() | st.just(NOON + timedelta(microseconds=1)),
        read_at=st.none() | st.just(NOON - timedelta(microseconds=7)),
        posted_as=st.none() | st.text(max_size=20),
        open_post=st.booleans(),
        first_run_posts=st.booleans(),
        max_age=st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    ),
    st.dictionaries(st.integers(1, 300), st.tuples(st.integers(1, 900), st.booleans()), max_size=60),
)
def test_a_basis_comes_back_as_it_was(made: Basis, seen: dict[int, tuple[int, bool]]) -> None:
    """Whatever headlines were seen, in whatever revisions, the stored text tells them all exactly."""
    recent = tuple(headline(number, revision, posted=posted) for number, (revision, posted) in sorted(seen.items()))
    made = basis(*recent, **{name: getattr(made, name) for name in ("gone_at", "read_at", "posted_as", "max_age")})
    assert basis_from_json(basis_to_json(made)) == made


def test_a_headline_costs_a_byte() -> None:
    """Two hundred headlines of two days take little more than two hundred bytes."""
    recent = [headline(number, 1 + number % 3, posted=number % 4 > 0) for number in range(5000, 5200)]
    assert len(basis_to_json(basis(*recent))) - len(basis_to_json(basis())) < 210


def test_a_record_comes_back_with_its_article_and_draft(store: SqlStore) -> None:
    """What is listed is the decision as stored, from that instant on, in order, each with its own article's facts."""
    made_from = basis(headline(1), gone_at=NOON)
    first = decided(store, 1, NOON - DAY, made_from=basis())
    second = decided(store, 2, NOON, made_from=made_from)
    with store.begin() as tx:
        tx.replays.record_draft(second.id, DRAFT)
        tx.replays.record_draft(DecisionId(99), DRAFT)
    with store.read() as tx:
        both = tx.replays.list_recorded(NOON - DAY, None, after=DecisionId(0), limit=9)
        assert [one.decision for one in both] == [first, second]
        assert [one.draft for one in both] == [None, DRAFT]
        assert both[1].basis == made_from
        assert both[1].article.facts.title == "Story 2"
        assert both[1].article.gone_at == NOON
        assert [one.decision for one in tx.replays.list_recorded(NOON, None, after=DecisionId(0), limit=9)] == [second]
        assert tx.replays.list_recorded(NOON - DAY, NOON, after=first.id, limit=9) == []
        assert [one.decision for one in tx.replays.list_newest(articles=1)] == [second]
        assert [one.title for one in tx.replays.headlines([ArticleId(1)])] == ["Story 1"]


def test_records_go_when_their_time_is_over(store: SqlStore) -> None:
    """Housekeeping removes old records and no decision; the decision then counts as without a record."""
    old = decided(store, 1, NOON - 9 * DAY, made_from=basis())
    decided(store, 2, NOON, made_from=basis())
    assert prune(store, FakeClock(NOON), keep_records=8 * DAY) == 1
    with store.read() as tx:
        assert tx.replays.count_unrecorded(NOON - 10 * DAY, None) == 1
        assert tx.replays.count_unrecorded(NOON - 10 * DAY, NOON - 9 * DAY) == 0
        assert tx.articles.list_decisions(old.article_id) == [old]
        assert len(tx.replays.list_recorded(NOON - 10 * DAY, None, after=DecisionId(0), limit=9)) == 1
