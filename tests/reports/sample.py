"""One report as a page, the same each time; `python -m tests.reports.sample` writes the golden anew, its diff is yours."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asiaradar_bot.model.engagement import FollowState
from asiaradar_bot.model.report import Report, Span
from asiaradar_bot.policy_file import load_policy
from asiaradar_bot.steps.report import make_report
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import followed_posts
from asiaradar_bot.web.report_file import report_file
from asiaradar_bot.web.views.figures import show_report
from asiaradar_bot.web.views.learnt import show_learnt
from tests.ready import ready_file
from tests.reports.seeded import seed_posts

GOLDEN = Path(__file__).parent / "golden.html"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPAN = Span(since=NOW - timedelta(days=30), until=NOW)
_TEXT = "Story {number}: ferries & <b>trains</b> run again, 渡輪恢復行駛"


def sample_report(folder: Path) -> Report:
    """A quarter of posts each four hours; afternoons do better, the short wording a little, two posts are gone."""
    store = SqlStore(ready_file(folder), account="AsiaRadar", backups=folder)
    try:
        seed_posts(
            store,
            now=NOW,
            count=540,
            every=timedelta(hours=4),
            reach=lambda number, at: 1000 * (1.9 if at.hour == 8 else 1.0) * (1.15 if number % 4 == 1 else 1.0),
            text=_TEXT,
            variant=lambda number: ("original", "short")[number % 4 == 1] if number > 330 else None,
        )
        with store.writer.begin() as connection:
            gone = ["1860000000000000527", "1860000000000000536"]
            connection.execute(
                followed_posts.update().where(followed_posts.c.remote_id.in_(gone)).values(state=FollowState.DELETED)
            )
        policy = load_policy(Path(__file__).parents[2] / "config" / "policy.toml")
        return make_report(store, SPAN, zone="Asia/Singapore", slots=policy.slots)
    finally:
        store.close()


def sample_page(folder: Path) -> str:
    """The report file."""
    report = sample_report(folder)
    view = show_report(report, name="@AsiaRadar", link=lambda one: f"https://x.com/AsiaRadar/status/{one}")
    return report_file(view, show_learnt(report))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        GOLDEN.write_text(sample_page(Path(made)), encoding="utf-8")
