"""
Reads what X says of our account and its posts, in both of its vocabularies; a partial answer is no answer.

Source: X API v2, GET /2/users/{id}/tweets and /2/users/me (docs.x.com/x-api/posts/timelines).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.outcome import RemoteAccount, RemotePost

PAGE_SIZE = 100
TIMELINE_FIELDS = "created_at,entities,attachments,referenced_tweets,note_tweet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    One page of the timeline.
    """

    posts: tuple[RemotePost, ...]
    next_token: str | None


def read_account(answer: object) -> RemoteAccount:
    """
    The account of a users/me answer.

    Raises:
        CannotReadError: the answer holds no account.
    """
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or not data.get("id"):
        raise CannotReadError("X's answer holds no account")
    return RemoteAccount(id=str(data["id"]), username=str(data.get("username", "")), name=str(data.get("name", "")))


def read_page(answer: object) -> Page:
    """
    The posts of one timeline page.

    Raises:
        CannotReadError: the answer is broken, partial, or says that it holds errors.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("meta"), dict):
        raise CannotReadError("X's timeline answer can't be understood")
    if answer.get("errors"):
        raise CannotReadError("X's timeline answer holds errors beside its posts")
    rows = answer.get("data", [])
    count = answer["meta"].get("result_count")
    if not isinstance(rows, list) or (isinstance(count, int) and count != len(rows)):
        raise CannotReadError("X's timeline answer holds fewer posts than it says")
    try:
        posts = tuple(_post(row) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotReadError("a post in X's timeline answer can't be understood") from error
    token = answer["meta"].get("next_token")
    return Page(posts=posts, next_token=str(token) if token else None)


def _post(row: dict[str, Any]) -> RemotePost:
    note = row.get("note_tweet") or row.get("note_post") or {}
    entities = note.get("entities") or row.get("entities") or {}
    urls = [url for url in entities.get("urls", []) if not url.get("media_key")]
    references = row.get("referenced_tweets") or row.get("referenced_posts") or []
    replied = [str(one["id"]) for one in references if one.get("type") == "replied_to"]
    media_urls = [url["url"] for url in entities.get("urls", []) if url.get("media_key") and url.get("url")]
    text = str(note.get("text") or row.get("text", ""))
    for url in media_urls:
        text = text.replace(url, "")
    return RemotePost(
        id=str(row["id"]),
        text=html.unescape(text),
        created_at=datetime.fromisoformat(row["created_at"]).astimezone(UTC),
        links=tuple(str(url.get("unwound_url") or url.get("expanded_url") or url["url"]) for url in urls),
        media_count=len((row.get("attachments") or {}).get("media_keys", [])),
        in_reply_to=replied[0] if replied else None,
        first_id=_first_version(row),
    )


def _first_version(row: dict[str, Any]) -> str | None:
    history = row.get("edit_history_tweet_ids") or row.get("edit_history_post_ids") or [""]
    return str(history[0]) if history[0] and str(history[0]) != str(row["id"]) else None
