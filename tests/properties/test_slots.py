"""Slots, quiet hours and limits hold on every day of every zone, on those when the clock jumps as well."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import QuietHours, SlotTimes
from asiaradar_bot.rules.slots import is_quiet, local_instant, next_slot, quiet_until, room, upcoming_slots

ZONES = (
    "UTC",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
)
"""Quarter and half hours beside UTC, jumps at midnight, jumps of half an hour and of two hours."""
JUMPS = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/St_Johns": (date(2026, 3, 8), date(2026, 11, 1)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 29)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
    "Antarctica/Troll": (date(2026, 3, 29), date(2026, 10, 25)),
}
NORMAL, BREAKING = NewsClass.NORMAL, NewsClass.BREAKING

clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
zones = st.sampled_from(ZONES)
plain_instants = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
jump_instants = st.builds(
    lambda jump, minutes: datetime.combine(jump, time(0), tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from([on for days in JUMPS.values() for on in days]),
    st.integers(-36 * 60, 36 * 60),
)
instants = plain_instants | jump_instants
quiet_spans = st.builds(QuietHours, starts=clock_times, ends=clock_times, zone=zones, breaking_pierces=st.booleans())
slot_times = st.builds(
    SlotTimes,
    zone=zones,
    times=st.lists(clock_times, min_size=1, max_size=6).map(tuple),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)


@given(now=instants, slots=slot_times, count=st.integers(2, 30))
def test_no_slot_is_given_twice(now: datetime, slots: SlotTimes, count: int) -> None:
    """Each post gets a later slot than the one before, after now, on an allowed weekday; none comes twice or is left out."""
    taken: list[datetime] = []
    for _ in range(count):
        taken.append(next_slot(now, slots, taken))
    assert all(one < two for one, two in pairwise([now, *taken]))
    assert all(at.astimezone(ZoneInfo(slots.zone)).weekday() in slots.weekdays for at in taken if now < at)
    ahead = [at for at in upcoming_slots(now, slots, days=59) if at <= taken[-1]]
    assert taken == ahead[: len(taken)] or len(ahead) < count


@given(zone=zones, times=st.sets(clock_times, min_size=1, max_size=4), data=st.data())
def test_a_day_has_each_slot_once(zone: str, times: set[time], data: st.DataObject) -> None:
    """Also when the clock is put back over a slot, or jumps across it, the local day has no more slots than times."""
    on = data.draw(st.sampled_from(JUMPS.get(zone, (date(2026, 6, 1),))))
    place = ZoneInfo(zone)
    begin = local_instant(on, time(0), place) - timedelta(seconds=1)
    found = upcoming_slots(begin, SlotTimes(zone=zone, times=tuple(times)), days=1)
    today = {at for at in found if at.astimezone(place).date() == on}
    assert 1 <= len(today) <= len(times)


@given(zone=zones, at=clock_times, data=st.data())
def test_a_local_time_is_that_time_or_the_jump_across_it(zone: str, at: time, data: st.DataObject) -> None:
    """The instant shows the wished time on the wall, or is the first one after a gap that swallowed it."""
    any_day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
    on = data.draw(st.sampled_from(JUMPS[zone]) | any_day if zone in JUMPS else any_day)
    place = ZoneInfo(zone)
    instant = local_instant(on, at, place)
    wall = instant.astimezone(place).replace(tzinfo=None)
    wished = datetime.combine(on, at)
    just_before = (instant - timedelta(seconds=1)).astimezone(place).replace(tzinfo=None)
    assert wall == wished or just_before < wished < wall
    earlier = instant - timedelta(hours=2)
    assert all(
        (earlier + timedelta(minutes=m)).astimezone(place).replace(tzinfo=None) != wished for m in range(0, 120, 15)
    )


@given(
    now=instants, spans=st.lists(quiet_spans, min_size=1, max_size=3), news_class=st.sampled_from([NORMAL, BREAKING])
)
def test_quiet_hours_end_where_they_say(now: datetime, spans: list[QuietHours], news_class: NewsClass) -> None:
    """All is quiet from now until then and not at that moment, unless it is quiet round the clock."""
    end = quiet_until(now, spans, news_class)
    assert end >= now
    assert (end == now) == (not is_quiet(now, spans, news_class))
    step = max((end - now) / 40, timedelta(seconds=1))
    at = now
    while at < end:
        assert is_quiet(at, spans, news_class)
        at += step
    assert not is_quiet(end, spans, news_class) or end >= now + timedelta(days=7)


@given(now=instants, span=quiet_spans)
def test_quiet_hours_are_those_of_the_zone(now: datetime, span: QuietHours) -> None:
    """Away from a jump of the clock an instant is quiet just when the wall clock of the zone says so, across midnight too."""
    place = ZoneInfo(span.zone)
    offsets = {(now + timedelta(hours=hours)).astimezone(place).utcoffset() for hours in (-36, -24, -12, 0, 12, 24, 36)}
    wall = now.astimezone(place).time()
    within = span.starts <= wall < span.ends if span.starts <= span.ends else wall >= span.starts or wall < span.ends
    if len(offsets) == 1:
        assert is_quiet(now, [span], NORMAL) == within
        assert is_quiet(now, [span], BREAKING) == (within and not span.breaking_pierces)


@given(span=quiet_spans, data=st.data())
def test_a_night_has_one_quiet_span(span: QuietHours, data: st.DataObject) -> None:
    """On the days of the jumps too the quiet hours begin once and end once between two noons."""
    on = data.draw(st.sampled_from(JUMPS.get(span.zone, (date(2026, 6, 1),))))
    noon = local_instant(on - timedelta(days=1), time(12), ZoneInfo(span.zone))
    marks = [is_quiet(noon + timedelta(minutes=minute), [span], NORMAL) for minute in range(0, 24 * 60 + 1, 5)]
    assert sum(one != two for one, two in pairwise(marks)) <= 2


@pytest.mark.parametrize(
    ("zone", "on", "at", "utc"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Antarctica/Troll", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("America/St_Johns", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
    ],
)
def test_known_jumps(zone: str, on: date, at: time, utc: datetime) -> None:
    """Skipped times become the instant of the jump, doubled ones their first, whatever the length of the jump."""
    assert local_instant(on, at, ZoneInfo(zone)) == utc


def test_quiet_hours_that_end_in_a_doubled_hour_end_once() -> None:
    """In New York's autumn night quiet hours until 01:30 end at the first 01:30, and the page says so."""
    span = QuietHours(starts=time(22), ends=time(1, 30), zone="America/New_York")
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert quiet_until(first - timedelta(minutes=1), [span], NORMAL) == first
    assert not is_quiet(first + timedelta(minutes=45), [span], NORMAL)


def test_all_slots_taken_is_far_away() -> None:
    """With every slot of two months taken the post gets the end of that time."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    slots = SlotTimes(zone="UTC", times=(time(9),))
    assert next_slot(now, slots, upcoming_slots(now, slots, days=70)) == now + timedelta(days=60)


sent_times = st.lists(st.integers(0, 3 * 24 * 60), max_size=40).map(sorted)


@given(sent=sent_times, per_hour=st.integers(1, 8), per_day=st.integers(1, 20), gap=st.integers(0, 90))
def test_the_room_found_keeps_every_limit(sent: list[int], per_hour: int, per_day: int, gap: int) -> None:
    """At the instant found neither hour, day nor gap is overstepped, and it is not before now."""
    begin = datetime(2026, 11, 21, 12, tzinfo=UTC)
    went = [begin + timedelta(minutes=minute) for minute in sent]
    now = begin + timedelta(days=3)
    at = room(now, went, per_hour=per_hour, per_day=per_day, min_gap=timedelta(minutes=gap))
    assert at >= now
    assert not went or at >= went[-1] + timedelta(minutes=gap)
    assert sum(at - timedelta(hours=1) < one <= at for one in went) < per_hour
    assert sum(at - timedelta(days=1) < one <= at for one in went) < per_day
