"""What is said of variants and of hours, on how much it rests, and when nothing is said."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from asiaradar_bot.model.policy import SlotTimes
from asiaradar_bot.model.report import LEAST_OF_VARIANT, Measure, PostFigures, Standing
from asiaradar_bot.rules.intervals import difference_of, mean_of, share_of
from asiaradar_bot.rules.learning import LEAST_POSTS_FOR_SLOTS, advise_slots, compare_variants
from asiaradar_bot.rules.variants import ORIGINAL
from tests.rules.test_reporting import NOON, figures

SLOTS = SlotTimes(zone="Asia/Singapore", times=(time(8), time(18, 30)))


def drawn(number: int, reach: float = 1000.0) -> int:
    """A post's reach with its usual spread, the same each time."""
    return round(reach * math.exp(random.Random(number).gauss(0, 0.5)))


def tried(count: int, *, better: float = 1.0) -> list[PostFigures]:
    """So many posts of each wording, the short one so much better."""
    return [
        figures(
            number,
            variant=name,
            impressions=(seen := drawn(number, 1000.0 * (better if name == "short" else 1.0))),
            engagements=seen // 25,
            link_clicks=seen // 50,
        )
        for number in range(2 * count)
        for name in ((ORIGINAL, "short")[number % 2],)
    ]


def test_a_real_difference_is_told_with_its_interval() -> None:
    """Twice the reach is more than the original; the rates, which are alike, are not told apart."""
    found = {one.measure: one for one in compare_variants(tried(150, better=2.0))}
    reach = found[Measure.IMPRESSIONS]
    assert (reach.template, reach.variant, reach.posts, reach.original_posts) == ("article", "short", 150, 150)
    assert reach.standing is Standing.ABOVE
    assert reach.difference.low is not None
    assert 0 < reach.difference.low < 1100 < (reach.difference.high or 0)
    assert found[Measure.ENGAGEMENT_RATE].standing is Standing.ALIKE
    fewer = {one.measure: one for one in compare_variants(tried(150, better=0.5))}
    assert fewer[Measure.IMPRESSIONS].standing is Standing.BELOW


def test_of_few_posts_nothing_is_said() -> None:
    """However large the difference looks; figures and n stand there all the same."""
    few = compare_variants(tried(LEAST_OF_VARIANT - 1, better=5.0))
    assert {one.standing for one in few} == {Standing.UNKNOWN}
    assert few[0].figure.n == LEAST_OF_VARIANT - 1
    assert compare_variants([figures(1), figures(2)]) == []
    alone = compare_variants([figures(number, variant="short") for number in range(40)])
    assert {(one.original_posts, one.standing) for one in alone} == {(0, Standing.UNKNOWN)}


def test_wordings_that_do_not_differ_are_told_apart_about_once_in_twenty() -> None:
    """400 trials of two alike wordings: the interval of the difference misses zero in 2 to 8 of a hundred."""
    missed = 0
    for trial in range(400):
        chance = random.Random(trial)
        one, other = ([1000 * math.exp(chance.gauss(0, 0.6)) for _ in range(40)] for _ in range(2))
        difference = difference_of(mean_of(one), mean_of(other))
        assert difference.low is not None
        assert difference.high is not None
        missed += not difference.low <= 0 <= difference.high
    assert 8 <= missed <= 32


def test_the_difference_of_two_shares_is_the_published_example() -> None:
    """Newcombe's hybrid score interval of 56/70 less 48/80 is 0.0524 to 0.3339 (his table II, a, method 10)."""
    one = share_of([1] * 56 + [0] * 14, [1] * 70)
    other = share_of([1] * 48 + [0] * 32, [1] * 80)
    difference = difference_of(one, other)
    assert difference.value == pytest.approx(0.2)
    assert difference.low == pytest.approx(0.0524, abs=0.006)
    assert difference.high == pytest.approx(0.3339, abs=0.006)


def at_hours(days: int, reach: Callable[[int], float], hours: tuple[int, ...] = (0, 4, 9, 13)) -> list[PostFigures]:
    """A post at each of these hours UTC on so many days."""
    first = NOON.replace(hour=0) - timedelta(days=days)
    return [
        figures(
            day * 24 + hour,
            created_at=first + timedelta(days=day, hours=hour),
            impressions=drawn(day * 24 + hour, reach(hour)),
        )
        for day in range(days)
        for hour in hours
    ]


def test_an_hour_that_is_better_is_named_with_its_evidence() -> None:
    """20:00 in Singapore (12:00 UTC) stands above usual, on its posts and days; the others and their n stand beside it."""
    advice = advise_slots(at_hours(80, lambda hour: 2500.0 if hour == 13 else 1000.0), slots=SLOTS)
    assert (advice.judged, advice.posts, advice.days) == (4, 320, 79)
    above = [line for line in advice.hours if line.standing is Standing.ABOVE]
    assert [(line.hour, line.posts, line.days) for line in above] == [(21, 80, 80)]
    assert above[0].impressions.low is not None
    assert above[0].impressions.low > (advice.usual.value or 0)
    assert {line.hour: list(line.slots) for line in advice.hours}[8] == [time(8)]
    assert all(line.impressions.n == 80 for line in advice.hours)


@pytest.mark.parametrize(
    ("days", "hours"), [(12, (0, 4, 9, 13)), (27, tuple(range(24))), (LEAST_POSTS_FOR_SLOTS // 4 - 1, (0, 4, 9, 13))]
)
def test_it_is_off_until_there_is_enough(days: int, hours: tuple[int, ...]) -> None:
    """Too few posts, or too few days, however many posts they hold: no hour is judged, whatever the figures."""
    advice = advise_slots(at_hours(days, lambda hour: 9000.0 if hour == 0 else 1000.0, hours), slots=SLOTS)
    assert advice.judged == 0
    assert {line.standing for line in advice.hours} == {Standing.UNKNOWN}


def test_one_busy_evening_is_no_habit() -> None:
    """An hour with many posts on few days is shown and not judged."""
    evening = [figures(9000 + n, created_at=NOON - timedelta(minutes=n), impressions=90_000) for n in range(40)]
    advice = advise_slots([*at_hours(80, lambda _: 1000.0), *evening], slots=SLOTS)
    assert advice.judged == 4
    assert {line.hour for line in advice.hours if line.standing is Standing.UNKNOWN} == {19, 20}


def test_breaking_news_and_posts_by_hand_tell_nothing_of_slots() -> None:
    """Nor do posts whose figures nobody knows."""
    others = [
        figures(1, news_class="breaking"),
        figures(2, post_id=None, news_class=None),
        figures(3, impressions=None),
    ]
    advice = advise_slots(others, slots=SLOTS)
    assert (advice.posts, advice.days, advice.hours, advice.usual.value) == (0, 0, [], None)


def test_hours_that_do_not_differ_are_rarely_told_apart() -> None:
    """Of 60 accounts whose 24 hours are all alike, at most 6 have an hour that stands out: one in twenty is allowed."""
    found = 0
    for account in range(60):
        posts = at_hours(60, lambda _: 1000.0, tuple(range(24)))
        chance = random.Random(account)
        posts = [post._replace(impressions=round(1000 * math.exp(chance.gauss(0, 0.5)))) for post in posts]
        advice = advise_slots(posts, slots=SLOTS)
        assert advice.judged == 24
        found += any(line.standing in {Standing.ABOVE, Standing.BELOW} for line in advice.hours)
    assert found <= 6


def test_times_are_those_of_the_slots() -> None:
    """The hour is that of the slots' zone, half hours included."""
    at = datetime(2026, 11, 1, 1, 45, tzinfo=NOON.tzinfo)
    (line,) = advise_slots(
        [figures(1, created_at=at)], slots=SlotTimes(zone="Asia/Kolkata", times=(time(7, 15),))
    ).hours
    assert (line.hour, list(line.slots)) == (7, [time(7, 15)])
