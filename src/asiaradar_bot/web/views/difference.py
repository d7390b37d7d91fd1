"""Two texts line by line, for pages that show what changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """
    A line and what became of it.
    """

    kind: str
    """`same`, `gone`, `new` or `skip` (lines left out)."""
    text: str


def diff_lines(old: str, new: str) -> Sequence[DiffLine]:
    """
    What changed with two lines around it; empty if nothing did.
    """
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm=""))[2:]
    kinds = {"-": "gone", "+": "new", " ": "same", "@": "skip"}
    return [DiffLine(kind=kinds[line[:1]], text="" if line.startswith("@") else line[1:]) for line in lines]
