"""From publication to the request at X: by push and by poll, with the program's own runner, sample site and local X."""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from standardwebhooks import Webhook

from asiaradar_bot.bootstrap import build_app
from asiaradar_bot.logs import configure_logs
from asiaradar_bot.runner.loop import Runner
from asiaradar_bot.runner.service import WebThread
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.settings import load_settings
from asiaradar_bot.web.app import build_web

SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
SLUGS = (
    "bookingcom-opens-hanoi-office-as-travel-picks-up",
    "hong-kong-harbour-electric-ferries",
    "kyushu-rail-ai-rain-forecast",
    "jeonju-hanok-library-opens",
    "bandung-street-orchestra-returns",
    "Dhaka-Ring-Road-Buses-Get-Own-Lane",
)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def measure(*, push: bool) -> tuple[list[float], float]:
    """Milliseconds from publication to X's having the post, for each article; and from start to the first poll."""
    with tempfile.TemporaryDirectory() as folder, SampleSite(now=utc_now) as site:
        settings = load_settings(
            environment="bench",
            storage={"url": f"sqlite:///{folder}/bench.db", "folder": folder},
            x={"mode": "sandbox"},
            sources=[
                {"name": "home", "kind": "listing", "url": "https://radar.asia/", "poll_seconds": 3600 if push else 1}
            ],
            fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url},
            publishing={"pictures": False},
            web={"port": 0, "hook_secret": SECRET},
        )
        configure_logs(json=True, level="ERROR", secrets=[])
        started = time.perf_counter()
        app = build_app(settings)
        runner = Runner(app)
        runner.start()
        wait_for(lambda: bool(site.requests))
        first_poll = time.perf_counter() - started
        web = WebThread(app, build_web(app, wake=runner.wake))
        web.start()
        times = []
        for number, slug in enumerate(SLUGS, start=1):
            time.sleep(1.1)
            began = time.perf_counter()
            address = site.publish(slug)
            if push:
                send_push(web.url, address)
            wait_for(partial(has_published, folder, number))
            times.append((time.perf_counter() - began) * 1000)
        runner.stop()
        web.stop()
        app.close()
    return times, first_poll


def has_published(folder: str, wanted: int) -> bool:
    """Whether the bot has recorded so many posts as published."""
    with sqlite3.connect(f"file:{Path(folder) / 'bench.db'}?mode=ro", uri=True) as connection:
        found = int(connection.execute("SELECT count(*) FROM posts WHERE state = 'published'").fetchone()[0])
    return found >= wanted


def send_push(base: str, address: str) -> None:
    """The CMS's signed push."""
    body = json.dumps({"type": "article.published", "data": {"url": address}})
    number = f"msg_{uuid.uuid4().hex}"
    at = utc_now()
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(number, at, body),
    }
    request = urllib.request.Request(f"{base}/hooks/publish", data=body.encode(), headers=headers, method="POST")  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
        assert answer.status == 202


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when it holds; fail after 30 seconds."""
    deadline = time.perf_counter() + 30
    while not condition():
        if time.perf_counter() > deadline:
            raise SystemExit("the benchmark's bot did not post in 30 seconds")
        time.sleep(0.002)


def main() -> int:
    """Print medians; 1 if the push is slower than a second."""
    pushed, first_poll = measure(push=True)
    polled, _ = measure(push=False)
    print(f"start to first poll (imports not counted): {first_poll:.2f} s")
    print(f"push to post recorded: median {statistics.median(pushed):.0f} ms, worst {max(pushed):.0f} ms")
    print(f"publication to post recorded, polling each second: median {statistics.median(polled):.0f} ms")
    return 0 if statistics.median(pushed) < 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
