"""Posts, users and media as X's answers show them, in the old words (tweet) or the new ones (post)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asiaradar_bot.sandbox.x.engagement import Counts
from asiaradar_bot.sandbox.x.nouns import StoredMedia, StoredPost
from asiaradar_bot.sandbox.x.state import XState
from asiaradar_bot.sandbox.x.texts import ShownText, show

PRIVATE = frozenset({"non_public_metrics", "organic_metrics"})
_CUT_AT = 280
_COMMON = frozenset(
    [
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "entities",
        "in_reply_to_user_id",
        "lang",
        "non_public_metrics",
        "organic_metrics",
        "paid_partnership",
        "possibly_sensitive",
        "public_metrics",
        "reply_settings",
        "source",
        "text",
        "id",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """
    The words that differ between X's two ways of naming the same things.
    """

    fields: str
    """The query parameter that asks for fields."""
    history: str
    note: str
    referenced: str
    reposts: str
    posts: str
    """The key under `includes`."""

    @property
    def known(self) -> frozenset[str]:
        """
        All field names; others are dropped without a word, as X does.
        """
        return _COMMON | {self.history, self.note, self.referenced}


OLD = Vocabulary(
    fields="tweet.fields",
    history="edit_history_tweet_ids",
    note="note_tweet",
    referenced="referenced_tweets",
    reposts="retweet_count",
    posts="tweets",
)
NEW = Vocabulary(
    fields="post.fields",
    history="edit_history_post_ids",
    note="note_post",
    referenced="referenced_posts",
    reposts="repost_count",
    posts="posts",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a read asks to see.
    """

    words: Vocabulary
    posts: AbstractSet[str]
    users: AbstractSet[str]
    media: AbstractSet[str]
    expansions: AbstractSet[str]
    private: bool
    """Whether the caller may see private metrics at all."""


def asked(query: Mapping[str, str], *, private: bool) -> Asked:
    """
    What the query asks for; asking with `post.fields` chooses the new words.
    """

    def listed(name: str) -> frozenset[str]:
        return frozenset(part for part in query.get(name, "").split(",") if part)

    words = NEW if "post.fields" in query else OLD
    expansions = listed("expansions")
    # X shows the field that an expansion starts from, asked for or not.
    implied = {"id", "text", words.history} | {name.split(".")[0] for name in expansions}
    return Asked(
        words=words,
        posts=(listed("tweet.fields") | listed("post.fields") | implied) & words.known,
        users=listed("user.fields"),
        media=listed("media.fields"),
        expansions={name.removesuffix(".id") for name in expansions},
        private=private,
    )


def has_private_metrics(state: XState, post: StoredPost, now: datetime) -> bool:
    """
    Whether X still gives out the private metrics of the post.

    Source: docs.x.com/x-api/fundamentals/metrics (30 days after creation).
    """
    return now - post.created_at <= timedelta(days=state.behaviour.private_metrics_days)


def instant(at: datetime) -> str:
    """
    An instant as X writes it: whole seconds, with a zero fraction.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def post_object(state: XState, post: StoredPost, *, wanted: Asked, now: datetime) -> dict[str, Any]:
    """
    The post with the fields that were asked for.
    """
    media = state.media_of(post)
    shown = show(post, media, username=state.account.username)
    values = {
        **_identity(state, post, wanted.words),
        **_wording(post, shown, wanted.words),
        **_metrics(state, post, wanted=wanted, now=now),
        "edit_controls": _edit_controls(state, post, now),
        "attachments": {"media_keys": [item.key for item in media]} if media else None,
    }
    return {name: value for name, value in values.items() if name in wanted.posts and value is not None}


def _identity(state: XState, post: StoredPost, words: Vocabulary) -> dict[str, Any]:
    is_reply = post.in_reply_to is not None
    return {
        "id": post.id,
        "author_id": state.account.id,
        "conversation_id": post.conversation_id,
        "created_at": instant(post.created_at),
        "in_reply_to_user_id": state.account.id if is_reply else None,
        words.referenced: [{"type": "replied_to", "id": post.in_reply_to}] if is_reply else None,
        words.history: [version.id for version in state.versions(post)],
        "reply_settings": post.reply_settings,
        "paid_partnership": post.paid_partnership,
        "possibly_sensitive": False,
        "lang": "und",
        "source": "AsiaRadar bot (sandbox)",
    }


def _wording(post: StoredPost, shown: ShownText, words: Vocabulary) -> dict[str, Any]:
    is_long = len(post.text) > _CUT_AT
    text = shown.text[: _CUT_AT - 1] + "…" if is_long else shown.text
    entities = {
        kind: kept
        for kind, found in shown.entities.items()
        if (kept := [entity for entity in found if entity["end"] <= len(text)])
    }
    return {
        "text": text,
        "entities": entities or None,
        "display_text_range": [0, len(text)],
        words.note: {"text": post.text, "entities": shown.entities} if is_long else None,
    }


def _metrics(state: XState, post: StoredPost, *, wanted: Asked, now: datetime) -> dict[str, Any]:
    if not wanted.posts & (PRIVATE | {"public_metrics"}):
        return {}
    seen = state.counts(post, now)
    shared = {"like_count": seen.likes, "reply_count": seen.replies, wanted.words.reposts: seen.reposts}
    metrics: dict[str, Any] = {
        "public_metrics": {
            **shared,
            "quote_count": seen.quotes,
            "bookmark_count": seen.bookmarks,
            "impression_count": seen.impressions,
        }
    }
    if wanted.private and has_private_metrics(state, post, now):
        metrics |= _private_metrics(seen, shared)
    return metrics


def _private_metrics(seen: Counts, shared: dict[str, int]) -> dict[str, Any]:
    clicks = {
        "impression_count": seen.impressions,
        "url_link_clicks": seen.link_clicks,
        "user_profile_clicks": seen.profile_clicks,
    }
    return {
        "non_public_metrics": {**clicks, "engagements": seen.engagements},
        "organic_metrics": {**clicks, **shared},
    }


def _edit_controls(state: XState, post: StoredPost, now: datetime) -> dict[str, Any]:
    behaviour = state.behaviour
    versions = state.versions(post)
    until = versions[0].created_at + behaviour.edit_window
    left = max(0, behaviour.edits_allowed - (len(versions) - 1))
    return {
        "is_edit_eligible": behaviour.premium and left > 0 and now <= until,
        "editable_until": instant(until),
        "edits_remaining": left,
    }


def user_object(state: XState, wanted: AbstractSet[str]) -> dict[str, Any]:
    """
    The account with the fields that were asked for.
    """
    account = state.account
    live = sum(1 for _ in state.newest_first())
    counted = {
        "followers_count": account.followers,
        "following_count": account.following,
        "tweet_count": live,
        "post_count": live,
        "listed_count": 31,
        "like_count": 0,
    }
    values = {
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "description": account.description,
        "created_at": instant(account.created_at),
        "public_metrics": counted,
        "protected": False,
        "verified": state.behaviour.premium,
        "verified_type": "blue" if state.behaviour.premium else "none",
        "profile_image_url": "https://pbs.twimg.com/profile_images/1/sandbox_normal.png",
    }
    return {name: value for name, value in values.items() if name in wanted | {"id", "name", "username"}}


def media_object(media: StoredMedia, wanted: AbstractSet[str]) -> dict[str, Any]:
    """
    The attached media with the fields that were asked for.
    """
    values = {
        "media_key": media.key,
        "type": media.kind,
        "alt_text": media.alt_text,
        "width": media.width_pixels,
        "height": media.height_pixels,
        "url": f"https://pbs.twimg.com/media/{media.id}" if media.kind == "photo" else None,
    }
    return {
        name: value for name, value in values.items() if name in wanted | {"media_key", "type"} and value is not None
    }
