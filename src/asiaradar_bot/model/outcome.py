"""Closed unions: every answer that the outside can give, as values that a match must exhaust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.model.article import ArticlePage, SourceItem


class AnswerClass(StrEnum):
    """
    The classes of an answer to a create call; the text is stored with the attempt.

    Source: the publishing protocol (docs/adr/0002-exactly-once.md).
    """

    YES = "yes"
    NO_RETRY_LATER = "no_retry_later"
    NO_FINAL = "no_final"
    NO_AUTH = "no_auth"
    ALREADY = "already"
    AMBIGUOUS = "ambiguous"
    GATE_CLOSED = "gate_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """X has it: 2xx with an id."""

    remote_id: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """Surely not posted, and a later try may do: no byte was written, or the rate limit said wait."""

    detail: str
    wait: timedelta | None = None
    """None: back off by our own rule."""
    counts: bool = True
    """False for a rate limit: it is no attempt."""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Surely not posted, and the same request will never do."""

    detail: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBlocked:
    """Surely not posted: credentials, suspension or empty credit; the account pauses until a person mends it."""

    detail: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """X refused the text as a duplicate: an earlier try may have landed."""

    detail: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Nobody knows: time-out, reset after writing, 5xx, unreadable answer, or anything unmapped."""

    detail: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateClosed:
    """Our own last check before the wire said no; nothing was sent."""

    detail: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The post is gone from X: just now, or it was gone before (deleting twice is harmless)."""

    was_gone: bool = False
    signed_at: datetime | None = None


DeleteOutcome = Deleted | RetryLater | Refused | AccountBlocked | Unconfirmed | GateClosed
PublishOutcome = Published | RetryLater | Refused | AccountBlocked | AlreadyThere | Unconfirmed | GateClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """The picture is with X and may be attached until `expires_at`."""

    media_id: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFailed:
    """The picture is not with X; uploading again is safe, going without it too."""

    detail: str
    described: bool = False
    """True: its alt text may have reached X, which bills that."""


UploadOutcome = Uploaded | UploadFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePost:
    """A post as our own timeline on X shows it."""

    id: str
    text: str
    """As X gives it: entities encoded, links as t.co."""
    created_at: datetime
    links: tuple[str, ...]
    """Expanded links in order."""
    media_count: int = 0
    in_reply_to: str | None = None
    first_id: str | None = None
    """Id of the version that this one is an edit of; None: it was never edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAccount:
    """The account that the credentials belong to."""

    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a later conditional request sends back; None: the server gave none."""

    etag: str | None = None
    last_modified: str | None = None
    body_digest: str | None = None
    """Digest of the body without its request-time parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead:
    """The source answered with items (perhaps none)."""

    items: tuple[SourceItem, ...]
    validators: Validators
    moved_to: str | None = None
    """New address after a permanent redirect."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the document and how it was read all the same, a sentence each."""
    hub: str | None = None
    """WebSub hub that the source names."""
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUnchanged:
    """Nothing new: 304, or the same body but for its request-time parts."""

    validators: Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFailed:
    """The source could not be read."""

    detail: str
    """One sentence: what, where, how to mend it."""
    retry_after: timedelta | None = None
    gone: bool = False
    """410: the source says that it will not come back."""


SourceAnswer = SourceRead | SourceUnchanged | SourceFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """The page answered with 200 and could be understood."""

    page: ArticlePage


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGone:
    """404 or 410: no such article (any more)."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailed:
    """The page could not be read this time."""

    detail: str
    retry_after: timedelta | None = None
    lasting: bool = False
    """True: trying again will not help (host not allowed, not HTML, too large)."""


PageAnswer = PageRead | PageGone | PageFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image made safe: decoded and encoded anew, without metadata, within X's limits."""

    content: bytes
    media_type: str
    """`image/jpeg` or `image/webp`; one from before may be `image/png`."""
    width_pixels: int
    height_pixels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRefused:
    """The image can't be used; the post goes without."""

    detail: str
    passing: bool = False
    """True: it was the connection or the server; a little later the image may be had."""


PictureAnswer = Picture | PictureRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """
    A hub and the topic that the source has there.
    """

    url: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAccepted:
    """The hub took the request; its question whether we meant it comes to the callback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRefused:
    """The hub did not take the request."""

    detail: str
    retry_after: timedelta | None = None


HubAnswer = HubAccepted | HubRefused
