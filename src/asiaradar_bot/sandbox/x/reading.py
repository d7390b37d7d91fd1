"""Reading on the local X: lookup by id, the account's timeline, the account itself, usage and credit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from asiaradar_bot.sandbox.x.calls import (
    PROBLEMS,
    Answer,
    Call,
    RefusedError,
    invalid,
    json_answer,
    missing_entry,
    problem,
)
from asiaradar_bot.sandbox.x.creating import check_credit
from asiaradar_bot.sandbox.x.fields import (
    NEW,
    OLD,
    PRIVATE,
    Asked,
    asked,
    has_private_metrics,
    media_object,
    post_object,
    user_object,
)
from asiaradar_bot.sandbox.x.nouns import StoredPost
from asiaradar_bot.sandbox.x.signature import Caller
from asiaradar_bot.sandbox.x.state import XState

_SHAPING = {OLD.fields, NEW.fields, "user.fields", "media.fields", "poll.fields", "place.fields", "expansions"}
_PAGING = {"max_results", "since_id", "until_id", "start_time", "end_time", "exclude", "pagination_token"}
_TOKEN = "7140dibdnow9c7btw4"  # noqa: S105  a page token's fixed beginning, no secret
_DEPTH, _DEPTH_WITHOUT_REPLIES = 3_200, 800
_MOST_IDS, _LEAST_RESULTS, _MOST_RESULTS, _USUAL_RESULTS = 100, 5, 100, 10
_CAP_POSTS = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    since_id: int
    until_id: int
    start: datetime | None
    end: datetime | None
    without_replies: bool
    newest_visible: datetime | None
    """Posts after it are not in the timeline yet; None: the timeline is up to date."""
    oldest_private: datetime | None
    """Private metrics were asked for: nothing older than this is given."""

    def holds(self, post: StoredPost) -> bool:
        created_at = post.created_at.replace(microsecond=0)
        return (
            self.since_id < int(post.id) < self.until_id
            and (self.start is None or created_at >= self.start)
            and (self.end is None or created_at < self.end)
            and not (self.without_replies and post.in_reply_to is not None)
            and (self.newest_visible is None or post.created_at <= self.newest_visible)
            and (self.oldest_private is None or post.created_at >= self.oldest_private)
        )


def look_up(state: XState, query: Mapping[str, str], *, caller: Caller, now: datetime) -> Answer:
    """
    Answer GET /2/tweets?ids=: what exists under `data`, the rest under `errors`.

    Raises:
        RefusedError: 400, the query is not acceptable; 402, no credit.
    """
    _check_names(query, _SHAPING | {"ids"})
    ids = query.get("ids", "").split(",")
    if not 1 <= len(ids) <= _MOST_IDS or not all(re.fullmatch(r"[0-9]{1,19}", one) for one in ids):
        raise invalid(f"The `ids` query parameter must list 1 to {_MOST_IDS} ids", ids=",".join(ids)[:200])
    check_credit(state)
    wanted = asked(query, private=caller is Caller.USER)
    found = [post for one in ids if (post := state.find_post(one)) is not None and post.is_live]
    known = {post.id for post in found}
    errors = [missing_entry("tweet", "ids", one) for one in ids if one not in known]
    state.ledger.bill_reads("post_read", [post.id for post in found], now=now)
    return json_answer(200, _document(state, found, wanted=wanted, now=now, errors=errors))


def timeline(state: XState, call: Call, query: Mapping[str, str], *, caller: Caller, user_id: str) -> Answer:
    """
    Answer GET /2/users/{id}/tweets: the account's own posts, newest first, a page at a time.

    Raises:
        RefusedError: 400, the query is not acceptable; 402, no credit.
    """
    _check_names(query, _SHAPING | _PAGING)
    now = state.clock.now()
    if user_id != state.account.id:
        return json_answer(200, {"errors": [missing_entry("user", "id", user_id)]})
    wanted = asked(query, private=caller is Caller.USER)
    span = _read_span(state, call, query, wanted=wanted)
    size = _read_size(query)
    check_credit(state)
    page = list(islice(_page(state, span, query.get("pagination_token")), size + 1))
    more, page = len(page) > size, page[:size]
    what = "owned_read" if state.behaviour.app_owned and caller is Caller.USER else "post_read"
    state.ledger.bill_reads(what, [post.id for post in page], now=now)
    document = _document(state, page, wanted=wanted, now=now, errors=[])
    document["meta"] = _meta(page, more=more)
    return json_answer(200, document, note=f"{len(page)} posts")


def me(state: XState, query: Mapping[str, str], now: datetime) -> Answer:
    """
    Answer GET /2/users/me.
    """
    check_credit(state)
    state.ledger.bill_reads("user_read", [state.account.id], now=now)
    return json_answer(200, {"data": user_object(state, asked(query, private=False).users)})


def by_username(state: XState, query: Mapping[str, str], *, username: str, now: datetime) -> Answer:
    """
    Answer GET /2/users/by/username/{username}.
    """
    if username.lower() != state.account.username.lower():
        return json_answer(200, {"errors": [missing_entry("user", "username", username)]})
    return me(state, query, now)


def usage(state: XState, now: datetime, query: Mapping[str, str]) -> Answer:
    """
    Answer GET /2/usage/tweets: posts read, by day.

    Raises:
        RefusedError: 400, `days` is not between 1 and 90.
    """
    days = query.get("days", "7")
    if not days.isdigit() or not 1 <= int(days) <= 90:  # noqa: PLR2004  the spec's own bound, said in the message
        raise invalid("The `days` query parameter must be between 1 and 90", days=days)
    reads = [line.at.date() for line in state.ledger.invoice().lines if line.what in {"post_read", "owned_read"}]
    dates = [(now - timedelta(days=back)).date() for back in range(int(days))]
    daily = [{"date": f"{day}T00:00:00.000Z", "usage": str(reads.count(day))} for day in dates]
    data = {
        "project_id": "1",
        "project_cap": str(_CAP_POSTS),
        "project_usage": str(len(reads)),
        "cap_reset_day": 1,
        "daily_project_usage": {"project_id": "1", "usage": daily},
    }
    return json_answer(200, {"data": data})


def credits_left(state: XState) -> Answer:
    """
    Answer GET /2/usage/credits: what is left of the balance, USD.

    Raises:
        RefusedError: 404, this account has no balance (no `credit_usd` was set).
    """
    credit = state.behaviour.credit_usd
    if credit is None:
        raise RefusedError(problem(404, "Not Found Error", "no prepaid balance", kind="resource-not-found"))
    left = float(credit - state.ledger.invoice().total_usd)
    return json_answer(
        200, {"data": {"total_balance": left, "prepaid_balance": left, "free_balance": 0.0, "free_grants": []}}
    )


def _document(
    state: XState, posts: Sequence[StoredPost], *, wanted: Asked, now: datetime, errors: list[dict[str, object]]
) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if posts:
        document["data"] = [post_object(state, post, wanted=wanted, now=now) for post in posts]
    includes = _includes(state, posts, wanted=wanted, now=now)
    if includes:
        document["includes"] = includes
    errors = errors + _denied(state, posts, wanted=wanted, now=now)
    if errors:
        document["errors"] = errors
    return document


def _includes(state: XState, posts: Sequence[StoredPost], *, wanted: Asked, now: datetime) -> dict[str, Any]:
    includes: dict[str, Any] = {}
    if posts and wanted.expansions & {"author_id", "in_reply_to_user_id"}:
        includes["users"] = [user_object(state, wanted.users)]
        state.ledger.bill_reads("user_read", [state.account.id], now=now)
    media = {item.id: item for post in posts for item in state.media_of(post)}
    if media and "attachments.media_keys" in wanted.expansions:
        includes["media"] = [media_object(item, wanted.media) for item in media.values()]
    if wanted.expansions & {OLD.referenced, NEW.referenced}:
        parents = {post.in_reply_to: state.find_post(post.in_reply_to) for post in posts if post.in_reply_to}
        shown = [parent for parent in parents.values() if parent is not None and parent.is_live]
        if shown:
            includes[wanted.words.posts] = [post_object(state, one, wanted=wanted, now=now) for one in shown]
            state.ledger.bill_reads("post_read", [one.id for one in shown], now=now)
    return includes


def _denied(state: XState, posts: Sequence[StoredPost], *, wanted: Asked, now: datetime) -> list[dict[str, object]]:
    return [
        {
            "resource_id": post.id,
            "parameter": field,
            "resource_type": "tweet",
            "section": "data",
            "title": "Field Authorization Error",
            "value": post.id,
            "field": field,
            "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with ids : [{post.id}].",
            "type": PROBLEMS + "not-authorized-for-field",
        }
        for post in posts
        for field in sorted(wanted.posts & PRIVATE)
        if not (wanted.private and has_private_metrics(state, post, now))
    ]


def _check_names(query: Mapping[str, str], allowed: set[str]) -> None:
    for name in query:
        if name not in allowed:
            raise invalid(
                f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]", **{name: query[name]}
            )


def _read_span(state: XState, call: Call, query: Mapping[str, str], *, wanted: Asked) -> _Span:
    now = state.clock.now()
    exclude = set(query["exclude"].split(",")) if "exclude" in query else set()
    if exclude - {"replies", "retweets"}:
        raise invalid("The `exclude` query parameter is not one of [replies,retweets]", exclude=query["exclude"])
    private = bool(wanted.posts & PRIVATE)
    return _Span(
        since_id=_read_id(query, "since_id", 0),
        until_id=_read_id(query, "until_id", 10**19),
        start=_read_instant(query, "start_time"),
        end=_read_instant(query, "end_time"),
        without_replies="replies" in exclude,
        newest_visible=now - call.lag if call.lag else None,
        oldest_private=now - timedelta(days=state.behaviour.private_metrics_days) if private else None,
    )


def _page(state: XState, span: _Span, token: str | None) -> Iterator[StoredPost]:
    below = 10**19 if token is None else _read_token(token)
    depth = _DEPTH_WITHOUT_REPLIES if span.without_replies else _DEPTH
    for number, post in enumerate(state.newest_first()):
        if number >= depth:
            return
        if int(post.id) < below and span.holds(post):
            yield post


def _meta(page: Sequence[StoredPost], *, more: bool) -> dict[str, Any]:
    if not page:
        return {"result_count": 0}
    meta = {"result_count": len(page), "newest_id": page[0].id, "oldest_id": page[-1].id}
    return meta | ({"next_token": f"{_TOKEN}{int(page[-1].id):x}"} if more else {})


def _read_token(token: str) -> int:
    match = re.fullmatch(_TOKEN + r"([0-9a-f]{1,16})", token)
    if match is None:
        raise invalid(f"The `pagination_token` query parameter value [{token}] is not valid", pagination_token=token)
    return int(match[1], 16)


def _read_size(query: Mapping[str, str]) -> int:
    size = query.get("max_results", str(_USUAL_RESULTS))
    if not size.isdigit() or not _LEAST_RESULTS <= int(size) <= _MOST_RESULTS:
        message = (
            f"The `max_results` query parameter value [{size}] is not between {_LEAST_RESULTS} and {_MOST_RESULTS}"
        )
        raise invalid(message, max_results=size)
    return int(size)


def _read_id(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise invalid(f"The `{name}` query parameter value [{value}] is not valid", **{name: value})
    return int(value)


def _read_instant(query: Mapping[str, str], name: str) -> datetime | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", value):
        message = f"Invalid '{name}':'{value}'. 'yyyy-MM-ddTHH:mm:ssZ' is expected"
        raise invalid(message, **{name: value})
    return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
