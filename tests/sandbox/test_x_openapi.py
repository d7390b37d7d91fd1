"""The local X against X's own OpenAPI documents: bodies and answers by 2.167, parameters and old words by 2.166."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asiaradar_bot.sandbox.x import Behaviour, LocalX
from tests.sandbox.x_access import (
    FixedClock,
    LoopbackSession,
    call,
    create,
    image_bytes,
    timeline,
    tweepy_client,
    upload,
)
from tests.sandbox.x_spec import answer_faults, body_faults, parameter_faults, problem_faults

OLD_FIELDS = (
    "attachments,author_id,conversation_id,created_at,display_text_range,edit_controls,entities,in_reply_to_user_id,"
    "lang,non_public_metrics,note_tweet,organic_metrics,possibly_sensitive,public_metrics,referenced_tweets,"
    "reply_settings,text"
)
NEW_FIELDS = (
    "attachments,conversation_id,created_at,display_text_range,edit_controls,entities,lang,non_public_metrics,note_post,"
    "organic_metrics,paid_partnership,possibly_sensitive,public_metrics,reply_settings,source,text"
)
SHAPE = {
    "media.fields": "alt_text,width,height,url,type",
    "user.fields": "created_at,description,username,verified",
}


@pytest.fixture
def x() -> Iterator[LocalX]:
    """
    A local X with a thread, a picture, a long post and a deleted post in it.
    """
    with LocalX(now=FixedClock(), behaviour=Behaviour(premium=True)) as started:
        first = create(
            started, "R&D at #東京 $TSM @AsiaRadar https://radar.asia/1", media={"media_ids": [upload(started)]}
        )
        create(started, "Part two", reply={"in_reply_to_tweet_id": first})
        create(started, "word " * 100 + "https://radar.asia/long")
        started.clock.advance(timedelta(hours=5))
        yield started


def test_the_reduced_documents_are_small_and_name_their_source() -> None:
    """The copies stay under 300 kB and say where they come from and under which licence."""
    for path in (Path(__file__).parent / "openapi").glob("*.json"):
        assert path.stat().st_size < 300_000
        info = json.loads(path.read_text(encoding="utf-8"))["info"]
        assert "xdevplatform/docs" in info["x-reduced"]
        assert info["license"]["name"] == "X Developer Agreement and Policy"


def test_the_judge_is_not_blind() -> None:
    """The checks find faults where there are some: in a body, an answer, a query and a problem."""
    assert body_faults({"text": "x", "extra": 1}, "post /2/tweets")
    assert answer_faults({"data": {"id": "x"}}, "post /2/tweets", status="201")
    assert parameter_faults({"tweet.fields": "shoe_size"}, "get /2/tweets")
    assert problem_faults({"title": "x"}, version="2.167")


def test_creating(x: LocalX) -> None:
    """Body and 201 of a create call with everything in it, and of a delete."""
    body = {
        "text": "All of it https://radar.asia/2",
        "media": {"media_ids": [upload(x)]},
        "reply": {"in_reply_to_tweet_id": x.posts()[0].id},
        "reply_settings": "mentionedUsers",
        "made_with_ai": False,
        "paid_partnership": False,
    }
    assert body_faults(body, "post /2/tweets") == []
    answer = call(x, "POST", "/2/tweets", json=body)
    assert answer.status_code == 201
    assert answer_faults(answer.json(), "post /2/tweets", status="201") == []
    deleted = call(x, "DELETE", f"/2/tweets/{answer.json()['data']['id']}").json()
    assert answer_faults(deleted, "delete /2/tweets/{id}") == []


def test_what_tweepy_sends(x: LocalX) -> None:
    """Tweepy's create body fits 2.167, and its timeline query fits 2.166."""
    client = tweepy_client(x)
    client.create_tweet(text="By tweepy", in_reply_to_tweet_id=x.posts()[0].id, user_auth=True)
    client.get_users_tweets(
        x.account.id,
        user_auth=True,
        max_results=100,
        start_time="2026-11-01T00:00:00Z",
        exclude=["replies"],
        expansions=["attachments.media_keys"],
        tweet_fields=["created_at", "entities", "public_metrics", "non_public_metrics"],
        media_fields=["alt_text"],
    )
    created, read = x.requests[-2:]
    assert body_faults(json.loads(created.body), "post /2/tweets") == []
    assert parameter_faults(dict(read.query), "get /2/users/{id}/tweets") == []


@pytest.mark.parametrize(
    ("fields", "expansion", "version"),
    [
        ({"tweet.fields": OLD_FIELDS}, "referenced_tweets.id", "2.166"),
        ({"post.fields": NEW_FIELDS}, "referenced_posts", "2.167"),
    ],
    ids=["old", "new"],
)
def test_reading(x: LocalX, fields: dict[str, str], expansion: str, version: str) -> None:
    """Timeline and lookup with every field: the query and the answer fit the document of their vocabulary."""
    query = {**fields, **SHAPE, "expansions": f"attachments.media_keys,author_id,{expansion}"}
    assert parameter_faults(query, "get /2/users/{id}/tweets", version=version) == []
    page = timeline(x, **query)
    assert answer_faults(page, "get /2/users/{id}/tweets", version=version) == []
    assert set(page["includes"]) == {"users", "media", "tweets" if version == "2.166" else "posts"}
    assert all(len(post) >= 15 for post in page["data"])
    lookup = call(x, "GET", "/2/tweets", params={"ids": f"{page['data'][0]['id']},1", **query}).json()
    assert lookup["errors"]
    assert answer_faults(lookup, "get /2/tweets", version=version) == []


def test_an_empty_timeline() -> None:
    """A page without posts fits both documents."""
    with LocalX() as x:
        page = timeline(x)
    for version in ("2.166", "2.167"):
        assert answer_faults(page, "get /2/users/{id}/tweets", version=version) == []


def test_users(x: LocalX) -> None:
    """users/me and users/by/username."""
    for path, operation in (
        ("/2/users/me", "get /2/users/me"),
        ("/2/users/by/username/AsiaRadar", "get /2/users/by/username/{username}"),
        ("/2/users/by/username/nobody", "get /2/users/by/username/{username}"),
    ):
        query = {"user.fields": "created_at,description,public_metrics,verified"}
        answer = call(x, "GET", path, params=query).json()
        assert parameter_faults(query, operation, version="2.167") == []
        assert answer_faults(answer, operation) == []


def test_uploads(x: LocalX) -> None:
    """One-shot, chunked, status and alt text: bodies and answers."""
    content = image_bytes()
    media = base64.b64encode(content).decode()
    one_shot = {"media": media, "media_category": "tweet_image"}
    _posted(x, "/2/media/upload", "/2/media/upload", one_shot)
    announced = {"media_type": "image/jpeg", "total_bytes": len(content), "media_category": "tweet_image"}
    media_id = _posted(x, "/2/media/upload/initialize", "/2/media/upload/initialize", announced)
    _posted(
        x, f"/2/media/upload/{media_id}/append", "/2/media/upload/{id}/append", {"media": media, "segment_index": 0}
    )
    _posted(x, f"/2/media/upload/{media_id}/finalize", "/2/media/upload/{id}/finalize", None)
    _posted(x, "/2/media/metadata", "/2/media/metadata", {"id": media_id, "metadata": {"alt_text": {"text": "Blue"}}})
    query = {"command": "STATUS", "media_id": media_id}
    assert parameter_faults(query, "get /2/media/upload") == []
    assert answer_faults(call(x, "GET", "/2/media/upload", params=query).json(), "get /2/media/upload") == []


def _posted(x: LocalX, path: str, name: str, body: dict[str, Any] | None) -> str:
    if body is not None:
        assert body_faults(body, f"post {name}") == []
    answer = call(x, "POST", path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer_faults(answer.json(), f"post {name}") == []
    return str(answer.json()["data"].get("id", ""))


def test_usage(x: LocalX) -> None:
    """Posts read by day."""
    timeline(x)
    headers = {"Authorization": f"Bearer {x.credentials.bearer_token}"}
    with LoopbackSession(x.base_url) as session:
        answer = session.request("GET", f"{x.base_url}/2/usage/tweets?days=2", headers=headers).json()
    assert answer_faults(answer, "get /2/usage/tweets") == []


def test_problems(x: LocalX) -> None:
    """The problems that the documents know have their form; every other has at least type and title."""
    bad = call(x, "POST", "/2/tweets", json={"text": ""}).json()
    gone = call(x, "DELETE", "/2/tweets/1").json()
    for document in (bad, gone):
        assert problem_faults(document, version="2.167") == []
    duplicate = call(x, "POST", "/2/tweets", json={"text": "Part two"}).json()
    assert problem_faults(duplicate, version="2.166") == []
