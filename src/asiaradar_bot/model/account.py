"""What is on record about the account on X, its timeline, and the people's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.post import PostId

CLOCK_JUMPED = "the machine's clock jumped"
"""Why nothing is sent until the clocks agree again."""
STALE = timedelta(seconds=40)
"""Without a good write for this long a bot does not count as alive; its beats come every 15 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """
    The switches and marks that decide whether anything may be sent.
    """

    stopped: str | None = None
    """Why the kill switch is on; None: it is off."""
    paused: str | None = None
    """Why the account is paused (credentials, foreign post, rate limit); None: it is not."""
    paused_until: datetime | None = None
    """None with `paused` set: until a person mends it."""
    safe_mode: str | None = None
    """Why the timeline must be read before anything is sent; None: it need not."""
    safe_mode_since: datetime | None = None
    restored_at: datetime | None = None
    """Since when safe mode is on because an older database is in place; None: it is on for another reason, or off."""
    remote_id: str | None = None
    """The account's id on X, once known."""
    watching_since: datetime | None = None
    """Posts on the timeline before this are none of our business."""
    watched_until: datetime | None = None
    """Up to here the timeline was looked through for foreign posts."""
    epoch: int = 0
    clock: str | None = None
    """Why nothing is sent until the machine's clocks agree; beside `paused`, which may wait for a person."""
    clock_jumped_at: datetime | None = None
    """When the machine's clock was last seen to have jumped, by the new time; nothing before it says how long ago."""
    environment: str | None = None
    last_sweep_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPost:
    """
    A post that was seen on our timeline.
    """

    remote_id: str
    text: str
    created_at: datetime
    seen_at: datetime
    post_id: PostId | None
    foreign: bool
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """
    A headline with what became of its article, for finding the same story again.
    """

    article_id: ArticleId
    title: str
    url: str
    first_seen_at: datetime
    posted: bool
    """A post of it is out or on its way."""
    revision: int = 1
    """Which revision of the article had this headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """
    A WebSub subscription.
    """

    topic: str
    hub: str
    path: str
    """Unguessable last part of the callback address."""
    sealed_secret: str | None = None
    """With which the hub signs its news, sealed; None: none was made yet."""
    requested_at: datetime | None = None
    """When the hub was last asked; None: never yet."""
    verified_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNote:
    """
    Something that people must be told.
    """

    id: int
    kind: str
    subject: str
    message: str
    raised_at: datetime
    sent_at: datetime | None = None
