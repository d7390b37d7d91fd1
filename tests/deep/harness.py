"""Kills the real program again and again while X fails, then counts what followers would see."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.post import NewPost, PostKind, PostState
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore

FAULTS = (
    "not_created_drop",
    "not_created_500",
    "not_created_hang",
    "created_drop",
    "created_500",
    "created_cut",
    "created_hang",
    "created_no_id",
    "drop_before_accept",
    "html_502",
)
SETTLE_SECONDS = 2.0
"""Longer than the bot's time-outs in these runs (0.9 s); the local X acts at once or never."""
LIFE_SECONDS = (0.2, 3.2)
"""How long a bot lives once it is awake: long enough to take over a dead one's lease, mostly."""
STARTING = (0.2, 0.1, 1.5)
"""This share of them never awakes: it is killed within so many seconds of its start."""


@dataclass(slots=True)
class Tally:
    """
    What a run came to.
    """

    posts: int = 0
    kills: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unknown: int = 0
    mismatched: list[str] = field(default_factory=list)
    """The database says published, and X does not show it."""
    classes: Counter[str] = field(default_factory=Counter)
    """Attempts by answer class."""

    def sentence(self) -> str:
        """
        The figures on one line.
        """
        return (
            f"{self.kills} kills, {self.posts} posts: {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{self.unknown} unknown, {len(self.mismatched)} mismatched; attempts {dict(self.classes)}"
        )


class FaultRun:
    """
    A local X in its own process, a database with queued posts, and a bot that is killed and started again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        posts: int,
        over_seconds: float,
        url: str | None = None,
        engine: str = "embedded",
    ) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self._seed = seed
        self.posts = posts
        self._engine = engine
        self._url = url or f"sqlite:///{folder}/bot.db"
        self._bot: subprocess.Popen[bytes] | None = None
        self._x = self._start_x()
        self.x_url = f"http://127.0.0.1:{self._port('x.port')}"
        self.control_url = f"http://127.0.0.1:{self._port('control.port')}"
        self.store = SqlStore(self._url, account="AsiaRadar", backups=folder / "backups")
        schema.upgrade(self.store, now=datetime.now(UTC))
        self._fill(over_seconds)
        self._log = (folder / "bot.log").open("ab")

    def _start_x(self) -> subprocess.Popen[bytes]:
        ports = ["--port-file", str(self._folder / "x.port"), "--control-port-file", str(self._folder / "control.port")]
        limits = ["--limit", "POST /2/tweets=1000000", "--limit", "GET /2/users/:id/tweets=1000000"]
        command = [
            sys.executable,
            "-m",
            "asiaradar_bot.sandbox.x",
            "--port",
            "0",
            "--state",
            str(self._folder / "x.db"),
        ]
        with (self._folder / "x.log").open("ab") as log:
            return subprocess.Popen([*command, *ports, *limits], stderr=log, stdout=log)

    def _port(self, name: str) -> int:
        file = self._folder / name
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if file.exists() and file.read_text().strip():
                return int(file.read_text())
            time.sleep(0.02)
        raise AssertionError(f"the local X did not say its port: {(self._folder / 'x.log').read_text()}")

    def _fill(self, over_seconds: float) -> None:
        now = datetime.now(UTC)
        with self.store.begin() as tx:
            for number in range(self.posts):
                marker = f"k{self._seed}x{number}"
                link = f"https://radar.asia/story-{number}?utm_id={marker}" if number % 2 else None
                text = f"Story {number} of run {self._seed}" + (f"\n{link}" if link else "")
                post = NewPost(
                    kind=PostKind.MANUAL,
                    state=PostState.QUEUED,
                    news_class=NewsClass.NORMAL,
                    text=text,
                    link=link,
                    marker=marker,
                    due_at=now + timedelta(seconds=over_seconds * number / self.posts),
                    expires_at=None,
                    reason="queued by the fault run",
                    created_at=now,
                    price_usd="0.015",
                    text_frozen=True,
                )
                tx.posts.add(post, who="cli:run")

    def _environment(self) -> dict[str, str]:
        settings = {
            "STORAGE__URL": self._url,
            "STORAGE__FOLDER": str(self._folder),
            "ENVIRONMENT": "faults",
            "RUNNER__ENGINE": self._engine,
            "X__MODE": "sandbox",
            "X__BASE_URL": self.x_url,
            "X__CONNECT_SECONDS": "0.3",
            "X__READ_SECONDS": "0.6",
            "PUBLISHING__SWEEP_SECONDS": "0.1",
            "PUBLISHING__SETTLE_SECONDS": str(SETTLE_SECONDS),
            "PUBLISHING__ABSENT_GAP_SECONDS": "0.5",
            "PUBLISHING__LEASE_SECONDS": "2",
            "PUBLISHING__PER_HOUR": "100",
            "PUBLISHING__PER_DAY": "2400",
            "TEMPLATES__POLICY": str(self._folder / "policy.toml"),
            "SOURCES": json.dumps(
                [{"name": "none", "kind": "feed", "url": "https://radar.asia/x", "poll_seconds": 86400}]
            ),
            "FETCH__STAND_IN": "http://127.0.0.1:9",
            "LOG__LEVEL": "WARNING",
        }
        policy = 'allowed_domains = ["radar.asia"]\nburst_limit = 100000\n'
        (self._folder / "policy.toml").write_text(policy, encoding="utf-8")
        return {**os.environ, **{f"ASIARADAR_{name}": value for name, value in settings.items()}}

    def start_bot(self) -> None:
        """
        Start the program as an operator would.
        """
        command = [sys.executable, "-m", "asiaradar_bot", "run", "--no-web"]
        self._bot = subprocess.Popen(command, env=self._environment(), stderr=self._log, stdout=self._log)

    def kill_bot(self) -> None:
        """
        Kill -9, and sometimes a freeze before it.
        """
        assert self._bot is not None
        if self._random.random() < 0.2:
            self._bot.send_signal(signal.SIGSTOP)
            time.sleep(self._random.uniform(0.05, 0.4))
        self._bot.kill()
        self._bot.wait()

    def set_faults(self, *, probability: float) -> None:
        """
        Let X fail in every known way, each with its share of the probability; 0 ends it.
        """
        self._control("DELETE", "/sandbox/faults")
        if probability == 0:
            return
        for kind in FAULTS:
            rule = {
                "kind": kind,
                "method": "POST",
                "path": "/2/tweets",
                "probability": probability / len(FAULTS),
                "seed": self._random.randrange(1 << 30),
                "seconds": 2.0,
            }
            self._control("POST", "/sandbox/faults", rule)

    def _control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own X on loopback
            self.control_url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own X on loopback
            text = answer.read()
        return json.loads(text) if text else None

    def _live(self) -> None:
        """
        A bot's life, from its first sign of life on: a slow machine must not kill all of them while they start.
        """
        began = datetime.now(UTC)
        self.start_bot()
        share, *seconds = STARTING
        if self._random.random() < share:
            time.sleep(self._random.uniform(*seconds))
            return
        life = self._random.uniform(*LIFE_SECONDS)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with self.store.read() as tx:
                beat = tx.account.get_mark("heartbeat")
            if beat is not None and datetime.fromisoformat(beat) > began:
                break
            time.sleep(0.05)
        time.sleep(life)

    def run(self, *, kills: int) -> Tally:
        """
        Kill the bot so many times, then let it finish in peace, and count.
        """
        self.set_faults(probability=0.5)
        for _ in range(kills):
            self._live()
            self.kill_bot()
        self.set_faults(probability=0)
        self.start_bot()
        self._wait_until_settled()
        self.stop_bot()
        return self._count(kills)

    def _wait_until_settled(self) -> None:
        deadline = time.monotonic() + 60 + self.posts
        counts: Mapping[str, int] = {}
        while time.monotonic() < deadline:
            with self.store.read() as tx:
                counts = tx.posts.count_by_state()
                if counts.get("queued", 0) + counts.get("sending", 0) == 0:
                    return
            time.sleep(0.2)
        raise AssertionError(f"not settled: {counts}; see {self._folder / 'bot.log'}")

    def stop_bot(self) -> None:
        """
        A clean stop by SIGTERM; it may still be starting, where all was settled before.
        """
        assert self._bot is not None
        self._bot.terminate()
        assert self._bot.wait(timeout=40) in {0, -signal.SIGTERM}

    def _count(self, kills: int) -> Tally:
        tally = Tally(posts=self.posts, kills=kills)
        shown = Counter(row["text"] for row in self._shown())
        with self.store.read() as tx:
            posts = tx.posts.list_posts(limit=self.posts)
        for post in posts:
            words = post.text.split("\n")[0]
            times = sum(count for text, count in shown.items() if text.split("\n")[0].split(" https://")[0] == words)
            if times > 1:
                tally.doubled.append(words)
            if post.state is PostState.UNKNOWN:
                tally.unknown += 1
            elif times == 0:
                tally.lost.append(f"{words} ({post.state})")
            if post.state is PostState.PUBLISHED and times == 0:
                tally.mismatched.append(words)
            with self.store.read() as tx:
                tally.classes.update(str(attempt.answer_class) for attempt in tx.posts.list_attempts(post.id))
        return tally

    def _shown(self) -> list[dict[str, Any]]:
        answer = self._control("GET", "/sandbox/posts")
        rows: list[dict[str, Any]] = answer["posts"] if isinstance(answer, dict) else answer
        return rows

    def close(self) -> None:
        """
        End whatever still runs.
        """
        if self._bot is not None and self._bot.poll() is None:
            self._bot.kill()
            self._bot.wait()
        self._x.kill()
        self._x.wait()
        self.store.close()
        self._log.close()
