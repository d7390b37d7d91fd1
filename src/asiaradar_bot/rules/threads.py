"""A long text as parts of a thread: cut where a sentence ends, else a word, never inside a grapheme."""

from __future__ import annotations

from collections.abc import Sequence

from asiaradar_bot.rules.post_text import LIMIT, normalise, weighted_length
from asiaradar_bot.rules.segments import grapheme_ends, sentence_ends, word_ends


def split_text(text: str, *, limit: int = LIMIT) -> list[str]:
    """
    The parts in order, each within the limit and as full as whole sentences make it; joined they say the same.
    """
    rest, parts = normalise(text), []
    while rest:
        end = _cut(rest, limit)
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return parts


def _cut(text: str, limit: int) -> int:
    if weighted_length(text) <= limit:
        return len(text)
    for ends in (sentence_ends(text, language=None), word_ends(text, language=None), grapheme_ends(text)):
        end = _last_fitting(text, ends, limit)
        if end is not None:
            return end
    return len(text)


def _last_fitting(text: str, ends: Sequence[int], limit: int) -> int | None:
    best = None
    for end in ends:
        if weighted_length(text[:end]) > limit:
            break
        best = end
    return best or None
