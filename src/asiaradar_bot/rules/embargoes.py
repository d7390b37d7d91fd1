"""
What an article says of its embargo: the word that speaks of it, and when it ends, as far as that can be read.

An end is read only where it is sure: a time of day with a known zone or none (the newsroom's), a day, or both. A wrong
guess may let a post out early, so what could mean two things («03/04», «CST», «Monday week») means nothing here, and a
person says when it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.slots import local_instant
from asiaradar_bot.rules.words import contains_word, is_run_together

_WINDOW = 90
"""Characters around the word in which its end is looked for."""
_BODY = 600
"""Characters of the body that are looked at: press releases say it on top. There only an end with its hour counts."""
_STOP = re.compile(r"[.:;!?](?=\s|$)|[\u3002\uff01\uff1f\uff1b\n]")
_SIGNS = re.compile(r"^[^\w.!?\u3002\n]*")
_SHORT = re.compile(r"\b([A-Za-z])\.\s?([Mm])\.|\b([A-Za-z]{3,4})\.(?= ?\d)")
_MONTHS = {
    name: at
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|t|ober|ember)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b",
        r"(?P<year>\d{4}) ?[年년] ?(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号號일]",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}\b,?(?: (?P<year>\d{{4}})\b)?",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:),?(?: (?P<year>\d{{4}})\b)?",
        r"(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号號일]",
    )
)
_YEARS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (rf"\b{_MONTH} (?P<year>\d{{4}})\b", r"\b(?P<year>2\d{3})\b", r"(?P<year>2\d{3}) ?[年년]")
)
_UNTIL = re.compile(r"\b(?:until|till|til)\b|[至到]|まで|까지", re.IGNORECASE)
_CLOCKS = (
    re.compile(r"(?<![\da-z])(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))? ?(?P<half>am|pm)\b", re.IGNORECASE),
    re.compile(r"(?<![\da-z])(?P<hour>\d{1,2})[:h\uff1a](?P<minute>\d{2})(?!\d)", re.IGNORECASE),
    re.compile(r"\b(?P<hour>\d{2})(?P<minute>\d{2})(?= ?(?:hours|hrs|[A-Z]{3,4}\b))"),
    re.compile(r"(?P<hour>\d{1,2}) ?[時时点點시] ?(?:(?P<minute>\d{1,2}) ?[分분])?"),
)
_UNSURE = re.compile(
    r"\b\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\b|\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)day\b|\b(?:tomorrow|tonight|next"
    r"|week|noon|midnight|morning|afternoon|evening)\b|上午|下午|晚上|中午|午前|午後|오전|오후|明[天日]|내일|[週周曜]|요일"
    r"|\btime\b|时间|時間|시간",
    re.IGNORECASE,
)
"""Words for a day, for half of one, or for a zone («London time») that are not read: with them nothing is sure."""
_ZONE = re.compile(r"[\s,]*(?:\b(?:hours|hrs|h)\b)?[\s,]*\(?(?P<name>[A-Za-z]+)?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?")
_ZONE_AHEAD = re.compile(r"\b(?:UTC|GMT|[A-Z]{1,3}T)\b")
_NOT_ZONES = frozenset({"on", "of", "and", "from", "the"})
_ZONES = {
    **dict.fromkeys(("UTC", "GMT", "Z"), 0),
    "CET": 1,
    "BST": 1,
    "CEST": 2,
    "EAT": 3,
    "GST": 4,
    "ICT": 7,
    "WIB": 7,
    "HKT": 8,
    "SGT": 8,
    "MYT": 8,
    "PHT": 8,
    "AWST": 8,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "EDT": -4,
    "EST": -5,
    "PDT": -7,
    "PST": -8,
}
"""Hours ahead of UTC. CST and IST are left out: each has several."""
_HALF_DAY = 12
_NOTICE_CHARS = 200
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Whether an end can be read does not hang on the day on which it is read."""
_OPENING = re.compile(r"\s*[\[(<\u3010\uff08\u3014\uff3b]?\s*(?:(?:strictly|under)\s+)*", re.IGNORECASE)
_BEHIND_WORD = re.compile(r"[^\S\n]*[:\uff1a\u2013\u2014-]?")
_PARTS = (
    re.compile(r"[^\S\n]+|[,\uff0c\u3001]", re.IGNORECASE),
    re.compile(r"(?:for|release|publication|not|before|at|on|of|the|and|from|hours|hrs)\b", re.IGNORECASE),
    re.compile(rf"\(?(?:{'|'.join(_ZONES)})(?:[+-]\d{{1,2}}(?::?\d{{2}})?)?(?!\w)\)?", re.IGNORECASE),
    _UNTIL,
    *_CLOCKS,
    *_DATES,
    *_YEARS,
)
_ENDING = re.compile(
    r"\s*(?:[\])>\u3011\uff09\u3015\uff3d][^\S\n]*[:\uff1a]?|[.;](?=\s|$)|[:|\uff1a\uff1b\uff5c\u3002\n]|\u2014"
    r"|[\u2013-](?=\s)|$)\s*"
)
"""What a notice ends with; whatever else follows the time belongs to a sentence of the news."""
_OF_AN_EMBARGO = ("it speaks of an embargo", "embargo until", "embargo released")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embargo:
    """
    That an article is under embargo, by its own words.
    """

    word: str
    """The word of the policy that speaks of it."""
    ends_at: datetime | None
    """None: the text does not say, or not for sure."""


def find_embargo(facts: Facts, policy: Policy, *, near: datetime) -> Embargo | None:
    """
    The embargo that headline or summary speak of, or the top of the body with its hour; None: none.

    `near` is when the article came: a time without a day is the next such time after it.
    """
    head = f"{facts.title}\n{facts.summary}"
    found = [word for word in policy.embargo_words if contains_word(head, word)]
    ends = [end for word in found for end in _ends(head, word, near=near, policy=policy)]
    if found:
        return Embargo(word=found[0], ends_at=max(ends, default=None))
    for word in policy.embargo_words:
        top = facts.body[:_BODY]
        if contains_word(top, word) and (ends := _ends(top, word, near=near, policy=policy, hour_needed=True)):
            return Embargo(word=word, ends_at=max(ends))
    return None


def embargo_word(text: str, policy: Policy) -> str | None:
    """
    The first of the policy's words for an embargo that stands in a text; None: none does.
    """
    return next((word for word in policy.embargo_words if contains_word(text, word)), None)


def without_notice(text: str, policy: Policy) -> str:
    """
    The text without the notice of an embargo that leads it («EMBARGOED until 07:01 HKT: ...»), else as it is.

    Only a notice that says its end for sure and nothing else is one; what follows it stays letter for letter.
    """
    head, places = _read_joined(text[:_NOTICE_CHARS])
    for word in sorted(policy.embargo_words, key=len, reverse=True):
        end = _notice_end(head, word.strip(), policy) if word.strip() else None
        if end is not None:
            return text[places[end] :].lstrip()
    return text


def facts_without_notice(facts: Facts, policy: Policy) -> Facts:
    """
    What is told of an article to readers: headline, summary and body without a notice of its embargo.

    A headline that is nothing but a notice stays, for an empty one tells less.
    """
    title, summary, body = (without_notice(text, policy) for text in (facts.title, facts.summary, facts.body))
    return replace(facts, title=title or facts.title, summary=summary, body=body)


def is_of_embargo(reason: str) -> bool:
    """
    Whether a post's reason is what we, or somebody here, said of its embargo.
    """
    return reason.startswith(_OF_AN_EMBARGO)


def _read_joined(text: str) -> tuple[str, list[int]]:
    """
    The text with «a.m.» as «am» and «Nov.» as «Nov», and where each of its letters stood.
    """
    plain, places, at = "", list[int](), 0
    for found in _SHORT.finditer(text):
        plain += text[at : found.start()] + _joined(found)
        places += [*range(at, found.start()), *[found.start()] * len(_joined(found))]
        at = found.end()
    return plain + text[at:], [*places, *range(at, len(text) + 1)]


def _notice_end(head: str, word: str, policy: Policy) -> int | None:
    """
    Where the notice with this word ends that the text begins with; None: it begins with none.
    """
    together = is_run_together(word)
    opening = _OPENING.match(head)
    start = opening.end() if opening else 0
    at = _behind_parts(head, start, len(head)) if together else start
    found = re.compile(re.escape(word) + ("" if together else r"\b"), re.IGNORECASE).match(head, at)
    if found is None:
        return None
    behind = _BEHIND_WORD.match(head, found.end())
    begin = behind.end() if behind else found.end()
    stop = _STOP.search(head, begin)
    end = _behind_parts(head, begin, stop.start() if stop else len(head))
    end = end if re.search(r"\d", head[begin:end]) else found.end()
    ending = _ENDING.match(head, end)
    said = [head[found.end() : end], *([head[start:at]] if together else [])]
    sure = (_end_of(_SIGNS.sub("", one), near=_SOME_DAY, zone=policy.wording.zone, hour_needed=False) for one in said)
    return ending.end() if ending is not None and any(sure) else None


def _behind_parts(head: str, at: int, stop: int) -> int:
    """
    The place behind all words and figures of a time that stand there in a row, up to the clause's end.
    """

    def ends() -> Iterator[int]:
        return (found.end() for part in _PARTS if (found := part.match(head, at, stop)))

    while (furthest := max(ends(), default=at)) > at:
        at = furthest
    return at


def in_both_zones(at: datetime, zone: str) -> str:
    """
    An embargo's end as editors say it: `2026-11-29 07:01 Hong Kong (2026-11-28 23:01 UTC)`.
    """
    utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(zone))
    if not local.utcoffset():
        return utc
    return f"{local:%Y-%m-%d %H:%M} {zone.rpartition('/')[2].replace('_', ' ')} ({utc})"


def _ends(text: str, word: str, *, near: datetime, policy: Policy, hour_needed: bool = False) -> list[datetime]:
    """
    The ends that the text names, one for each place at which the word stands and an end can be read.
    """
    ends = []
    together = is_run_together(word)
    for found in re.finditer(re.escape(word.strip()) + ("" if together else r"\w*"), text, re.IGNORECASE):
        window = _SHORT.sub(_joined, _SIGNS.sub("", text[found.end() : found.end() + _WINDOW]))
        end = _end_of(_STOP.split(window)[0], near=near, zone=policy.wording.zone, hour_needed=hour_needed)
        if end is None and together:
            before = _STOP.split(text[max(0, found.start() - _WINDOW) : found.start()])[-1]
            end = _end_of(before, near=near, zone=policy.wording.zone, hour_needed=hour_needed)
        if end is not None:
            ends.append(end)
    return ends


def _joined(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}" if match[1] else match[3]


def _end_of(clause: str, *, near: datetime, zone: str, hour_needed: bool) -> datetime | None:
    if _UNSURE.search(clause):
        return None
    clocks = [found for pattern in _CLOCKS if (found := pattern.search(clause))]
    try:
        if clocks:
            return _hour_of(clause, min(clocks, key=lambda one: one.start()), near=near, zone=ZoneInfo(zone))
        on = _day_of(clause, near.astimezone(ZoneInfo(zone))) if _UNTIL.search(clause) else None
        return None if on is None or hour_needed else local_instant(on, time(0), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None  # the 31st of February


def _hour_of(clause: str, clock: re.Match[str], *, near: datetime, zone: ZoneInfo) -> datetime | None:
    at, offset = _time_of(clock), _offset_of(clause[clock.end() :])
    if at is None or offset is _NO_ZONE or _ZONE_AHEAD.search(clause[: clock.start()]):
        return None
    place = zone if offset is None else timezone(offset)
    base = near.astimezone(place)
    rest = clause[: clock.start()] + " " + clause[clock.end() :]
    on = _day_of(rest, base)
    if on is not None:
        return _instant(on, at, place)
    if re.search(r"\d{4}", rest):
        return None  # a day that we can't read
    today = _instant(base.date(), at, place)
    return today if today >= near else _instant(base.date() + timedelta(days=1), at, place)


def _instant(on: date, at: time, place: ZoneInfo | timezone) -> datetime:
    if isinstance(place, ZoneInfo):
        return local_instant(on, at, place)
    return datetime.combine(on, at, tzinfo=place).astimezone(UTC)


def _day_of(clause: str, base: datetime) -> date | None:
    """
    The day that is named; one without a year is the nearest such day. A month or year alone begins with its first day.
    """
    for pattern in _DATES:
        if found := pattern.search(clause):
            named = found.groupdict()
            month, day = _month_of(named), int(named["day"])
            if named.get("year"):
                return date(int(named["year"]), month, day)
            near = (date(year, month, day) for year in range(base.year - 1, base.year + 2))
            return min(near, key=lambda on: abs(on - base.date()))
    for pattern in _YEARS:
        if found := pattern.search(clause):
            return date(int(found["year"]), _month_of(found.groupdict()), 1)
    return None


def _month_of(named: dict[str, str]) -> int:
    return _MONTHS[named["month"].casefold()] if named.get("month") else int(named.get("number") or 1)


def _time_of(clock: re.Match[str]) -> time | None:
    named = clock.groupdict()
    hour, minute = int(named["hour"]), int(named.get("minute") or 0)
    half = (named.get("half") or "").casefold()
    if half and not 1 <= hour <= _HALF_DAY:
        return None
    if half:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    return time(hour, minute)


_NO_ZONE = timedelta.max
"""A zone is named and nobody knows which."""


def _offset_of(after: str) -> timedelta | None:
    """
    The zone behind a time of day, ahead of UTC; None: none is named; `_NO_ZONE`: one that we don't know.
    """
    found = _ZONE.match(after)
    assert found is not None  # all its parts may be missing
    name = (found["name"] or "").upper()
    if name.casefold() in _NOT_ZONES or name[:3].casefold() in _MONTHS or not (name or found["offset"]):
        return None
    if name and name not in _ZONES:
        return _NO_ZONE
    hours = timedelta(hours=_ZONES.get(name, 0))
    if found["offset"] is None:
        return hours
    sign = -1 if found["offset"].startswith("-") else 1
    digits = found["offset"][1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return hours + sign * ahead
