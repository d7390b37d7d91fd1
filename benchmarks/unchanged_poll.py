"""
CPU time of a poll: unchanged, with one new item, and the first one, of a feed of 500 items in the site's own shape.

Run: uv run python -m benchmarks.unchanged_poll
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from asiaradar_bot.adapters.news_site.feed import FeedSettings, body_digest, read_feed
from asiaradar_bot.adapters.news_site.feed_memory import FeedMemory
from asiaradar_bot.model.outcome import SourceRead
from benchmarks.figures import Figure, record
from tests.adapters.news_site.varient import archive, item

ITEMS = 500
ROUNDS = 7
URL = "https://radar.asia/rss/latest-posts"


def cpu_ms(work: Callable[[], object]) -> float:
    """
    The best of several rounds, in milliseconds of CPU.
    """
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return round(best * 1000, 2)


def main() -> None:
    """
    Print one JSON object.
    """
    settings = FeedSettings(url=URL)
    old = archive(ITEMS)
    later = archive(ITEMS, built="Tue, 24 Nov 2026 02:01:00 +0000")
    if body_digest(old) != body_digest(later):
        raise SystemExit("the digest sees the time of the request")
    number = 0

    def changed() -> None:
        nonlocal number
        number += 1
        document = later.decode().replace("<item>", item(f"new-{number}") + "<item>", 1).encode()
        body_digest(document)
        answer = read_feed(document, settings=settings, memory=memory)
        if not isinstance(answer, SourceRead) or len(answer.items) != ITEMS + 1:
            raise SystemExit("the changed feed was not read")

    memory = FeedMemory()
    first = cpu_ms(lambda: read_feed(old, settings=settings, memory=FeedMemory()))
    read_feed(old, settings=settings, memory=memory)
    figures = {
        "items": ITEMS,
        "kib": round(len(old) / 1024),
        "unchanged_ms": cpu_ms(lambda: body_digest(later)),
        "one_new_item_ms": cpu_ms(changed),
        "first_ms": first,
    }
    print(json.dumps(figures))
    how = f"CPU, a feed of {ITEMS} items"
    record(
        Figure(name="unchanged poll", value=float(figures["unchanged_ms"]), unit="ms", how=how),
        Figure(name="poll with one new item", value=float(figures["one_new_item_ms"]), unit="ms", how=how),
    )


if __name__ == "__main__":
    main()
