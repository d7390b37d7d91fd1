"""Expected times keep every rule of the sender, with any quiet hours, caps and classes."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy, QuietHours
from asiaradar_bot.model.post import Post, PostId
from asiaradar_bot.rules.lineup import expected_times
from asiaradar_bot.rules.slots import is_quiet
from tests.factories import NOON, make_post
from tests.properties.test_slots import quiet_spans

queues = st.lists(
    st.builds(
        lambda due, news_class, embargo: make_post(
            due_at=NOON + timedelta(minutes=due),
            news_class=news_class,
            not_before_at=None if embargo is None else NOON + timedelta(minutes=embargo),
        ),
        st.integers(-60, 600),
        st.sampled_from(NewsClass),
        st.none() | st.integers(0, 600),
    ),
    max_size=10,
).map(lambda posts: [_numbered(post, number) for number, post in enumerate(posts, start=1)])
limits_of_a_day = st.builds(
    lambda gap, per_hour, per_day: Limits(min_gap=timedelta(minutes=gap), per_hour=per_hour, per_day=per_day),
    st.integers(0, 45),
    st.integers(1, 4),
    st.integers(2, 12),
)


def _numbered(post: Post, number: int) -> Post:
    return make_post(
        id=PostId(number), due_at=post.due_at, news_class=post.news_class, not_before_at=post.not_before_at
    )


@given(
    posts=queues,
    spans=st.lists(quiet_spans, max_size=2),
    limits=limits_of_a_day,
    sent=st.lists(st.integers(1, 24 * 60), max_size=12),
)
def test_expected_times_keep_every_rule(
    posts: list[Post], spans: list[QuietHours], limits: Limits, sent: list[int]
) -> None:
    """Every post has one time, not before now, due time or embargo, outside its quiet hours, within gap and caps."""
    went = sorted(NOON - timedelta(minutes=minute) for minute in sent)
    policy = Policy(quiet_hours=tuple(spans))
    times = expected_times(posts, went, now=NOON, policy=policy, limits=limits)
    assert set(times) == {post.id for post in posts}
    for post in posts:
        at = times[post.id]
        assert at >= max(NOON, post.due_at, post.not_before_at or NOON)
        assert not is_quiet(at, spans, post.news_class) or at >= NOON + timedelta(days=7)
    ours = sorted(times.values())
    assert all(two - one >= limits.min_gap for one, two in pairwise(went[-1:] + ours))
    for span, most in ((timedelta(hours=1), limits.per_hour), (timedelta(days=1), limits.per_day)):
        assert all(sum(at - span < other <= at for other in [*went, *ours]) <= most for at in ours)


@given(posts=queues.filter(bool), limits=limits_of_a_day)
def test_a_post_less_makes_no_other_later(posts: list[Post], limits: Limits) -> None:
    """Without quiet hours, taking the last one out of the line leaves the others where they are."""
    times = expected_times(posts, [], now=NOON, policy=Policy(), limits=limits)
    last = max(times, key=lambda post_id: times[post_id])
    fewer = [post for post in posts if post.id != last]
    assert expected_times(fewer, [], now=NOON, policy=Policy(), limits=limits) == {
        post_id: at for post_id, at in times.items() if post_id != last
    }


def test_quiet_hours_round_the_clock_end() -> None:
    """Two spans that leave no minute free put a post a week ahead; the page that asks does not hang."""
    day = QuietHours(starts=time(8), ends=time(22), zone="Asia/Singapore")
    night = QuietHours(starts=time(22), ends=time(8), zone="Asia/Singapore")
    times = expected_times([make_post()], [], now=NOON, policy=Policy(quiet_hours=(day, night)), limits=Limits())
    assert times[PostId(1)] >= NOON + timedelta(days=7)
