"""What a post says below the headline: the summary without a repeated headline, or else the first sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

from asiaradar_bot.model.article import Facts
from asiaradar_bot.rules.segments import grapheme_ends, is_unspaced, sentence_ends, sentences

LEAD_SENTENCES = 3
MOST_CHARS = 1500
"""More than any post can hold, even in the lightest letters."""

_SAME_PERCENT = 90
"""Likeness from which on two sentences say the same; small words and marks differ between headline and summary."""
_BEHIND_TITLE = re.compile(r"\s*(?:[.:;!?|。！？：｜।]+|\s[-–—]+\s|[–—]+|\n)\s*")


def summary_of(facts: Facts) -> str:
    """
    The summary without a repeated headline; where nothing is left, the lead sentences of the body; may be empty.
    """
    summary = _without_title(facts.summary.strip(), facts)
    return _bounded(summary or _lead(facts), facts.language)


def is_same(one: str, other: str) -> bool:
    """
    Whether two texts say the same but for marks, letter case and a small word.
    """
    plain_one, plain_other = _plain(one), _plain(other)
    if not plain_one or not plain_other:
        return False
    return fuzz.ratio(plain_one, plain_other) >= _SAME_PERCENT


def joined(parts: Iterable[str]) -> str:
    """
    Sentences as one text: with a space between them, but none behind Chinese and Japanese.
    """
    text = ""
    for part in parts:
        apart = text and not (is_unspaced(text[-1]) and _is_wide(text[-1]))
        text += f" {part}" if apart else part
    return text


def _without_title(summary: str, facts: Facts) -> str:
    title = facts.title.strip()
    if not summary or not title:
        return summary
    if is_same(summary, title):
        return ""
    if summary.casefold().startswith(title.casefold()):
        behind = _BEHIND_TITLE.match(summary, len(title))
        return summary[behind.end() :] if behind else summary
    first = next(iter(sentence_ends(summary, language=facts.language)), 0)
    return summary[first:].lstrip() if is_same(summary[:first], title) else summary


def _lead(facts: Facts) -> str:
    found: list[str] = []
    for paragraph in facts.body.split("\n"):
        found += [one for one in sentences(paragraph, language=facts.language) if not is_same(one, facts.title)]
        if len(found) >= LEAD_SENTENCES:
            break
    return joined(found[:LEAD_SENTENCES])


def _bounded(text: str, language: str | None) -> str:
    if len(text) <= MOST_CHARS:
        return text
    ends = [end for end in sentence_ends(text, language=language) if end <= MOST_CHARS]
    return text[: ends[-1]] if ends else text[: max(end for end in grapheme_ends(text) if end <= MOST_CHARS)]


def _plain(text: str) -> str:
    letters = (
        letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in unicodedata.normalize("NFKC", text)
    )
    return " ".join("".join(letters).split()).casefold()


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
