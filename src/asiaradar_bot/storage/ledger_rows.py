"""The ledger: an entry before each billable request, settled by its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from asiaradar_bot.model.money import Billable, LedgerEntry, SpendState
from asiaradar_bot.model.post import AttemptId, PostId
from asiaradar_bot.storage.tables import ledger

_MICRO = Decimal(1_000_000)


class SqlLedgerRows:
    """
    Implements `ports.storage.LedgerRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reserve(
        self, what: Billable, amount: Decimal, *, at: datetime, post_id: PostId | None, attempt_id: AttemptId | None
    ) -> int:
        """Write the entry before the request; its id."""
        return self._insert(
            what, amount, at=at, units=1, post_id=post_id, attempt_id=attempt_id, state=SpendState.RESERVED
        )

    def settle(self, attempt_id: AttemptId, state: SpendState) -> None:
        """Say how the request of an attempt ended."""
        self._connection.execute(update(ledger).where(ledger.c.attempt_id == attempt_id).values(state=state))

    def record(self, what: Billable, amount: Decimal, *, at: datetime, units: int, post_id: PostId | None) -> None:
        """A request that is known to be billed."""
        self._insert(what, amount, at=at, units=units, post_id=post_id, attempt_id=None, state=SpendState.SETTLED)

    def month_total(self, month_on: date) -> Decimal:
        """Settled, reserved and unknown of that UTC month, in USD."""
        query = _of_month(select(func.coalesce(func.sum(ledger.c.amount_micro_usd), 0)), month_on)
        total = self._connection.execute(query.where(ledger.c.state != SpendState.RELEASED)).scalar_one()
        return Decimal(int(total)) / _MICRO

    def list_month(self, month_on: date) -> Sequence[LedgerEntry]:
        """Entries of that UTC month, oldest first."""
        return [
            _entry(row) for row in self._connection.execute(_of_month(select(ledger), month_on).order_by(ledger.c.id))
        ]

    def _insert(
        self,
        what: Billable,
        amount: Decimal,
        *,
        at: datetime,
        units: int,
        post_id: PostId | None,
        attempt_id: AttemptId | None,
        state: SpendState,
    ) -> int:
        done = self._connection.execute(
            insert(ledger).values(
                at=at,
                what=what,
                amount_micro_usd=int(amount * _MICRO),
                state=state,
                units=units,
                post_id=post_id,
                attempt_id=attempt_id,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return int(key[0])


def _of_month(query: Select[Any], month_on: date) -> Select[Any]:
    first = datetime(month_on.year, month_on.month, 1, tzinfo=UTC)
    after = datetime(month_on.year + month_on.month // 12, month_on.month % 12 + 1, 1, tzinfo=UTC)
    return query.where(ledger.c.at >= first, ledger.c.at < after)


def _entry(row: Any) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        at=row.at,
        what=Billable(row.what),
        amount_usd=Decimal(row.amount_micro_usd) / _MICRO,
        state=SpendState(row.state),
        units=row.units,
        post_id=row.post_id,
        attempt_id=row.attempt_id,
    )
