"""The publishing protocol lives through random faults, and the same lives find every planted bug."""

from __future__ import annotations

import os

import pytest

from tests.protocol.lives import Tally, live
from tests.protocol.planted import PLANTS
from tests.protocol.world import Steps

LIVES = int(os.environ.get("ASIARADAR_LIVES", "25"))
"""More of them by `make deep`."""
ENOUGH = 100
"""Lives within which a planted bug must show."""
SHOWED = {
    "no intent": 43,
    "retry on timeout": 17,
    "timeout taken for not sent": 21,
    "no gate": 9,
    "a marker for each attempt": 121,
    "no settle": 25,
    "no gap between reads": 25,
    "one absent read is enough": 23,
    "lease ignored": 9,
}
"""The first life of each that did; it is lived first, and the others too if the protocol has moved since."""


@pytest.mark.timeout(3600)
def test_no_life_loses_or_doubles() -> None:
    """Processes die and freeze anywhere, X fails in every way, editors meddle: nothing is lost, nothing doubled."""
    tally = Tally()
    for seed in range(LIVES):
        live(seed, tally=tally)
    assert tally.deaths > LIVES / 3
    assert tally.freezes > LIVES / 10


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", PLANTS)
def test_a_planted_bug_is_found(bug: str) -> None:
    """With this piece broken a post is lost or doubled within the budget, so that the suite can fail."""
    with PLANTS[bug]() as steps, pytest.raises(AssertionError, match=r"^(lost|doubled)"):
        _live_through_storms(steps, first=SHOWED.get(bug, 1))


def _live_through_storms(steps: Steps, *, first: int) -> None:
    for seed in sorted(range(1, 2 * ENOUGH, 2), key=lambda seed: seed != first):
        live(seed, steps)
