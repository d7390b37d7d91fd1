"""
Sentences of rules and steps, which are stored in English, said in the visitor's language.

The catalogues have the forms that the sentences were made from (`scripts/told.py`): `its date is ahead: not before
%(facts_published_at)s UTC`. A sentence that fits a form is said by the translation of that form with the values that
stand in it; values that are sentences or names of states of ours are said, too. Whatever fits no form (words of people,
of X, of older versions) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.messages.pofile import read_po

from asiaradar_bot.web.words import NAMES, file_of, translations

TOLD, CHECK, RULE = "told", "check", "rule"
"""Contexts in the catalogues: sentences, names of checks, and the forms that rules in words are made of."""
_PLACE = re.compile(r"%\((\w+)\)s")
_OURS = re.compile(
    r"(^|_)(why|reasons?|detail|errors?|problems?|states?|verdict|kind|role|class|option|act|hint|waits|what|how|eyes"
    r"|otherwise|fact|said|told|mend|meaning|clause|newest|old|new|stopped|paused|mode|cause|ending)(_\d)?$"
)
"""Ends of the names of values that may be words of ours; titles, addresses and people's names never are."""
_TAIL = re.compile(r"(eyes|waits|second|hint|by)$")
"""Names of values that may be empty or go on with the sentence: «, waits for another pair of eyes»."""
_WEAK = 5
"""A form with fewer signs of its own takes only values without a space: «as %(role)s» is not every «as ...»."""
_LONGEST = 2_000
"""Longer than any sentence of ours."""


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    own: str
    """The longest piece between its values; what does not hold it cannot fit."""
    weight: int
    said: str


class Telling:
    """
    What is told in one language.
    """

    def __init__(self, language: str) -> None:
        self._words = translations(language)
        self._plain: dict[tuple[str, str], str] = {}
        self._forms: dict[str, list[_Form]] = {TOLD: [], CHECK: []}
        self._between = "; " if language == "ko" else "\uff1b"
        self._colon = ": " if language == "ko" else "\uff1a"
        for context, form, said in _forms_of(language):
            if _PLACE.search(form):
                self._forms[context].append(_compiled(form, said))
            else:
                self._plain[context, form] = said
        for forms in self._forms.values():
            forms.sort(key=lambda form: (-form.weight, -form.pattern.groups))
        self.say = lru_cache(maxsize=2_000)(self._say)

    def fill(self, form: str, **values: str) -> str:
        """
        A form of rules in words, translated and filled in; names of classes are said, too.
        """
        said = self._words.gettext(form) if form in NAMES else self._words.pgettext(RULE, form)
        return said % values if values else said

    def _say(self, sentence: str, context: str = TOLD) -> str:
        """
        The sentence in this language, as far as it is one of ours.
        """
        if not self._plain or len(sentence) > _LONGEST:
            return sentence
        return self._known(sentence, context) or self._parts(sentence, context) or sentence

    def _known(self, sentence: str, context: str) -> str | None:
        if (context, sentence) in self._plain:
            return self._plain[context, sentence]
        for form in self._forms[context]:
            if form.own in sentence and (found := form.pattern.fullmatch(sentence)):
                return form.said % self._values(found.groupdict())
        part, colon, rest = sentence.partition(": ")
        if colon and part in NAMES and (said := self._known(rest, context)):
            return f"{self._words.gettext(part)}{self._colon}{said}"  # «headline: a number changed»
        return None

    def _values(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: self._value(value) if _OURS.search(name) else value for name, value in values.items()}

    def _value(self, value: str) -> str:
        return self._words.gettext(value) if value in NAMES else self._say(value)

    def _parts(self, sentence: str, context: str) -> str | None:
        """
        Several sentences in a row, of which some are ours.
        """
        parts = sentence.split("; ")
        said = [self._known(part, context) for part in parts]
        if len(parts) == 1 or not any(said):
            return None
        return self._between.join(new or old for new, old in zip(said, parts, strict=True))


def _compiled(form: str, said: str) -> _Form:
    own = [piece.replace("%%", "%") for piece in _PLACE.split(form)[::2]]
    names = _PLACE.findall(form)
    weight = sum(len("".join(piece.split())) for piece in own)
    pattern = re.escape(own[0]) + "".join(
        f"(?P<{name}>{_value_of(name, weight)}){re.escape(piece)}" for name, piece in zip(names, own[1:], strict=True)
    )
    return _Form(re.compile(pattern, re.DOTALL), max(own, key=len), weight, said)


def _value_of(name: str, weight: int) -> str:
    if _TAIL.match(name):
        return r"(?:|[,;:]? .*?)"
    return r"\S+?" if weight < _WEAK else r".+?"


def _forms_of(language: str) -> Iterator[tuple[str, str, str]]:
    file = file_of(language)
    if file is None:
        return
    with file.open("rb") as source:
        for message in read_po(source, locale=language):
            if message.context in {TOLD, CHECK} and message.string:
                yield message.context, str(message.id), str(message.string)


@lru_cache(maxsize=8)
def telling(language: str) -> Telling:
    """
    The one of this language; its catalogue is read when it is first asked for.
    """
    return Telling(language)
