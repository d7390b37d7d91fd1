"""Figures -> shapes: sparklines of letters, and the points of small drawings. Unknown figures leave a gap."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
NOTHING = " "


def sparkline(values: Sequence[int | None], *, counts: Sequence[int]) -> str:
    """
    A letter for each value, the highest one full; `·` where it is not known, a space where it rests on nothing.
    """
    highest = max((value for value in values if value is not None), default=0)
    letters = [GAP if value is None else _BARS[_step(value, highest)] for value in values]
    return "".join(letter if count else NOTHING for letter, count in zip(letters, counts, strict=True))


def _step(value: int, highest: int) -> int:
    return 0 if highest <= 0 else round(value / highest * (len(_BARS) - 1))


def line_points(values: Sequence[float], *, width: int, height: int) -> str:
    """
    The `points` of an SVG polyline over the whole width, zero at the bottom.
    """
    if not values:
        return ""
    highest = max(values) or 1
    across = width / max(len(values) - 1, 1)
    return " ".join(
        f"{place * across:.1f},{height - value / highest * height:.1f}" for place, value in enumerate(values)
    )


def shade(value: float | None, highest: float) -> int:
    """
    How dark a cell is, 1 to 5; 0: not known.
    """
    if value is None:
        return 0
    return 1 if highest <= 0 else max(1, min(5, 1 + int(value / highest * 4.999)))


def bar_percent(value: float | None, highest: float) -> float:
    """
    Length of a bar in percent of the longest one; 0 where the value is not known.
    """
    return 0.0 if value is None or highest <= 0 else round(min(value / highest, 1.0) * 100, 1)
