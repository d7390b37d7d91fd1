"""A place where articles appear, and how well it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.model.outcome import Validators

NEWS_AT = "news_at"
"""The mark that says when a hub last told of news."""
SHORTEST_GAP = timedelta(seconds=2)
"""No hub has a source polled again sooner than this."""


class SourceKind(StrEnum):
    """
    How a source is read.
    """

    FEED = "feed"
    """RSS 0.9x, 1.0, 2.0, Atom or JSON Feed."""
    LISTING = "listing"
    """A home or category page that lists articles."""
    SITEMAP = "sitemap"
    """A sitemap, sitemap index or news sitemap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    One source as the settings name it.
    """

    name: str
    kind: SourceKind
    url: str
    poll: timedelta
    language: str | None = None
    """For items and pages that do not say theirs."""
    zone: str = "UTC"
    """IANA zone of stamps that come without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """
    What is on record about a source's last answers.
    """

    name: str
    url: str
    """The address now in use: the settings' one, or where a permanent redirect led."""
    validators: Validators
    seeded_at: datetime | None
    """When its first successful poll was recorded; None: never polled with success."""
    polled_at: datetime | None
    ok_at: datetime | None
    new_at: datetime | None
    """When it last showed something new."""
    failures: int
    """In a row."""
    next_poll_at: datetime | None
    error: str | None
    gone: bool
    items: int
    """Items in its last full answer."""
