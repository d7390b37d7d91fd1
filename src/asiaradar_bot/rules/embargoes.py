"""
What an article says of its embargo: the word that speaks of it, and when it ends, as far as that can be read.

An end is read only where it is sure: a time of day with a known zone or none (the newsroom's), a day, or both. A wrong
guess may let a post out early, so what could mean two things («03/04», «CST», «Monday week») means nothing here, nor
does a clause of which a word or figure was not understood («18h», «end of 1 December»), an hour alone while a day is
named elsewhere, or one notice beside another that says no end or that it changed; then a person says when it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
"""Characters of the body that are looked at: press releases say it on top. Alone it counts only with an hour."""
_STOP = re.compile(
    r"[.:;!?](?=\s|$)|[:\uff1a](?=[^\x00-\x7f])|\uff1a(?!\d)|[\u3002\uff01\uff1f\uff1b\n\]\u3011\u3015\uff3d]"
)
_BEFORE = re.compile(r"[\[\u3010\u3014\uff3b]")
"""A bracket with which a notice begins whose word stands last."""
_TOLERANCE = timedelta(hours=1)
"""A notice may still stand there for so long after the embargo ended; an older end was misread, or is a mistake."""
_FARTHEST_YEARS = 10
_SIGNS = re.compile(r"^[^\w.!?\u3002\n)\]\u3011\u3015\uff3d\uff09]*")
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
        r"\b(?P<year>2[01]\d{2})-(?P<number>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?P<year>2[01]\d{2}) ?[年년] ?(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号號일]",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}\b,?(?: (?P<year>2[01]\d{{2}})\b)?",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:),?(?: (?P<year>2[01]\d{{2}})\b)?",
        r"(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号號일]",
    )
)
_UNTIL = re.compile(r"\b(?:until|till|til)\b|[至到]|まで|까지", re.IGNORECASE)
_CLOCKS = (
    re.compile(r"(?<![\da-z])(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))? ?(?P<half>am|pm)\b", re.IGNORECASE),
    re.compile(
        r"(?:(?<![\da-z])|(?<=\dT))(?P<hour>\d{1,2})[:h\uff1a](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.0+)?)?(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<hour>\d{2})(?P<minute>\d{2})(?= ?(?:hours|hrs)\b)"),
    re.compile(r"\b(?P<hour>[01]\d|2[2-3])(?P<minute>\d{2})(?= ?[A-Z]{3,4}\b)"),  # «1 May 2030 HKT» has a year
    re.compile(r"(?P<hour>\d{1,2}) ?[時时点點시] ?(?:(?P<minute>\d{1,2}) ?[分분])?"),
)
_FILLERS = re.compile(
    r"\b(?:strictly|under|for|release|publication|not|before|until|till|til|at|on|of|the|hours|hrs)\b|[至到]|まで|까지",
    re.IGNORECASE,
)
"""Words beside a time that leave it as it is."""
_DASH = re.compile(r"\W*?(?:\s[\u2013-]\s|[|\u2014\uff5c])")
_UNSURE = re.compile(
    r"\b\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\b|\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)day\b|\b(?:tomorrow|tonight|next"
    r"|week|noon|midnight|morning|afternoon|evening)\b|上午|下午|晚上|中午|午前|午後|오전|오후|明[天日]|내일|[週周曜]|요일"
    r"|\btime\b|时间|時間|시간",
    re.IGNORECASE,
)
"""Words for a day, for half of one, or for a zone («London time») that are not read: with them nothing is sure."""
_OTHER_DAY = re.compile(
    r"\b\d{1,2}(?:[/.]\d{1,2}(?!\d| ?[ap]m)|-\d{1,2}-\d{2}|(?:st|nd|rd|th)\b)|\b2[01]\d{2}\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b|\b(?:tomorrow|next day)\b"
    r"|\b(?:january|february|april|june|july|august|september|october|november|december)\b"
    r"|[明翌次][天日]|내일|[週周曜]|요일|[\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f]",
    re.IGNORECASE,
)
"""What may name a day beside `_DATES`, and letters of scripts whose months are not read: an hour alone is not sure."""
_CHANGED = re.compile(
    r"\b(?:extend|postpon|delay|brought forward|put off|moved|revis|updat|amend|tb[acd]\b|new embargo|do not|instead"
    r"|for (?:broadcast|print|online)\b|to be (?:confirmed|announced|advised)|not (?:for|to|before|until)\b)"
    r"|延|推迟|推遲|改[至到为為期]|[变變変]更|更新|待定|未定|연장|변경|연기|미정",
    re.IGNORECASE,
)
"""Words near a notice by which the end that it names may not be the last word."""
_ZONE = re.compile(r"[\s,]*(?:\b(?:hours|hrs|h)\b)?[\s,]*\(?(?P<name>[A-Za-z]+)?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?")
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
_ANY_END = (re.compile(r"\d"), _UNTIL, _UNSURE)
_HALF_DAY = 12
_DAYS_AHEAD = len("+1")
"""«18:00 +1» may mean the day after."""
_FARTHEST_ZONE = timedelta(hours=14)
_READ = "\0"
"""Stands for what was read of a clause, so that what is left keeps its place."""
_NOTICE_CHARS = 200
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Whether an end can be read does not hang on the day on which it is read."""
_OPENING = re.compile(r"\s*[\[(<\u3010\uff08\u3014\uff3b]?\s*(?:(?:strictly|under)\s+)*", re.IGNORECASE)
_BEHIND_WORD = re.compile(r"[^\S\n]*[:\uff1a\u2013\u2014-]?")
_PARTS = (
    re.compile(r"[^\S\n]+|[,\uff0c\u3001]", re.IGNORECASE),
    re.compile(r"(?:for|release|publication|not|before|at|on|of|the|hours|hrs)\b", re.IGNORECASE),
    re.compile(rf"\(?(?:{'|'.join(_ZONES)})(?:[+-]\d{{1,2}}(?::?\d{{2}})?)?(?!\w)\)?", re.IGNORECASE),
    re.compile(r"[+-]\d{2}(?::?\d{2})?\b"),
    _UNTIL,
    *_CLOCKS,
    *_DATES,
    re.compile(r"T(?=\d)"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """
    Where a word for an embargo stands: the clause that may say its end, and whether words near it say that it changed.
    """

    word: str
    clause: str
    is_changed: bool

    def names(self, marks: Sequence[re.Pattern[str]]) -> bool:
        """
        Whether one of these stands in the clause.
        """
        return any(mark.search(self.clause) for mark in marks)


def find_embargo(facts: Facts, policy: Policy, *, near: datetime, since: datetime | None = None) -> Embargo | None:
    """
    The embargo that headline or summary speak of, or the top of the body with its hour; None: none.

    `near` is when the article is judged: a time without a day is the next such time after it. `since` is when it was
    published or first seen (None: then too): an end well before that is no sure end.
    """
    head, top = f"{facts.title}\n{facts.summary}", facts.body[:_BODY]
    above, below = _places(head, policy), _places(top, policy)
    speaking = above or [place for place in below if place.names(_CLOCKS)]
    if not speaking:
        return None
    counting = [*above, *(place for place in below if place.is_changed or place.names(_ANY_END))]
    alone = not any(day.search(f"{head}\n{top}") for day in (*_DATES, _OTHER_DAY))
    zone = policy.wording.zone
    ends = [None if one.is_changed else _end_of(one.clause, near=near, zone=zone, alone=alone) for one in counting]
    return Embargo(word=speaking[0].word, ends_at=_latest(ends, since or near))


def _latest(ends: Sequence[datetime | None], since: datetime) -> datetime | None:
    """
    The latest of the ends; None: there is none, or one is not sure, or cannot be true.
    """
    sure = [one for one in ends if one is not None and since - _TOLERANCE <= one]
    if len(sure) < len(ends) or any(one.year > since.year + _FARTHEST_YEARS for one in sure):
        return None
    return max(sure, default=None)


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
    sure = (_end_of(_SIGNS.sub("", one), near=_SOME_DAY, zone=policy.wording.zone, alone=True) for one in said)
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


def _places(text: str, policy: Policy) -> list[_Place]:
    """
    The places at which one of the policy's words stands.
    """
    places = []
    for word in policy.embargo_words:
        if not contains_word(text, word):
            continue
        together = is_run_together(word)
        for found in re.finditer(re.escape(word.strip()) + ("" if together else r"\w*"), text, re.IGNORECASE):
            behind = text[found.end() : found.end() + _WINDOW]
            ahead = text[max(0, found.start() - _WINDOW) : found.start()]
            clause = _clause(_SHORT.sub(_joined, _SIGNS.sub("", behind)))
            if together and not re.search(r"\w", clause):
                clause = _BEFORE.split(_STOP.split(ahead)[-1])[-1]
            changed = _CHANGED.search(ahead) or _CHANGED.search(behind)
            places.append(_Place(word=word, clause=clause, is_changed=changed is not None))
    return places


def _clause(window: str) -> str:
    """
    What belongs to the word before it: up to the end of its sentence, or of the brackets in which it stands.
    """
    clause = _STOP.split(window.replace("\uff08", "(").replace("\uff09", ")"))[0]
    inside, bracket, _ = clause.partition(")")
    return inside if bracket and "(" not in inside else clause


def _joined(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}" if match[1] else match[3]


def _end_of(clause: str, *, near: datetime, zone: str, alone: bool) -> datetime | None:
    """
    The end that the clause says for sure; `alone`: an hour without a day is the next such hour.
    """
    if _UNSURE.search(clause):
        return None
    clocks = [found for pattern in _CLOCKS if (found := pattern.search(clause))]
    clock = min(clocks, key=lambda one: one.start(), default=None)
    try:
        if clock is not None:
            return _hour_of(clause, clock, near=near, zone=ZoneInfo(zone), alone=alone)
        on, left = _day_of(clause, near.astimezone(ZoneInfo(zone)))
        if on is None or not _UNTIL.search(clause) or _is_unread(left):
            return None
        return local_instant(on + timedelta(days=1), time(0), ZoneInfo(zone))  # a day without an hour: all of it
    except (ValueError, OverflowError):
        return None  # the 31st of February


def _is_unread(left: str) -> bool:
    """
    Whether a word or figure is left of the clause that was not understood: it may say another hour, day or place.
    """
    return re.search(r"\w", _FILLERS.sub(" ", left)) is not None


def _hour_of(clause: str, clock: re.Match[str], *, near: datetime, zone: ZoneInfo, alone: bool) -> datetime | None:
    at, (offset, behind) = _time_of(clock), _offset_of(clause, clock.end())
    if at is None:
        return None
    place = zone if offset is None else timezone(offset)
    base = near.astimezone(place)
    ahead = re.sub(r"(?<=\d)T$", "", clause[: clock.start()], flags=re.IGNORECASE)
    on, left = _day_of(f"{ahead}{_READ}{clause[behind:]}", base)
    tail = left.rpartition(_READ)[2]
    if on is not None and offset is not None and not re.search(r"\d", tail) and (dash := _DASH.match(tail)):
        left = left[: len(left) - len(tail) + dash.end()]  # nothing is missing, so words after a dash are the news
    if _is_unread(left):
        return None
    if on is not None:
        return _instant(on, at, place)
    if not alone:
        return None
    today = _instant(base.date(), at, place)
    return today if today >= near else _instant(base.date() + timedelta(days=1), at, place)


def _instant(on: date, at: time, place: ZoneInfo | timezone) -> datetime:
    if isinstance(place, ZoneInfo):
        return local_instant(on, at, place)
    return datetime.combine(on, at, tzinfo=place).astimezone(UTC)


def _day_of(clause: str, base: datetime) -> tuple[date | None, str]:
    """
    The day that is named, and what is left of the clause beside it; one without a year is the nearest such day.
    """
    for pattern in _DATES:
        if found := pattern.search(clause):
            named = found.groupdict()
            left = clause[: found.start()] + _READ + clause[found.end() :]
            month, day = _month_of(named), int(named["day"])
            if named.get("year"):
                return date(int(named["year"]), month, day), left
            near = (date(year, month, day) for year in range(base.year - 1, base.year + 2))
            return min(near, key=lambda on: abs(on - base.date())), left
    return None, clause


def _month_of(named: dict[str, str]) -> int:
    return _MONTHS[named["month"].casefold()] if named.get("month") else int(named["number"])


def _time_of(clock: re.Match[str]) -> time | None:
    named = clock.groupdict()
    hour, minute = int(named["hour"]), int(named.get("minute") or 0)
    half = (named.get("half") or "").casefold()
    if half and not 1 <= hour <= _HALF_DAY:
        return None
    if half:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    return time(hour, minute, int(named.get("second") or 0))


def _offset_of(clause: str, at: int) -> tuple[timedelta | None, int]:
    """
    The zone behind a time of day that ends there, ahead of UTC, and where the zone ends; None: none that we know.
    """
    found = _ZONE.match(clause, at)
    assert found is not None  # all its parts may be missing
    name, offset = (found["name"] or "").upper(), found["offset"]
    if name not in ({"", "UTC", "GMT"} if offset else _ZONES) or (offset and not name and len(offset) <= _DAYS_AHEAD):
        return None, at
    hours = timedelta(hours=_ZONES.get(name, 0))
    if offset is not None:
        digits = offset[1:].replace(":", "")
        ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        hours = -ahead if offset.startswith("-") else ahead
    return (hours, found.end()) if abs(hours) <= _FARTHEST_ZONE else (None, at)
