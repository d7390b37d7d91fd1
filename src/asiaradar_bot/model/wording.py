"""What a template yields and what becomes of it: a skeleton with slots, then the finished text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TemplateValue = str | int | Sequence["TemplateValue"] | Mapping[str, "TemplateValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSlot:
    """
    A place in a skeleton that takes as much of its text as there is room for.
    """

    text: str
    priority: int = 1
    """Slots with a lower number are filled first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """
    A rendered template whose fit slots are still open.

    `parts` holds fixed text and slots in order; joining them gives the post.
    """

    parts: tuple[str | FitSlot, ...]
    source_digest: str = ""
    """Which source was rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """
    A finished text and what is to be said of it.
    """

    text: str
    weighted_length: int
    links: tuple[str, ...]
    problems: tuple[str, ...] = ()
    """Sentences; any problem means that a person must look before it goes out."""
    shortened: bool = False
    """True: some slot did not get its whole text."""
    template_digest: str = ""
    """Of the template's source; empty: it could not be rendered, or there was none."""
