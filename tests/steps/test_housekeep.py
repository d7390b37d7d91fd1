"""What is removed after a while, and what stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.engagement import Figures, FollowedPost, Snapshot, SnapshotSource
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.money import Billable
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostPicture
from asiaradar_bot.model.sheet import Sheet, SheetPart
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.housekeep import LOW_BYTES, back_up, disk_problem, prune
from asiaradar_bot.steps.sheets import Sheets
from asiaradar_bot.steps.submit import Editor
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


def test_abandoned_sheets_go_with_their_own_pictures(store: SqlStore) -> None:
    """A sheet that nobody saved for 30 days; what a post or a younger sheet shows, as first picture or later, stays."""
    clock = FakeClock()
    me = Person(who="cli:me", role=Role.ADMIN)
    sheets = Sheets(store=store, clock=clock, person=me)
    editor = Editor(store=store, clock=clock, policy=Policy(), prices=PRICES, person=me)
    only, first, more, younger = (
        PostPicture(
            picture_id=editor.keep_picture(
                Picture(content=bytes([at]), media_type="image/png", width_pixels=1, height_pixels=1)
            )
        )
        for at in range(4)
    )

    def keep(text: str, *shown: PostPicture) -> Sheet:
        part = SheetPart(text=text, pictures=shown)
        return sheets.save(Sheet(id=None, version=0, page="p", post_id=None, bases=(), parts=(part,)))

    old = keep("abandoned", only, first, more, younger)
    editor.add(["A post"], pictures=[[first, more]])
    clock.advance(days=29)
    new = keep("still written", younger)
    assert prune(store, clock) == 1  # who was at the old one
    clock.advance(days=2)
    assert prune(store, clock) == 2  # the old one, and who was at the new one
    assert old.id is not None
    assert new.id is not None
    assert (sheets.open(old.id), sheets.open(new.id)) == (None, new)
    with store.read() as tx:
        for kept in (first, more, younger):
            tx.posts.get_picture(kept.picture_id)
        with pytest.raises(NotFoundError):
            tx.posts.get_picture(only.picture_id)


def test_presence_keeps_its_beginning_until_somebody_has_left(store: SqlStore) -> None:
    """Seen again within the minute they are there since before; after it, since now; the last minute is not pruned."""
    clock = FakeClock()
    sheets = Sheets(store=store, clock=clock, person=Person(who="desk:mia", role=Role.ADMIN))
    other = Sheets(store=store, clock=clock, person=Person(who="desk:kim", role=Role.ADMIN))
    sheets.enter("post 1")
    clock.advance(seconds=40)
    sheets.enter("post 1")
    assert [one.since for one in other.others(["post 1"])] == [NOON]
    assert prune(store, clock) == 0
    clock.advance(seconds=61)
    sheets.enter("post 1")
    assert [one.since for one in other.others(["post 1"])] == [clock.now()]
