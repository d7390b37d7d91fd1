"""Intervals: against tables of others, and by how often they hold what they should."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from asiaradar_bot.model.report import Estimate, Method
from asiaradar_bot.rules.intervals import mean_of, ratio_of, share_of, student, wilson


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)]
)
def test_students_quantiles_are_the_printed_ones(freedom: int, quantile: float) -> None:
    """The 97.5 % quantile is that of any table of t, to a hundredth."""
    assert student(freedom) == pytest.approx(quantile, abs=0.01)


def test_wilson_is_the_published_example() -> None:
    """81 of 263 gives 0.2553 to 0.3662 (Newcombe 1998, table I), and nothing of ten is not surely nothing."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    low, high = wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.2775, abs=0.0001)


def _log_normal(draw: random.Random) -> tuple[Estimate, float]:
    return mean_of([draw.lognormvariate(7, 0.7) for _ in range(15)]), math.exp(7 + 0.7**2 / 2)


def _with_zeros(draw: random.Random) -> tuple[Estimate, float]:
    return mean_of([float(draw.randrange(11)) for _ in range(20)]), 5.0


def _uneven_share(draw: random.Random) -> tuple[Estimate, float]:
    """Each post has its own rate: as in life, and far from what a plain Wilson interval takes for granted."""
    posts = []
    for _ in range(20):
        seen = draw.randrange(500, 3000)
        rate = draw.uniform(0.01, 0.05)
        posts.append((sum(draw.random() < rate for _ in range(seen)), seen))
    return share_of([hits for hits, _ in posts], [seen for _, seen in posts]), 0.03


def _ratio(draw: random.Random) -> tuple[Estimate, float]:
    pairs = [(draw.gauss(30, 8), 10.0 + draw.uniform(-3, 3)) for _ in range(15)]
    return ratio_of([over for over, _ in pairs], [under for _, under in pairs]), 3.0


@pytest.mark.parametrize(
    ("drawn", "rounds"), [(_log_normal, 400), (_with_zeros, 400), (_uneven_share, 60), (_ratio, 400)]
)
def test_intervals_hold_the_truth_about_nineteen_times_in_twenty(
    drawn: Callable[[random.Random], tuple[Estimate, float]], rounds: int
) -> None:
    """Over many samples the interval holds the true figure in 90 to 99 % of them."""
    draw = random.Random(8)
    held = 0
    for _ in range(rounds):
        found, truth = drawn(draw)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 0.90 <= held / rounds <= 0.995


def test_readers_of_one_post_are_alike() -> None:
    """A share that differs from post to post gets a wider interval than the same count of independent readers."""
    uneven = share_of([100, 0, 50, 10], [1000] * 4)
    assert uneven.value == pytest.approx(0.04)
    assert uneven.low is not None
    assert uneven.high is not None
    low, high = wilson(0.04, 4000)
    assert uneven.high - uneven.low > 2 * (high - low)


@pytest.mark.parametrize("values", [[], [5.0], [0.0, 0.0], [3.0, 3.0, 3.0], [1.0, 0.0, 900000.0]])
def test_small_and_odd_samples(values: Sequence[float]) -> None:
    """Nothing known gives nothing, one value no interval, and what there is lies inside its interval, not below zero."""
    found = mean_of(values)
    assert found.n == len(values)
    if not values:
        assert found == Estimate()
    elif len(values) == 1:
        assert (found.value, found.low, found.method) == (5.0, None, None)
    else:
        assert found.low is not None
        assert found.high is not None
        assert found.value is not None
        assert 0 <= found.low <= found.value <= found.high
        assert found.method in {Method.STUDENT, Method.LOG_NORMAL}


def test_nothing_seen_is_no_share() -> None:
    """Without impressions there is no rate, and without dollars nothing for a dollar; one post alone has no interval."""
    assert share_of([0, 0], [0, 0]) == Estimate(n=2)
    assert ratio_of([4.0], [0.0]) == Estimate(n=1)
    assert share_of([1], [10]).low is None
    assert ratio_of([1], [10]).high is None
    assert share_of([0, 0], [10, 30]).value == 0


def test_a_post_that_lacks_a_figure_is_left_out() -> None:
    """Whichever of the two is not known: neither its hits nor its trials are counted, and n says so."""
    hits, trials = [1, None, 3, 4], [10, 20, None, 40]
    assert share_of(hits, trials) == share_of([1, 4], [10, 40])
    assert ratio_of(hits, trials) == ratio_of([1, 4], [10, 40])
    assert share_of(hits, trials).n == 2
