"""The calendar's days, those on which the clock is changed among them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from asiaradar_bot.model.policy import QuietHours, SlotTimes
from asiaradar_bot.rules.days import (
    Show,
    clock_change,
    day_bounds,
    days_shown,
    quiet_within,
    slots_within,
    turn,
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def utc(words: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("show", "on", "first", "last"),
    [
        (Show.WEEK, date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 29)),
        (Show.MONTH, date(2026, 11, 24), date(2026, 10, 26), date(2026, 12, 6)),
        (Show.MONTH, date(2027, 2, 28), date(2027, 2, 1), date(2027, 2, 28)),
        (Show.AGENDA, date(2026, 12, 30), date(2026, 12, 30), date(2027, 1, 12)),
    ],
)
def test_each_view_shows_its_days(show: Show, on: date, first: date, last: date) -> None:
    """A week from Monday, a month in whole weeks, two weeks ahead; each day once and in order."""
    days = days_shown(show, on)
    assert days == [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("show", "back", "forth"),
    [
        (Show.WEEK, date(2026, 1, 24), date(2026, 2, 7)),
        (Show.MONTH, date(2025, 12, 1), date(2026, 2, 1)),
        (Show.AGENDA, date(2026, 1, 17), date(2026, 2, 14)),
    ],
)
def test_pages_turn_by_what_they_show(show: Show, back: date, forth: date) -> None:
    """From the last of January a month on is February, not March."""
    assert turn(show, date(2026, 1, 31), back=True) == back
    assert turn(show, date(2026, 1, 31), back=False) == forth


@pytest.mark.parametrize(
    ("on", "starts", "ends", "change"),
    [
        (SPRING, "2026-03-28T23:00", "2026-03-29T22:00", 60),
        (AUTUMN, "2026-10-24T22:00", "2026-10-25T23:00", -60),
        (date(2026, 11, 24), "2026-11-23T23:00", "2026-11-24T23:00", 0),
    ],
)
def test_a_day_is_as_long_as_its_clock_says(on: date, starts: str, ends: str, change: int) -> None:
    """In Berlin the spring change makes a day of 23 hours and the autumn change one of 25."""
    assert day_bounds(on, BERLIN) == (utc(starts), utc(ends))
    assert clock_change(on, BERLIN) == timedelta(minutes=change)


def test_days_join_without_gap_or_overlap() -> None:
    """Each day of the year ends where the next begins, in zones that change their clock at midnight too."""
    for zone in (BERLIN, ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Singapore"), ZoneInfo("America/Santiago")):
        days = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
        for one, following in pairwise(days):
            assert day_bounds(one, zone)[1] == day_bounds(following, zone)[0]


@pytest.mark.parametrize(("on", "at"), [(SPRING, "2026-03-29T01:00"), (AUTUMN, "2026-10-25T00:30")])
def test_a_slot_within_the_change_stands_once(on: date, at: str) -> None:
    """Half past two: skipped in spring it becomes the jump, doubled in autumn it is the first."""
    slots = SlotTimes(zone="Europe/Berlin", times=(time(2, 30),))
    assert slots_within(*day_bounds(on, BERLIN), slots) == [utc(at)]


def test_slots_of_another_zone_fall_on_the_newsrooms_day() -> None:
    """Nine in Tokyo is one in the night of the same day in Berlin, and half past six the evening before."""
    slots = SlotTimes(zone="Asia/Tokyo", times=(time(6, 30), time(9)))
    assert slots_within(*day_bounds(date(2026, 11, 24), BERLIN), slots) == [
        utc("2026-11-24T00:00"),
        utc("2026-11-24T21:30"),
    ]


def test_quiet_hours_over_midnight_are_cut_to_the_day() -> None:
    """They stand twice: the rest of last night's and the beginning of tonight's; an hour shorter in spring."""
    quiet = [QuietHours(starts=time(22), ends=time(7), zone="Europe/Berlin", breaking_pierces=False)]
    for on, night in ((date(2026, 11, 24), 7), (SPRING, 6), (AUTUMN, 8)):
        starts_at, ends_at = day_bounds(on, BERLIN)
        first, second = quiet_within(starts_at, ends_at, quiet)
        assert (first.starts_at, first.ends_at - first.starts_at) == (starts_at, timedelta(hours=night))
        assert (second.ends_at - second.starts_at, second.ends_at) == (timedelta(hours=2), ends_at)
        assert not first.breaking_pierces
