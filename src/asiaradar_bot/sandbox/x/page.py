"""The local X's timeline as readers would see it: posts, threads, cards and counts, as plain values for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from asiaradar_bot.sandbox.x.nouns import StoredPost
from asiaradar_bot.sandbox.x.state import XState
from asiaradar_bot.sandbox.x.texts import display_address, full_address, host_of, spans

_SHOWN = 100
_DAY_SECONDS, _HOUR_SECONDS, _MINUTE_SECONDS = 86_400, 3_600, 60
_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A run of text; `href` is set where it is a link.
    """

    kind: str
    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """
    What stands for the linked article.
    """

    host: str
    path: str
    href: str


@dataclass(frozen=True, slots=True)
class Figure:
    """
    An attached picture.
    """

    address: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Count:
    """
    One figure below a post.
    """

    kind: str
    label: str
    shown: str
    exact: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """
    A post, ready for the page.
    """

    id: str
    pieces: Sequence[Piece]
    card: Card | None
    figures: Sequence[Figure]
    counts: Sequence[Count]
    at: str
    ago: str
    marks: Sequence[str]
    is_deleted: bool
    continues: bool
    """Whether the next one on the page belongs to the same thread."""


def timeline_page(state: XState) -> str:
    """
    The page as HTML; hold the state's lock.
    """
    now = state.clock.now()
    invoice = state.ledger.invoice()
    posts = _current(state.posts())
    return _template().render(
        account=state.account,
        initial=state.account.name[:1],
        posts=[post for thread in _threads(posts) for post in _shown_thread(state, thread, now)],
        live=sum(post.is_live for post in posts),
        followers=_short(state.account.followers),
        following=_short(state.account.following),
        spent=f"{invoice.total_usd.quantize(Decimal('0.001'))}",
        now=f"{now:%d %b %Y, %H:%M:%S} UTC",
    )


@cache
def _template() -> Template:
    loader = PackageLoader("asiaradar_bot.sandbox.x", "pages")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("timeline.html")


def _current(posts: Sequence[StoredPost]) -> list[StoredPost]:
    """
    The latest version of each post, deleted ones too, oldest first.
    """
    latest = {post.root_id: post for post in posts}
    return sorted(latest.values(), key=lambda post: int(post.id))


def _threads(posts: Sequence[StoredPost]) -> list[list[StoredPost]]:
    threads: dict[str, list[StoredPost]] = {}
    for post in posts[-_SHOWN:]:
        threads.setdefault(post.conversation_id, []).append(post)
    return sorted(threads.values(), key=lambda thread: int(thread[-1].id), reverse=True)


def _shown_thread(state: XState, thread: Sequence[StoredPost], now: datetime) -> list[ShownPost]:
    return [_shown(state, post, now=now, continues=post is not thread[-1]) for post in thread]


def _shown(state: XState, post: StoredPost, *, now: datetime, continues: bool) -> ShownPost:
    return ShownPost(
        id=post.id,
        pieces=_pieces(post),
        card=_card(post),
        figures=[
            Figure(f"/sandbox/media/{media.id}", media.alt_text or "")
            for media in state.media_of(post)
            if media.kind == "photo"
        ],
        counts=_counts(state, post, now),
        at=f"{post.created_at:%d %b %Y, %H:%M:%S} UTC",
        ago=_ago(post.created_at, now),
        marks=_marks(state, post),
        is_deleted=not post.is_live,
        continues=continues,
    )


def _pieces(post: StoredPost) -> list[Piece]:
    pieces: list[Piece] = []
    cursor = 0
    for span in spans(post.text):
        pieces.append(Piece("plain", post.text[cursor : span.start]))
        cursor = span.end
        if span.kind == "url":
            pieces.append(Piece("link", display_address(span.value), full_address(span.value)))
        else:
            pieces.append(Piece("tag", post.text[span.start : span.end]))
    pieces.append(Piece("plain", post.text[cursor:]))
    return [piece for piece in pieces if piece.text]


def _card(post: StoredPost) -> Card | None:
    # As on X: pictures take the card's place, and the last link makes the card.
    if not post.links or post.media_ids:
        return None
    href = full_address(post.links[-1])
    return Card(host_of(href), unquote(urlsplit(href).path).strip("/").rpartition("/")[2] or "/", href)


def _counts(state: XState, post: StoredPost, now: datetime) -> list[Count]:
    seen = state.counts(post, now)
    figures = (
        ("reply", "Replies", seen.replies),
        ("repost", "Reposts", seen.reposts + seen.quotes),
        ("like", "Likes", seen.likes),
        ("view", "Views", seen.impressions),
        ("bookmark", "Bookmarks", seen.bookmarks),
    )
    return [Count(kind, label, _short(number), number) for kind, label, number in figures]


def _marks(state: XState, post: StoredPost) -> list[str]:
    marks = []
    if post.deleted_at is not None:
        marks.append(f"deleted {post.deleted_at:%H:%M}, readers do not see it")
    if len(state.versions(post)) > 1:
        marks.append("edited")
    if post.by_hand:
        marks.append("posted by hand")
    if post.paid_partnership:
        marks.append("paid partnership")
    return marks


def _ago(at: datetime, now: datetime) -> str:
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < _MINUTE_SECONDS:
        return f"{seconds}s"
    if seconds < _HOUR_SECONDS:
        return f"{seconds // _MINUTE_SECONDS}m"
    if seconds < _DAY_SECONDS:
        return f"{seconds // _HOUR_SECONDS}h"
    return f"{at:%d %b}" if at.year == now.year else f"{at:%d %b %Y}"


def _short(number: int) -> str:
    for size, letter in ((_MILLION, "M"), (_THOUSAND, "K")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + letter
    return str(number)
