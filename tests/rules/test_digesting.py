"""When a digest is due, and how it reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.model.digest import DigestFacts, DigestKind, DigestPlan, HeldArticle, SentPost
from asiaradar_bot.rules.digesting import digest_text, due_periods, period_of

PLAN = DigestPlan(daily_at=time(8), weekly_at=time(9), weekly_on=0)
ZONE = "Asia/Singapore"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the newsroom in November 2026 (the 23rd is a Monday)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(24, 7, 59), [(DigestKind.WEEKLY, 23)]),
        (at(24, 8), [(DigestKind.DAILY, 24), (DigestKind.WEEKLY, 23)]),
        (at(25, 23), [(DigestKind.DAILY, 25), (DigestKind.WEEKLY, 23)]),
        (at(27, 7), []),
        (at(23, 8, 30), [(DigestKind.DAILY, 23)]),
    ],
)
def test_what_is_due(now: datetime, due: list[tuple[DigestKind, int]]) -> None:
    """From its time on, in the newsroom's zone, until it would be stale news."""
    assert [(one.kind, one.on.day) for one in due_periods(PLAN, now=now, zone=ZONE)] == due


def test_nothing_is_due_without_a_time() -> None:
    """Digests are off until somebody sets their time."""
    assert due_periods(DigestPlan(), now=at(24, 12), zone=ZONE) == []


def test_a_day_of_the_clock_change_is_whole() -> None:
    """The day on which Berlin's clocks go back has 25 hours, and the digest tells of all of them."""
    period = period_of(DigestKind.DAILY, date(2026, 10, 26), zone="Europe/Berlin")
    assert period.until - period.since == timedelta(hours=25)
    week = period_of(DigestKind.WEEKLY, date(2026, 10, 26), zone="Europe/Berlin")
    assert week.until - week.since == timedelta(days=7, hours=1)


FACTS = DigestFacts(
    period=period_of(DigestKind.DAILY, date(2026, 11, 24), zone=ZONE),
    handle="AsiaRadar",
    zone=ZONE,
    sent=[
        SentPost(
            remote_id="1",
            text="Ferries run again\nhttps://t.co/x",
            news_class="breaking",
            impressions=9120,
            engagements=212,
        ),
        SentPost(remote_id="2", text="夜班列车一票通行十国", news_class="normal", impressions=1, engagements=1),
        SentPost(remote_id="3", text="By hand", news_class=None, impressions=None, engagements=None),
    ],
    sent_before=14,
    held=[HeldArticle(title="What the treaty means", why="opinion is posted by hand", post_state="held")],
    skipped={"It is too old to be news": 3, "A rule of the policy decided": 1},
    spent_usd=Decimal("0.6"),
    month_usd=Decimal("41.2"),
    budget_usd=Decimal(200),
    forecast_usd=Decimal("211.504"),
    waiting={"held": 1, "unknown": 2, "rejected": 0},
    foreign=1,
    stopped=None,
)

EXPECTED = """\
@AsiaRadar, Monday 23 November 2026

3 posts went out (1 breaking, 1 by hand); 14 the day before.
So far they were seen 9,121 times and engaged with 213 times, counting the 2 that are known.

Best so far
 1. Ferries run again
    9,120 impressions, 212 engagements  https://x.com/AsiaRadar/status/1
 2. 夜班列车一票通行十国
    1 impression, 1 engagement  https://x.com/AsiaRadar/status/2

Held for a look
  - What the treaty means
    opinion is posted by hand

4 articles were not posted
  - 3 x it is too old to be news
  - 1 x a rule of the policy decided

Money: 0.60 USD that day.
The month stands at 41.20 USD of 200.00 USD, heading for 211.50 USD by its end.
At this pace the budget will not last: raise it, or send less.

Needs somebody
  - 1 post waits for approval
  - 2 posts may or may not be on X: look at the account, then settle each
  - 1 post on the account was not sent by this bot: look, then acknowledge it
"""


def test_the_text_reads_well() -> None:
    """Word by word, as an editor gets it."""
    assert digest_text(FACTS) == EXPECTED


def test_a_quiet_day_is_short() -> None:
    """What there is nothing to say of is left out; what stops sending is said."""
    quiet = replace(FACTS, sent=[], held=[], skipped={}, budget_usd=None, forecast_usd=None, waiting={}, foreign=0)
    text = digest_text(quiet)
    assert "Nothing went out; 14 posts the day before." in text
    assert text.endswith("\n\nNothing needs anybody.\n")
    assert "nothing is sent at the moment: stopped" in digest_text(replace(quiet, stopped="stopped"))


def test_unknown_figures_are_not_zero() -> None:
    """Posts that nobody measured yet have no best among them and no sum."""
    text = digest_text(replace(FACTS, sent=[FACTS.sent[2]]))
    assert "How they do is not known yet." in text
    assert "Best so far" not in text


def test_long_lists_and_long_headlines_are_cut() -> None:
    """Eight held articles and the number of the others; a headline over ninety characters ends in an ellipsis."""
    held = [HeldArticle(title=f"{number} " + "long " * 40, why="x", post_state="published") for number in range(11)]
    text = digest_text(replace(FACTS, held=held))
    assert "- and 3 more" in text
    assert "…, since sent" in text
    assert max(len(line) for line in text.splitlines()) < 120


def test_a_week_names_its_days() -> None:
    """The weekly digest's first line gives its first and last day."""
    week = replace(FACTS, period=period_of(DigestKind.WEEKLY, date(2026, 11, 23), zone=ZONE))
    assert digest_text(week).startswith("@AsiaRadar, week of 16 November to 22 November 2026\n")
