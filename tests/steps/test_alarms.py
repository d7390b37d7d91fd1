"""What goes wrong without a failure is told, once a day for as long as it lasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.steps.alarms import MEGABYTE, raise_alarms, tell_failing
from asiaradar_bot.steps.housekeep import back_up
from asiaradar_bot.steps.watch import watch
from asiaradar_bot.storage.store import SqlStore
from tests.factories import URL
from tests.fakes.outside import NOON, FakeClock
from tests.fakes.site import FakeSite

FEED = Source(name="latest", kind=SourceKind.FEED, url="https://radar.asia/rss", poll=timedelta(minutes=1))
HOME = replace(FEED, name="home", url="https://radar.asia/")


def look(
    store: SqlStore, clock: FakeClock, *, silent_hours: int = 24, low_megabytes: int = 0, lease_changes: int = 0
) -> int:
    """One look at what may be wrong."""
    return raise_alarms(
        store,
        clock,
        sources=[FEED, HOME],
        silent=timedelta(hours=silent_hours),
        low_megabytes=low_megabytes,
        lease_changes=lease_changes,
    )


def alerts(store: SqlStore) -> list[tuple[str, str]]:
    """Kind and subject of the alerts in line."""
    with store.read() as tx:
        return [(alert.kind, alert.subject) for alert in tx.inbox.list_alerts()]


def test_a_source_that_answers_and_is_silent_is_told(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> None:
    """After 24 hours without an item new to it, once a day; an item that another source showed first is news of it."""
    items = [SourceItem(id=URL, url=URL, title="Headline", published_at=NOON)]
    site.items = {FEED.url: [], HOME.url: []}

    def poll() -> None:
        watch(shelf, site, clock, sources=[FEED, HOME], max_age=timedelta(days=9), now_all=True)

    poll()
    clock.advance(hours=23)
    site.items[FEED.url] = items
    poll()
    site.items[HOME.url] = items
    poll()
    clock.advance(hours=23)
    poll()
    assert look(shelf, clock) == 0
    clock.advance(hours=1)
    assert look(shelf, clock) == 0  # nobody has asked the source since
    poll()
    assert look(shelf, clock, silent_hours=0) == 0
    assert look(shelf, clock) == 2
    assert look(shelf, clock) == 0
    clock.advance(hours=24)
    poll()
    assert look(shelf, clock) == 2
    assert alerts(shelf) == [("silent", "source latest"), ("silent", "source home")] * 2
    site.items[FEED.url] = [replace(items[0], id=f"{URL}-2", url=f"{URL}-2")]
    poll()
    assert look(shelf, clock) == 0
    with shelf.read() as tx:
        assert tx.account.get_mark("told silent source latest") is None


def test_little_room_is_told_for_each_place(shelf: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Database and backups each by themselves, anew after there was room again; where nobody knows there is none."""
    assert (shelf.free_backup_bytes() or 0) > 0  # the folder of the backups is not there yet
    assert look(shelf, clock, low_megabytes=1) == 0
    monkeypatch.setattr(shelf, "free_backup_bytes", lambda: 500 * MEGABYTE - 1)
    assert look(shelf, clock, low_megabytes=500) == 1
    assert look(shelf, clock, low_megabytes=499) == 0
    assert look(shelf, clock, low_megabytes=500) == 1
    monkeypatch.setattr(shelf, "free_backup_bytes", lambda: None)
    monkeypatch.setattr(shelf, "free_bytes", lambda: 0)
    assert look(shelf, clock, low_megabytes=500) == 1
    assert alerts(shelf) == [("disk", "backups"), ("disk", "backups"), ("disk", "database")]


def test_a_lease_that_wanders_is_told(shelf: SqlStore, clock: FakeClock) -> None:
    """More than the set number of changes within an hour, however the looks fall; as many spread over two are none."""

    def wander(times: int) -> None:
        for number in range(times):
            with shelf.begin() as tx:
                owner = f"bot-{number % 2}"
                assert tx.account.acquire_lease(owner, now=clock.now(), length=timedelta(seconds=60)) is not None
                tx.account.release_lease(owner)
            clock.advance(seconds=1)

    wander(1)
    for _ in range(4):
        assert look(shelf, clock, lease_changes=4) == 0
        wander(3)
        clock.advance(minutes=45)
    assert look(shelf, clock, lease_changes=4) == 0
    wander(4)
    assert look(shelf, clock, lease_changes=4) == 1
    assert look(shelf, clock, lease_changes=0) == 0
    assert alerts(shelf) == [("lease", "account")]


def test_a_backup_that_fails_is_told(
    shelf: SqlStore, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in its way the alert says it; a disk so full that the alert fails keeps the first reason."""
    (tmp_path / "backups").write_text("a file in place of the folder")
    with pytest.raises(StorageError, match=r"could not be copied to .*backups/asiaradar-.*File exists"):
        back_up(shelf, clock)
    assert alerts(shelf) == [("backup", "database")]

    def full(**_: object) -> Path:
        raise StorageError("the disk is full")

    def refused() -> None:
        raise StorageError("no alert either")

    monkeypatch.setattr(shelf, "back_up", full)
    monkeypatch.setattr(shelf, "begin", refused)
    with pytest.raises(StorageError, match="the disk is full"):
        back_up(shelf, clock)


def test_a_step_that_keeps_failing_is_told(shelf: SqlStore, clock: FakeClock) -> None:
    """At the third time in a row, and each hour of tries for as long as it lasts."""
    told: list[int] = []
    for failures in range(1, 130):
        tell_failing(shelf, clock, step="watch", failures=failures, why="no such row")
        if len(alerts(shelf)) > len(told):
            told.append(failures)
    assert told == [3, 60, 120]
    assert set(alerts(shelf)) == {("step", "step watch")}
