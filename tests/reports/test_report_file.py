"""The report file: byte for byte the golden, and in a real browser readable by itself, in light, dark and on a phone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from asiaradar_bot.model.engagement import FollowState
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.report import Grouping, Span
from asiaradar_bot.rules.exporting import COLUMNS, Exported
from asiaradar_bot.steps.export import export_rows
from asiaradar_bot.steps.report import DEFAULT_AGE, make_report
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import followed_posts
from tests.reports.sample import GOLDEN, NOW, SPAN, sample_page
from tests.reports.seeded import seed_posts
from tests.web.conftest import chromium

__all__ = ["chromium"]
_PLACES = "img, script, link, iframe, object, video, audio, source"


def test_the_page_is_the_golden(tmp_path: Path) -> None:
    """Byte for byte; `python -m tests.reports.sample` writes it anew, and the diff is to be looked at in a browser."""
    page = sample_page(tmp_path)
    assert page == GOLDEN.read_text(encoding="utf-8")
    assert "Hours above usual: 16:00." in page
    assert "gone from X: 2" in page
    assert "article, short" in page


@pytest.mark.browser
@pytest.mark.enable_socket
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_stands_by_itself(chromium: Browser, scheme: str) -> None:
    """Opened as a file it asks nothing of anybody, draws every chart, and axe finds it readable, at 360 px too."""
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(GOLDEN.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".days .bar").count() >= 29
        assert page.locator(".spark polyline").count() == 10
        for drawn in (".days .bar >> nth=1", ".whisker .range >> nth=0", ".spark polyline >> nth=0"):
            box = page.locator(drawn).bounding_box()
            assert box is not None, drawn
            assert box["width"] > 1, drawn
            assert box["height"] > 1, drawn
        ground, ink = (
            page.evaluate("(where) => getComputedStyle(document.documentElement)[where]", where)
            for where in ("backgroundColor", "color")
        )
        assert _light(ground) is (scheme == "light")
        assert _light(ink) is (scheme == "dark")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    assert set(asked) == {GOLDEN.as_uri()}
    assert said == []
    assert page.locator(_PLACES).count() == 0
    context.close()


def _light(colour: str) -> bool:
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) > 380


def test_posts_gone_from_x_are_marked(store: SqlStore) -> None:
    """They are counted, with the figures that they had at the age; what was not known is unknown and never zero."""
    seed_posts(store, now=NOW, count=20)
    known, young = "1860000000000000003", "1860000000000000018"
    with store.read() as tx:
        before = {post.remote_id: post for post in tx.reports.at_age(DEFAULT_AGE, since=SPAN.since, until=NOW)}
    with store.writer.begin() as connection:
        connection.execute(
            followed_posts.update()
            .where(followed_posts.c.remote_id.in_([known, young]))
            .values(state=FollowState.DELETED)
        )
    with store.read() as tx:
        after = {post.remote_id: post for post in tx.reports.at_age(DEFAULT_AGE, since=SPAN.since, until=NOW)}
    assert {name for name, post in after.items() if post.deleted} == {known, young}
    assert after[known] == before[known]._replace(deleted=True)
    assert (after[known].impressions, after[young].impressions) == (before[known].impressions, None)
    report = make_report(store, SPAN, zone="Asia/Singapore", slots=Policy().slots, by=(Grouping.CATEGORY,))
    assert (report.total.posts, report.total.deleted) == (20, 2)
    assert sum(line.deleted for line in report.groups[Grouping.CATEGORY]) == 2
    assert {one.remote_id for one in report.best if one.deleted} == {known}
    place = COLUMNS[Exported.POSTS].index("deleted")
    rows = {row[0]: row[place] for row in export_rows(store, Exported.POSTS, SPAN, age=DEFAULT_AGE)}
    assert [name for name, gone in rows.items() if gone] == [known, young]
    nothing = make_report(store, Span(since=NOW, until=NOW + timedelta(days=1)), zone="UTC", slots=Policy().slots)
    assert (nothing.total.posts, nothing.total.deleted) == (0, 0)
