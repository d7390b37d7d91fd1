"""What benchmarks measured, for the one table at the end of `make bench`: each figure with its bar, met or not."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "ASIARADAR_BENCH_FIGURES"
"""Names the file to which figures are added; without it a benchmark only prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One line of the table.
    """

    name: str
    value: float
    unit: str
    most: float | None = None
    """The bar that it must stay under."""
    least: float | None = None
    """The bar that it must reach."""
    how: str = ""

    @property
    def met(self) -> bool | None:
        """None: there is no bar."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value < self.most) and (self.least is None or self.value >= self.least)


def record(*figures: Figure) -> int:
    """
    Print them and keep them for the table; how many missed their bar.
    """
    for figure in figures:
        print(_line(figure), flush=True)
    if os.environ.get(VARIABLE):
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(figure)) + "\n" for figure in figures)
    return sum(figure.met is False for figure in figures)


def table(figures: Iterable[Figure]) -> str:
    """
    The table, in Markdown, under the machine's name.
    """
    rows = [("what", "measured", "bar", "", "how"), ("---", "---:", "---:", "---", "---")]
    rows += [(one.name, _amount(one.value, one.unit), _bar(one), _met(one), one.how) for one in figures]
    return f"{machine()}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)


def machine() -> str:
    """
    Processor, how many of them, memory, system and Python.
    """
    names = [line.partition(":")[2].strip() for line in _proc("cpuinfo") if line.startswith("model name")]
    kilobytes = [int(line.split()[1]) for line in _proc("meminfo") if line.startswith("MemTotal")]
    memory = f"{kilobytes[0] / 2**20:.0f} GB, " if kilobytes else ""
    name = names[0] if names else platform.machine()
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{name}, {os.cpu_count()} CPUs, {memory}{system}"


def _proc(name: str) -> list[str]:
    file = Path("/proc") / name
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def _line(figure: Figure) -> str:
    return f"{figure.name}: {_amount(figure.value, figure.unit)}, bar {_bar(figure) or 'none'} {_met(figure)}".rstrip()


def _amount(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def _bar(figure: Figure) -> str:
    if figure.most is not None:
        return f"< {figure.most:g} {figure.unit}".rstrip()
    return "" if figure.least is None else f">= {figure.least:g} {figure.unit}".rstrip()


def _met(figure: Figure) -> str:
    return {None: "", True: "met", False: "NOT MET"}[figure.met]
