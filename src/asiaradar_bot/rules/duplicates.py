"""
When two headlines tell the same story.

Spaced scripts are compared by their words in any order, scripts without spaces by pairs of characters. Different
numbers make different stories («rises to 4%» and «to 5%», «第三季度» and «第四季度»), however alike the rest is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from asiaradar_bot.model.account import Headline
from asiaradar_bot.rules.words import is_run_together, is_word_character, plain

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[〇零一二三四五六七八九十百千万萬億亿兆两]+")
_STRAY_STOP = re.compile(r"(?<!\d)[.,]|[.,](?!\d)")


def headline_likeness(one: str, other: str) -> int:
    """
    How alike two headlines are, from 0 (nothing in common) to 100 (the same).
    """
    one, other = _plain(one), _plain(other)
    if not one or not other or set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return 0
    if is_run_together(one) or is_run_together(other):
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
    """
    Words and numbers, divided by single spaces: signs between them tell no story, but the stop in 3.5 and % do.
    """
    kept = "".join(letter if is_word_character(letter) or letter in ".,%" else " " for letter in plain(text))
    return " ".join(_STRAY_STOP.sub(" ", kept).split())


def _pairs(text: str) -> list[str]:
    bare = text.replace(" ", "")
    return [bare[index : index + 2] for index in range(max(len(bare) - 1, 1))]
