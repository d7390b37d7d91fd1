"""`make deep`: a thousand kills of the running program under a failing X; prints lost, doubled and unknown."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.deep.harness import FaultRun, Tally

_KILLS_PER_RUN = 50


def main() -> int:
    """
    0 if nothing was lost or doubled.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    total = Tally()
    runs = -(-asked.kills // _KILLS_PER_RUN)
    for number in range(runs):
        kills = min(_KILLS_PER_RUN, asked.kills - number * _KILLS_PER_RUN)
        with tempfile.TemporaryDirectory() as folder:
            run = FaultRun(Path(folder), seed=asked.seed + number, posts=min(90, 2 * kills), over_seconds=3.5 * kills)
            try:
                tally = run.run(kills=kills)
            finally:
                run.close()
        total.posts += tally.posts
        total.kills += tally.kills
        total.lost += tally.lost
        total.doubled += tally.doubled
        total.unknown += tally.unknown
        total.classes += tally.classes
        total.mismatched += tally.mismatched
        print(f"run {number + 1} of {runs}: {tally.sentence()}", flush=True)  # noqa: T201 - the report
    print(f"total: {total.sentence()}")  # noqa: T201 - the report
    return 1 if total.lost or total.doubled or total.mismatched else 0


if __name__ == "__main__":
    sys.exit(main())
