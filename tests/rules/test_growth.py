"""Figures between looks, sums of versions, and when a post stands still."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from asiaradar_bot.model.engagement import Figures, Snapshot, SnapshotSource
from asiaradar_bot.rules.growth import add_up, figures_at, stands_still, unseen_share, usual_share
from tests.fakes.outside import NOON

HOUR = timedelta(hours=1)


def seen(hours: float, impressions: int | None, **more: int) -> Snapshot:
    """A look so many hours after noon."""
    return Snapshot(
        remote_id="1",
        taken_at=NOON + hours * HOUR,
        source=SnapshotSource.TIMELINE,
        figures=Figures(impressions=impressions, **more),
    )


def test_posts_only_grow_and_slow_down() -> None:
    """The usual share rises from 0 towards 1, each day by less than the day before."""
    shares = [usual_share(day * 24 * HOUR) for day in range(6)]
    gains = [later - earlier for earlier, later in pairwise(shares)]
    assert shares[0] == 0
    assert 0.99 < shares[5] < 1
    assert gains == sorted(gains, reverse=True)
    assert unseen_share(None, HOUR) == usual_share(HOUR)


def test_a_look_at_the_very_age_is_taken_as_it_is() -> None:
    """Where the post was seen at the age asked for, its figures are those."""
    assert figures_at(6 * HOUR, [seen(1, 10), seen(6, 70, likes=2)], created_at=NOON) == Figures(impressions=70)


def test_between_two_looks_the_usual_growth_decides() -> None:
    """The figure lies between the two, nearer to the later one than a straight line would have it."""
    found = figures_at(12 * HOUR, [seen(1, 100), seen(23, 1100)], created_at=NOON)
    assert found is not None
    assert found.impressions is not None
    assert 600 < found.impressions < 1100


def test_too_late_a_first_look_tells_nothing() -> None:
    """A first look at two hours says nothing about the first hour; one at 80 minutes does."""
    assert figures_at(HOUR, [seen(2, 100)], created_at=NOON) is None
    early = figures_at(HOUR, [seen(1.3, 100)], created_at=NOON)
    assert early is not None
    assert 70 < (early.impressions or 0) < 100
    assert early.likes is None


def test_an_age_not_reached_is_unknown() -> None:
    """Before the post was seen at that age or later, there is no figure."""
    assert figures_at(24 * HOUR, [seen(23, 100)], created_at=NOON) is None


def test_unknown_makes_the_sum_unknown() -> None:
    """Versions add up; a figure unknown in one is unknown in the sum."""
    assert add_up(Figures(impressions=3, likes=0), Figures(impressions=4)) == Figures(impressions=7)


def test_standing_still_needs_two_looks_apart() -> None:
    """Half a percent or three impressions in two looks a day apart is standing still; unknown never is."""
    day = 24 * HOUR
    assert stands_still([seen(72, 1000), seen(96, 1005)], least=day)
    assert not stands_still([seen(72, 1000), seen(96, 1006)], least=day)
    assert not stands_still([seen(72, 1000), seen(95, 1000)], least=day)
    assert not stands_still([seen(96, 1000)], least=day)
    assert not stands_still([seen(72, None), seen(96, 5)], least=day)
