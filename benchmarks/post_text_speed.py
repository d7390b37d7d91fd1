"""
Texts per second through `rules.post_text` and through X's own npm package, side by side in one run.

Ours: weighted_length, links, hashtags, mentions and cashtags of each text. Theirs: parseTweet and
extractEntitiesWithIndices of each text, which together look for links twice, as ours do. No text comes twice. The sides
take turns; of each the fastest round counts, never the first, so that neither pays for its compiling.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from itertools import islice

from asiaradar_bot.rules import post_text
from benchmarks.figures import Figure, record
from benchmarks.x_library import CASES, recorded_texts, seconds, varied

_ROUNDS = 6
_LEAST_CALLS = 50_000
_TURNS = 3


def read_all(texts: list[str]) -> int:
    """
    One round of everything that the bot asks of a text; the sum keeps the work from being optimised away.
    """
    total = 0
    for text in texts:
        total += post_text.weighted_length(text)
        total += len(post_text.links(text)) + len(post_text.hashtags(text))
        total += len(post_text.mentions(text)) + len(post_text.cashtags(text))
    return total


def posts() -> list[str]:
    """
    What the bot really handles: headlines in many scripts and whole posts, each with a number to make it distinct.
    """
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    bodies = [case["text"] for case in cases if case["group"] == "post" or case["group"].startswith("headline")]
    linked = [f"{body}\nhttps://radar.asia/news/{number}" for number, body in enumerate(bodies)]
    return [f"{body} {number}" for number in range(60) for body in (*bodies, *linked)]


def best(work: Callable[[list[str]], object], texts: list[str], *, rounds: int) -> float:
    """
    Seconds of the fastest round after the first.
    """

    def timed() -> float:
        began = time.perf_counter()
        work(texts)
        return time.perf_counter() - began

    return min(islice((timed() for _ in range(rounds)), 1, None))


def main() -> int:
    """
    Prints a line for each set of texts, and answers 1 if ours is slower on any.
    """
    argparse.ArgumentParser(description=__doc__).parse_args()
    slower = False
    sets = {"posts": posts(), "recorded": recorded_texts(), "varied": varied(recorded_texts(), 8000, seed=7)}
    for name, texts in sets.items():
        rounds = max(_ROUNDS, _LEAST_CALLS // len(texts))
        turns = [(best(read_all, texts, rounds=rounds), min(seconds(texts, rounds=rounds)[1:])) for _ in range(_TURNS)]
        ours, theirs = (len(texts) / min(side) for side in zip(*turns, strict=True))
        slower = slower or ours < theirs
        print(f"{name}: {len(texts)} texts, ours {ours:,.0f}/s, npm {theirs:,.0f}/s, ratio {ours / theirs:.2f}")
        record(
            Figure(
                name=f"lengths and links, {name}, against X's npm package",
                value=ours / theirs,
                unit="x",
                least=1,
                how=f"{ours:,.0f} texts a second, npm {theirs:,.0f}",
            )
        )
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
