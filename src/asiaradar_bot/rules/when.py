"""A time in an editor's words («tomorrow 9am», «in 2 h») as an instant; for whoever asks an editor for a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.slots import check_zone, local_instant

_SHORT_IN = re.compile(r"in (\d{1,5}) ?(m|min|minutes?|h|hours?|d|days?)", re.IGNORECASE)
_MINUTES_PER = {"m": 1, "h": 60, "d": 1440}
_HALF_HOUR = re.compile(r"in (?:half an hour|half hour|(a|an) (hour|day))", re.IGNORECASE)
_MIDNIGHT = re.compile(r"\b0?0:00|\b24:00|midnight|\b12 ?a\.?m|零点|0時|0시|午夜|자정", re.IGNORECASE)
_IANA = re.compile(r"\s+([A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+\-0-9]+){1,2})$")
_NO_TIME = re.compile(r"\b(?!24:00\b)(?:2[4-9]|[3-9]\d|\d{3,}):\d{2}\b|\b\d{1,2}:[6-9]\d\b")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY_TOO_FAR = r"(3[2-9]|[4-9]\d)"
_NO_DAY = re.compile(
    rf"\b{_DAY_TOO_FAR}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b|\b{_MONTH} {_DAY_TOO_FAR}\b(?!:)"
    rf"|[月월] ?{_DAY_TOO_FAR} ?[日号號일]",
    re.IGNORECASE,
)
_LANGUAGES = ["en", "zh", "ja", "ko"]
_CHINESE_HOUR = re.compile(r"(上午|早上|中午|下午|晚上)?\s*(\d{1,2})\s*[点點](?:\s*(\d{1,2})\s*分?|\s*(半))?")
_AFTERNOON = frozenset({"下午", "晚上", "中午"})
_NOON = 12
_FARTHEST = timedelta(days=366)
_FARTHEST_END = timedelta(days=10 * 366)
_SPAN_WORDS = re.compile(r"\b(?:h|hours?|mins?|minutes?)\b", re.IGNORECASE)
_NO_CLOCK = 999_999
"""Microseconds that nobody writes: where they come back, only a day was named, and the time of day is the base's."""
_PAST_EXAMPLES = "write 2026-11-01, 2026-11-01T09:00 in the newsroom's zone, or 2026-11-01T09:00Z"
_EXAMPLES = "write «tomorrow 9am», «friday 14:00», «in 2 h», or 2026-11-24T09:00Z"


def read_when(text: str, *, now: datetime, zone: str, embargo: datetime | None = None) -> datetime:
    """
    The instant, in UTC, that the words mean in the newsroom's zone; `now` for «now».

    Words that name their own zone (`9am UTC`, `09:00 Asia/Tokyo`, an offset) are taken by it. A time of day that is
    over for today is tomorrow's. A local time that the spring change skips is the instant of the jump. With the end of
    an `embargo` the year, beyond which nothing is planned, counts from there.

    Raises:
        InputError: they name no time, no time of day, the past, or more than a year ahead.
    """
    words = " ".join(text.split())
    if words.casefold() == "now":
        return now
    try:
        at = _span_from(words, now) or _stamp(words, now=now, zone=zone)
    except OverflowError as error:
        raise InputError(f"«{text}» is out of all bounds: {_EXAMPLES}") from error
    if at is None:
        raise InputError(f"«{text}» is no time: {_EXAMPLES}")
    if at < now - timedelta(minutes=1):
        raise InputError(f"«{text}» is {at:%Y-%m-%d %H:%M} UTC, which is over: {_EXAMPLES}")
    if at > max(now, embargo or now) + _FARTHEST:
        raise InputError(f"«{text}» is {at:%Y-%m-%d %H:%M} UTC, more than a year ahead: {_EXAMPLES}")
    return max(at, now)


def read_end(text: str, *, now: datetime, zone: str) -> datetime:
    """
    When an embargo ends, by words like those that `read_when` takes; it may be years ahead.

    Raises:
        InputError: they name no such instant, the past, or more than ten years ahead.
    """
    at = read_when(text, now=now, zone=zone, embargo=now + 2 * _FARTHEST_END)
    if at > now + _FARTHEST_END:
        raise InputError(f"«{text}» is {at:%Y-%m-%d %H:%M} UTC, more than ten years ahead: {_EXAMPLES}")
    if at <= now:
        raise InputError(f"«{text}» is no end that is still to come: {_EXAMPLES}")
    return at


def read_past(text: str, *, now: datetime, zone: str) -> datetime:
    """
    The instant, in UTC, of a day (its midnight in the newsroom's zone) or of an instant that is over.

    Raises:
        InputError: it is neither, or still to come.
    """
    words = text.strip()
    found = _exact(words)
    if found is None:
        raise InputError(f"«{text}» is no date: {_PAST_EXAMPLES}")
    at = found.astimezone(UTC) if found.tzinfo else local_instant(found.date(), found.time(), ZoneInfo(zone))
    if at > now:
        raise InputError(f"«{text}» is still to come: {_PAST_EXAMPLES}")
    return at


def _span_from(words: str, now: datetime) -> datetime | None:
    if found := _SHORT_IN.fullmatch(words):
        return now + timedelta(minutes=int(found[1]) * _MINUTES_PER[found[2][0].lower()])
    if found := _HALF_HOUR.fullmatch(words):
        return now + {"hour": timedelta(hours=1), "day": timedelta(days=1)}.get(found[2] or "", timedelta(minutes=30))
    return None


def _stamp(words: str, *, now: datetime, zone: str) -> datetime | None:
    if named := _IANA.search(words):
        words, zone = words[: named.start()], _known_zone(named[1])
    local_now = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    found = _exact(words)
    if found is None:
        _check_it_can_be(words)
        found = _in_words(_CHINESE_HOUR.sub(_clock, words), local_now)
    if found is None:
        return None
    no_clock = found.microsecond == _NO_CLOCK and not _SPAN_WORDS.search(words)
    if no_clock or (found.time() == time(0) and not _MIDNIGHT.search(words)):
        raise InputError(f"«{words}» names a day and no time of day: {_EXAMPLES}")
    found = found.replace(microsecond=0)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    return local_instant(found.date(), found.time(), ZoneInfo(zone))


def _check_it_can_be(words: str) -> None:
    """
    The reader of words leaves out, or bends, what no clock and no calendar shows.
    """
    if wrong := _NO_TIME.search(words):
        raise InputError(f"«{wrong[0]}» is no time of day: {_EXAMPLES}")
    if wrong := _NO_DAY.search(words):
        raise InputError(f"«{wrong[0]}» is no day of a month: {_EXAMPLES}")


def _exact(words: str) -> datetime | None:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return None


def _in_words(words: str, local_now: datetime) -> datetime | None:
    import dateparser  # 0.2 s to load: only for those who write words

    found: datetime | None = dateparser.parse(
        words,
        languages=_LANGUAGES,
        settings={
            "RELATIVE_BASE": local_now.replace(microsecond=_NO_CLOCK),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
        },
    )
    return found


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[2]), int(match[3] or (30 if match[4] else 0))
    if match[1] in _AFTERNOON and hour < _NOON:
        hour += 12
    return f" {hour:02}:{minute:02}"


def _known_zone(name: str) -> str:
    try:
        return check_zone(name)
    except ValueError as error:
        raise InputError(str(error)) from error
