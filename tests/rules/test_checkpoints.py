"""The read planner: never over budget, never paying twice, never showing in passing what was not chosen."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.engagement import FollowedPost, FollowState
from asiaradar_bot.rules.checkpoints import ReadPlan, is_edge_of_day, plan_reads
from benchmarks import engagement_plans
from tests.fakes.outside import NOON

PRICE = Decimal("0.001")


def post(number: int, *, age: timedelta, read: timedelta | None = None, **how: object) -> FollowedPost:
    """A post of that age at noon, last read at the age `read`."""
    created_at = NOON - age
    values: dict[str, object] = {
        "remote_id": str(number),
        "current_id": str(number),
        "created_at": created_at,
        "post_id": None,
        "last_read_at": None if read is None else created_at + read,
    }
    return FollowedPost(**{**values, **how})  # type: ignore[arg-type]  # plain values


def plan(*posts: FollowedPost, now: datetime = NOON, **how: object) -> ReadPlan:
    """The plan at noon with plenty of money."""
    values: dict[str, object] = {
        "read_today": (),
        "spent_usd": Decimal(0),
        "month_usd": Decimal(10),
        "price_usd": PRICE,
    }
    return plan_reads(posts, now=now, **{**values, **how})  # type: ignore[arg-type]  # plain values


def ids(made: ReadPlan) -> list[list[str]]:
    """The ids page by page."""
    return [[one.current_id for one in page] for page in made.pages]


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_young_post_is_read_and_a_new_one_not_yet() -> None:
    """A post of an hour is worth a look, one of five minutes is not."""
    assert ids(plan(post(1, age=HOUR), post(2, age=timedelta(minutes=5)))) == [["1"]]


def test_what_hardly_moves_is_not_paid_for() -> None:
    """A post seen at two days is left alone half a day later, and looked at again when a set age has passed."""
    assert ids(plan(post(1, age=2.5 * DAY, read=2 * DAY))) == []
    assert ids(plan(post(1, age=3 * DAY, read=2 * DAY))) == [["1"]]


def test_a_post_paid_for_today_is_read_denser() -> None:
    """What is too little for a price is enough for a free look, with a quarter of an hour between."""
    seen = post(1, age=30 * HOUR, read=27 * HOUR)
    assert ids(plan(seen)) == []
    assert ids(plan(seen, read_today=["1"])) == [["1"]]
    just_now = post(1, age=2 * HOUR, read=timedelta(hours=1, minutes=50))
    assert ids(plan(just_now, read_today=["1"])) == []


def test_settled_and_old_posts_are_never_read() -> None:
    """Settled, deleted and month-old posts are out of every plan; a missing one is looked for."""
    closed = [post(n, age=HOUR, state=state) for n, state in enumerate((FollowState.SETTLED, FollowState.DELETED))]
    assert ids(plan(*closed, post(5, age=30 * DAY))) == []
    assert ids(plan(post(1, age=2 * DAY, read=2 * DAY, state=FollowState.MISSING))) == [["1"]]


def test_a_request_shows_nothing_that_was_not_chosen() -> None:
    """A post that is not chosen parts the chosen ones into two requests, and a page has at most a hundred."""
    assert ids(plan(post(1, age=HOUR), post(2, age=HOUR, state=FollowState.SETTLED), post(3, age=HOUR))) == [
        ["1"],
        ["3"],
    ]
    many = plan(*(post(number, age=HOUR) for number in range(1, 251)))
    assert [len(page) for page in many.pages] == [100, 100, 50]


def test_with_little_money_the_most_is_learnt_first() -> None:
    """When one read is left for today, the post of which most is unknown gets it, and the rest is said to wait."""
    made = plan(post(1, age=HOUR), post(2, age=20 * HOUR), month_usd=4 * PRICE)
    assert (ids(made), made.put_off) == ([["2"]], 1)


def test_around_midnight_nothing_is_read() -> None:
    """Within two minutes of midnight UTC nobody knows which day X bills."""
    midnight = datetime.fromisoformat("2026-11-24T00:00:00Z")
    for seconds, edge in ((-121, False), (-119, True), (0, True), (119, True), (121, False)):
        now = midnight + timedelta(seconds=seconds)
        assert is_edge_of_day(now) is edge
        assert bool(plan(post(1, age=DAY * 2), now=now).pages) is not edge


def test_it_costs_less_than_a_quarter_of_collectors_that_do_not_think(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days of posts on the local X's curves, as docs/engagement.md has them for a month, and drawn more truly."""
    monkeypatch.setattr(engagement_plans, "DAYS", 2)
    posts = engagement_plans.made_posts()
    ours = engagement_plans.planned(posts, Decimal(10))
    naive = [
        engagement_plans.regular(posts, "timeline", every=2 * HOUR, until=90 * DAY, price=PRICE),
        engagement_plans.regular(posts, "by id", every=HOUR, until=30 * DAY, price=5 * PRICE),
    ]
    assert len(posts) == 20
    assert 0 < ours.usd < min(one.usd for one in naive) / 4
    mean, _ = engagement_plans.error_percent(posts, ours)
    assert mean < engagement_plans.error_percent(posts, naive[0])[0]


POSTS = st.lists(
    st.tuples(st.floats(0.1, 800), st.none() | st.floats(0, 1), st.sampled_from(FollowState)), max_size=60
).map(
    lambda rows: [
        post(n, age=age * HOUR, read=None if part is None else age * part * HOUR, state=state)
        for n, (age, part, state) in enumerate(rows)
    ]
)


@settings(max_examples=200, deadline=None)
@given(posts=POSTS, micro_spent=st.integers(0, 30_000), micro_budget=st.integers(0, 30_000), hour=st.integers(0, 700))
def test_no_plan_costs_more_than_the_month_has_left(
    posts: list[FollowedPost], micro_spent: int, micro_budget: int, hour: int
) -> None:
    """Whatever is open, a plan's price and what was spent stay within the budget, and no post is in it twice."""
    spent, budget = Decimal(micro_spent) / 1_000_000, Decimal(micro_budget) / 1_000_000
    made = plan(*posts, now=NOON + hour * HOUR, spent_usd=spent, month_usd=budget)
    shown = [one for page in ids(made) for one in page]
    assert made.cost_usd == PRICE * len(shown)
    assert made.cost_usd == 0 or spent + made.cost_usd <= budget
    assert len(shown) == len(set(shown))


@settings(max_examples=200, deadline=None)
@given(posts=POSTS, paid=st.sets(st.integers(0, 60)))
def test_what_was_shown_today_costs_nothing(posts: list[FollowedPost], paid: set[int]) -> None:
    """A plan is charged only for posts that X did not show on this UTC day; with no money it holds only free ones."""
    today = {str(number) for number in paid}
    made = plan(*posts, read_today=today)
    shown = {one for page in ids(made) for one in page}
    assert made.cost_usd == PRICE * len(shown - today)
    free = plan(*posts, read_today=today, month_usd=Decimal(0))
    assert {one for page in ids(free) for one in page} <= today
