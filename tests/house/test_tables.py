"""The tables of the documents say each thing once, and list what the program has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from asiaradar_bot.runner.timetable import TIMETABLE

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("document", [one.name for one in DOCUMENTS])
def test_no_row_stands_twice(document: str) -> None:
    """Lines that merges brought twice would contradict each other one day."""
    rows = Counter(
        (section.partition("\n")[0], line.split("|")[1].strip())
        for section in (ROOT / "docs" / document).read_text(encoding="utf-8").split("\n## ")
        for line in section.splitlines()
        if line.startswith("| `")
    )
    assert [row for row, times in rows.items() if times > 1] == []


def test_no_change_is_told_twice() -> None:
    """The changelog says each thing once."""
    told = Counter(
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:2] == "- "
    )
    assert [line for line, times in told.items() if times > 1] == []


def test_each_step_stands_with_its_command() -> None:
    """`asiaradar tick` in docs/commands.md names every step, in the order of the timetable."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith("| `asiaradar tick")]
    assert [word.strip("`") for word in row.split(":")[1].split("|")[0].split()] == list(TIMETABLE)
