"""The Results page and the curves on post and article pages, in process."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.web.words import MISSING
from tests.reports.seeded import seed_posts
from tests.web.desk import browser, desk_app, visitor
from tests.web.pages.test_desk import HOSTILE


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def test_a_viewer_sees_figures_with_n_and_interval(app: App) -> None:
    """Tiles, days, best posts, groups with whiskers, the week's map, and exports; texts stay text."""
    seed_posts(app.store, now=app.clock.now(), count=90, text="{number} " + HOSTILE)
    page = browser(app, visitor(Role.VIEWER)).get("/results").text
    for words in (
        "Impressions of a post",
        "Best posts",
        "By category",
        "By weekday",
        "Hours and weekdays",
        "n 1",
        "to 4.",
    ):
        assert words in page, words
    assert 'class="whisker"' in page
    assert MISSING in page
    assert "<img src=x" not in page
    assert "style=" not in page
    assert 'href="/results" aria-current="page"' in page


def test_spans_and_ages(app: App) -> None:
    """Days, first and last day, and the age can be chosen; a wrong one is answered 400 with a sentence."""
    seed_posts(app.store, now=app.clock.now(), count=60)
    client = browser(app, visitor())
    assert "3 days" in client.get("/results?age=3d").text
    first = f"{app.clock.now() - timedelta(days=3):%Y-%m-%d}"
    assert f'value="{first}"' in client.get(f"/results?since={first}&until=&days=30").text
    for query in ("days=abc", "days=0", "since=tuesday", "age=2h", "days=99999"):
        answer = client.get(f"/results?{query}")
        assert answer.status_code == 400, query


def test_nothing_sent_is_said(app: App) -> None:
    """Without posts the page is one sentence, not an empty drawing."""
    page = browser(app, visitor()).get("/results").text
    assert "No posts of these days are followed yet" in page
    assert "<svg viewBox" not in page


def test_exports_are_downloads(app: App) -> None:
    """Each export comes as a file with the rows of the span; other names are not found."""
    seed_posts(app.store, now=app.clock.now(), count=20, text="=cmd {number}")
    client = browser(app, visitor(Role.VIEWER))
    answer = client.get("/results/posts.csv?days=30")
    assert answer.headers["content-disposition"].startswith('attachment; filename="asiaradar-')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 21
    assert rows[1][-1].startswith("'=cmd")
    for name in ("snapshots.json", "costs.xlsx", "report.html"):
        answer = client.get(f"/results/{name}?days=30")
        assert answer.status_code == 200
        assert len(answer.content) > 200
    assert client.get("/results/secrets.csv").status_code in {400, 404, 422}
    assert client.get("/results/posts.pdf").status_code in {400, 404, 422}


def test_a_post_shows_its_curve(app: App) -> None:
    """Figures at each look, newest first, with a drawing; a post nobody looked at yet says so."""
    seed_posts(app.store, now=app.clock.now(), count=30)
    client = browser(app, visitor())
    page = client.get("/posts/1").text
    assert "Figures so far" in page
    assert page.index("3 d") < page.index("60 min")
    assert "data-curve=" in page
    assert "style=" not in page
    with app.store.read() as tx:
        unread = next(post.id for post in tx.posts.list_posts() if "Story 8:" in post.text)
    assert "data-curve" not in client.get(f"/posts/{unread}").text
