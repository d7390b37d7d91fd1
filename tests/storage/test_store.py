"""The store itself: reads within reads, and copies."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON
from tests.ready import ready_file
from tests.waiting import until


def _shuts_out(file: Path) -> bool:
    """Whether a writer keeps new readers out, as it does while it waits for the old ones to end."""
    with closing(sqlite3.connect(file, timeout=0)) as other:
        try:
            other.execute("SELECT count(*) FROM marks").fetchone()
        except sqlite3.OperationalError:
            return True
    return False


def test_a_read_within_a_read_goes_on_while_a_writer_waits(tmp_path: Path) -> None:
    """With a deleted journal a commit keeps new readers out until the old ones end; the inner read is the old one."""
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path)
    done = threading.Event()

    def write() -> None:
        with store.begin() as tx:
            tx.account.set_mark("heartbeat", "now")
        done.set()

    writer = threading.Thread(target=write)
    with store.read() as tx:
        assert tx.account.get_mark("heartbeat") is None
        writer.start()
        until(lambda: _shuts_out(tmp_path / "bot.db") or done.is_set())  # the latter where WAL is safe
        with store.read() as inner:
            assert inner.account.get_mark("heartbeat") is None
    writer.join(10)
    assert done.is_set()
    with store.read() as tx:
        assert tx.account.get_mark("heartbeat") == "now"
    store.close()


def test_a_write_within_a_read_is_a_flaw_of_ours(tmp_path: Path) -> None:
    """It would wait for itself; so it is told at once, where a test finds it."""
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path)
    with store.read(), pytest.raises(RuntimeError, match="waits for itself"), store.begin():
        pass
    store.close()


def test_a_file_in_the_place_of_the_backups_is_told(tmp_path: Path) -> None:
    """What was to be copied where, and why that failed."""
    (tmp_path / "backups").write_text("not a folder", encoding="utf-8")
    store = SqlStore(ready_file(tmp_path), account="AsiaRadar", backups=tmp_path / "backups")
    with pytest.raises(
        StorageError, match=r"bot.db could not be copied to .*backups/asiaradar-.*File exists.*check the"
    ):
        store.back_up(now=NOON)
    store.close()
