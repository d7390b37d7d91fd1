"""What own posts teach: how variants of a template did beside it, and which hours are better than usual, if any are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import SlotTimes
from asiaradar_bot.model.report import (
    LEAST_OF_VARIANT,
    Comparison,
    Estimate,
    HourLine,
    Measure,
    PostFigures,
    SlotAdvice,
    Standing,
)
from asiaradar_bot.rules.intervals import difference_of, mean_of
from asiaradar_bot.rules.reporting import standing_of, summarise
from asiaradar_bot.rules.variants import ORIGINAL

LEAST_POSTS_FOR_SLOTS = 200
LEAST_DAYS_FOR_SLOTS = 28
LEAST_POSTS_OF_HOUR = 20
LEAST_DAYS_OF_HOUR = 10
"""An hour with fewer posts, or posts of fewer days, is shown and not judged: one evening is no habit of readers."""


def compare_variants(posts: Sequence[PostFigures]) -> Sequence[Comparison]:
    """
    Each variant beside its template, by each measure; by template and variant.

    Posts count by the wording they were given, those that a person changed afterwards too: leaving them out would
    leave out just those articles that one of the wordings did not suit.
    """
    found: dict[tuple[str, str], list[PostFigures]] = defaultdict(list)
    for post in posts:
        if post.template is not None and post.variant is not None:
            found[post.template, post.variant].append(post)
    return [
        comparison
        for (template, variant), some in sorted(found.items())
        if variant != ORIGINAL
        for comparison in _beside(template, variant, some, found.get((template, ORIGINAL), []))
    ]


def _beside(
    template: str, variant: str, posts: Sequence[PostFigures], original: Sequence[PostFigures]
) -> Iterator[Comparison]:
    of_variant, of_original = _measures(posts), _measures(original)
    for measure in Measure:
        figure, usual = of_variant[measure], of_original[measure]
        difference = difference_of(figure, usual)
        yield Comparison(
            template=template,
            variant=variant,
            posts=len(posts),
            original_posts=len(original),
            measure=measure,
            figure=figure,
            original=usual,
            difference=difference,
            standing=_told_apart(difference, least=min(figure.n, usual.n)),
        )


def _measures(posts: Sequence[PostFigures]) -> Mapping[Measure, Estimate]:
    line = summarise("", posts, baseline=None)
    return {
        Measure.IMPRESSIONS: line.impressions,
        Measure.ENGAGEMENT_RATE: line.engagement_rate,
        Measure.CLICK_RATE: line.click_rate,
    }


def _told_apart(difference: Estimate, *, least: int) -> Standing:
    if least < LEAST_OF_VARIANT or difference.low is None or difference.high is None:
        return Standing.UNKNOWN
    if difference.low > 0:
        return Standing.ABOVE
    return Standing.BELOW if difference.high < 0 else Standing.ALIKE


def advise_slots(posts: Sequence[PostFigures], *, slots: SlotTimes) -> SlotAdvice:
    """
    Hours of the day in the zone of the slots, each beside the mean of all; of none a word is said while there is too
    little.

    Breaking news goes out when it happens, and posts made by hand are no choice of ours: both are left out.
    """
    zone = ZoneInfo(slots.zone)
    known = [_Seen(post.created_at.astimezone(zone), post.impressions or 0) for post in posts if _tells(post)]
    by_hour: dict[int, list[_Seen]] = defaultdict(list)
    for post in known:
        by_hour[post.local.hour].append(post)
    days = _days(known)
    enough = len(known) >= LEAST_POSTS_FOR_SLOTS and days >= LEAST_DAYS_FOR_SLOTS
    judged = {hour for hour, some in by_hour.items() if enough and _is_enough(some)}
    usual = _mean(known, among=1)
    return SlotAdvice(
        zone=slots.zone,
        posts=len(known),
        days=days,
        usual=usual,
        judged=len(judged),
        hours=[
            _hour(hour, some, usual=usual, slots=slots, among=len(judged) if hour in judged else None)
            for hour, some in sorted(by_hour.items())
        ],
    )


class _Seen(NamedTuple):
    """
    When a post went out in the zone of the slots, and its impressions.
    """

    local: datetime
    impressions: int


def _tells(post: PostFigures) -> bool:
    return post.post_id is not None and post.impressions is not None and post.news_class != NewsClass.BREAKING


def _hour(hour: int, posts: Sequence[_Seen], *, usual: Estimate, slots: SlotTimes, among: int | None) -> HourLine:
    """
    `among` None: the hour is not judged.
    """
    impressions = _mean(posts, among=among or 1)
    return HourLine(
        hour=hour,
        posts=len(posts),
        days=_dates(posts),
        impressions=impressions,
        lift=impressions.value / usual.value if impressions.value is not None and usual.value else None,
        standing=standing_of(impressions, usual) if among is not None else Standing.UNKNOWN,
        slots=[one for one in slots.times if one.hour == hour],
    )


def _mean(posts: Sequence[_Seen], *, among: int) -> Estimate:
    return mean_of([post.impressions for post in posts], among=among)


def _is_enough(posts: Sequence[_Seen]) -> bool:
    return len(posts) >= LEAST_POSTS_OF_HOUR and _dates(posts) >= LEAST_DAYS_OF_HOUR


def _dates(posts: Sequence[_Seen]) -> int:
    return len({post.local.date() for post in posts})


def _days(posts: Sequence[_Seen]) -> int:
    """
    Whole days from the first to the last.
    """
    times = [post.local for post in posts]
    return (max(times) - min(times)) // timedelta(days=1) if times else 0
