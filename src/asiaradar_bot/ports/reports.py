"""What reports and exports ask of the storage: many posts at once, with figures, cost and what they are grouped by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from asiaradar_bot.model.digest import DigestKind, HeldArticle
from asiaradar_bot.model.engagement import Snapshot
from asiaradar_bot.model.money import LedgerEntry
from asiaradar_bot.model.post import Post
from asiaradar_bot.model.report import PostFigures


class ReportRows(Protocol):
    """
    Reads over spans; none of them writes.
    """

    def at_age(self, age: timedelta, *, since: datetime, until: datetime) -> Sequence[PostFigures]:
        """Every post on X created from `since` to before `until`, at one of `CHECKPOINTS`, oldest first."""

    def texts(self, remote_ids: Collection[str]) -> Mapping[str, str]:
        """The text of each of these posts that is on record."""

    def spent_on_reads(self, *, since: datetime, until: datetime) -> Decimal:
        """What reading came to in the span, doubtful reads included, in USD."""

    def published(self, *, since: datetime, until: datetime) -> Sequence[Post]:
        """Our posts that went out in the span, oldest first."""

    def snapshots(self, *, since: datetime, until: datetime) -> Iterator[Snapshot]:
        """Snapshots of posts created in the span, post by post, oldest first; read as they are asked for."""

    def held(self, *, since: datetime, until: datetime) -> Sequence[HeldArticle]:
        """Articles first seen in the span whose newest decision was to hold, with what became of their post."""

    def skipped(self, *, since: datetime, until: datetime) -> Mapping[str, int]:
        """How many articles first seen in the span were skipped, by reason."""

    def spent(self, *, since: datetime, until: datetime) -> Decimal:
        """What everything came to in the span, doubtful requests included, in USD."""

    def entries(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        """Ledger entries of the span, oldest first; read as they are asked for."""


class DigestRows(Protocol):
    """
    Digests that were made, one for each period.
    """

    def add(self, kind: DigestKind, on: date, text: str, *, at: datetime) -> bool:
        """Keep it; False, and nothing is written, if the period has one already."""

    def find(self, kind: DigestKind, on: date) -> str | None:
        """Its text, or None."""


class DigestFolder(Protocol):
    """
    Where digests are kept as files.
    """

    def write(self, name: str, text: str) -> None:
        """The whole file or none. Raises StorageError."""
