"""What readers see of an article's change: title, summary and lead, word by word."""

from __future__ import annotations

from dataclasses import dataclass

from asiaradar_bot.model.article import Facts
from asiaradar_bot.rules.changes import LEAD_SENTENCES
from asiaradar_bot.rules.segments import sentences
from asiaradar_bot.rules.text_diff import DiffPiece, diff_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDiff:
    """
    One part of an article that changed.
    """

    name: str
    """`title`, `summary` or `lead`."""
    pieces: tuple[DiffPiece, ...]


def diff_facts(old: Facts, new: Facts) -> tuple[PartDiff, ...]:
    """
    The parts that differ, in the order in which they are read.
    """
    language = new.language or old.language
    parts = (
        ("title", old.title, new.title),
        ("summary", old.summary, new.summary),
        ("lead", _lead(old, language), _lead(new, language)),
    )
    return tuple(
        PartDiff(name=name, pieces=diff_texts(before, after)) for name, before, after in parts if before != after
    )


def _lead(facts: Facts, language: str | None) -> str:
    return " ".join(sentences(facts.body, language=language)[:LEAD_SENTENCES])
