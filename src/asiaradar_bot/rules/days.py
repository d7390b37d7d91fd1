"""The days of a calendar: which ones a view shows, and which instants, slots and quiet hours belong to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from asiaradar_bot.model.policy import QuietHours, SlotTimes
from asiaradar_bot.rules.slots import local_instant, quiet_span, upcoming_slots

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)
_AGENDA_DAYS = 14


class Show(StrEnum):
    """
    The three ways to look at the calendar.
    """

    WEEK = "week"
    MONTH = "month"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """
    Quiet hours, as far as they lie within one day.
    """

    starts_at: datetime
    ends_at: datetime
    breaking_pierces: bool


def days_shown(show: Show, on: date) -> Sequence[date]:
    """
    The week from Monday to Sunday; the month in whole weeks; two weeks from `on` for the agenda.
    """
    if show is Show.AGENDA:
        return [on + ahead * _DAY for ahead in range(_AGENDA_DAYS)]
    first, last = (on, on) if show is Show.WEEK else (on.replace(day=1), next_month(on) - _DAY)
    monday, sunday = first - first.weekday() * _DAY, last + (6 - last.weekday()) * _DAY
    return [monday + ahead * _DAY for ahead in range((sunday - monday).days + 1)]


def turn(show: Show, on: date, *, back: bool) -> date:
    """
    The day to show when one turns the page forth or back.
    """
    if show is Show.MONTH:
        return (on.replace(day=1) - _DAY).replace(day=1) if back else next_month(on)
    span = _WEEK if show is Show.WEEK else _AGENDA_DAYS * _DAY
    return on - span if back else on + span


def next_month(on: date) -> date:
    """
    The first day of the month after this day's.
    """
    return (on.replace(day=28) + 4 * _DAY).replace(day=1)


def day_bounds(on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """
    The UTC instants at which a local day begins and ends: 23, 24 or 25 hours apart, as the clock is changed.
    """
    return local_instant(on, time(0), zone), local_instant(on + _DAY, time(0), zone)


def clock_change(on: date, zone: ZoneInfo) -> timedelta:
    """
    How far the clock is put forward (more than zero) or back (less) on this day.
    """
    starts, ends = day_bounds(on, zone)
    return _DAY - (ends - starts)


def slots_within(starts_at: datetime, ends_at: datetime, slots: SlotTimes) -> Sequence[datetime]:
    """
    The slots of a day between these instants, in rising order; the slots' zone may be another than the day's.
    """
    return [at for at in upcoming_slots(starts_at - _SECOND, slots, days=2) if starts_at <= at < ends_at]


def quiet_within(starts_at: datetime, ends_at: datetime, quiet_hours: Sequence[QuietHours]) -> Sequence[Quiet]:
    """
    The quiet hours between these instants, cut to them, in rising order.
    """
    found = []
    for span in quiet_hours:
        zone = ZoneInfo(span.zone)
        on, last = starts_at.astimezone(zone).date() - _DAY, ends_at.astimezone(zone).date()
        while on <= last:
            begins, ends = quiet_span(span, on)
            begins, ends = max(begins, starts_at), min(ends, ends_at)
            if begins < ends:
                found.append(Quiet(starts_at=begins, ends_at=ends, breaking_pierces=span.breaking_pierces))
            on += _DAY
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))
