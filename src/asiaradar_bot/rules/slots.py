"""
When a post may go out: quiet hours, slots of the newsroom, and the limits per hour, day and gap.

Caps count over rolling spans: the last 60 minutes and the last 24 hours, so that midnight opens no gate. Quiet hours
and slots are local times of the newsroom's zone; a local time that the spring change skips is moved to the instant
the clock jumps to, and one that comes twice in autumn counts once, the first time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import QuietHours, SlotTimes

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LOOK_AHEAD_DAYS = 60


def check_zone(zone: str) -> str:
    """
    The zone's name as it was given.

    Raises:
        ValueError: there is no such zone; a sentence.
    """
    if zone not in available_timezones():
        raise ValueError(f"{zone} is no time zone: use an IANA name such as Asia/Singapore")
    return zone


def is_quiet(now: datetime, quiet_hours: Sequence[QuietHours], news_class: NewsClass) -> bool:
    """
    True if nothing of this class may be sent now.
    """
    return any(_end_of(span, now, news_class) is not None for span in quiet_hours)


def quiet_until(now: datetime, quiet_hours: Sequence[QuietHours], news_class: NewsClass) -> datetime:
    """
    The first instant from now on at which this class may be sent: now itself outside all quiet hours.

    With quiet hours round the clock: now plus a week, so that pages show something far away.
    """
    at = now
    while at < now + timedelta(days=7):
        ends = [end for span in quiet_hours if (end := _end_of(span, at, news_class)) is not None]
        if not ends:
            return at
        at = max(ends)
    return at


def _end_of(span: QuietHours, at: datetime, news_class: NewsClass) -> datetime | None:
    """
    When the quiet hours that cover this instant end; None: they do not cover it.

    They are spans between instants, begun by yesterday's or today's local date, so that a clock that is put back
    within them neither ends them twice nor begins them again.
    """
    if news_class is NewsClass.BREAKING and span.breaking_pierces:
        return None
    today = at.astimezone(ZoneInfo(span.zone)).date()
    for on in (today - _DAY, today):
        start, end = quiet_span(span, on)
        if start <= at < end:
            return end
    return None


def quiet_span(span: QuietHours, on: date) -> tuple[datetime, datetime]:
    """
    The UTC instants at which the quiet hours that begin on this local date start and end.
    """
    zone = ZoneInfo(span.zone)
    until = on if span.starts <= span.ends else on + _DAY
    return local_instant(on, span.starts, zone), local_instant(until, span.ends, zone)


def local_instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    """
    The UTC instant of a local time; a skipped one becomes the instant of the jump, a doubled one its first.
    """
    wall = datetime.combine(on, at, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # The clock jumps between the two readings of a skipped time: found to the second, as gaps have any length.
    before, after = wall.replace(fold=1).astimezone(UTC).replace(microsecond=0), instant
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return before + _SECOND


def next_slot(now: datetime, slots: SlotTimes, taken: Collection[datetime]) -> datetime:
    """
    The next slot after now that no post holds.
    """
    zone = ZoneInfo(slots.zone)
    today = now.astimezone(zone).date()
    for days in range(_LOOK_AHEAD_DAYS):
        on = today + timedelta(days=days)
        if on.weekday() not in slots.weekdays:
            continue
        for at in sorted(slots.times):
            instant = local_instant(on, at, zone)
            if instant > now and instant not in taken:
                return instant
    return now + timedelta(days=_LOOK_AHEAD_DAYS)


def upcoming_slots(now: datetime, slots: SlotTimes, *, days: int) -> Sequence[datetime]:
    """
    Every slot after now on today and the next `days` days, taken or not, in rising order.
    """
    zone = ZoneInfo(slots.zone)
    today = now.astimezone(zone).date()
    found = {
        local_instant(on, at, zone)
        for on in (today + timedelta(days=ahead) for ahead in range(days + 1))
        if on.weekday() in slots.weekdays
        for at in slots.times
    }
    return sorted(instant for instant in found if instant > now)


def room(now: datetime, sent: Sequence[datetime], *, per_hour: int, per_day: int, min_gap: timedelta) -> datetime:
    """
    The earliest instant from now on at which the limits allow another send; `sent` in rising order.
    """
    at = now
    if sent:
        at = max(at, sent[-1] + min_gap)
    for limit, span in ((per_hour, _HOUR), (per_day, _DAY)):
        recent = len(sent) - bisect_right(sent, at - span)
        if recent >= limit:
            at = max(at, sent[-limit] + span)
    return at
