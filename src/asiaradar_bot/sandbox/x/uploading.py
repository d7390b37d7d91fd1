"""Media on the local X: one-shot and chunked uploads, their status, and alt texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from asiaradar_bot.sandbox.x.calls import Answer, Call, invalid, json_answer, problem
from asiaradar_bot.sandbox.x.forms import read_form, read_json
from asiaradar_bot.sandbox.x.nouns import StoredMedia
from asiaradar_bot.sandbox.x.state import XState

_MEGABYTE = 1024 * 1024
_LARGEST = {"tweet_image": 5 * _MEGABYTE, "tweet_gif": 15 * _MEGABYTE, "tweet_video": 512 * _MEGABYTE}
"""Source: docs.x.com/x-api/media/quickstart/best-practices; the video limit is the lower of its two versions."""
_IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_MEDIA_TYPES = frozenset({*_IMAGE_TYPES.values(), "video/mp4", "video/quicktime", "video/webm"})
_PROCESSING = timedelta(seconds=2)
_SEGMENTS = 1_000
_ALT_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class _Picture:
    media_type: str
    width_pixels: int
    height_pixels: int


def upload_whole(state: XState, call: Call, now: datetime) -> Answer:
    """
    Answer POST /2/media/upload, the one-shot way: images only.

    Raises:
        RefusedError: 400, the body or the picture is not acceptable.
    """
    allowed = {"media", "media_category", "media_type", "additional_owners", "shared"}
    form = read_form(call, allowed=allowed, needed={"media", "media_category"})
    category, content = str(form["media_category"]), form["media"]
    if category != "tweet_image":
        raise invalid("one-shot upload takes images only", media_category=category)
    media = _new_media(state, category, now=now, media_type="", total_bytes=None)
    whole = _finished(state, replace(media, content=content if isinstance(content, bytes) else b""), now)
    return json_answer(200, {"data": _described(whole, now)}, note=f"uploaded {whole.id}")


def initialize(state: XState, call: Call, now: datetime) -> Answer:
    """
    Answer POST /2/media/upload/initialize: an id that takes segments.

    Raises:
        RefusedError: 400, type, category or size is not acceptable.
    """
    body = read_json(call)
    category, media_type, total = (body.get(name) for name in ("media_category", "media_type", "total_bytes"))
    if category not in _LARGEST:
        raise invalid("$.media_category: is not one of " + ", ".join(_LARGEST), media_category=category)
    if media_type not in _MEDIA_TYPES:
        raise invalid("$.media_type: is not supported", media_type=media_type)
    if not isinstance(total, int) or not 0 < total <= _LARGEST[category]:
        raise invalid(f"$.total_bytes: must be between 1 and {_LARGEST[category]}", total_bytes=total)
    media = _new_media(state, category, now=now, media_type=media_type, total_bytes=total)
    state.put_media(media)
    data = {"id": media.id, "media_key": media.key, "expires_after_secs": _left(media, now)}
    return json_answer(200, {"data": data}, note=f"initialized {media.id}")


def append(state: XState, call: Call, now: datetime, media_id: str) -> Answer:
    """
    Answer POST /2/media/upload/{id}/append: one more segment, in order.

    Raises:
        RefusedError: 400, no such upload, a segment out of order, or more bytes than announced.
    """
    form = read_form(call, allowed={"media", "segment_index"}, needed={"media", "segment_index"})
    media = _open_upload(state, media_id, now)
    index, content = str(form["segment_index"]), form["media"]
    if not re.fullmatch(r"[0-9]{1,3}", index):
        raise invalid(f"$.segment_index: must be between 0 and {_SEGMENTS - 1}", segment_index=index)
    grown = media.content + (content if isinstance(content, bytes) else b"")
    if media.total_bytes is None or len(grown) > media.total_bytes:
        raise invalid("more bytes than initialize announced", segment_index=index)
    state.put_media(replace(media, content=grown))
    return json_answer(200, {"data": {"expires_at": int(media.expires_at.timestamp())}}, note=f"appended to {media_id}")


def finalize(state: XState, now: datetime, media_id: str) -> Answer:
    """
    Answer POST /2/media/upload/{id}/finalize: the upload is whole.

    Raises:
        RefusedError: 400, no such upload, bytes missing, or no picture.
    """
    media = _open_upload(state, media_id, now)
    if len(media.content) != media.total_bytes:
        raise invalid(f"got {len(media.content)} of {media.total_bytes} bytes", media_id=media_id)
    whole = _finished(state, media, now)
    return json_answer(200, {"data": _described(whole, now)}, note=f"finalized {media_id}")


def upload_status(state: XState, query: dict[str, str], now: datetime) -> Answer:
    """
    Answer GET /2/media/upload?command=STATUS&media_id=.

    Raises:
        RefusedError: 400, no such upload.
    """
    if query.get("command", "STATUS") != "STATUS":
        raise invalid("the only command is STATUS", command=query["command"])
    media = _known(state, query.get("media_id", ""), now)
    return json_answer(200, {"data": _described(media, now) | {"processing_info": _processing(media, now)}})


def describe(state: XState, call: Call, now: datetime) -> Answer:
    """
    Answer POST /2/media/metadata: the alt text of an upload.

    Raises:
        RefusedError: 400, no such upload, or the text is too long.
    """
    body = read_json(call)
    media = _known(state, str(body.get("id", "")), now)
    metadata = body.get("metadata") or {}
    alt_text = (metadata.get("alt_text") or {}).get("text") if isinstance(metadata, dict) else None
    if not isinstance(alt_text, str) or len(alt_text) > _ALT_CHARS:
        raise invalid(f"$.metadata.alt_text.text: needs a text of up to {_ALT_CHARS} characters", id=media.id)
    state.put_media(replace(media, alt_text=alt_text))
    state.ledger.bill("alt_text", media.id, now=now)
    data = {"id": media.id, "associated_metadata": {"alt_text": {"text": alt_text}}}
    return json_answer(200, {"data": data}, note=f"described {media.id}")


def picture(state: XState, media_id: str) -> Answer:
    """
    The bytes of an upload, for the page.
    """
    media = state.find_media(media_id)
    if media is None or media.finalized_at is None:
        return problem(404, "Not Found Error", "no such media", kind="resource-not-found")
    # Finished media carry the type that their bytes have, never the one that was claimed.
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=86400"}
    return Answer(status=200, body=media.content, content_type=media.media_type, headers=headers)


def _new_media(state: XState, category: str, *, now: datetime, media_type: str, total_bytes: int | None) -> StoredMedia:
    return StoredMedia(
        id=state.new_id(now),
        category=category,
        media_type=media_type,
        created_at=now,
        expires_at=now + state.behaviour.media_life,
        total_bytes=total_bytes,
    )


def _finished(state: XState, media: StoredMedia, now: datetime) -> StoredMedia:
    largest = _LARGEST[media.category]
    if len(media.content) > largest:
        raise invalid(f"the file is {len(media.content)} bytes; at most {largest} are allowed", media_id=media.id)
    finished = replace(media, finalized_at=now, expires_at=now + state.behaviour.media_life)
    if media.category == "tweet_video":
        if media.content[4:8] != b"ftyp":
            raise invalid("the file is no video that X takes", media_id=media.id)
        finished = replace(finished, media_type="video/mp4")
    else:
        seen = _look_at(media)
        finished = replace(
            finished, media_type=seen.media_type, width_pixels=seen.width_pixels, height_pixels=seen.height_pixels
        )
    state.put_media(finished)
    return finished


def _look_at(media: StoredMedia) -> _Picture:
    from PIL import Image

    try:
        with Image.open(BytesIO(media.content), formats=tuple(_IMAGE_TYPES)) as image:
            return _Picture(_IMAGE_TYPES[image.format or ""], image.width, image.height)
    except (OSError, ValueError, KeyError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise invalid("the file is no JPEG, PNG, GIF or WEBP", media_id=media.id) from error


def _open_upload(state: XState, media_id: str, now: datetime) -> StoredMedia:
    media = _known(state, media_id, now)
    if media.finalized_at is not None:
        raise invalid("the upload is finalized already", media_id=media_id)
    return media


def _known(state: XState, media_id: str, now: datetime) -> StoredMedia:
    media = state.find_media(media_id)
    if media is None or now >= media.expires_at:
        raise invalid("Your media IDs are invalid.", media_id=media_id)
    return media


def _described(media: StoredMedia, now: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": media.id,
        "media_key": media.key,
        "size": len(media.content),
        "expires_after_secs": _left(media, now),
    }
    if media.width_pixels and media.height_pixels:
        data["image"] = {"image_type": media.media_type, "w": media.width_pixels, "h": media.height_pixels}
    if media.category != "tweet_image":
        data["processing_info"] = _processing(media, now)
    return data


def _processing(media: StoredMedia, now: datetime) -> dict[str, Any]:
    if media.finalized_at is None:
        return {"state": "pending", "check_after_secs": 1, "progress_percent": 0}
    if media.category == "tweet_image" or now - media.finalized_at >= _PROCESSING:
        return {"state": "succeeded", "progress_percent": 100}
    return {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50}


def _left(media: StoredMedia, now: datetime) -> int:
    return int((media.expires_at - now).total_seconds())
