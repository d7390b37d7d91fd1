"""What differs between two texts, word by word, for pages that show both to an editor."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

_WORDS = re.compile(r"\s+|\d+(?:[.,]\d+)*|[^\s\w]|[⺀-퟿豈-﫿]|\w+?(?=[⺀-퟿豈-﫿])|\w+")
_MOST_WORDS = 4000
"""Longer texts are shown as wholly replaced: nobody reads that, and comparing them takes long."""


class DiffKind(StrEnum):
    """
    What became of some words.
    """

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    """
    Some words in a row with one fate.
    """

    kind: DiffKind
    text: str


def diff_texts(old: str, new: str) -> tuple[DiffPiece, ...]:
    """
    The pieces in order; those that are not added give the old text, those that are not removed the new one.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _MOST_WORDS or "".join(before) != old or "".join(after) != new:
        before, after = [old], [new]
    pieces: list[DiffPiece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(DiffPiece(kind=DiffKind.SAME, text="".join(before[a:b])))
            continue
        if a < b:
            pieces.append(DiffPiece(kind=DiffKind.REMOVED, text="".join(before[a:b])))
        if c < d:
            pieces.append(DiffPiece(kind=DiffKind.ADDED, text="".join(after[c:d])))
    return tuple(pieces)
