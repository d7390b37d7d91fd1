"""Two machines that write the same first row in the same moment: the second waits for the first and finds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from asiaradar_bot.model.lease import Lease
from asiaradar_bot.ports import Transaction
from asiaradar_bot.storage.store import SqlStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _race(store: SqlStore, write: Callable[[Transaction, str], object]) -> list[object]:
    """What both writers got; the second begins while the first has written and not committed."""
    results: list[object] = []
    second_begins = threading.Event()

    def second() -> None:
        second_begins.set()
        with store.begin() as tx:
            results.append(write(tx, "second"))

    thread = threading.Thread(target=second)
    with store.begin() as tx:
        results.append(write(tx, "first"))
        thread.start()
        second_begins.wait(5)
        thread.join(0.3)  # on PostgreSQL it is in the middle of its statement now; on SQLite it waits to begin
        assert thread.is_alive()
    thread.join(10)
    assert not thread.is_alive()
    return results


def test_two_first_marks_do_not_collide(store: SqlStore) -> None:
    """The later write of a mark wins, whoever made the row."""
    results = _race(store, lambda tx, value: tx.account.set_mark("heartbeat", value))
    assert results == [None, None]
    with store.read() as tx:
        assert tx.account.get_mark("heartbeat") == "second"


def test_two_first_leases_have_one_owner(store: SqlStore) -> None:
    """Only one machine gets the first lease of an account."""
    results = _race(store, lambda tx, owner: tx.account.acquire_lease(owner, now=NOW, length=timedelta(days=365 * 100)))
    assert isinstance(results[0], Lease)
    assert results[1] is None
    with store.begin() as tx:
        tx.account.release_lease("second")
        assert tx.account.acquire_lease("second", now=NOW, length=timedelta(seconds=1)) is None
        tx.account.release_lease("first")
        taken = tx.account.acquire_lease("second", now=NOW, length=timedelta(seconds=1))
    assert taken is not None
    assert taken.fence == results[0].fence + 1


def test_a_message_that_comes_twice_at_once_is_taken_once(store: SqlStore) -> None:
    """Of two pushes with one id the second is a replay, not an error, though neither saw the other's row."""
    assert _race(store, lambda tx, _: tx.inbox.accept_message("one", at=NOW)) == [True, False]


def test_what_a_writer_has_read_stays_true_until_it_commits(store: SqlStore) -> None:
    """Eight threads that read a number and write the next one: none is written twice, as each waits for its turn."""
    found: list[int] = []

    def count() -> None:
        for _ in range(25):
            with store.begin() as tx:
                found.append(tx.account.next_epoch())

    threads = [threading.Thread(target=count) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(found) == list(range(1, 201))
