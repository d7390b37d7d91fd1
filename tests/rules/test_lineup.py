"""Expected times: the queue played through as the sender would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy, QuietHours
from asiaradar_bot.model.post import Post, PostId, PostKind, PostState
from asiaradar_bot.rules.lineup import expected_times, knock_on
from asiaradar_bot.rules.slots import is_quiet, quiet_until

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NIGHT = QuietHours(starts=time(22), ends=time(7), zone="Asia/Singapore")


def queued(number: int, minutes: float, news_class: NewsClass = NewsClass.NORMAL) -> Post:
    """A queued post that is due so many minutes from now."""
    return Post(
        id=PostId(number),
        version=1,
        kind=PostKind.MANUAL,
        state=PostState.QUEUED,
        news_class=news_class,
        text="x",
        link=None,
        marker=f"m{number}",
        due_at=NOW + timedelta(minutes=minutes),
        expires_at=None,
        reason="",
        created_at=NOW,
        price_usd="0.015",
    )


def minutes_of(posts: list[Post], **more: object) -> dict[int, float]:
    """Expected minutes from now by number."""
    limits = Limits(**{name: value for name, value in more.items() if name != "policy"})  # type: ignore[arg-type]  # the test's few numbers
    policy = more.get("policy", Policy())
    assert isinstance(policy, Policy)
    times = expected_times(posts, [], now=NOW, policy=policy, limits=limits)
    return {number: (at - NOW) / timedelta(minutes=1) for number, at in times.items()}


def test_without_limits_everything_goes_at_its_time() -> None:
    """A post that is overdue goes now, the others when they are due."""
    assert minutes_of([queued(1, -5), queued(2, 30)]) == {1: 0, 2: 30}


def test_parts_of_a_thread_go_in_their_order() -> None:
    """A part whose time came before that of an earlier one waits for it."""
    first, second = queued(1, 30), queued(2, 0)
    thread = [replace(post, thread_id=PostId(1), part=at, parts=2) for at, post in ((1, first), (2, second))]
    assert minutes_of([*thread, queued(3, 10)]) == {3: 10, 1: 30, 2: 30}


def test_the_gap_moves_others_back_and_breaking_goes_first() -> None:
    """Breaking news takes the next moment; the rest follow at the least gap."""
    posts = [queued(1, 0), queued(2, 0, NewsClass.BREAKING), queued(3, 1)]
    assert minutes_of(posts, min_gap=timedelta(minutes=10)) == {2: 0, 3: 10, 1: 20}


def test_caps_are_counted() -> None:
    """The third post of an hour that allows two waits until the first is an hour old."""
    assert minutes_of([queued(1, 0), queued(2, 5), queued(3, 6)], per_hour=2) == {1: 0, 2: 5, 3: 60}


def test_quiet_hours_wait_for_the_morning_and_breaking_pierces() -> None:
    """22:00 to 07:00 in Singapore holds normal posts until 07:00 there."""
    policy = Policy(quiet_hours=(NIGHT,))
    evening = 6 * 60
    assert minutes_of([queued(1, evening), queued(2, evening, NewsClass.BREAKING)], policy=policy) == {
        1: 14 * 60,
        2: evening,
    }


def test_an_embargo_is_kept() -> None:
    """A post is never expected before its embargo ends."""
    post = replace(queued(1, 0), not_before_at=NOW + timedelta(hours=2))
    assert minutes_of([post]) == {1: 120}


def test_quiet_round_the_clock_ends_the_look_ahead() -> None:
    """Two spans that cover the whole day give an instant far away instead of an endless search."""
    spans = (replace(NIGHT, ends=time(8)), replace(NIGHT, starts=time(8), ends=time(22)))
    assert quiet_until(NOW, spans, NewsClass.NORMAL) >= NOW + timedelta(days=7)


@given(
    due=st.lists(st.integers(-60, 600), min_size=1, max_size=12),
    gap=st.integers(0, 30),
    per_hour=st.integers(1, 5),
)
def test_no_expected_time_breaks_a_limit(due: list[int], gap: int, per_hour: int) -> None:
    """Every post has a time, none before it is due, none in quiet hours, and gap and cap hold between them."""
    posts = [queued(number, minutes) for number, minutes in enumerate(due)]
    policy = Policy(quiet_hours=(NIGHT,))
    limits = Limits(min_gap=timedelta(minutes=gap), per_hour=per_hour)
    times = expected_times(posts, [], now=NOW, policy=policy, limits=limits)
    assert set(times) == {post.id for post in posts}
    assert all(times[post.id] >= max(NOW, post.due_at) for post in posts)
    assert not any(is_quiet(at, policy.quiet_hours, NewsClass.NORMAL) for at in times.values())
    ordered = sorted(times.values())
    assert all(later - earlier >= limits.min_gap for earlier, later in pairwise(ordered))
    assert all(sum(1 for other in ordered if at - timedelta(hours=1) < other <= at) <= per_hour for at in ordered)


def test_the_knock_on_names_whom_it_moves() -> None:
    """Only posts whose time differs are named, with the new time."""
    before = {PostId(1): NOW, PostId(2): NOW}
    after = {PostId(1): NOW, PostId(2): NOW + timedelta(minutes=5), PostId(3): NOW}
    assert knock_on(before, after) == {PostId(2): NOW + timedelta(minutes=5)}
