"""Whatever somebody writes as a time is an instant within the year to come, or one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.when import read_when

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Asia/Singapore", "Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati"])
PIECES = st.sampled_from(
    [
        "in",
        "tomorrow",
        "friday",
        "9am",
        "9:30",
        "14",
        "pm",
        "2026-12-01",
        "2 h",
        "99999 d",
        "明日",
        "下午",
        "3点半",
        "ago",
        "Asia/Tokyo",
        "Mars/Base",
        "+14:00",
        "Z",
        "T",
        "24:00",
        "0",
        "next",
        "noon",
        "midnight",
        "내일",
        "é",
        "\x00",
        "-1",
    ]
)
WORDS = st.text(max_size=30) | st.lists(PIECES, max_size=5).map(" ".join)


@settings(max_examples=150)
@given(words=WORDS, zone=ZONES)
@example(words="0001-01-01T00:00+14:00", zone="UTC")
@example(words="9999-12-31T23:59-14:00", zone="UTC")
@example(words="9999-12-31 23:59", zone="America/New_York")
@example(words="0001-01-01 00:01", zone="Pacific/Kiritimati")
def test_any_words_give_an_instant_or_a_sentence(words: str, zone: str) -> None:
    """The instant is aware, from now to a year ahead; what is refused is said in one line."""
    try:
        at = read_when(words, now=NOW, zone=zone)
    except InputError as error:
        at, said = NOW, str(error)
    else:
        said = "taken"
    assert said
    assert at.utcoffset() == timedelta(0)
    assert NOW <= at <= NOW + timedelta(days=366)


@given(minutes=st.integers(1, 365 * 24 * 60), zone=ZONES)
def test_a_stamp_is_that_minute_in_the_zone(minutes: int, zone: str) -> None:
    """A local date and time of the coming year is read as it stands, unless the clock shows it twice or never."""
    at = NOW + timedelta(minutes=minutes)
    local = at.astimezone(ZoneInfo(zone))
    shown = local.replace(tzinfo=None)
    hour = timedelta(hours=1)
    if shown not in {other.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for other in (at - hour, at + hour)}:
        assert read_when(f"{shown:%Y-%m-%d %H:%M}", now=NOW, zone=zone) == at
    assert read_when(f"{at:%Y-%m-%dT%H:%MZ}", now=NOW, zone=zone) == at


@pytest.mark.parametrize("unit", ["m", "min", "minutes", "h", "hours", "d", "days"])
@given(count=st.integers(0, 8000))
def test_spans_are_counted_from_now(unit: str, count: int) -> None:
    """«in 90 m» is that much later; more than a year is refused."""
    ahead = timedelta(minutes=count * {"m": 1, "h": 60, "d": 1440}[unit[0]])
    if ahead <= timedelta(days=366):
        assert read_when(f"in {count} {unit}", now=NOW, zone="UTC") == NOW + ahead
    else:
        with pytest.raises(InputError, match="more than a year ahead"):
            read_when(f"in {count} {unit}", now=NOW, zone="UTC")
