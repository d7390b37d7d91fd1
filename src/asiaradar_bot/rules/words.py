"""What counts as a word when texts are compared or searched, in every script that the newsroom writes."""

from __future__ import annotations

import re
import unicodedata

_RUN_TOGETHER = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Myanmar, Khmer, Japanese, Chinese: no spaces between words. Korean: particles grow onto its words."""


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


def contains_word(text: str, word: str) -> bool:
    """
    True if the word or phrase stands in the text: as whole words, or anywhere where words are run together.
    """
    text, word = plain(text), plain(word).strip()
    if not word:
        return False
    if is_run_together(word):
        return word in text
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not any(letter and is_word_character(letter) for letter in (before, after)):
            return True
        at = text.find(word, at + 1)
    return False
