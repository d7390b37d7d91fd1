"""
When a post may go out: quiet hours, slots of the newsroom, and the limits per hour, day and gap.

Caps count over rolling spans: the last 60 minutes and the last 24 hours, so that midnight opens no gate. Quiet hours
and slots are local times of the newsroom's zone; a local time that the spring change skips is moved to the instant
the clock jumps to, and one that comes twice in autumn counts once, the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import QuietHours, SlotTimes

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
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
    return any(_covers(span, now, news_class) for span in quiet_hours)


def _covers(span: QuietHours, now: datetime, news_class: NewsClass) -> bool:
    if news_class is NewsClass.BREAKING and span.breaking_pierces:
        return False
    local = now.astimezone(ZoneInfo(span.zone)).time()
    if span.starts <= span.ends:
        return span.starts <= local < span.ends
    return local >= span.starts or local < span.ends


def quiet_until(now: datetime, quiet_hours: Sequence[QuietHours], news_class: NewsClass) -> datetime:
    """
    The first instant from now on at which this class may be sent: now itself outside all quiet hours.

    With quiet hours round the clock: now plus a week, so that pages show something far away.
    """
    at = now
    while at < now + timedelta(days=7):
        covering = [span for span in quiet_hours if _covers(span, at, news_class)]
        if not covering:
            return at
        at = max(_end_of(span, at) for span in covering)
    return at


def _end_of(span: QuietHours, at: datetime) -> datetime:
    zone = ZoneInfo(span.zone)
    on = at.astimezone(zone).date()
    ends = (local_instant(on + timedelta(days=days), span.ends, zone) for days in (0, 1))
    return next(end for end in ends if end > at)


def local_instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    """
    The UTC instant of a local time; a skipped one becomes the instant of the jump, a doubled one its first.
    """
    wall = datetime.combine(on, at, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    before = (wall.replace(fold=1)).astimezone(UTC)
    return max(before, instant).replace(minute=0, second=0, microsecond=0)


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
        recent = [instant for instant in sent if instant > at - span]
        if len(recent) >= limit:
            at = max(at, recent[-limit] + span)
    return at
