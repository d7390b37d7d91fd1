"""Uploads to the local X: one-shot and chunked, by JSON and by form, and what is refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from asiaradar_bot.sandbox.x import LocalX
from tests.sandbox.x_access import FixedClock, call, create, image_bytes, tweepy_client, upload

ONE_SHOT = "/2/media/upload"


@pytest.fixture
def clock() -> FixedClock:
    """
    The server's clock.
    """
    return FixedClock()


@pytest.fixture
def x(clock: FixedClock) -> Iterator[LocalX]:
    """
    A fresh local X.
    """
    with LocalX(now=clock) as started:
        yield started


def as_json(content: bytes, **more: Any) -> dict[str, Any]:
    """
    A one-shot body.
    """
    return {"media": base64.b64encode(content).decode(), "media_category": "tweet_image", **more}


def initialize(x: LocalX, *, size: int, kind: str = "image/jpeg", category: str = "tweet_image") -> requests.Response:
    """
    The answer to an initialize call.
    """
    body = {"media_type": kind, "total_bytes": size, "media_category": category}
    return call(x, "POST", f"{ONE_SHOT}/initialize", json=body)


def append(x: LocalX, media_id: str, content: bytes, *, index: object = 0) -> requests.Response:
    """
    The answer to an append call.
    """
    body = {"media": base64.b64encode(content).decode(), "segment_index": index}
    return call(x, "POST", f"{ONE_SHOT}/{media_id}/append", json=body)


def finalize(x: LocalX, media_id: str) -> requests.Response:
    """
    The answer to a finalize call.
    """
    return call(x, "POST", f"{ONE_SHOT}/{media_id}/finalize")


def test_one_shot_by_tweepys_own_request(x: LocalX) -> None:
    """Tweepy's request() with base64 JSON uploads a picture."""
    content = image_bytes()
    answer = tweepy_client(x).request("POST", ONE_SHOT, json=as_json(content), user_auth=True).json()["data"]
    assert answer["media_key"] == f"3_{answer['id']}"
    assert (answer["size"], answer["expires_after_secs"]) == (len(content), 86_400)
    assert answer["image"] == {"image_type": "image/jpeg", "w": 40, "h": 30}
    stored = x.media(answer["id"])
    assert stored is not None
    assert stored.content == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_shot_by_form(x: LocalX, kind: str) -> None:
    """A multipart form uploads any picture type that X takes."""
    content = image_bytes(kind)
    answer = call(x, "POST", ONE_SHOT, files={"media": ("p", content), "media_category": (None, "tweet_image")})
    assert answer.status_code == 200, answer.text
    stored = x.media(answer.json()["data"]["id"])
    assert stored is not None
    assert (stored.content, stored.media_type) == (content, f"image/{kind.lower()}")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (as_json(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "no JPEG, PNG, GIF or WEBP"),
        (as_json(image_bytes()[:200]), "no JPEG, PNG, GIF or WEBP"),
        (as_json(image_bytes() + bytes(5 * 1024 * 1024)), "at most"),
        (as_json(image_bytes(), media_category="tweet_video"), "images only"),
        (as_json(image_bytes(), colour="red"), "$.colour"),
        ({"media_category": "tweet_image"}, "$.media"),
        ({"media": "no base64!", "media_category": "tweet_image"}, "base64"),
        ({"media": 5, "media_category": "tweet_image"}, "$.media"),
    ],
    ids=["svg", "broken", "large", "category", "key", "missing", "encoding", "number"],
)
def test_one_shot_refusals(x: LocalX, body: dict[str, Any], told: str) -> None:
    """What is no acceptable picture is a 400 that says why."""
    answer = call(x, "POST", ONE_SHOT, json=body)
    assert answer.status_code == 400
    assert told in answer.json()["errors"][0]["message"]


def test_other_bodies_are_refused(x: LocalX) -> None:
    """Neither JSON nor a form, or a form without boundary: 400."""
    for kind in ("text/plain", "multipart/form-data", "application/json"):
        assert call(x, "POST", ONE_SHOT, data=b"--x", headers={"Content-Type": kind}).status_code == 400


def test_chunked_upload(x: LocalX) -> None:
    """Initialize, append twice, finalize, use."""
    content = image_bytes("PNG", (300, 200))
    media_id = initialize(x, size=len(content), kind="image/png").json()["data"]["id"]
    half = len(content) // 2
    assert append(x, media_id, content[:half], index=0).json()["data"]["expires_at"] > 0
    files = {"media": ("part", content[half:]), "segment_index": (None, "1")}
    assert call(x, "POST", f"{ONE_SHOT}/{media_id}/append", files=files).status_code == 200
    done = finalize(x, media_id).json()["data"]
    assert done["image"] == {"image_type": "image/png", "w": 300, "h": 200}
    create(x, "Chunked", media={"media_ids": [media_id]})


def test_an_unfinished_upload_cannot_be_posted(x: LocalX) -> None:
    """Media are usable once finalized, not before."""
    media_id = initialize(x, size=10).json()["data"]["id"]
    answer = call(x, "POST", "/2/tweets", json={"text": "too early", "media": {"media_ids": [media_id]}})
    assert answer.status_code == 400


def test_video_takes_time(x: LocalX, clock: FixedClock) -> None:
    """A video's status goes from pending over in_progress to succeeded, by the server's clock."""
    content = b"\x00\x00\x00\x18ftypmp42" + bytes(100)
    announced = initialize(x, size=len(content), kind="video/mp4", category="tweet_video")
    media_id = announced.json()["data"]["id"]

    def state() -> str:
        answer = call(x, "GET", ONE_SHOT, params={"command": "STATUS", "media_id": media_id})
        return str(answer.json()["data"]["processing_info"]["state"])

    seen = [state()]
    append(x, media_id, content)
    assert finalize(x, media_id).json()["data"]["processing_info"]["check_after_secs"] == 1
    seen.append(state())
    clock.pass_by(seconds=2)
    seen.append(state())
    assert seen == ["pending", "in_progress", "succeeded"]


@pytest.mark.parametrize(
    "body",
    [
        {"media_type": "image/tiff", "total_bytes": 10, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 0, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 6_000_000, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 10, "media_category": "dm_image"},
        {},
    ],
)
def test_initialize_refusals(x: LocalX, body: dict[str, Any]) -> None:
    """Unknown type or category, nothing, or too much announced: 400."""
    assert call(x, "POST", f"{ONE_SHOT}/initialize", json=body).status_code == 400


def test_a_body_that_is_no_object_is_refused(x: LocalX) -> None:
    """A JSON list is a 400."""
    assert call(x, "POST", f"{ONE_SHOT}/initialize", json=[1]).status_code == 400


def test_segments_must_fit(x: LocalX) -> None:
    """Too many bytes, too few, a bad index, a finished or unknown upload: 400."""
    media_id = initialize(x, size=4).json()["data"]["id"]
    assert append(x, media_id, b"12345").status_code == 400
    assert append(x, media_id, b"12", index=1000).status_code == 400
    assert append(x, media_id, b"12").status_code == 200
    assert finalize(x, media_id).status_code == 400
    assert append(x, "7", b"12").status_code == 400
    assert finalize(x, upload(x)).status_code == 400


def test_a_file_that_is_no_video_is_refused(x: LocalX) -> None:
    """What was announced as a video must be one."""
    media_id = initialize(x, size=9, kind="video/mp4", category="tweet_video").json()["data"]["id"]
    append(x, media_id, b"not video")
    assert finalize(x, media_id).status_code == 400


def test_status_of_nothing_is_refused(x: LocalX) -> None:
    """STATUS wants a known id, and is the only command."""
    assert call(x, "GET", ONE_SHOT, params={"command": "STATUS", "media_id": "5"}).status_code == 400
    assert call(x, "GET", ONE_SHOT, params={"command": "INIT", "media_id": upload(x)}).status_code == 400


def test_alt_text(x: LocalX) -> None:
    """Up to a thousand characters are kept and billed; more, or none, are refused and not billed."""
    media_id = upload(x)

    def describe(metadata: object) -> int:
        return call(x, "POST", "/2/media/metadata", json={"id": media_id, "metadata": metadata}).status_code

    assert describe({"alt_text": {"text": "é" * 1000}}) == 200
    assert describe({"alt_text": {"text": "é" * 1001}}) == 400
    assert describe({}) == 400
    stored = x.media(media_id)
    assert stored is not None
    assert stored.alt_text == "é" * 1000
    assert x.invoice().count("alt_text") == 1


def test_uploads_expire(x: LocalX, clock: FixedClock) -> None:
    """After a day an unused upload is unknown."""
    media_id = upload(x)
    clock.pass_by(days=1)
    assert call(x, "GET", ONE_SHOT, params={"command": "STATUS", "media_id": media_id}).status_code == 400
