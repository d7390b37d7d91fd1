"""Real Chromium, and a Desk that runs for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from asiaradar_bot.bootstrap import App
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.runner.service import WebThread
from tests.web.desk import ROOT, desk_app
from tests.web.shared import web_for


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's."""
    with sync_playwright() as playwright:
        path = os.environ.get("ASIARADAR_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[App, str]]:
    """A running Desk with a held and two queued posts, one of them in Arabic; the app and its address."""
    with desk_app(tmp_path, web={"port": 0}) as app:
        Heartbeat(app.store, app.clock).beat()
        editor = app.editor(ROOT)
        later = app.clock.now() + timedelta(hours=1)
        editor.hold(editor.add(["Held for a look"], due_at=later)[0].id, why="the desk wants to look")
        editor.add(["Goes out next <b>soon</b>"], due_at=later)
        editor.add(["افتتاح أول محطة لتحلية المياه"], due_at=later + timedelta(hours=1))
        server = WebThread(app, lambda: web_for(app))
        server.start()
        yield app, server.url
        server.stop()
