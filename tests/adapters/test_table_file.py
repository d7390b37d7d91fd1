"""Tables as files: read back by other programs' libraries."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from asiaradar_bot.adapters import table_file
from asiaradar_bot.adapters.table_file import Form, write_table
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.exporting import Row

COLUMNS = ("id", "text", "at", "usd", "seen")
ROWS: list[Row] = [
    (
        "1860000000000000001",
        '=HYPERLINK("https://evil.example")',
        datetime(2026, 11, 24, 9, tzinfo=UTC),
        Decimal("0.2"),
        None,
    ),
    ("2", "渡轮 恢复\nsecond line", datetime(2026, 11, 24, 10, tzinfo=UTC), Decimal("0.015"), 0),
]


def made(form: Form) -> bytes:
    """The whole file."""
    return b"".join(write_table(form, COLUMNS, iter(ROWS), name="posts"))


def test_csv_comes_back_as_it_went() -> None:
    """Python's reader gets every cell; unknown is empty, zero is 0, and no cell is a formula."""
    text = made("csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1][1:] == ['\'=HYPERLINK("https://evil.example")', "2026-11-24T09:00:00Z", "0.2", ""]
    assert rows[2][1:] == ["渡轮 恢复\nsecond line", "2026-11-24T10:00:00Z", "0.015", "0"]


def test_json_lines_keep_null() -> None:
    """Each line is an object; unknown is null."""
    rows = [json.loads(line) for line in made("json").decode().splitlines()]
    assert [row["seen"] for row in rows] == [None, 0]
    assert rows[0]["usd"] == "0.2"


def test_a_workbook_holds_text_and_no_formula() -> None:
    """Long ids stay text with all digits, and what looks like a formula is text."""
    with zipfile.ZipFile(io.BytesIO(made("xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "1860000000000000001" in texts
    assert "=HYPERLINK" in texts


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that would lose rows is refused with a sentence."""
    monkeypatch.setattr(table_file, "MOST_SHEET_ROWS", 1)
    with pytest.raises(InputError, match="ask for fewer days"):
        made("xlsx")


def test_no_rows_leave_the_heading() -> None:
    """A file of nothing still says what it would hold."""
    assert b"".join(write_table("csv", COLUMNS, (), name="posts")).decode("utf-8-sig").strip() == ",".join(COLUMNS)
