"""
When two headlines tell the same story.

Spaced scripts are compared by their words in any order, scripts without spaces by pairs of characters. Different
numbers make different stories («rises to 4%» and «to 5%»), however alike the rest is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

from asiaradar_bot.model.account import Headline

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NOT_WORD = re.compile(r"[^\w\s]")
_SPACES = re.compile(r"\s+")


def headline_likeness(one: str, other: str) -> int:
    """
    How alike two headlines are, from 0 (nothing in common) to 100 (the same).
    """
    one, other = _plain(one), _plain(other)
    if not one or not other or set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return 0
    if _UNSPACED.search(one) or _UNSPACED.search(other):
        return round(fuzz.ratio(_pairs(one), _pairs(other)))
    return round(fuzz.token_sort_ratio(one, other))


def find_near_duplicate(title: str, recent: Sequence[Headline], *, percent: int) -> Headline | None:
    """
    The earliest recent headline at least so alike, or None.
    """
    for headline in recent:
        if headline_likeness(title, headline.title) >= percent:
            return headline
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return (
        _SPACES.sub(" ", _NOT_WORD.sub(" ", folded)).strip()
        if not _NUMBER.search(folded)
        else _SPACES.sub(" ", re.sub(r"[^\w\s.,%]", " ", folded)).strip(" .,")
    )


def _pairs(text: str) -> list[str]:
    bare = text.replace(" ", "")
    return [bare[index : index + 2] for index in range(max(len(bare) - 1, 1))]
