"""
What the Desk's pages cost beside 100 thousand posts, each with article, decision, figures and audit (SQLite, on disk).

Each page is asked for in process, by an admin, with everything from the session's check to the last byte.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from fastapi.testclient import TestClient

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.access import Role
from asiaradar_bot.rules.searching import sought
from asiaradar_bot.settings import load_settings
from asiaradar_bot.storage.article_rows import sought_of_article
from asiaradar_bot.storage.tables import microseconds
from asiaradar_bot.web.app import build_web
from asiaradar_bot.web.entry import Visitor
from benchmarks.figures import Figure, record

POSTS = 100_000
QUEUED = 40
HELD = 10
EVERY = timedelta(minutes=24)
"""As many posts as `publishing.per_day` lets out by default: 60 a day, for four and a half years."""
ROUNDS = 5
BAR_MS = 100.0
PAGES = (
    "/",
    "/queue",
    "/queue?state=published",
    "/calendar?show=week",
    "/calendar?show=month",
    "/articles",
    "/articles?words=ferries",
    "/articles?words=Story+4711",
    "/articles/50000",
    "/posts/50000",
    "/results",
    "/activity",
    "/activity?words=zzz",
    "/find?words=ferries",
    "/find?words=Story+4711",
)
_FACTS = '{"title": "Story %d: ferries run again", "url": "https://radar.asia/story-%d"}'


def fill(app: App, now: datetime) -> None:
    """Articles, decisions, posts, the audit and figures, oldest first."""
    first = now - POSTS * EVERY

    def at(number: int) -> int:
        return microseconds(first + number * EVERY)

    _insert(
        app,
        "INSERT INTO articles (id, url, state, source, first_seen_at, title, sought, published_at, facts,"
        " revision, read_failures, seeded, burst) VALUES (?, ?, 'done', 'latest', ?, ?, ?, ?, ?, 1, 0, 0, 1)",
        (
            (n, url, at(n), title, sought_of_article(title, url), at(n), _FACTS % (n, n))
            for n in range(1, POSTS)
            for title, url in [(f"Story {n}: ferries run again", f"https://radar.asia/story-{n}")]
        ),
    )
    _insert(
        app,
        "INSERT INTO decisions (article_id, revision, verdict, news_class, reason, detail, template, trace, decided_at,"
        " decided_by) VALUES (?, 1, 'auto', 'normal', 'default', 'no rule speaks of it', 'article', '[]', ?, 'bot')",
        ((n, at(n)) for n in range(1, POSTS)),
    )
    _insert(
        app,
        "INSERT INTO posts (id, kind, state, news_class, urgency, text, sought, marker, due_at, reason, created_at,"
        " version, price_usd, text_frozen, part, parts, in_slot, remote_id, published_at, attempts, article_id)"
        " VALUES (?, 'article', ?, 'normal', 1, ?, ?, ?, ?, 'X has it', ?, 1, '0.200', 0, 1, 1, 0, ?, ?, 1, ?)",
        (_post(n, at(n)) for n in range(1, POSTS)),
    )
    _insert(
        app,
        "INSERT INTO audit (at, who, action, subject, why, before, after) "
        "VALUES (?, 'bot', 'post.published', ?, '', '{}', '{}')",
        ((at(n), f"post {n}") for n in range(1, POSTS)),
    )
    _insert(
        app,
        "INSERT INTO followed_posts (id, remote_id, created_at, post_id, state, current_id, version, last_read_at,"
        " reads, misses) VALUES (?, ?, ?, ?, 'settled', ?, 1, ?, 1, 0)",
        ((n, str(10**18 + n), at(n), n, str(10**18 + n), at(n)) for n in range(1, POSTS - QUEUED - HELD)),
    )
    _insert(
        app,
        "INSERT INTO snapshots (followed_id, taken_at, source, version, impressions, likes)"
        " VALUES (?, ?, 1, 1, 1000, 9)",
        ((n, at(n + 1)) for n in range(1, POSTS - QUEUED - HELD)),
    )
    with app.store.writer.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _post(number: int, at: int) -> tuple[object, ...]:
    left = POSTS - number
    state = "queued" if left <= QUEUED else "held" if left <= QUEUED + HELD else "published"
    text = f"Story {number}: ferries run again\nhttps://radar.asia/story-{number}?utm_id=m{number}"
    is_out = state == "published"
    due = at if is_out else at + microseconds(datetime.fromtimestamp(0, UTC) + QUEUED * EVERY + timedelta(hours=1))
    return (
        number,
        state,
        text,
        sought(text),
        f"m{number}",
        due,
        at,
        str(10**18 + number) if is_out else None,
        at if is_out else None,
        number,
    )


def _insert(app: App, statement: str, rows: Iterator[tuple[object, ...]]) -> None:
    while batch := list(islice(rows, 50_000)):
        with app.store.writer.begin() as connection:
            connection.exec_driver_sql(statement, batch)


def main() -> int:
    """Print one line per page; 1 if one is slower than the bar."""
    who = Visitor(user_id=1, name="bench", role=Role.ADMIN, csrf="c" * 20, session_id=1, language="en", confirmed=True)
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        settings = load_settings(storage={"url": url, "folder": Path(folder)}, x={"mode": "dry-run"})
        app = build_app(settings)
        fill(app, app.clock.now())
        client = TestClient(build_web(app, wake=lambda _: None, entry=lambda _: who), follow_redirects=False)
        client.headers["accept"] = "text/html"
        for path in PAGES:
            times, work = [], []
            for _ in range(ROUNDS + 1):
                started, worked = time.perf_counter(), time.process_time()
                answer = client.get(path)
                times.append((time.perf_counter() - started) * 1000)
                work.append((time.process_time() - worked) * 1000)
                if answer.status_code != 200:
                    print(f"{path}: {answer.status_code} {answer.text[:300]}")
                    return 1
            taken = median(times[1:])
            how = f"median of {ROUNDS}, {median(work[1:]):.0f} ms of it work"
            slow += record(Figure(name=f"page {path}, {POSTS:,} posts", value=taken, unit="ms", most=BAR_MS, how=how))
        app.close()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
