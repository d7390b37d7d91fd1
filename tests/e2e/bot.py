"""The whole bot in one process, on the sample site and a local X, a step at a time."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.sandbox.site import SampleSite, Scenario
from asiaradar_bot.settings import load_settings
from tests.ready import ready_file

GOLDEN = Path(__file__).with_name("golden.json")
ROUND = ("watch", "decide", "compose", "illustrate", "verify", "publish", "reconcile", "spot", "amend", "notify")


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@contextmanager
def running(
    folder: Path,
    *,
    manner: str = "2.4",
    corrections: dict[str, object] | None = None,
    web: dict[str, object] | None = None,
    access: dict[str, object] | None = None,
    **publishing: object,
) -> Iterator[tuple[App, SampleSite]]:
    """The bot and the site it watches; nothing runs by itself."""
    with SampleSite(now=utc_now, manner=manner) as site:
        settings = load_settings(
            environment="test",
            storage={"url": ready_file(folder), "folder": folder},
            x={"mode": "sandbox"},
            sources=[
                {"name": "latest", "kind": "feed", "url": "https://radar.asia/rss/latest-posts", "poll_seconds": 1},
                {"name": "home", "kind": "listing", "url": "https://radar.asia/", "poll_seconds": 1},
                {"name": "sitemap", "kind": "sitemap", "url": "https://radar.asia/sitemap.xml", "poll_seconds": 1},
            ],
            fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url},
            publishing={"first_run": "post", **publishing},
            corrections=corrections or {},
            web=web or {},
            access=access or {},
        )
        app = build_app(settings)
        try:
            yield app, site
        finally:
            app.close()


def go_round(app: App, times: int = 2) -> None:
    """Every step in order, so often."""
    for _ in range(times):
        for step in ROUND:
            run_once(app, step)


def ends(app: App) -> dict[str, dict[str, str]]:
    """Where each article ended, by its path: verdict, reason, state and text of its post."""
    found: dict[str, dict[str, str]] = {}
    with app.store.read() as tx:
        for article in tx.articles.list_recent(limit=500):
            decisions = tx.articles.list_decisions(article.id)
            posts = tx.posts.list_for_article(article.id)
            end = {"verdict": decisions[-1].verdict.value, "reason": decisions[-1].reason.value} if decisions else {}
            if posts:
                end |= {"state": posts[-1].state.value, "text": _timeless(posts[-1].text)}
            found[article.url.removeprefix("https://radar.asia")] = end
    return found


def play(app: App, site: SampleSite) -> None:
    """The whole scenario, the bot looking around after each step."""
    scenario = Scenario(site)
    while scenario.advance() is not None:
        go_round(app, 1)
    go_round(app)


def check_ends(app: App) -> None:
    """Verdict, reason, state and text of each article equal the golden file, and no story is on X twice."""
    found = ends(app)
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert {path: end for path, end in found.items() if path in golden} == golden
    account = app.press.account_id()
    texts = [post.text for post in app.press.timeline.own_posts(account, since=app.clock.now().replace(year=2020))]
    assert max(Counter(text.split("\n")[0] for text in texts).values()) == 1
    assert sum(end.get("state") == "published" for end in found.values()) == len(texts)


def _timeless(text: str) -> str:
    """The text without what differs from run to run: the marker."""
    return re.sub(r"utm_id=p[0-9a-f]+", "utm_id=MARKER", text)
