"""
Reads the figures of posts out of X's answers, in both of its vocabularies; what X does not tell stays unknown.

Source: X API metrics (docs.x.com/x-api/fundamentals/metrics), OpenAPI 2.166 (old words) and 2.167 (new words).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asiaradar_bot.model.engagement import Figures, Reading, Readings
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import UsageDay

OLD_FIELDS = "tweet.fields"
NEW_FIELDS = "post.fields"
_EXPECTED_ERRORS = ("not-authorized-for-field", "resource-not-found")
"""Private figures of an old post; a post that is gone."""


def lacks_metrics(answer: object) -> bool:
    """
    True if posts are shown and none has figures: X drops field names that it does not know without a word.
    """
    rows = answer.get("data") if isinstance(answer, dict) else None
    return isinstance(rows, list) and bool(rows) and not any(_part(row, "public_metrics") for row in rows)


def read_readings(answer: object) -> Readings:
    """
    The posts of a timeline page or a lookup.

    Raises:
        CannotReadError: the answer can't be understood.
    """
    if not isinstance(answer, dict):
        raise CannotReadError("X's answer about our posts can't be understood")
    rows = answer.get("data", [])
    if not isinstance(rows, list) or ("data" not in answer and "meta" not in answer and "errors" not in answer):
        raise CannotReadError("X's answer about our posts can't be understood")
    try:
        posts = tuple(_reading(row) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotReadError("a post in X's answer about our posts can't be understood") from error
    meta = _part(answer, "meta")
    whole = "next_token" not in meta and meta.get("result_count", len(rows)) == len(rows)
    return Readings(posts=posts, complete=whole and all(map(_is_expected, answer.get("errors") or [])))


def read_usage_days(answer: object) -> tuple[UsageDay, ...]:
    """
    Posts read on each day, oldest first.

    Raises:
        CannotReadError: the answer can't be understood.
    """
    rows = _part(_part(answer, "data"), "daily_project_usage").get("usage")
    try:
        days = [
            UsageDay(day_on=datetime.fromisoformat(row["date"]).date(), posts_read=int(row["usage"]))
            for row in rows or ()
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotReadError("X's answer about our usage can't be understood") from error
    return tuple(sorted(days, key=lambda day: day.day_on))


def _is_expected(error: object) -> bool:
    return isinstance(error, dict) and str(error.get("type", "")).endswith(_EXPECTED_ERRORS)


def _reading(row: dict[str, Any]) -> Reading:
    own_id = str(row["id"])
    history = row.get("edit_history_tweet_ids") or row.get("edit_history_post_ids") or []
    versions = tuple(str(one) for one in history if one)
    public, private = _part(row, "public_metrics"), _part(row, "non_public_metrics")
    organic = _part(row, "organic_metrics")
    return Reading(
        id=own_id,
        versions=versions if own_id in versions else (own_id,),
        figures=Figures(
            impressions=_count(public, "impression_count", also=private),
            likes=_count(public, "like_count"),
            reposts=_count({**public, **_renamed(public)}, "repost_count"),
            replies=_count(public, "reply_count"),
            quotes=_count(public, "quote_count"),
            bookmarks=_count(public, "bookmark_count"),
            link_clicks=_count(private, "url_link_clicks", also=organic),
            profile_clicks=_count(private, "user_profile_clicks", also=organic),
            engagements=_count(private, "engagements"),
        ),
    )


def _renamed(public: dict[str, Any]) -> dict[str, Any]:
    return {"repost_count": public["retweet_count"]} if "retweet_count" in public else {}


def _part(row: object, name: str) -> dict[str, Any]:
    part = row.get(name) if isinstance(row, dict) else None
    return part if isinstance(part, dict) else {}


def _count(metrics: dict[str, Any], name: str, *, also: dict[str, Any] | None = None) -> int | None:
    value = metrics.get(name, (also or {}).get(name))
    return value if isinstance(value, int) and value >= 0 else None
