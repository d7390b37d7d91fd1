"""From posts with their figures to what people read: groups, days, hours, each beside the account's own baseline."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from asiaradar_bot.model.report import (
    LEAST_POSTS,
    DayLine,
    Estimate,
    Grouping,
    GroupLine,
    HourCell,
    PostFigures,
    Standing,
)
from asiaradar_bot.rules.intervals import mean_of, ratio_of, share_of

BY_HAND = "by hand on X"
NO_NAME = "none"
WEEKDAYS = tuple(calendar.day_name)
"""Names of the groups by weekday, Monday first."""
_MICRO = 1_000_000
_IN_ORDER = frozenset({Grouping.HOUR, Grouping.WEEKDAY})


def summarise(name: str, posts: Sequence[PostFigures], *, baseline: Estimate | None) -> GroupLine:
    """
    The line of one group; `baseline` is the account's own mean impressions, None: this is the baseline itself.
    """
    own = [post for post in posts if not post.replaced]
    told = [post for post in posts if post.impressions is not None]
    seen = [post for post in told if not post.replaced]
    views = [post.impressions for post in seen if post.impressions is not None]
    impressions = mean_of(views)
    paid = [post for post in posts if post.cost_micro_usd is not None]
    all_views = [post.impressions for post in told]
    all_clicks = [_clicks(post) for post in told]
    usd = [None if post.cost_micro_usd is None else post.cost_micro_usd / _MICRO for post in told]
    return GroupLine(
        name=name,
        posts=len(own),
        unknown=len(own) - len(seen),
        deleted=sum(post.deleted for post in own),
        replaced=len(posts) - len(own),
        impressions=impressions,
        engagement_rate=share_of([post.engagements for post in seen], views),
        click_rate=share_of([_clicks(post) for post in seen], views),
        cost_usd=Decimal(sum(post.cost_micro_usd or 0 for post in paid)) / _MICRO if paid else None,
        engagements_per_usd=ratio_of([post.engagements for post in told], usd),
        clicks_per_usd=ratio_of(all_clicks, usd),
        usd_per_1000=ratio_of([None if one is None else one * 1000 for one in usd], all_views),
        usd_per_click=ratio_of(usd, all_clicks),
        lift=_lift(impressions, baseline),
        standing=standing_of(impressions, baseline),
        thin=len(seen) < LEAST_POSTS,
    )


def group_posts(
    posts: Sequence[PostFigures], by: Grouping, *, zone: ZoneInfo, baseline: Estimate
) -> Sequence[GroupLine]:
    """
    A line for each group, most posts first; hours and weekdays in their own order.

    By variant only posts of templates that had some count: others went out at other times, to other readers.
    """
    found: dict[tuple[int, str], list[PostFigures]] = defaultdict(list)
    name = _NAMES[by]
    for post in posts:
        if by is not Grouping.VARIANT or post.variant is not None:
            found[name(post, zone)].append(post)
    ordered = sorted(found.items(), key=lambda one: one[0][0] if by in _IN_ORDER else (-len(one[1]), one[0][1]))
    return [summarise(key[1], some, baseline=baseline) for key, some in ordered]


def list_days(posts: Sequence[PostFigures], *, since: datetime, until: datetime, zone: ZoneInfo) -> Sequence[DayLine]:
    """
    Every day of the newsroom that the span touches, days without posts too.
    """
    by_day: dict[object, list[PostFigures]] = defaultdict(list)
    for post in posts:
        by_day[post.created_at.astimezone(zone).date()].append(post)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    days = []
    for ahead in range((last - first).days + 1):
        day_on = first + timedelta(days=ahead)
        some = by_day.get(day_on, [])
        known = [post.impressions for post in some if post.impressions is not None]
        impressions = sum(known) if known or not some else None
        days.append(DayLine(day_on=day_on, posts=len(some), impressions=impressions))
    return days


def list_cells(posts: Sequence[PostFigures], *, zone: ZoneInfo) -> Sequence[HourCell]:
    """
    Hour by weekday in the newsroom's zone, those without posts left out.
    """
    found: dict[tuple[int, int], list[PostFigures]] = defaultdict(list)
    for post in posts:
        local = post.created_at.astimezone(zone)
        found[local.weekday(), local.hour].append(post)
    return [
        HourCell(
            weekday=weekday,
            hour=hour,
            posts=len(some),
            impressions=mean_of([post.impressions for post in some if post.impressions is not None]),
        )
        for (weekday, hour), some in sorted(found.items())
    ]


def best_posts(posts: Iterable[PostFigures], *, count: int) -> Sequence[PostFigures]:
    """
    Those with the most impressions.
    """
    known = (post for post in posts if post.impressions is not None)
    return sorted(known, key=lambda post: (-(post.impressions or 0), post.remote_id))[:count]


def _lift(impressions: Estimate, baseline: Estimate | None) -> float | None:
    if baseline is None or not baseline.value or impressions.value is None:
        return None
    return impressions.value / baseline.value


def standing_of(impressions: Estimate, baseline: Estimate | None) -> Standing:
    """
    Where the interval lies beside the baseline's mean; too few posts are not judged.
    """
    if baseline is None or baseline.value is None or impressions.n < LEAST_POSTS:
        return Standing.UNKNOWN
    if impressions.low is not None and impressions.low > baseline.value:
        return Standing.ABOVE
    if impressions.high is not None and impressions.high < baseline.value:
        return Standing.BELOW
    return Standing.ALIKE


def _clicks(post: PostFigures) -> int | None:
    """
    A post without a link has no clicks to count.
    """
    return None if post.has_link is False else post.link_clicks


def _hour(post: PostFigures, zone: ZoneInfo) -> tuple[int, str]:
    hour = post.created_at.astimezone(zone).hour
    return hour, f"{hour:02}:00"


def _weekday(post: PostFigures, zone: ZoneInfo) -> tuple[int, str]:
    weekday = post.created_at.astimezone(zone).weekday()
    return weekday, WEEKDAYS[weekday]


def _named(name: str | None, post: PostFigures) -> tuple[int, str]:
    return 0, (BY_HAND if post.post_id is None else name or NO_NAME)


def _variant(post: PostFigures) -> str:
    return f"{post.template}, {post.variant}"


_NAMES: Mapping[Grouping, Callable[[PostFigures, ZoneInfo], tuple[int, str]]] = {
    Grouping.CATEGORY: lambda post, _: _named(post.category, post),
    Grouping.CLASS: lambda post, _: _named(post.news_class, post),
    Grouping.TEMPLATE: lambda post, _: _named(post.template, post),
    Grouping.VARIANT: lambda post, _: _named(_variant(post), post),
    Grouping.LANGUAGE: lambda post, _: _named(post.language, post),
    Grouping.HOUR: _hour,
    Grouping.WEEKDAY: _weekday,
}
