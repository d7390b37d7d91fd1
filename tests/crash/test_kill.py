"""The running program is killed twenty times under a failing X, and nothing is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deep.harness import FaultRun


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """
    After 20 real kill -9 with half of all create calls failing, every post is on X once, or unknown and surfaced.
    """
    run = FaultRun(tmp_path, seed=7, posts=40, over_seconds=60)
    try:
        tally = run.run(kills=20)
    finally:
        run.close()
    assert (tally.lost, tally.doubled, tally.mismatched) == ([], [], []), tally.sentence()
    assert tally.classes["ambiguous"] > 0, "X never left a doubt, so nothing was proven"


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["embedded", "procrastinate"])
def test_kills_on_postgresql_lose_and_double_nothing(tmp_path: Path, postgres_url: str, engine: str) -> None:
    """The same on PostgreSQL, under either engine."""
    run = FaultRun(tmp_path, seed=11, posts=20, over_seconds=20, url=postgres_url, engine=engine)
    try:
        tally = run.run(kills=6)
    finally:
        run.close()
    assert (tally.lost, tally.doubled, tally.mismatched) == ([], [], []), tally.sentence()
