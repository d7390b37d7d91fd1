"""Writing on the local X: create, edit and delete a post, by X's rules for text, media, replies and doubles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from asiaradar_bot.rules import post_text
from asiaradar_bot.sandbox.x.calls import Answer, Call, RefusedError, forbidden, invalid, json_answer, problem
from asiaradar_bot.sandbox.x.nouns import StoredMedia, StoredPost
from asiaradar_bot.sandbox.x.state import XState
from asiaradar_bot.sandbox.x.texts import clean, show

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_PERMITTED = "You are not permitted to perform this action."
_PREMIUM_CHARS = 25_000
_PHOTOS = 4

Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")]
ReplySettings = Literal["following", "mentionedUsers", "subscribers", "verified"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Media(_Strict):
    media_ids: Annotated[list[Id], Field(min_length=1, max_length=4)]
    tagged_user_ids: Annotated[list[Id], Field(max_length=10)] = []
    title: str | None = None
    description: str | None = None
    preview_media_id: Id | None = None
    embeddable: bool | None = None


class _Reply(_Strict):
    in_reply_to_tweet_id: Id
    exclude_reply_user_ids: list[str] = []
    auto_populate_reply_metadata: bool = False


class _EditOptions(_Strict):
    previous_post_id: Id


class _Create(_Strict):
    """
    The body of POST /2/tweets.

    Source: X's OpenAPI document 2.167, CreatePostsRequest.
    """

    text: str = ""
    media: _Media | None = None
    reply: _Reply | None = None
    edit_options: _EditOptions | None = None
    reply_settings: ReplySettings | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False
    quote_tweet_id: Id | None = None
    poll: dict[str, object] | None = None
    geo: dict[str, object] | None = None
    card_uri: str | None = None
    community_id: Id | None = None
    direct_message_deep_link: str | None = None
    for_super_followers_only: bool = False
    nullcast: bool = False
    share_with_followers: bool = False


_NOT_OURS = ("quote_tweet_id", "poll", "geo", "card_uri", "community_id", "direct_message_deep_link")
_NOT_OURS_EITHER = ("for_super_followers_only", "nullcast", "share_with_followers")
_EXCLUSIVE = ("card_uri", "media", "poll", "quote_tweet_id")


def create_post(state: XState, call: Call, now: datetime) -> Answer:
    """
    Answer POST /2/tweets: 201 with the new post.

    Raises:
        RefusedError: the body, the text, the media, the reply or the edit is not acceptable, or it is a double.
    """
    wanted = _read_body(call)
    check_credit(state)
    post = _checked(state, wanted, now)
    state.put_post(post)
    state.ledger.bill("post_with_link" if post.links else "post", post.id, now=now)
    shown = show(post, state.media_of(post), username=state.account.username)
    history = [version.id for version in state.versions(post)]
    data = {"id": post.id, "text": shown.text, "edit_history_tweet_ids": history}
    return json_answer(201, {"data": data}, note=f"created {post.id}")


def put_by_hand(state: XState, text: str, *, now: datetime, in_reply_to: str | None = None) -> StoredPost:
    """
    A post that a person makes in the app: no API, no price, no filter.
    """
    parent = state.find_post(in_reply_to) if in_reply_to else None
    post_id = state.new_id(now)
    cleaned = clean(text)
    post = StoredPost(
        id=post_id,
        text=cleaned,
        created_at=now,
        root_id=post_id,
        conversation_id=parent.conversation_id if parent else post_id,
        links=tuple(post_text.links(cleaned)),
        in_reply_to=in_reply_to,
        by_hand=True,
    )
    state.put_post(post)
    return post


def delete_post(state: XState, post_id: str, now: datetime) -> Answer:
    """
    Answer DELETE /2/tweets/{id}; deleting twice says yes twice and costs once.

    Raises:
        RefusedError: 404, there never was such a post.
    """
    post = state.find_post(post_id)
    if post is None:
        detail = f"Could not find tweet with id: [{post_id}]."
        named = {"value": post_id, "parameter": "id", "resource_id": post_id, "resource_type": "tweet"}
        raise RefusedError(problem(404, "Not Found Error", detail, kind="resource-not-found", **named))
    if post.is_live:
        state.delete(post, now)
        state.ledger.bill("delete", post_id, now=now)
    return json_answer(200, {"data": {"deleted": True}}, note=f"deleted {post_id}")


def check_credit(state: XState) -> None:
    """
    Nothing is done on an empty balance.

    Raises:
        RefusedError: 402.
    """
    credit = state.behaviour.credit_usd
    if credit is not None and state.ledger.invoice().total_usd >= credit:
        raise RefusedError(no_credit())


def no_credit() -> Answer:
    """
    The 402, as third parties have seen it; X documents none.
    """
    return problem(402, "Payment Required", "credits depleted", kind="credits-depleted")


def _read_body(call: Call) -> _Create:
    try:
        wanted = _Create.model_validate_json(call.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        message = f"$.{where}: {first['msg']}"
        raise invalid(message, **{where: str(first["input"])[:200]}) from error
    if sum(getattr(wanted, name) is not None for name in _EXCLUSIVE) > 1:
        raise invalid(f"only one of {', '.join(_EXCLUSIVE)} may be given")
    foreign = [name for name in _NOT_OURS if getattr(wanted, name) is not None]
    if foreign or any(getattr(wanted, name) for name in _NOT_OURS_EITHER):
        # Quotes are for Enterprise accounts; the rest this account has no use for.
        raise forbidden(NOT_PERMITTED)
    return wanted


def _checked(state: XState, wanted: _Create, now: datetime) -> StoredPost:
    text = clean(wanted.text)
    media = _check_media(state, wanted.media, now)
    if text or not media:
        _check_text(text, premium=state.behaviour.premium)
    edited = _check_edit(state, wanted, now)
    parent = _check_reply(state, wanted.reply) if edited is None else None
    _check_double(state, text, now=now, edited=edited)
    post_id = state.new_id(now)
    origin = edited or parent
    return StoredPost(
        id=post_id,
        text=text,
        created_at=now,
        root_id=edited.root_id if edited else post_id,
        conversation_id=origin.conversation_id if origin else post_id,
        links=tuple(post_text.links(text)),
        media_ids=tuple(item.id for item in media),
        in_reply_to=edited.in_reply_to if edited else (parent.id if parent else None),
        reply_settings=wanted.reply_settings or "everyone",
        paid_partnership=wanted.paid_partnership,
    )


def _check_text(text: str, *, premium: bool) -> None:
    # What X answers to a text that is too long or has too many cashtags is not documented; a 400 is the likely one.
    if len(post_text.cashtags(text)) > 1:
        raise invalid("Your Tweet has too many cashtags: only one is allowed.", text=text)
    if post_text.is_valid(text) or (premium and 0 < post_text.weighted_length(text) <= _PREMIUM_CHARS):
        return
    if not text:
        raise invalid("Your Tweet has neither text nor media.", text=text)
    raise invalid("Your Tweet text is too long, or has characters that are not allowed.", text=text)


def _check_media(state: XState, wanted: _Media | None, now: datetime) -> list[StoredMedia]:
    if wanted is None:
        return []
    found = [state.find_media(media_id) for media_id in wanted.media_ids]
    usable = [item for item in found if item is not None and item.finalized_at is not None and now < item.expires_at]
    if len(usable) < len(found) or len(set(wanted.media_ids)) < len(found):
        raise invalid("Your media IDs are invalid.", **{"media.media_ids": wanted.media_ids})
    if len(usable) > 1 and any(item.kind != "photo" for item in usable):
        message = f"A post takes up to {_PHOTOS} photos, or one GIF, or one video."
        raise invalid(message, **{"media.media_ids": wanted.media_ids})
    return usable


def _check_reply(state: XState, wanted: _Reply | None) -> StoredPost | None:
    if wanted is None:
        return None
    parent = state.find_post(wanted.in_reply_to_tweet_id)
    if parent is None or not parent.is_live:
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    return parent


def _check_edit(state: XState, wanted: _Create, now: datetime) -> StoredPost | None:
    """
    The version that is edited; None: this is no edit.

    Source: docs.x.com/x-api/fundamentals/edit-posts and the changelog of 2025-10-03.
    """
    if wanted.edit_options is None:
        return None
    behaviour = state.behaviour
    previous = state.find_post(wanted.edit_options.previous_post_id)
    if previous is None or not previous.is_live or not behaviour.premium:
        raise forbidden(NOT_PERMITTED)
    versions = state.versions(previous)
    too_late = now - versions[0].created_at > behaviour.edit_window
    if too_late or len(versions) > behaviour.edits_allowed or versions[-1].id != previous.id:
        raise forbidden("You are not permitted to edit this Tweet any more.")
    return previous


def _check_double(state: XState, text: str, *, now: datetime, edited: StoredPost | None) -> None:
    oldest = now - state.behaviour.duplicate_window
    for post in state.same_text(text):
        is_own_version = edited is not None and post.root_id == edited.root_id
        if text and post.created_at >= oldest and not is_own_version:
            raise RefusedError(problem(403, "Forbidden", DUPLICATE))
