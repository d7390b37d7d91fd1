"""Groups, days and hours of a report: what counts, where, and what is not said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.report import LEAST_POSTS, Estimate, Grouping, PostFigures, Standing
from asiaradar_bot.rules.charts import GAP, bar_percent, line_points, shade, sparkline
from asiaradar_bot.rules.exporting import harmless
from asiaradar_bot.rules.reporting import BY_HAND, best_posts, group_posts, list_cells, list_days, summarise
from asiaradar_bot.rules.spans import read_age, read_span

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SINGAPORE = ZoneInfo("Asia/Singapore")
USUAL = Estimate(value=1000.0, n=100)


def figures(number: int = 1, **values: object) -> PostFigures:
    """A post with its figures."""
    known: dict[str, object] = {
        "remote_id": str(number),
        "created_at": NOON,
        "post_id": number,
        "news_class": "normal",
        "template": "article",
        "variant": None,
        "category": "politics",
        "language": "en",
        "deleted": False,
        "has_link": True,
        "cost_micro_usd": 200_000,
        "impressions": 1000,
        "engagements": 40,
        "link_clicks": 20,
    }
    return PostFigures(**{**known, **values})  # type: ignore[arg-type]  # plain values


def test_unknown_is_never_zero() -> None:
    """A post without figures is counted and left out of every mean; its cost is on the ledger all the same."""
    line = summarise("all", [figures(1), figures(2, impressions=None, engagements=None)], baseline=USUAL)
    assert (line.posts, line.unknown, line.impressions.value, line.impressions.n) == (2, 1, 1000, 1)
    assert line.engagement_rate.value == pytest.approx(0.04)
    assert line.cost_usd == Decimal("0.4")
    assert line.usd_per_1000.value == pytest.approx(0.2)
    assert line.engagements_per_usd.value == pytest.approx(200)


def test_nothing_known_gives_nothing() -> None:
    """A group without any figures or costs shows neither; it has no standing."""
    line = summarise("all", [figures(impressions=None, cost_micro_usd=None)], baseline=USUAL)
    assert (line.impressions, line.cost_usd, line.usd_per_click.value, line.lift) == (Estimate(), None, None, None)
    assert (line.standing, line.thin) == (Standing.UNKNOWN, True)


def test_posts_without_a_link_have_no_click_rate() -> None:
    """Only posts with a link count for clicks; one made by hand counts by what X tells."""
    line = summarise(
        "all", [figures(has_link=False, link_clicks=0), figures(2), figures(3, has_link=None)], baseline=None
    )
    assert line.click_rate.n == 2
    assert line.click_rate.value == pytest.approx(0.02)


def test_a_story_that_was_reposted_counts_once() -> None:
    """Its posts that are gone add their price, and what they earned for it, and nothing to any other figure."""
    some = [figures(1, replaced=True, deleted=True, impressions=5000), figures(2), figures(3, impressions=None)]
    line = summarise("all", some, baseline=USUAL)
    assert (line.posts, line.unknown, line.deleted, line.replaced) == (2, 1, 0, 1)
    assert (line.impressions.value, line.impressions.n, line.click_rate.n) == (1000, 1, 1)
    assert line.cost_usd == Decimal("0.6")
    assert line.usd_per_1000.value == pytest.approx(0.4 / 6)


@pytest.mark.parametrize(("reach", "standing"), [(2000, Standing.ABOVE), (300, Standing.BELOW), (1000, Standing.ALIKE)])
def test_a_group_stands_beside_the_usual(reach: int, standing: Standing) -> None:
    """Above and below are said only where the whole interval lies there, and never of few posts."""
    some = [figures(number, impressions=reach + number * 9 - 90) for number in range(20)]
    assert summarise("x", some, baseline=USUAL).standing is standing
    assert summarise("x", some[: LEAST_POSTS - 1], baseline=USUAL).standing is Standing.UNKNOWN
    assert summarise("x", some, baseline=None).standing is Standing.UNKNOWN


def test_groups_have_names_for_everything() -> None:
    """Posts made by hand are a group of their own, missing words are named, and the largest group comes first."""
    posts = [figures(1), figures(2), figures(3, category=None), figures(4, post_id=None)]
    lines = group_posts(posts, Grouping.CATEGORY, zone=SINGAPORE, baseline=USUAL)
    assert [(line.name, line.posts) for line in lines] == [("politics", 2), (BY_HAND, 1), ("none", 1)]
    variants = group_posts([figures(1, variant="b"), figures(2)], Grouping.VARIANT, zone=SINGAPORE, baseline=USUAL)
    assert [line.name for line in variants] == ["article, b"]


def test_hours_and_weekdays_are_the_newsrooms() -> None:
    """23:30 UTC on Tuesday is 07:30 on Wednesday in Singapore, in lines and in the map; they stay in their own order."""
    late = figures(1, created_at=NOON.replace(hour=23, minute=30))
    posts = [figures(2), late]
    hours = group_posts(posts, Grouping.HOUR, zone=SINGAPORE, baseline=USUAL)
    days = group_posts(posts, Grouping.WEEKDAY, zone=SINGAPORE, baseline=USUAL)
    assert [line.name for line in hours] == ["07:00", "20:00"]
    assert [line.name for line in days] == ["Tuesday", "Wednesday"]
    assert [(cell.weekday, cell.hour, cell.posts) for cell in list_cells(posts, zone=SINGAPORE)] == [
        (1, 20, 1),
        (2, 7, 1),
    ]


def test_every_day_of_the_span_is_there() -> None:
    """A day without posts had no impressions; a day whose posts nobody knows of is unknown."""
    posts = [figures(1), figures(2, created_at=NOON - timedelta(days=2), impressions=None)]
    days = list_days(posts, since=NOON - timedelta(days=3), until=NOON + timedelta(hours=1), zone=SINGAPORE)
    assert [(day.posts, day.impressions) for day in days] == [(0, 0), (1, None), (0, 0), (1, 1000)]


def test_the_best_posts_have_figures() -> None:
    """Most impressions first; what nobody knows is not among them."""
    posts = [figures(1, impressions=None), figures(2, impressions=5), figures(3, impressions=9)]
    assert [post.remote_id for post in best_posts(posts, count=5)] == ["3", "2"]


def test_a_span_is_whole_days_of_the_newsroom() -> None:
    """From midnight to midnight in Singapore; without an end it is now, without a beginning 30 days."""
    span = read_span(now=NOON, zone="Asia/Singapore", days=None, since="2026-11-01", until="2026-11-02")
    assert (span.since, span.until) == (
        datetime(2026, 10, 31, 16, tzinfo=UTC),
        datetime(2026, 11, 2, 16, tzinfo=UTC),
    )
    span = read_span(now=NOON, zone="UTC", days=None, since=None, until=None)
    assert (span.until, span.until - span.since) == (NOON, timedelta(days=30))


@pytest.mark.parametrize(
    ("days", "since", "until", "words"),
    [
        (7, "2026-11-01", None, "either"),
        (0, None, None, "0 days make no span"),
        (None, "yesterday", None, "no day"),
        (None, "2026-11-05", "2026-11-01", "ends before it begins"),
        (None, "2030-03-01", None, "2030-03-01 lies ahead: begin with a day up to today"),
    ],
)
def test_a_span_that_is_none_gets_a_sentence(
    days: int | None, since: str | None, until: str | None, words: str
) -> None:
    """Each mistake is named."""
    with pytest.raises(InputError, match=words):
        read_span(now=NOON, zone="UTC", days=days, since=since, until=until)
    with pytest.raises(InputError, match="choose one of 1h"):
        read_age("2h")


def test_small_drawings() -> None:
    """The highest value is full, zero is empty, unknown is a gap; lines begin at the left and end at the right."""
    assert sparkline([0, 5, None, 10], counts=[1, 2, 3, 4]) == f"▁▅{GAP}█"
    assert sparkline([0, 0], counts=[1, 1]) == "▁▁"
    assert sparkline([0, 5, 0], counts=[0, 1, 0]) == " █ "
    assert sparkline([], counts=[]) == ""
    assert line_points([0, 5, 10], width=100, height=20) == "0.0,20.0 50.0,10.0 100.0,0.0"
    assert line_points([], width=1, height=1) == ""
    assert [shade(value, 10) for value in (None, 0, 5, 10)] == [0, 1, 3, 5]
    assert [bar_percent(value, 8) for value in (None, 2, 8, 99)] == [0.0, 25.0, 100.0, 100.0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "  =1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    """What a spreadsheet would run gets an apostrophe before it; other text stays as it is."""
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"
