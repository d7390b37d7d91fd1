"""The numbers that bound publishing, as values; the settings file is where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from asiaradar_bot.model.correction import CorrectionTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How often, how late and how patiently posts are sent.
    """

    settle: timedelta = timedelta(minutes=15)
    """An open attempt this old may be looked for on the timeline; longer than HTTP time-outs, X's clock and its lag."""
    absent_gap: timedelta = timedelta(seconds=60)
    """Least time between two reads that both did not find a post."""
    give_up: timedelta = timedelta(hours=2)
    """With the timeline unreadable this long, an open attempt becomes unknown."""
    requeue_absent: bool = True
    """True: a fresh post that is surely absent goes back to the queue; False: it waits for a person."""
    min_gap: timedelta = timedelta(0)
    per_hour: int = 20
    per_day: int = 60
    max_age: timedelta = timedelta(hours=24)
    first_run_posts: bool = False
    """True: what a source shows at its first poll is posted, not only recorded."""
    verify: timedelta = timedelta(minutes=2)
    """An article seen to be there this recently need not be looked at again before sending."""
    pictures: bool = True
    picture_wait: timedelta = timedelta(seconds=6)
    """The longest that a post waits for its picture."""
    lease: timedelta = timedelta(seconds=60)
    http_timeout: timedelta = timedelta(seconds=25)
    """Connect plus read: the longest that one call to X takes."""
    downtime: timedelta = timedelta(minutes=30)
    """After a longer time in which nothing could be sent the backlog is thinned out instead of flushed."""
    hold_foreign: bool = True
    """True: a post on the timeline that we did not send stops all sending."""
    safe_mode_reach: timedelta = timedelta(hours=24)
    month_usd: Decimal | None = None
    warn_percents: tuple[int, ...] = (50, 80, 95)
    """Shares of `month_usd` at which people are told."""
    breaking_passes: bool = False
    """True: breaking posts go out even when `month_usd` is used up."""
    reads_usd: Decimal = Decimal(10)
    """What measuring may spend in a UTC month."""
    posts_per_sweep: int = 10
    corrections: CorrectionTerms = field(default_factory=CorrectionTerms)

    @property
    def most_counted(self) -> int:
        """
        How many of the last posts the limits look at.
        """
        return max(self.per_hour, self.per_day)
