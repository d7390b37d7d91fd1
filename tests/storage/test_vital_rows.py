"""The lease's state, on both databases."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON

MINUTE = timedelta(minutes=1)


def test_the_lease_is_told(store: SqlStore) -> None:
    """Held while its time lasts, one change with each new owner."""
    with store.read() as tx:
        assert not tx.vitals.is_lease_held(now=NOON)
        assert tx.vitals.lease_changes() == 0
    with store.begin() as tx:
        assert tx.account.acquire_lease("one", now=NOON, length=timedelta(hours=1)) is not None
    with store.begin() as tx:
        assert tx.vitals.is_lease_held(now=NOON)
        tx.account.release_lease("one")
        assert not tx.vitals.is_lease_held(now=NOON)
        assert tx.account.acquire_lease("two", now=NOON, length=MINUTE) is not None
        assert tx.vitals.lease_changes() == 1
