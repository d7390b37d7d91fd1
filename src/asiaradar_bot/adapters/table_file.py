"""Rows as CSV, JSON lines or a workbook; no text in them can become a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.exporting import Cell, Row, harmless

Form = Literal["csv", "json", "xlsx"]
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_SHEET_ROWS = 1_048_575
"""Below the heading. Source: Excel specifications and limits, support.microsoft.com."""
_MOST_CELL_CHARS = 32_767
"""Source: as above."""


def write_table(form: Form, columns: Sequence[str], rows: Iterable[Row], *, name: str) -> Iterator[bytes]:
    """
    The file in pieces; CSV and JSON lines come as the rows do, a workbook at the end.

    Raises:
        InputError: more rows than a sheet of a workbook holds; a sentence.
    """
    match form:
        case "csv":
            yield from _csv(columns, rows)
        case "json":
            for row in rows:
                yield (
                    json.dumps(dict(zip(columns, map(_plain, row), strict=True)), ensure_ascii=False) + "\n"
                ).encode()
        case "xlsx":
            yield _workbook(columns, rows, name=name)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    # The mark at the start makes Excel read UTF-8.
    yield "\ufeff".encode()
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(one) if isinstance(one, str) else _plain(one) for one in row])
        yield page.getvalue().encode()
        page.seek(0)
        page.truncate()
    yield page.getvalue().encode()


def _workbook(columns: Sequence[str], rows: Iterable[Row], *, name: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(name)
        bold, stamp = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, bold)
        sheet.set_column(0, len(columns) - 1, 18)
        for number, row in enumerate(rows, start=1):
            if number > MOST_SHEET_ROWS:
                raise InputError(f"a workbook holds {MOST_SHEET_ROWS:,} rows: ask for fewer days, or for csv")
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell.astimezone(UTC).replace(tzinfo=None), stamp)
                elif isinstance(cell, (int, Decimal)):
                    sheet.write_number(number, place, float(cell))
                elif cell is not None:
                    sheet.write_string(number, place, str(cell)[:_MOST_CELL_CHARS])
    return file.getvalue()


def _plain(cell: Cell) -> str | int | None:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(cell) if isinstance(cell, Decimal) else cell
