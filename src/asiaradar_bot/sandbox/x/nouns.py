"""What the local X keeps: posts, media and the lines of the invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

_EPOCH_MS = 1_288_834_974_657
_SEQUENCE_BITS = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost:
    """
    One post, or one version of an edited post.
    """

    id: str
    text: str
    """As the account wrote it: NFC, links in full."""
    created_at: datetime
    root_id: str
    """Id of the first version; the own id where nothing was edited."""
    conversation_id: str
    links: tuple[str, ...] = ()
    """As written, in order."""
    media_ids: tuple[str, ...] = ()
    in_reply_to: str | None = None
    reply_settings: str = "everyone"
    paid_partnership: bool = False
    deleted_at: datetime | None = None
    by_hand: bool = False
    """True: put there by a person, not through the API."""

    @property
    def is_live(self) -> bool:
        """
        Whether readers can still see it.
        """
        return self.deleted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """
    One upload, whole or still arriving.
    """

    id: str
    category: str
    media_type: str
    created_at: datetime
    expires_at: datetime
    content: bytes = b""
    total_bytes: int | None = None
    """What initialize announced; None for one-shot uploads."""
    finalized_at: datetime | None = None
    """None while segments are still expected."""
    width_pixels: int | None = None
    height_pixels: int | None = None
    alt_text: str | None = None

    @property
    def key(self) -> str:
        """
        X's media key: a number for the kind, then the id.
        """
        return f"{_KEY_PREFIXES.get(self.category, '3')}_{self.id}"

    @property
    def kind(self) -> str:
        """
        The word of the media object's `type`.
        """
        return {"7": "video", "16": "animated_gif"}.get(self.key.split("_")[0], "photo")


_KEY_PREFIXES = {"tweet_image": "3", "tweet_video": "7", "amplify_video": "7", "tweet_gif": "16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """
    One billable thing that the account asked for.
    """

    at: datetime
    what: str
    """`post`, `post_with_link`, `delete`, `alt_text`, `post_read`, `owned_read` or `user_read`."""
    resource: str
    """Id of the post, media or user."""
    amount_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """
    All lines in order, and their sum.
    """

    lines: tuple[InvoiceLine, ...]

    @property
    def total_usd(self) -> Decimal:
        """
        The sum of all lines.
        """
        return sum((line.amount_usd for line in self.lines), Decimal(0))

    def count(self, what: str) -> int:
        """
        How many lines are of this kind.
        """
        return sum(line.what == what for line in self.lines)


def next_id(now: datetime, *, after: str | None) -> str:
    """
    A snowflake-like id for `now`, always greater than `after`, also when the clock went back.
    """
    made = (int(now.timestamp() * 1000) - _EPOCH_MS) << _SEQUENCE_BITS
    return str(made if after is None else max(made, int(after) + 1))


def as_record(noun: StoredPost | InvoiceLine | StoredMedia) -> dict[str, Any]:
    """
    The noun as plain JSON values, without the bytes of a picture.
    """
    names = [name for name in noun.__slots__ if name != "content"]
    return {name: _plain(getattr(noun, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def post_from(record: dict[str, Any]) -> StoredPost:
    """
    The post that `as_record` wrote.
    """
    lists = {name: tuple(record[name]) for name in ("links", "media_ids")}
    return StoredPost(**{**record, **lists, **_instants(record)})


def media_from(record: dict[str, Any], content: bytes) -> StoredMedia:
    """
    The upload that `as_record` wrote, with its bytes.
    """
    return StoredMedia(**{**record, **_instants(record), "content": content})


def line_from(record: dict[str, Any]) -> InvoiceLine:
    """
    The invoice line that `as_record` wrote.
    """
    return InvoiceLine(**{**record, **_instants(record), "amount_usd": Decimal(record["amount_usd"])})


def _instants(record: dict[str, Any]) -> dict[str, datetime]:
    return {
        name: datetime.fromisoformat(value)
        for name, value in record.items()
        if (name == "at" or name.endswith("_at")) and value is not None
    }
