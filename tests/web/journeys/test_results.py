"""Results, walked: spans, tables that are read on a phone, files to take along, and the curve of one post."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.model.access import Role
from asiaradar_bot.runner.service import WebThread
from tests.reports.seeded import seed_posts
from tests.web.desk import ROOT, desk_app
from tests.web.journeys.walking import WAYS, Desk, Walker, Way, walking
from tests.web.shared import web_for

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
POSTS = 240
SPAN = timedelta(hours=8)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A Desk with eighty days of posts: enough for every table to say something."""
    with desk_app(tmp_path_factory.mktemp("measured"), web={"port": 0}) as app:
        seed_posts(app.store, now=app.clock.now(), count=POSTS, every=SPAN)
        server = WebThread(app, lambda: web_for(app))
        server.start()
        yield Desk(app=app, url=server.url)
        server.stop()


def taken(walker: Walker, name: str) -> bytes:
    """The file behind a link of the page."""
    with walker.page.expect_download() as download:
        walker.page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


def test_results_are_read_narrowed_and_taken_along(chromium: Browser, measured: Desk, way: Way) -> None:
    """Ninety days, then two days by their dates: figures with n; each file holds exactly the posts of the span."""
    with walking(chromium, measured, way, name="vera", role=Role.VIEWER) as vera:
        page = vera.page
        vera.go("/results")
        page.get_by_role("link", name="90 days").click()
        expect(page.locator(".tile", has_text="Posts").first).to_contain_text(str(POSTS))
        expect(page.get_by_role("heading", name="Hours for slots")).to_be_visible()
        lines = "cell => { const all = document.createRange(); all.selectNodeContents(cell); return all.getClientRects().length; }"
        assert page.locator(".groups th[scope=row]", has_text="Wednesday").evaluate(lines) == 1
        vera.look_around()
        for table in page.locator(".scroll").all():
            assert table.evaluate("box => box.clientWidth <= document.documentElement.clientWidth")

        today = measured.app.clock.now()
        since, until = today - timedelta(days=4), today - timedelta(days=3)
        page.get_by_label("First day").fill(f"{since:%Y-%m-%d}")
        page.get_by_label("Last day").fill(f"{until:%Y-%m-%d}")
        page.get_by_label("Compared at").select_option("1h")
        vera.press("Show")
        expect(page.locator(".head .when")).to_contain_text("each post at 1 hour")
        shown = int(page.locator(".tile", has_text="Posts").first.locator("dd").inner_text().split()[0])
        rows = list(csv.DictReader(io.StringIO(taken(vera, "CSV posts").decode("utf-8-sig"), newline="")))
        assert len(rows) == shown > 3
        assert len([json.loads(line) for line in taken(vera, "JSON posts").splitlines()]) == shown
        assert taken(vera, "XLSX costs").startswith(b"PK")
        assert b"<svg" in taken(vera, "Report as a page in one file")

        page.locator(".best").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Figures so far")).to_be_visible()
        expect(page.locator("figure.curve canvas" if way.scripts else "figure.curve svg")).to_be_visible()
        vera.look_around()


@pytest.mark.parametrize("way", WAYS[:2], ids=["desktop", "phone"])
def test_a_curve_stays_drawn_when_news_comes(chromium: Browser, measured: Desk, way: Way) -> None:
    """The page brings itself up to date; the drawing is a drawing afterwards, too."""
    with measured.app.store.read() as tx:
        post = next(one for one in tx.posts.list_posts() if "Story 30:" in one.text)
    with walking(chromium, measured, way) as mei:
        mei.go(f"/posts/{post.id}")
        expect(mei.page.locator("figure.curve canvas")).to_be_visible()
        mei.page.locator("main").evaluate("main => { main.querySelector('#live').dataset.old = 'yes'; }")
        measured.app.editor(ROOT).add(["News"], draft=True)
        expect(mei.page.locator("#live[data-old]")).to_have_count(0)
        expect(mei.page.locator("figure.curve canvas")).to_be_visible()
