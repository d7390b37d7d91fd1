"""When each waiting post will really go out: due times, class, quiet hours, gap and caps played through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId
from asiaradar_bot.rules.slots import is_quiet, quiet_until, room

_URGENCY = {NewsClass.BREAKING: 0, NewsClass.NORMAL: 1, NewsClass.EVERGREEN: 2}
MOST = 200
"""Posts that are played through; nobody plans further ahead."""


def expected_times(
    posts: Sequence[Post], sent: Sequence[datetime], *, now: datetime, policy: Policy, limits: Limits
) -> Mapping[PostId, datetime]:
    """
    The expected time of each queued post, as the sender would choose; `sent` in rising order, of the last 24 hours.

    With quiet hours round the clock that is a week from now, when somebody will have mended them.

    A picture that is slow, doubt about an attempt, or a person may make it later; nothing makes it earlier.
    """
    waiting = {post.id: post for post in sorted(posts, key=lambda post: post.due_at)[:MOST]}
    ready = {post.id: _ready_at(post, now, policy) for post in waiting.values()}
    out = list(sent)
    times: dict[PostId, datetime] = {}
    while waiting:
        turns = _whose_turn(waiting.values())
        at = _free_at(min(ready[post.id] for post in turns), out, limits)
        post = min(
            (post for post in turns if ready[post.id] <= at),
            key=lambda post: (_URGENCY[post.news_class], -post.due_at.timestamp(), post.id),
        )
        quiet_end = quiet_until(at, policy.quiet_hours, post.news_class)
        if quiet_end > at and not is_quiet(quiet_end, policy.quiet_hours, post.news_class):
            ready[post.id] = quiet_end
            continue
        times[post.id] = at
        out.append(at)
        del waiting[post.id]
    return times


def _whose_turn(waiting: Collection[Post]) -> Sequence[Post]:
    """
    Those that no earlier part of their thread is waiting before.
    """
    first: dict[PostId, int] = {}
    for post in waiting:
        if post.thread_id is not None:
            first[post.thread_id] = min(post.part, first.get(post.thread_id, post.part))
    return [post for post in waiting if post.thread_id is None or post.part == first[post.thread_id]]


def _ready_at(post: Post, now: datetime, policy: Policy) -> datetime:
    return quiet_until(max(now, post.due_at, post.not_before_at or now), policy.quiet_hours, post.news_class)


def _free_at(at: datetime, sent: Sequence[datetime], limits: Limits) -> datetime:
    while (later := room(at, sent, per_hour=limits.per_hour, per_day=limits.per_day, min_gap=limits.min_gap)) > at:
        at = later
    return at


def knock_on(before: Mapping[PostId, datetime], after: Mapping[PostId, datetime]) -> Mapping[PostId, datetime]:
    """
    Posts whose expected time would differ, with the new time.
    """
    return {post_id: at for post_id, at in after.items() if post_id in before and before[post_id] != at}
