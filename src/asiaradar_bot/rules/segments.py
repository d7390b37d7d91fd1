"""Cutting text where a reader would: at sentences, words and graphemes, by ICU's segmenter."""

from __future__ import annotations

import re

from icu4py.breakers import CharacterBreaker, SentenceBreaker, WordBreaker

_TITLE_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|St|No|Inc|Ltd|Co|Corp|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct"
    r"|Nov|Dec)|\b[A-Z]|U\.S|U\.K|U\.N)\.\s*$"
)
"""Ends that look like a sentence's and are none: titles, initials, months."""


def sentences(text: str, *, language: str | None) -> list[str]:
    """
    The sentences in order, trimmed; abbreviations such as «Mr.» do not end one.
    """
    found: list[str] = []
    for piece in SentenceBreaker(text, _locale(language)):
        if found and _TITLE_END.search(found[-1]):
            found[-1] += piece
        else:
            found.append(piece)
    return [sentence.strip() for sentence in found if sentence.strip()]


def word_ends(text: str, *, language: str | None) -> list[int]:
    """
    Indices at which the text may be cut between words, rising, the end of the text included.
    """
    return [end for _, end in WordBreaker(text, _locale(language)).segments()]


def grapheme_ends(text: str) -> list[int]:
    """
    Indices at which the text may be cut without breaking what readers see as one character.
    """
    return [end for _, end in CharacterBreaker(text, "en").segments()]


def _locale(language: str | None) -> str:
    primary = (language or "en").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) <= 3 else "en"  # noqa: PLR2004 - ISO 639
