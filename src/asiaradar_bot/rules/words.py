"""What counts as a word when texts are compared or searched, in every script that the newsroom writes."""

from __future__ import annotations

import re
import unicodedata

_RUN_TOGETHER = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Myanmar, Khmer, Japanese, Chinese: no spaces between words. Korean: particles grow onto its words."""

_HYPHENS = "-\u2010\u2011"
_ARABIC_BEFORE = re.compile(r"[\u0648\u0641]?(?:[\u0628\u0643\u0644\u0633]?(?:\u0627\u0644)?|\u0644\u0644)")
"""
What Arabic writes onto the front of a word: and, so (و ف), then by, as, for, will (ب ك ل س), then the article (ال, لل).
"""
_ARABIC_WORD = re.compile(r"[\u0621-\u064a]{3,}")
"""Shorter words would be found inside too many others."""
_ARABIC_SIGNS = re.compile(r"[\u0640\u064b-\u065f\u0670]")
"""Vowel signs and the stretched line, which readers of Arabic don't count."""


def plain(text: str) -> str:
    """
    The text without differences that readers don't count: width, presentation forms, upper and lower case.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def is_run_together(text: str) -> bool:
    """
    Whether the text holds a script in which a word is not bounded by spaces.
    """
    return _RUN_TOGETHER.search(text) is not None


def is_word_character(character: str) -> bool:
    """
    Whether it is part of a word: letters, digits and the marks that sit on them (vowels of Hindi, Thai, Arabic).
    """
    return character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}


def contains_word(text: str, word: str, *, in_compounds: bool = True) -> bool:
    """
    True if the word or phrase stands in the text: as whole words, or anywhere where words are run together.

    An Arabic word is also found with the particles and the article that are written onto its front. Without
    `in_compounds` a part of a word with hyphens is none: «state-sponsored» does not say «sponsored».
    """
    text, word = (_ARABIC_SIGNS.sub("", plain(one)) for one in (text, word.strip()))
    if not word:
        return False
    if is_run_together(word):
        return word in text
    at = text.find(word)
    while at >= 0:
        after = text[at + len(word) : at + len(word) + 1]
        whole = _begins_at(text, word, at) and not (after and is_word_character(after))
        if whole and (in_compounds or not _is_compound(text, at, at + len(word))):
            return True
        at = text.find(word, at + 1)
    return False


def _is_compound(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return any(len(pair) > 1 and pair[0] in _HYPHENS and is_word_character(pair[1]) for pair in (before[::-1], after))


def _begins_at(text: str, word: str, at: int) -> bool:
    start = at
    while start and is_word_character(text[start - 1]):
        start -= 1
    if start == at:
        return True
    return _ARABIC_WORD.match(word) is not None and _ARABIC_BEFORE.fullmatch(text, start, at) is not None
