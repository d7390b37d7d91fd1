"""
The program itself as a process beside a sample site and a local X: start, latencies, overhead, memory, CPU at rest.

The site and X run in this process, so that the program's figures are its own. Every second it polls the home page and
the feed, so that a minute holds the polls of an hour at the default pace of 60 seconds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from standardwebhooks import Webhook

from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.sandbox.x import LocalX
from benchmarks.figures import Figure, record

SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
PORT = 8439
PUSHED = (
    "bookingcom-opens-hanoi-office-as-travel-picks-up",
    "hong-kong-harbour-electric-ferries",
    "kyushu-rail-ai-rain-forecast",
    "jeonju-hanok-library-opens",
    "bandung-street-orchestra-returns",
    "Dhaka-Ring-Road-Buses-Get-Own-Lane",
)
POLLED = (
    "biden-and-xi-secure-key-agreements-on-military-communications-fentanyl",
    "chip-exports-steady-through-year-end",
    "bhopal-metro-new-line-opens",
    "chiang-mai-night-market-plastic-free",
    "gulf-solar-desalination-plant",
    "ulaanbaatar-opens-winter-bike-path",
)
LATER = (
    "kaohsiung-port-containers-record",
    "colombo-tea-auction-record-price",
    "engineers-fix-bug-in-taipei-signs",
    "rain-ends-drought",
    "regional-rail-ministers-agree-on-one-ticket",
    "suva-climate-archive-opens",
    "samarkand-paper-mill-hundred-workshops",
)
"""With pictures, in the hour's work: among them such as are too large, damaged or no picture at all."""
REST_SECONDS = 20.0
HOUR_POLLS = 60


class Arrivals(list[str]):
    """
    The site's list of requests that also notes when each came.
    """

    def __init__(self) -> None:
        super().__init__()
        self.at: list[tuple[str, float]] = []

    def append(self, target: str, /) -> None:
        """One more, now."""
        self.at.append((target, time.time()))
        super().append(target)


class Bot:
    """
    The program as a process, in a folder of its own.
    """

    def __init__(self, folder: Path, site: SampleSite, x: LocalX, *, poll_seconds: int, pictures: bool) -> None:
        self.x = x
        self.seen = Arrivals()
        site.requests = self.seen
        (folder / "asiaradar.toml").write_text(
            f"""environment = "bench"
storage = {{ url = "sqlite:///{folder}/bench.db", folder = "{folder}" }}
x = {{ mode = "sandbox", base_url = "{x.base_url}" }}
fetch = {{ allowed_hosts = ["radar.asia"], stand_in = "{site.base_url}" }}
publishing = {{ pictures = {str(pictures).lower()}, per_hour = 100 }}
web = {{ port = {PORT}, hook_secret = "{SECRET}" }}
[[sources]]
name = "home"
kind = "listing"
url = "https://radar.asia/"
poll_seconds = {poll_seconds}
[[sources]]
name = "latest"
kind = "feed"
url = "https://radar.asia/rss/latest-posts"
poll_seconds = {poll_seconds}
""",
            encoding="utf-8",
        )
        self._began = time.time()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "asiaradar_bot", "run"],
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "ASIARADAR_CONFIG": str(folder / "asiaradar.toml"), "ASIARADAR_LOG__LEVEL": "WARNING"},
        )

    def wait_until_it_polls(self) -> float:
        """Seconds from its start to its first request at the site; returns when its web server answers, too."""
        wait_for(lambda: len(self.seen.at) > 0)
        wait_for(lambda: ask("/livez") == 200)
        return self.seen.at[0][1] - self._began

    def sent(self) -> list[float]:
        """When each post was asked of X."""
        return [one.at.timestamp() for one in self.x.requests if (one.method, one.path) == ("POST", "/2/tweets")]

    def memory_mb(self) -> float:
        """What the process and its children hold; memory that they share counts once."""
        total = 0
        for process in (self.process.pid, *children(self.process.pid)):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def own_memory_mb(self) -> float:
        """The resident memory of the program's own process."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def cpu_seconds(self) -> float:
        """Processor time so far, in user and system mode."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[int]:
    """Its processes."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    found = [int(one) for one in text.split()]
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text(encoding="ascii").split()]
    return sorted(set(found))


@contextmanager
def running(folder: Path, *, poll_seconds: int, pictures: bool = False) -> Iterator[tuple[Bot, SampleSite]]:
    """
    Site, X and program; the program is stopped as systemd would.
    """
    with SampleSite(now=lambda: datetime.now(UTC)) as site, LocalX() as x:
        bot = Bot(folder, site, x, poll_seconds=poll_seconds, pictures=pictures)
        try:
            yield bot, site
        finally:
            bot.process.terminate()
            bot.process.wait(30)


def ask(path: str) -> int:
    """The status of one of the program's own pages; 0: it does not listen."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=5) as answer:
            answer.read()
            return int(answer.status)
    except OSError:
        return 0


def push(address: str) -> None:
    """The CMS's signed push."""
    body = json.dumps({"type": "article.published", "data": {"url": address}})
    number, at = f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(number, at, body),
    }
    address = f"http://127.0.0.1:{PORT}/hooks/publish"
    request = urllib.request.Request(address, data=body.encode(), headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
        assert answer.status == 202


def wait_for(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Return when it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"the benchmark's bot did not do it in {seconds:.0f} seconds")
        time.sleep(0.002)


def has_sent_more(bot: Bot, than: int) -> bool:
    """Whether X was asked for more posts than so many."""
    return len(bot.sent()) > than


def post_each(bot: Bot, site: SampleSite, slugs: tuple[str, ...], *, by_push: bool) -> tuple[list[float], list[float]]:
    """
    For each article the milliseconds from publication (or push) to the request at X, and from the poll that showed it.
    """
    whole, own = [], []
    for slug in slugs:
        time.sleep(0.7)
        before = len(bot.sent())
        first = len(bot.seen.at)
        began = time.time()
        address = site.publish(slug)
        if by_push:
            push(address)
        wait_for(partial(has_sent_more, bot, before))
        at = bot.sent()[before]
        whole.append((at - began) * 1000)
        pages = address.removeprefix(site.base_url)
        read = next(number for number, (target, _) in enumerate(bot.seen.at) if number >= first and target == pages)
        shown = (
            max(number for number, (target, _) in enumerate(bot.seen.at[:read]) if target != pages)
            if not by_push
            else read
        )
        own.append((at - bot.seen.at[shown][1]) * 1000)
    return whole, own


def work_an_hour(bot: Bot, site: SampleSite) -> int:
    """
    As many polls as in an hour, articles with pictures, and people and machines who look; how many posts went out.
    """
    before = len(bot.sent())
    polls = sum(target == "/" for target in bot.seen) + HOUR_POLLS
    waiting = list(LATER)
    while sum(target == "/" for target in bot.seen) < polls:
        if waiting:
            push(site.publish(waiting.pop()))
        for path in ("/livez", "/readyz", "/metrics", "/login", "/static/desk.css"):
            ask(path)
        time.sleep(0.5)
    return len(bot.sent()) - before


def main() -> int:
    """How many figures missed their bar."""
    with tempfile.TemporaryDirectory() as name, running(Path(name), poll_seconds=3600) as (bot, site):
        fresh = bot.wait_until_it_polls()
        time.sleep(REST_SECONDS)
        first_idle = bot.own_memory_mb()
        pushed, _ = post_each(bot, site, PUSHED, by_push=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(folder, poll_seconds=1, pictures=False) as (bot, site):
            bot.wait_until_it_polls()
            polled, overhead = post_each(bot, site, POLLED, by_push=False)
        with running(folder, poll_seconds=1, pictures=True) as (bot, site):
            again = bot.wait_until_it_polls()
            time.sleep(REST_SECONDS)
            idle, own_idle = bot.memory_mb(), bot.own_memory_mb()
            began, cpu = time.monotonic(), bot.cpu_seconds()
            time.sleep(REST_SECONDS)
            share = (bot.cpu_seconds() - cpu) / (time.monotonic() - began) * 100
            posts = work_an_hour(bot, site)
            time.sleep(5)
            later, own_later = bot.memory_mb(), bot.own_memory_mb()
    return record(
        Figure(name="start to first poll, new database", value=fresh, unit="s", most=2, how="imports included"),
        Figure(name="start to first poll", value=again, unit="s", most=2, how="imports included"),
        Figure(
            name="push to request at X, median", value=statistics.median(pushed), unit="ms", most=1000, how="6 articles"
        ),
        Figure(name="push to request at X, worst", value=max(pushed), unit="ms", most=1000),
        Figure(
            name="publication to request at X by polling, median",
            value=statistics.median(polled),
            unit="ms",
            how="a poll each second; at the default of 60 s half a minute more",
        ),
        Figure(
            name="change seen to request at X, own overhead, median",
            value=statistics.median(overhead),
            unit="ms",
            most=100,
            how="no picture; the sample site's time for listing and page included",
        ),
        Figure(name="change seen to request at X, worst", value=max(overhead), unit="ms"),
        Figure(name="idle memory, the program's process", value=own_idle, unit="MB", most=120, how="resident"),
        Figure(name="idle memory, with the templates' process", value=idle, unit="MB", how="proportional share"),
        Figure(
            name="idle memory after the start that made the database",
            value=first_idle,
            unit="MB",
            how="resident; what migrates stays until the next start",
        ),
        Figure(
            name="memory after an hour's work, the program's process",
            value=own_later,
            unit="MB",
            how=f"{HOUR_POLLS} polls of two sources, {posts} posts with pictures, 300 pages",
        ),
        Figure(name="memory after an hour's work, with the templates' process", value=later, unit="MB"),
        Figure(name="CPU while nothing changes, two polls a second", value=share, unit="% of one CPU"),
    )


if __name__ == "__main__":
    sys.exit(main())
