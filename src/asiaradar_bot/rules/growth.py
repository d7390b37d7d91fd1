"""How posts usually grow, and the figures of a post between two looks at it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from asiaradar_bot.model.engagement import FIGURES, Figures, Snapshot

_PACE = timedelta(hours=6)
_BEND = 0.75
_MOST_STRETCH = 1.5
"""A look this many times as old as the age in question still tells of it, if nothing was seen before."""


def usual_share(age: timedelta) -> float:
    """
    The part of its final figures that a post usually has at this age, 0 to 1.

    A stretched exponential: a quarter after an hour, nine tenths after a day and a half.
    """
    return 1 - math.exp(-((max(age, timedelta(0)) / _PACE) ** _BEND))


def unseen_share(seen_at_age: timedelta | None, age: timedelta) -> float:
    """
    The part of the final figures that a post usually gained since it was last seen; None: never seen.
    """
    return usual_share(age) - (0.0 if seen_at_age is None else usual_share(seen_at_age))


def add_up(one: Figures, other: Figures) -> Figures:
    """
    The sums; a figure that is unknown in either is unknown.
    """
    sums: dict[str, int | None] = {}
    for name in FIGURES:
        first, second = getattr(one, name), getattr(other, name)
        sums[name] = None if first is None or second is None else first + second
    return Figures(**sums)


def figures_at(age: timedelta, series: Sequence[Snapshot], *, created_at: datetime) -> Figures | None:
    """
    The figures at an age, from the looks around it (oldest first); None: they do not tell.

    Between two looks the usual growth decides how far along they were; before the first one everything was zero.
    """
    wanted_at = created_at + age
    after = next((one for one in series if one.taken_at >= wanted_at), None)
    if after is None:
        return None
    before = next((one for one in reversed(series) if one.taken_at < wanted_at), None)
    if before is None:
        if after.taken_at - created_at > age * _MOST_STRETCH:
            return None
        nothing = Figures(**dict.fromkeys(FIGURES, 0))
        before = replace(after, taken_at=created_at, figures=nothing)
    start, end = usual_share(before.taken_at - created_at), usual_share(after.taken_at - created_at)
    part = (usual_share(age) - start) / (end - start) if end > start else 1.0
    return Figures(
        **{name: _between(getattr(before.figures, name), getattr(after.figures, name), part) for name in FIGURES}
    )


def _between(before: int | None, after: int | None, part: float) -> int | None:
    if before is None or after is None:
        return None
    return round(before + (after - before) * part)


def stands_still(series: Sequence[Snapshot], *, least: timedelta) -> bool:
    """
    True if the last two looks, at least `least` apart, show the same but for half a percent or three impressions.
    """
    if len(series) < 2:  # noqa: PLR2004 - two looks make a difference
        return False
    before, after = series[-2], series[-1]
    seen, now = before.figures.impressions, after.figures.impressions
    if seen is None or now is None or after.taken_at - before.taken_at < least:
        return False
    return abs(now - seen) <= max(3, now // 200)
