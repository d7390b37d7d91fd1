"""What the local X bills: writes by request, reads by resource, a resource only once in a UTC day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from asiaradar_bot.sandbox.x.nouns import Invoice, InvoiceLine

PRICES_USD = {
    "post": Decimal("0.015"),
    "post_with_link": Decimal("0.200"),
    "delete": Decimal("0.010"),
    "alt_text": Decimal("0.005"),
    "post_read": Decimal("0.005"),
    "owned_read": Decimal("0.001"),
    "user_read": Decimal("0.010"),
}
"""Source: docs.x.com/x-api/getting-started/pricing, 2026-08-22. Not shared with the bot: tests compare two tables."""


class Ledger:
    """
    The lines so far; `keep` is told each new one.
    """

    def __init__(self, lines: Iterable[InvoiceLine] = (), *, keep: Callable[[InvoiceLine], None]) -> None:
        self._lines = list(lines)
        self._keep = keep
        self._read: set[tuple[date, str, str]] = set()
        for line in self._lines:
            if line.what.endswith("_read"):
                self._read.add(_reading(line))

    def bill(self, what: str, resource: str, *, now: datetime) -> None:
        """
        Add one write.
        """
        self._add(InvoiceLine(at=now, what=what, resource=resource, amount_usd=PRICES_USD[what]))

    def bill_reads(self, what: str, resources: Iterable[str], *, now: datetime) -> None:
        """
        Add each resource that was not yet read on this UTC day.
        """
        for resource in resources:
            line = InvoiceLine(at=now, what=what, resource=resource, amount_usd=PRICES_USD[what])
            if _reading(line) not in self._read:
                self._read.add(_reading(line))
                self._add(line)

    def invoice(self) -> Invoice:
        """
        Everything billed so far.
        """
        return Invoice(lines=tuple(self._lines))

    def _add(self, line: InvoiceLine) -> None:
        self._lines.append(line)
        self._keep(line)


def _reading(line: InvoiceLine) -> tuple[date, str, str]:
    # A post is one resource, whichever endpoint showed it first.
    return (line.at.date(), "user" if line.what == "user_read" else "post", line.resource)
