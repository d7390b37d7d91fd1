"""What the due query costs beside 1 thousand, 100 thousand and 1 million posts of history (SQLite, on disk)."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import posts
from benchmarks.figures import Figure, record

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 200
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def row(number: int, *, state: str) -> dict[str, object]:
    """One post as a row."""
    return {
        "kind": "manual",
        "state": state,
        "news_class": "normal",
        "urgency": 1,
        "text": f"Post {number}",
        "marker": f"{state}{number}",
        "due_at": NOW - timedelta(minutes=number),
        "reason": "",
        "created_at": NOW - timedelta(minutes=number),
        "version": 1,
        "price_usd": "0.015",
        "text_frozen": True,
        "part": 1,
        "parts": 1,
        "in_slot": False,
        "remote_id": str(number) if state == "published" else None,
        "published_at": NOW - timedelta(minutes=number) if state == "published" else None,
        "attempts": 1,
    }


def median_ms(store: SqlStore) -> float:
    """Median of many due queries, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with store.read() as tx:
            found = tx.posts.list_due(NOW, limit=50)
            tx.posts.sent_times(NOW - timedelta(days=1), newest=Limits().most_counted)
        times.append(time.perf_counter() - started)
        assert len(found) == 20
    return sorted(times)[ROUNDS // 2] * 1000


def main() -> int:
    """Print one line per size; 1 if the query slows with history."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(f"sqlite:///{folder}/bench.db", account="bench", backups=Path(folder))
        schema.migrate(store, "head")
        with store.writer.begin() as connection:
            connection.execute(insert(posts), [row(number, state="queued") for number in range(20)])
        done = 0
        for size in SIZES:
            while done < size:
                batch = [row(number, state="published") for number in range(done, min(done + 20_000, size))]
                with store.writer.begin() as connection:
                    connection.execute(insert(posts), batch)
                done += len(batch)
            results.append(median_ms(store))
            print(f"{size:>9,} posts: due query and caps {results[-1]:.2f} ms (median of {ROUNDS})", flush=True)
        store.close()
    ratio = results[-1] / results[0]
    shown = ", ".join(f"{size:,}: {figure:.2f} ms" for size, figure in zip(SIZES, results, strict=True))
    return record(
        Figure(name="due query, 1 million posts against 1 thousand", value=ratio, unit="x", most=2, how=shown)
    )


if __name__ == "__main__":
    sys.exit(main())
