"""Rows 14, 16 and 17 of the crash-point table: power goes, disks fill up, the database is gone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.post import PostState
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.engines import journal_mode
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeSideFiles
from tests.postgres import PrivatePostgres
from tests.protocol.conftest import Successor
from tests.protocol.rig import held_press, settle_down
from tests.protocol.test_publishing import fake, make_press, queue, state_of

OFF, NORMAL, FULL, EXTRA = range(4)
"""What `PRAGMA synchronous` answers."""


class PowerLoss:
    """
    Keeps what a SQLite file's disk surely holds, by what the pragmas in force promise and no more.

    EXTRA, or FULL with WAL: all that was committed. FULL or NORMAL with a journal that is deleted: the database file,
    and the journal too, as its removal may be lost; it then takes the last commit back. OFF, or NORMAL with WAL: nothing
    of the last commit. Source: sqlite.org/pragma.html#pragma_synchronous, sqlite.org/atomiccommit.html section 3.
    """

    def __init__(self, store: SqlStore) -> None:
        assert store.file is not None
        self._store, self._file = store, store.file
        self._before = self._file.with_name("before.db")
        self._journal = self._file.with_name("journal-before")
        event.listen(store.writer, "commit", self._at_commit)

    def _at_commit(self, _: object) -> None:
        shutil.copy(self._file, self._before)
        journal = Path(f"{self._file}-journal")
        self._journal.unlink(missing_ok=True)
        if journal.exists():
            os.link(journal, self._journal)  # the same file, which outlives its removal by the commit

    def image(self, target: Path) -> None:
        """What a machine finds that comes up again."""
        with self._store.writer.connect() as connection:
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
            wal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        if synchronous == OFF or (wal and synchronous == NORMAL):
            shutil.copy(self._before, target)
            return
        shutil.copy(self._file, target)
        if wal:
            shutil.copy(f"{self._file}-wal", f"{target}-wal")
        elif synchronous < EXTRA and self._journal.exists():
            shutil.copy(self._journal, f"{target}-journal")


def _sqlite(folder: Path, stack: ExitStack, name: str = "bot.db") -> SqlStore:
    store = SqlStore(f"sqlite:///{folder}/{name}", account="AsiaRadar", backups=folder, server_time=False)
    return stack.enter_context(closing(store))


@pytest.mark.parametrize("pragma", [None, "synchronous=FULL", "synchronous=NORMAL", "synchronous=OFF"])
def test_row_14_power_loss_after_the_wire(tmp_path: Path, pragma: str | None) -> None:
    """
    With our pragmas the files hold the intent, and the post is found; with weaker ones it is sent twice, and seen to be.

    The side file, which would help, is never synced and counts as lost.
    """
    with ExitStack() as stack:
        store = _sqlite(tmp_path, stack)
        schema.migrate(store, "head")
        if pragma is not None:
            with store.writer.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        press, wire = held_press(store, "yes")
        post = queue(store)
        power = PowerLoss(store)
        wire.at_wire = lambda: power.image(tmp_path / "image.db")
        publish_due(press)
        found = _sqlite(tmp_path, stack, "image.db")
        safe = pragma is None or (pragma == "synchronous=FULL" and journal_mode() == "WAL")
        assert found.check() is None
        assert state_of(found, post) is (PostState.SENDING if safe else PostState.QUEUED)
        assert settle_down(replace(press, store=found, files=FakeSideFiles(), owner="two"), post) is PostState.PUBLISHED
        assert sum(shown.text == post.text for shown in wire.timeline) == (1 if safe else 2)


def test_row_14_every_connection_to_sqlite_is_synchronous(tmp_path: Path) -> None:
    """Writer and readers alike, however many are open."""
    with ExitStack() as stack:
        store = _sqlite(tmp_path, stack)
        connections = [stack.enter_context(engine.connect()) for engine in (store.writer, *[store._reader] * 4)]
        asked = [connection.exec_driver_sql("PRAGMA synchronous").scalar_one() for connection in connections]
        assert asked == [EXTRA] * 5
        asked = [connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() for connection in connections]
        assert asked == [journal_mode().lower()] * 5


def _fill(store: SqlStore) -> None:
    """The disk has no room for another page, and the pages of the audit none for another row."""
    with store.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    for chars in (2000, 200, 20, 0):
        with suppress(StorageError):
            while True:
                with store.begin() as tx:
                    entry = AuditEntry(at=NOON, who="", action="", subject="", why="x" * chars)
                    tx.audit.record(entry)


def _make_room(store: SqlStore) -> None:
    with store.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def test_row_16_disk_full_at_the_intent(tmp_path: Path, successor: Successor) -> None:
    """SQLite has no room for the intent: nothing is sent, the post stays queued, and goes out once there is room."""
    with ExitStack() as stack:
        store = _sqlite(tmp_path, stack)
        schema.migrate(store, "head")
        press = make_press(store)
        post = queue(store)
        _fill(store)
        with pytest.raises(StorageError, match="its disk is full or failing: free some room"):
            publish_due(press)
        assert (state_of(store, post), fake(press).calls) == (PostState.QUEUED, 0)
        _make_room(store)
        assert settle_down(successor(press), post) is PostState.PUBLISHED
        assert fake(press).calls == 1


def test_row_16_disk_full_at_the_intent_on_postgresql(postgres_url: str, tmp_path: Path, successor: Successor) -> None:
    """The same where the server answers with its own error for a full disk (53100), raised by a trigger here."""
    with closing(SqlStore(postgres_url, account="AsiaRadar", backups=tmp_path, server_time=False)) as store:
        schema.migrate(store, "head")
        press = make_press(store)
        post = queue(store)
        _run(
            store,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING "
            "ERRCODE = '53100', MESSAGE = 'could not extend file: No space left on device'; END $$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON attempts EXECUTE FUNCTION full_disk()",
        )
        with pytest.raises(StorageError, match="its disk is full or failing: free some room"):
            publish_due(press)
        assert (state_of(store, post), fake(press).calls) == (PostState.QUEUED, 0)
        _run(store, "DROP TRIGGER full_disk ON attempts")
        assert settle_down(successor(press), post) is PostState.PUBLISHED
        assert fake(press).calls == 1


def _run(store: SqlStore, *statements: str) -> None:
    with store.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_row_17_disk_full_at_the_result(tmp_path: Path, successor: Successor) -> None:
    """SQLite has no room for the result: the post stays on its way, and is found when there is room again."""
    with ExitStack() as stack:
        store = _sqlite(tmp_path, stack)
        schema.migrate(store, "head")
        press, wire = held_press(store, "yes")
        post = queue(store)
        wire.at_wire = lambda: _fill(store)
        with pytest.raises(StorageError, match="its disk is full or failing: free some room"):
            publish_due(press)
        assert state_of(store, post) is PostState.SENDING
        _make_room(store)
        assert settle_down(successor(press), post) is PostState.PUBLISHED
        assert wire.calls == 1


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """A PostgreSQL of our own, that writes its log on demand only."""
    with PrivatePostgres("wal_writer_delay=10s") as own:
        yield own


@pytest.mark.crash
@pytest.mark.parametrize("commits", ["on", "off"])
def test_rows_14_and_17_the_server_is_gone_at_the_wire(
    server: PrivatePostgres, tmp_path: Path, successor: Successor, commits: str
) -> None:
    """Cut off after X acted: with our setting the intent is there and the post is found; without it it is sent twice."""
    with closing(SqlStore(server.new_database(), account="AsiaRadar", backups=tmp_path, server_time=False)) as store:
        schema.migrate(store, "head")
        press, wire = held_press(store, "yes")
        with store.writer.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
        post = queue(store)
        if commits == "off":
            event.listen(store.writer, "begin", lambda c: c.exec_driver_sql("SET LOCAL synchronous_commit = off"))
        wire.at_wire = server.cut_off
        with pytest.raises(StorageError, match="the server does not answer"):
            publish_due(press)
        server.start()
        safe = commits == "on"
        assert state_of(store, post) is (PostState.SENDING if safe else PostState.QUEUED)
        after = replace(successor(press), files=FakeSideFiles())  # it was not synced, and would help
        assert settle_down(after, post) is PostState.PUBLISHED
        assert wire.calls == (1 if safe else 2)
