"""What the buttons of a sheet do to its parts and pictures: move, remove, add, split; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from asiaradar_bot.model.sheet import SheetPart
from asiaradar_bot.rules.threads import split_text

Parts = tuple[SheetPart, ...]
_One = TypeVar("_One")
_OF_PICTURES = frozenset({"left", "right", "drop"})
_WORDS = _OF_PICTURES | {"split", "remove", "up", "down"}


def edit_parts(parts: Parts, word: str, places: Sequence[int]) -> Parts | None:  # noqa: PLR0911 - a button each
    """
    The parts after a button (`add`, `split`, `remove`, `up`, `down`, `left`, `right`, `drop`); None: it is no such one.

    `places` are the part and, for pictures, the place in it, from 0; places that there are not change nothing.
    """
    if word == "add":
        return (*parts, SheetPart(text=""))
    if word not in _WORDS:
        return None
    part = places[0] if places else -1
    if not 0 <= part < len(parts):
        return parts
    if word in _OF_PICTURES:
        return _pictures_edited(parts, part, word, places[1] if len(places) > 1 else -1)
    if word == "split":
        return _split(parts, part)
    if word == "remove":
        return parts[:part] + parts[part + 1 :] if len(parts) > 1 else parts
    return _moved(parts, part, -1 if word == "up" else 1)


def without_empty_end(parts: Parts) -> Parts:
    """
    The parts without those at the end in which nothing is; the first one stays.
    """
    last = max((at for at, part in enumerate(parts) if part.text.strip() or part.pictures), default=0)
    return parts[: last + 1]


def _split(parts: Parts, at: int) -> Parts:
    texts = split_text(parts[at].text)
    if len(texts) <= 1:
        return parts
    first = replace(parts[at], text=texts[0])
    return (*parts[:at], first, *(SheetPart(text=text) for text in texts[1:]), *parts[at + 1 :])


def _pictures_edited(parts: Parts, part: int, word: str, place: int) -> Parts:
    shown = parts[part].pictures
    if not 0 <= place < len(shown):
        return parts
    without = shown[:place] + shown[place + 1 :]
    changed = without if word == "drop" else _moved(shown, place, -1 if word == "left" else 1)
    return (*parts[:part], replace(parts[part], pictures=changed), *parts[part + 1 :])


def _moved(row: tuple[_One, ...], at: int, by: int) -> tuple[_One, ...]:
    to = at + by
    if not 0 <= to < len(row):
        return row
    rest = list(row)
    rest.insert(to, rest.pop(at))
    return tuple(rest)
