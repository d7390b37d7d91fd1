"""
What the small parts take: rendering and wording one post, and one answer of the local X, on whose own time the other
figures lie.

Run: uv run python -m benchmarks.small_parts
"""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path
from statistics import median

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.rules.wording import fill, variables_for
from asiaradar_bot.sandbox.x import LocalX
from benchmarks.figures import Figure, record
from tests.rules.test_wording import CHOICES, LINK, facts, skeleton
from tests.sandbox.test_x_wire import port_of, spelled_out

ROUNDS = 50
RENDERING_BAR_MS = 5.0
WORDING_BAR_MS = 20.0
ANSWER_BAR_MS = 3.0


def rendering_ms() -> float:
    """
    The shipped template in the warm child process, there and back.
    """
    renderer = SandboxedRenderer(Path("templates"))
    taken = []
    try:
        for _ in range(ROUNDS):
            started = time.perf_counter()
            renderer.render("article", {"title": "t", "summary": "s", "hashtags": "", "url": "u"})
            taken.append((time.perf_counter() - started) * 1000)
    finally:
        renderer.close()
    return median(taken)


def wording_ms() -> float:
    """
    One post of a long article, the tables built before.
    """
    article = facts(summary="President Joe Biden concluded productive talks, reaching agreements on many things, " * 8)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        variables = variables_for(article, news_class=NewsClass.NORMAL, choices=CHOICES, link=LINK)
        fill(skeleton(str(variables["title"]), str(variables["summary"])), link=LINK, language="en", choices=CHOICES)
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


def answer_ms() -> float:
    """
    A create call on an open connection, signature checked.
    """
    taken = []
    with LocalX(limits={"POST /2/tweets": 10_000}) as x:
        calls = [spelled_out(x, f"post {number}") for number in range(ROUNDS)]
        with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
            for call in calls:
                started = time.perf_counter()
                wire.sendall(call)
                if not wire.recv(65_536).startswith(b"HTTP/1.1 201 "):
                    raise SystemExit("the local X refused a post")
                taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


def main() -> int:
    """
    How many figures missed their bar.
    """
    how = f"median of {ROUNDS}"
    return record(
        Figure(name="rendering one template", value=rendering_ms(), unit="ms", most=RENDERING_BAR_MS, how=how),
        Figure(name="wording one post", value=wording_ms(), unit="ms", most=WORDING_BAR_MS, how=how),
        Figure(name="one answer of the local X", value=answer_ms(), unit="ms", most=ANSWER_BAR_MS, how=how),
    )


if __name__ == "__main__":
    sys.exit(main())
