"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.when import read_past, read_when

SINGAPORE = "Asia/Singapore"
NOW = datetime(2026, 11, 24, 4, 0, 30, 17, tzinfo=UTC)
"""A Tuesday, noon and half a minute in Singapore."""


@pytest.mark.parametrize(
    ("words", "utc"),
    [
        ("tomorrow 9am", "2026-11-25T01:00"),
        ("Tomorrow  at  9am ", "2026-11-25T01:00"),
        ("tomorrow at noon", "2026-11-25T04:00"),
        ("midnight", "2026-11-24T16:00"),
        ("friday 14:00", "2026-11-27T06:00"),
        ("next friday 2pm", "2026-11-27T06:00"),
        ("monday morning", "2026-11-30T01:00"),
        ("21:30", "2026-11-24T13:30"),
        ("9am", "2026-11-25T01:00"),
        ("25 nov 8am", "2026-11-25T00:00"),
        ("2026-11-25 09:00", "2026-11-25T01:00"),
        ("2026-11-25T09:00Z", "2026-11-25T09:00"),
        ("2026-11-25 09:00+08:00", "2026-11-25T01:00"),
        ("tomorrow 9am UTC", "2026-11-25T09:00"),
        ("tomorrow 9am Asia/Tokyo", "2026-11-25T00:00"),
        ("明天9点", "2026-11-25T01:00"),
        ("明天下午3点半", "2026-11-25T07:30"),
        ("明日9時", "2026-11-25T01:00"),
        ("내일 9시", "2026-11-25T01:00"),
    ],
)
def test_words_mean_an_instant_in_the_newsrooms_zone(words: str, utc: str) -> None:
    """What editors write is read in Singapore unless it names its own zone, and comes back in UTC to the minute."""
    assert read_when(words, now=NOW, zone=SINGAPORE) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("in 2 h", 120),
        ("in 30 min", 30),
        ("IN 1 D", 1440),
        ("in half an hour", 30),
        ("in an hour", 60),
        ("in a day", 1440),
    ],
)
def test_spans_count_from_now(words: str, minutes: int) -> None:
    """«in 2 h» is two hours from this very moment."""
    assert (read_when(words, now=NOW, zone=SINGAPORE) - NOW).total_seconds() == minutes * 60


@pytest.mark.parametrize("words", ["now", " NOW "])
def test_now_is_now(words: str) -> None:
    """«now» is the given instant."""
    assert read_when(words, now=NOW, zone=SINGAPORE) == NOW


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "is no time"),  # an unset variable of a script, never «now»
        (" ", "is no time"),
        ("someday", "is no time"),
        ("<img src=x onerror=alert(1)>", "is no time"),
        ("2026-02-30 10:00", "is no time"),
        ("tomorrow", "no time of day"),
        ("nov 25", "no time of day"),
        ("2026-11-25", "no time of day"),
        ("tomorrow 25:00", "«25:00» is no time of day"),
        ("tomorrow 9:75", "«9:75» is no time of day"),
        ("32 December", "«32 December» is no day of a month"),
        ("Dec 32 10:00", "«Dec 32» is no day of a month"),
        ("yesterday 9am", "which is over"),
        ("2026-11-24 09:00", "which is over"),
        ("in 99999 d", "more than a year ahead"),
        ("tomorrow 9am Asia/Atlantis", "no time zone"),
    ],
)
def test_what_names_no_coming_time_is_refused(words: str, sentence: str) -> None:
    """Days without a time of day, the past, the far future and nonsense get a sentence."""
    with pytest.raises(InputError, match=sentence):
        read_when(words, now=NOW, zone=SINGAPORE)


def test_a_skipped_local_time_is_the_instant_of_the_jump() -> None:
    """02:30 on the night of the spring change in Berlin is 03:00 summer time."""
    now = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert read_when("2026-03-29 02:30", now=now, zone="Europe/Berlin") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_this_minute_is_not_over() -> None:
    """A time within the running minute counts as now."""
    assert read_when("12:00", now=NOW, zone=SINGAPORE) > NOW
    assert read_when("2026-11-24 12:00", now=NOW, zone=SINGAPORE) == NOW


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24", "2026-11-23T16:00"),
        (" 2026-11-24T09:00 ", "2026-11-24T01:00"),
        ("2026-11-24T03:00Z", "2026-11-24T03:00"),
        ("2026-11-24T03:00+08:00", "2026-11-23T19:00"),
    ],
)
def test_a_day_begins_at_the_newsrooms_midnight(text: str, utc: str) -> None:
    """A day and a bare time are the newsroom's; an offset is taken as it stands."""
    assert read_past(text, now=NOW, zone=SINGAPORE) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "words"), [("soon", "no date"), ("2026-11-25", "still to come"), ("", "no date")])
def test_a_past_must_be_a_date_that_is_over(text: str, words: str) -> None:
    """Anything else gets a sentence with examples."""
    with pytest.raises(InputError, match=words):
        read_past(text, now=NOW, zone=SINGAPORE)
