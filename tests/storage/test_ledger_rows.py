"""The ledger of reads on both databases: what was shown on a UTC day is billed once on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from asiaradar_bot.model.money import Billable
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON

OWNED = Billable.OWNED_READ
PRICE = Decimal("0.001")
TODAY = NOON.date()


def total(store: SqlStore) -> Decimal:
    """What the month comes to, in doubt too."""
    with store.read() as tx:
        return tx.ledger.month_total(TODAY)


def test_a_post_is_billed_once_a_day(store: SqlStore) -> None:
    """A second look on the same UTC day is free, one after midnight is not."""
    with store.begin() as tx:
        assert tx.ledger.settle_read(None, OWNED, PRICE, at=NOON, resources=["1", "2"]) == 2
        assert tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1", "2"]) is None
        assert tx.ledger.settle_read(None, OWNED, PRICE, at=NOON, resources=["1", "2", "3"]) == 1
        assert tx.ledger.read_on(TODAY) == {"1", "2", "3"}
    assert total(store) == Decimal("0.003")
    with store.begin() as tx:
        assert tx.ledger.settle_read(None, OWNED, PRICE, at=NOON + timedelta(hours=12), resources=["1"]) == 1
    assert total(store) == Decimal("0.004")


def test_a_read_is_reserved_before_and_corrected_after(store: SqlStore) -> None:
    """Before the answer the ledger holds what may come; afterwards what came."""
    with store.begin() as tx:
        entry = tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1", "2", "3"])
    assert total(store) == Decimal("0.003")
    with store.begin() as tx:
        assert tx.ledger.read_on(TODAY) == set()
        assert tx.ledger.settle_read(entry, OWNED, PRICE, at=NOON, resources=["2"]) == 1
        assert tx.ledger.read_on(TODAY) == {"2"}
    assert total(store) == Decimal("0.001")


def test_a_read_that_surely_failed_costs_nothing(store: SqlStore) -> None:
    """A refused read is released, and its posts are to be paid by the next one."""
    with store.begin() as tx:
        entry = tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1"])
        tx.ledger.fail_read(entry, surely_unread=True)
        assert tx.ledger.month_total(TODAY) == 0
        assert tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1"]) is not None


def test_doubt_counts_until_a_later_read_settles_it(store: SqlStore) -> None:
    """An unanswered read counts as billed; when the same posts are shown later that day nothing is counted twice."""
    with store.begin() as tx:
        entry = tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1", "2"])
        tx.ledger.fail_read(entry, surely_unread=False)
    assert total(store) == Decimal("0.002")
    with store.begin() as tx:
        assert tx.ledger.read_on(TODAY) == set()
        assert tx.ledger.settle_read(None, OWNED, PRICE, at=NOON, resources=["2", "3"]) == 2
    assert total(store) == Decimal("0.003")
    with store.read() as tx:
        assert [(entry.state, entry.units) for entry in tx.ledger.list_month(TODAY)] == [("unknown", 1), ("settled", 2)]


def test_two_reads_at_once_do_not_bill_twice(store: SqlStore) -> None:
    """A read that overtakes another one takes its posts over, and the slower one then owes nothing."""
    with store.begin() as tx:
        slow = tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1"])
        quick = tx.ledger.reserve_read(OWNED, PRICE, at=NOON, resources=["1"])
        tx.ledger.settle_read(quick, OWNED, PRICE, at=NOON, resources=["1"])
        tx.ledger.settle_read(slow, OWNED, PRICE, at=NOON, resources=["1"])
    assert total(store) == PRICE


def test_users_and_posts_are_different_things(store: SqlStore) -> None:
    """A user with the id of a post is billed for itself."""
    with store.begin() as tx:
        tx.ledger.settle_read(None, OWNED, PRICE, at=NOON, resources=["1"])
        assert tx.ledger.settle_read(None, Billable.USER_READ, Decimal("0.010"), at=NOON, resources=["1"]) == 1


def test_old_reads_are_forgotten_and_the_money_stays(store: SqlStore) -> None:
    """Forgetting which posts were shown leaves the entries alone."""
    with store.begin() as tx:
        tx.ledger.settle_read(None, OWNED, PRICE, at=NOON, resources=["1"])
        assert tx.ledger.forget_reads(before_on=TODAY) == 0
        assert tx.ledger.forget_reads(before_on=TODAY + timedelta(days=1)) == 1
    assert total(store) == PRICE
