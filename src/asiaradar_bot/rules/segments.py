"""Where a text may be cut as a reader would cut it: at sentences, words and graphemes, by ICU's segmenter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from icu4py.breakers import CharacterBreaker, SentenceBreaker, WordBreaker

from asiaradar_bot.rules.post_text import link_spans

_NEVER_AN_END = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Adm|St|vs?|e\.g|i\.e)\.\s*$")
"""What is always followed by more of the sentence."""
_SELDOM_AN_END = re.compile(
    r"(?:\b(?:No|Inc|Ltd|Co|Corp|Bros|Jr|Sr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|a\.m|p\.m|[A-Z])"
    r"|(?:[A-Z]\.)+[A-Z])\.\s*$"
)
"""Initials, acronyms, months, hours: an end only if a word follows with which sentences begin."""
_STARTER = re.compile(
    r"[\"“‘(]?(?:The|A|An|In|On|At|It|Its|He|His|She|Her|They|Their|We|But|And|This|That|These|Those|There|When|While|If"
    r"|For|As|After|Before|Since|Some|Many|Most|More|All|No|Not|Both|Each|Last|What|Why|How|Who)\b"
)
_QUOTED = re.compile(r"[」』]$")
_PARTICLE = re.compile(r"[\u3041-\u3096]")
"""Hiragana straight behind a Japanese quotation: «...。」と話す» is one sentence."""
_PAIRS = ("“”", "()", "[]", "「」", "『』", "«»", "（）", "【】", "《》")
_LOOK_AHEAD = 3
"""A quotation that runs on for more sentences than this was probably never closed."""

_UNSPACED = re.compile(
    r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Myanmar, Khmer, Chinese, Japanese: written without spaces between words."""


def sentences(text: str, *, language: str | None) -> list[str]:
    """
    The sentences in order, trimmed; neither abbreviations nor stops within a quotation end one.
    """
    return [text[start:end].strip() for start, end in _sentence_spans(text, language)]


def sentence_ends(text: str, *, language: str | None) -> list[int]:
    """
    Indices just behind each sentence, space left out, rising; the last is the end of the trimmed text.
    """
    return [start + len(text[start:end].rstrip()) for start, end in _sentence_spans(text, language)]


def word_ends(text: str, *, language: str | None) -> list[int]:
    """
    Indices at which the text may be cut between words, rising, the end of the text included.

    Where words are divided by spaces only those count, so that neither «year-end» nor «9.8» is torn; a link never is.
    """
    whole = set(grapheme_ends(text))
    links = [(start, end) for start, end, _ in link_spans(text)]
    return [
        end
        for end in _ends(WordBreaker(text, _locale(language)))
        if end in whole and _divides_words(text, end) and not any(start < end < stop for start, stop in links)
    ]


def grapheme_ends(text: str) -> list[int]:
    """
    Indices at which the text may be cut without breaking what readers see as one character.
    """
    return _ends(CharacterBreaker(text, "en"))


def is_balanced(text: str) -> bool:
    """
    Whether every bracket and quotation mark that is opened is closed as well.
    """
    return text.count('"') % 2 == 0 and all(text.count(pair[0]) <= text.count(pair[1]) for pair in _PAIRS)


def is_unspaced(character: str) -> bool:
    """
    Whether the character belongs to a script, or to the punctuation of one, that divides words by no space.
    """
    return _UNSPACED.match(character) is not None


def _ends(pieces: Iterable[str]) -> list[int]:
    """
    Where the pieces end; the breaker's own indices count UTF-16 units, Python's do not.
    """
    return list(accumulate(map(len, pieces)))


def _sentence_spans(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    ends = _ends(SentenceBreaker(text, _locale(language)))
    start = at = 0
    while at < len(ends):
        at = _last_piece(text, start, ends, at)
        if text[start : ends[at]].strip():
            yield start, ends[at]
        start = ends[at]
        at += 1


def _last_piece(text: str, start: int, ends: list[int], at: int) -> int:
    """
    Which of ICU's pieces is the last of the sentence that begins at `start` and has the piece `at`.
    """
    while at + 1 < len(ends) and _goes_on(text[start : ends[at]], text[ends[at] :]):
        at += 1
    for later in range(at, min(at + _LOOK_AHEAD, len(ends))):
        if is_balanced(text[start : ends[later]]):
            return later
    return at


def _goes_on(before: str, after: str) -> bool:
    if _NEVER_AN_END.search(before) or (_QUOTED.search(before) and _PARTICLE.match(after)):
        return True
    return _SELDOM_AN_END.search(before) is not None and not _STARTER.match(after)


def _divides_words(text: str, end: int) -> bool:
    before, after = text[end - 1 : end], text[end : end + 1]
    if after.isspace() or after in {"", "—"}:
        return True
    if before.isdigit() or after.isspace():  # a number stays with what it counts
        return False
    return is_unspaced(before) or is_unspaced(after)


def _locale(language: str | None) -> str:
    primary = (language or "en").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) <= 3 else "en"  # noqa: PLR2004 - ISO 639
