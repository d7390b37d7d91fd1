"""The queue's file of posts in process: shown first, brought in once, and exported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from tests.web.desk import browser, desk_app, visitor
from tests.web.pages.test_desk import HOSTILE, added

FILE = "text,when\nFerries run,in 2 h\nSee README.md,now\n<b>bold</b>,\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def count(app: App) -> int:
    """How many posts there are."""
    with app.store.read() as tx:
        return len(tx.posts.list_posts())


def test_a_file_is_shown_then_brought_in_once(app: App) -> None:
    """Nothing is written before the yes; the second yes makes nothing; markup stays words."""
    client = browser(app, visitor())
    page = client.post("/queue/import", files={"file": ("p.csv", FILE.encode(), "text/html")}).text
    assert "2 posts would be made; nothing is written yet." in page
    assert "1 cannot be taken" in page
    assert "&lt;b&gt;bold" in page
    assert count(app) == 0
    held = re.search(r'name="content" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    assert held is not None
    content = unescape(held[1]).replace("\n", "\r\n")
    assert "2 posts were made." in client.post("/queue/import/yes", data={"content": content}).text
    again = client.post("/queue/import/yes", data={"content": content}).text
    assert "0 posts were made." in again
    assert "2 are there already." in again
    assert count(app) == 2


def test_a_file_that_is_none_is_refused(app: App) -> None:
    """One sentence, 400."""
    client = browser(app, visitor())
    for content in (b"\xff\xfe", b"a,b\n1,2\n", b"x" * 200_000):
        answer = client.post("/queue/import", files={"file": ("p.csv", content, "text/csv")})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert browser(app, visitor(Role.VIEWER)).get("/queue/import").status_code == 403


def test_the_export_is_a_file_that_runs_nothing(app: App) -> None:
    """An attachment in CSV, of one tab or all."""
    added(app, "=cmd() " + HOSTILE)
    answer = browser(app, visitor(Role.VIEWER)).get("/queue/export?state=queued")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert "'=cmd()" in answer.text
    assert "cmd" not in browser(app, visitor()).get("/queue/export?state=held").text
