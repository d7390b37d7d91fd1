"""/readyz answers soon, whatever the database does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event
from unittest.mock import patch

from asiaradar_bot.bootstrap import App
from asiaradar_bot.runner.heartbeat import Heartbeat
from tests.waiting import until
from tests.web.desk import browser, desk_app


def test_a_database_that_hangs_is_told_in_time_and_asked_once(tmp_path: Path) -> None:
    """While the first question hangs others get the same sentence and add no thread; after it all is as before."""
    free, asked = Event(), []

    def hang(app: App) -> tuple[bool, str]:
        asked.append(app)
        free.wait(60)
        return True, "ready\n"

    with (
        desk_app(tmp_path) as app,
        patch("asiaradar_bot.web.health.readiness", hang),
        patch("asiaradar_bot.web.health._PATIENCE", timedelta(milliseconds=50)),
    ):
        client = browser(app, None)
        for _ in range(3):
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert "gave no answer within 0.05 s: it is locked or very busy" in answer.text
            assert "lease: unknown" in answer.text
        assert len(asked) == 1
        free.set()
        until(lambda: client.get("/readyz").status_code == 200)


def test_a_locked_file_does_not_hold_the_answer_up(tmp_path: Path) -> None:
    """Another program holds the real file: 503 comes before the lock's own time-out, and 200 once it is free."""
    with desk_app(tmp_path) as app:
        Heartbeat(app.store, app.clock).beat()
        client = browser(app, None)
        assert client.get("/readyz").status_code == 200
        file = app.settings.storage.url.removeprefix("sqlite:///")
        with (
            closing(sqlite3.connect(file, isolation_level=None)) as other,
            patch("asiaradar_bot.web.health._PATIENCE", timedelta(milliseconds=200)),
        ):
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            assert client.get("/readyz").status_code == 503
            other.execute("ROLLBACK")
        until(lambda: client.get("/readyz").status_code == 200)
