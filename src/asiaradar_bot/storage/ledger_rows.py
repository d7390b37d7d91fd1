"""The ledger: an entry before each billable request, settled by its outcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, delete, func, insert, select, type_coerce, update

from asiaradar_bot.model.money import READS, Billable, ClassCost, LedgerEntry, PostCost, SpendState
from asiaradar_bot.model.post import AttemptId, PostId
from asiaradar_bot.storage.inserting import portions
from asiaradar_bot.storage.tables import billed_reads, ledger, posts

_MICRO = Decimal(1_000_000)
_EPOCH_ON = date(1970, 1, 1)
_SUM = func.sum(ledger.c.amount_micro_usd)
_COUNTS = ledger.c.state != SpendState.RELEASED
"""What is owed, or may be."""
_DAY = type_coerce(ledger.c.at, BigInteger) // (86_400 * 1_000_000)


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

    def settle_entry(self, entry_id: int, state: SpendState) -> None:
        """Say how the request of an entry ended; for requests that belong to no attempt."""
        self._connection.execute(update(ledger).where(ledger.c.id == entry_id).values(state=state))

    def reserve_read(self, what: Billable, price: Decimal, *, at: datetime, resources: Collection[str]) -> int | None:
        """Write the entry before a read; see `ports.storage.LedgerRows`."""
        names = {_resource(what, one) for one in resources}
        fresh = names - set(self._shown(at, names))
        if not fresh:
            return None
        entry_id = self._insert_read(what, price, at=at, units=len(fresh), state=SpendState.RESERVED)
        self._remember(entry_id, at, fresh)
        return entry_id

    def settle_read(
        self, entry_id: int | None, what: Billable, price: Decimal, *, at: datetime, resources: Collection[str]
    ) -> int:
        """Bill what the read showed for the first time on its day; see `ports.storage.LedgerRows`."""
        if entry_id is not None:
            self._connection.execute(delete(billed_reads).where(billed_reads.c.entry_id == entry_id))
        names = {_resource(what, one) for one in resources}
        shown = self._shown(at, names)
        doubtful = self._take_over(shown, at)
        fresh = names - set(shown) | doubtful
        values = {"at": at, "units": len(fresh), "amount_micro_usd": _micro(price * len(fresh))}
        if entry_id is not None:
            state = SpendState.SETTLED if fresh else SpendState.RELEASED
            self._connection.execute(update(ledger).where(ledger.c.id == entry_id).values(**values, state=state))
        elif fresh:
            entry_id = self._insert_read(what, price, at=at, units=len(fresh), state=SpendState.SETTLED)
        if entry_id is not None:
            self._remember(entry_id, at, fresh)
        return len(fresh)

    def fail_read(self, entry_id: int | None, *, surely_unread: bool) -> None:
        """The read gave no answer: nothing is owed, or nobody knows and it counts as if billed."""
        if entry_id is None:
            return
        self.settle_entry(entry_id, SpendState.RELEASED if surely_unread else SpendState.UNKNOWN)
        if surely_unread:
            self._connection.execute(delete(billed_reads).where(billed_reads.c.entry_id == entry_id))

    def read_on(self, day_on: date) -> Collection[str]:
        """Ids of posts that were surely shown on that UTC day: reading them again on it is free."""
        query = (
            select(billed_reads.c.resource)
            .join(ledger, ledger.c.id == billed_reads.c.entry_id)
            .where(billed_reads.c.day == day_on.toordinal(), ledger.c.state == SpendState.SETTLED)
        )
        names = self._connection.scalars(query)
        return {name.partition(":")[2] for name in names if name.startswith("post:")}

    def forget_reads(self, *, before_on: date) -> int:
        """Forget which posts were shown before that day; the entries stay. How many were forgotten."""
        done = self._connection.execute(delete(billed_reads).where(billed_reads.c.day < before_on.toordinal()))
        return int(done.rowcount)

    def _shown(self, at: datetime, names: Collection[str]) -> dict[str, int]:
        """
        Which of these were, or may have been, shown on that day already, with the entry that holds them.
        """
        found: dict[str, int] = {}
        for some in portions(names):
            query = select(billed_reads.c.resource, billed_reads.c.entry_id).where(
                billed_reads.c.day == _day(at), billed_reads.c.resource.in_(some)
            )
            found |= {row.resource: row.entry_id for row in self._connection.execute(query)}
        return found

    def _take_over(self, shown: dict[str, int], at: datetime) -> set[str]:
        """
        Take resources out of entries whose read had no answer; the names that are free again.
        """
        if not shown:
            return set()
        query = select(ledger).where(ledger.c.id.in_(set(shown.values())), ledger.c.state != SpendState.SETTLED)
        taken: set[str] = set()
        for entry in self._connection.execute(query).all():
            names = {name for name, entry_id in shown.items() if entry_id == entry.id}
            left = entry.units - len(names)
            values = {"units": left, "amount_micro_usd": entry.amount_micro_usd * left // entry.units}
            if left == 0:
                values["state"] = SpendState.RELEASED
            self._connection.execute(update(ledger).where(ledger.c.id == entry.id).values(values))
            taken |= names
        self._connection.execute(
            delete(billed_reads).where(billed_reads.c.day == _day(at), billed_reads.c.resource.in_(taken))
        )
        return taken

    def _remember(self, entry_id: int, at: datetime, names: Collection[str]) -> None:
        if names:
            rows = [{"day": _day(at), "resource": name, "entry_id": entry_id} for name in sorted(names)]
            self._connection.execute(insert(billed_reads), rows)

    def month_total(self, month_on: date) -> Decimal:
        """Settled, reserved and unknown of that UTC month, in USD."""
        return self._total(month_on)

    def reads_total(self, month_on: date) -> Decimal:
        """What reading came to in that UTC month, doubtful reads included, in USD."""
        return self._total(month_on, ledger.c.what.in_(READS))

    def _total(self, month_on: date, *conditions: ColumnElement[bool]) -> Decimal:
        query = _of_month(select(func.coalesce(_SUM, 0)), month_on).where(_COUNTS, *conditions)
        return _usd(self._connection.execute(query).scalar_one())

    def daily(self, since_on: date, until_on: date) -> Mapping[date, Decimal]:
        """What each UTC day from `since_on` to before `until_on` came to, in USD; days without any are left out."""
        return {day_on: _usd(micro) for day_on, micro in self._by_day(_SUM, since_on, until_on).items()}

    def reads_by_day(self, since_on: date, until_on: date) -> Mapping[date, int]:
        """Posts read on each UTC day of the span, doubtful ones included; days without reads are left out."""
        posts_read = ledger.c.what.in_([Billable.OWNED_READ, Billable.POST_READ])
        return self._by_day(func.sum(ledger.c.units), since_on, until_on, posts_read)

    def _by_day(
        self, what: ColumnElement[int], since_on: date, until_on: date, *conditions: ColumnElement[bool]
    ) -> Mapping[date, int]:
        query = (
            select(_DAY.label("day"), what)
            .where(ledger.c.at >= _midnight(since_on), ledger.c.at < _midnight(until_on), _COUNTS, *conditions)
            .group_by("day")
        )
        return {_EPOCH_ON + timedelta(days=int(row[0])): int(row[1]) for row in self._connection.execute(query)}

    def by_class(self, month_on: date) -> Sequence[ClassCost]:
        """What the posts of each class came to in that UTC month, the dearest class first."""
        query = (
            _of_month(select(posts.c.news_class, func.count(posts.c.id.distinct()), _SUM), month_on)
            .join(posts, posts.c.id == ledger.c.post_id)
            .where(_COUNTS)
            .group_by(posts.c.news_class)
            .order_by(_SUM.desc(), posts.c.news_class)
        )
        return [
            ClassCost(news_class=row[0], posts=row[1], amount_usd=_usd(row[2]))
            for row in self._connection.execute(query)
        ]

    def by_post(self, month_on: date, *, limit: int) -> Sequence[PostCost]:
        """The dearest posts of that UTC month."""
        query = (
            _of_month(select(posts.c.id, posts.c.news_class, posts.c.text, _SUM), month_on)
            .join(posts, posts.c.id == ledger.c.post_id)
            .where(_COUNTS)
            .group_by(posts.c.id, posts.c.news_class, posts.c.text)
            .order_by(_SUM.desc(), posts.c.id)
            .limit(limit)
        )
        return [
            PostCost(post_id=row[0], news_class=row[1], text=row[2], amount_usd=_usd(row[3]))
            for row in self._connection.execute(query)
        ]

    def list_month(self, month_on: date) -> Sequence[LedgerEntry]:
        """Entries of that UTC month, oldest first."""
        return [
            entry_from_row(row)
            for row in self._connection.execute(_of_month(select(ledger), month_on).order_by(ledger.c.id))
        ]

    def _insert_read(self, what: Billable, price: Decimal, *, at: datetime, units: int, state: SpendState) -> int:
        return self._insert(what, price * units, at=at, units=units, post_id=None, attempt_id=None, state=state)

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
                amount_micro_usd=_micro(amount),
                state=state,
                units=units,
                post_id=post_id,
                attempt_id=attempt_id,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return int(key[0])


def _micro(amount: Decimal) -> int:
    return int(amount * _MICRO)


def _usd(micro: int) -> Decimal:
    return Decimal(int(micro)) / _MICRO


def _midnight(day_on: date) -> datetime:
    return datetime(day_on.year, day_on.month, day_on.day, tzinfo=UTC)


def _day(at: datetime) -> int:
    return at.astimezone(UTC).date().toordinal()


def _resource(what: Billable, resource: str) -> str:
    """
    A post is one resource, whichever endpoint showed it first.
    """
    return f"{'user' if what is Billable.USER_READ else 'post'}:{resource}"


def _of_month(query: Select[Any], month_on: date) -> Select[Any]:
    first = datetime(month_on.year, month_on.month, 1, tzinfo=UTC)
    after = datetime(month_on.year + month_on.month // 12, month_on.month % 12 + 1, 1, tzinfo=UTC)
    return query.where(ledger.c.at >= first, ledger.c.at < after)


def entry_from_row(row: Any) -> LedgerEntry:
    """
    The entry of a row of `ledger`.
    """
    return LedgerEntry(
        id=row.id,
        at=row.at,
        what=Billable(row.what),
        amount_usd=_usd(row.amount_micro_usd),
        state=SpendState(row.state),
        units=row.units,
        post_id=row.post_id,
        attempt_id=row.attempt_id,
    )
