"""What is removed after a while, and what stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.model.engagement import Figures, FollowedPost, Snapshot, SnapshotSource
from asiaradar_bot.model.money import Billable
from asiaradar_bot.steps.housekeep import LOW_BYTES, back_up, disk_problem, prune
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeClock


def test_snapshots_go_only_when_asked_and_money_stays(store: SqlStore) -> None:
    """Without a span no snapshot goes; with one the old curve keeps its end; the ledger keeps its sum."""
    with store.begin() as tx:
        tx.engagement.save(FollowedPost(remote_id="1", current_id="1", created_at=NOON, post_id=None))
        for hours in (1, 2, 3):
            at = NOON + timedelta(hours=hours)
            tx.engagement.add(
                [Snapshot(remote_id="1", taken_at=at, source=SnapshotSource.TIMELINE, figures=Figures(likes=hours))]
            )
        tx.ledger.settle_read(None, Billable.OWNED_READ, Decimal("0.001"), at=NOON, resources=["1"])
    clock = FakeClock(NOON + timedelta(days=100))
    assert prune(store, clock) == 1
    assert prune(store, clock, keep_snapshots=timedelta(days=101)) == 0
    assert prune(store, clock, keep_snapshots=timedelta(days=60)) == 2
    with store.read() as tx:
        assert [one.figures.likes for one in tx.engagement.series("1")] == [3]
        assert tx.ledger.month_total(NOON.date()) == Decimal("0.001")


def test_a_backup_is_made_by_whoever_keeps_the_database(store: SqlStore) -> None:
    """A file of ours is copied; a server sees to its own."""
    copy = back_up(store, FakeClock())
    assert (copy is None) == store.is_postgresql
    assert copy is None or copy.is_file()


class NearlyFull:
    """A store whose disk has so many bytes left."""

    def __init__(self, free: int | None) -> None:
        self.free = free

    def free_bytes(self) -> int | None:
        """As told."""
        return self.free


@pytest.mark.parametrize(("free", "problem"), [(LOW_BYTES - 1, True), (LOW_BYTES, False), (None, False)])
def test_a_full_disk_is_said_in_time(free: int | None, *, problem: bool) -> None:
    """Under the bar there is a sentence with the room left; where the room is not ours to know there is none."""
    said = disk_problem(NearlyFull(free))  # type: ignore[arg-type]  # the one method that is asked
    assert (said is not None) == problem
    assert said is None or "199 MB are free" in said
