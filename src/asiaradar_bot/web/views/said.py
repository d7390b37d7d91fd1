"""What was just done, said on the next page with its way back; only known words, never text from the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    One thing that was done.
    """

    key: str
    """One of `UNDO`; the template has the sentence."""
    post_id: int | None
    version: int
    """Of the post after it was done; the undo names it, so that it takes back just that."""
    undo: str | None
    """The act that takes it back; None: there is none."""


UNDO: dict[str, str | None] = {
    "approved": "hold",
    "held": "approve",
    "skipped": "restore",
    "restored": "skip",
    "breaking": "calm",
    "calmed": "breaking",
    "now": "hold",
    "moved": None,
    "embargo": None,
    "released": None,
    "settled": None,
    "saved": None,
    "queued": None,
    "draft": None,
    "stopped": None,
    "resumed": None,
    "chosen": None,
    "agreed": None,
    "taken_back": None,
    "asked": None,
    "done": None,
}


def read_said(query: Mapping[str, str]) -> Said | None:
    """
    What the address says was done; None for anything we never say.
    """
    key = query.get("said", "")
    if key not in UNDO:
        return None
    post_id, version = _number(query.get("post", "")), _number(query.get("v", ""))
    has_undo = post_id is not None and version is not None
    return Said(key=key, post_id=post_id, version=version or 0, undo=UNDO[key] if has_undo else None)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None
