"""Creating, editing and deleting on the local X: what it takes, what it refuses, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from asiaradar_bot.sandbox.x import Behaviour, LocalX
from tests.sandbox.x_access import NOON, FixedClock, call, create, image_bytes, timeline, upload


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


@pytest.fixture
def premium(clock: FixedClock) -> Iterator[LocalX]:
    """
    A local X whose account is Premium.
    """
    with LocalX(now=clock, behaviour=Behaviour(premium=True)) as started:
        yield started


def try_create(x: LocalX, **body: Any) -> requests.Response:
    """
    The answer to a create call with this body.
    """
    return call(x, "POST", "/2/tweets", json=body)


def test_the_answer_carries_the_text_as_x_shows_it(x: LocalX) -> None:
    """Links come back as t.co, the three HTML characters escaped; the account keeps what was written."""
    written = "R&D <up> 3% https://radar.asia/a?b=1&c=2"
    answer = try_create(x, text=written)
    data = answer.json()["data"]
    assert answer.status_code == 201
    assert data["text"].startswith("R&amp;D &lt;up&gt; 3% https://t.co/")
    assert data["edit_history_tweet_ids"] == [data["id"]]
    assert [(post.text, post.links) for post in x.posts()] == [(written, ("https://radar.asia/a?b=1&c=2",))]


def test_ids_are_nineteen_digits_and_grow(x: LocalX, clock: FixedClock) -> None:
    """Ids look like X's and grow even when the clock goes back."""
    ids = [create(x, "one"), create(x, "two")]
    clock.pass_by(hours=-1)
    ids.append(create(x, "three"))
    assert all(len(one) == 19 for one in ids)
    assert ids == sorted(ids, key=int)
    assert len(set(ids)) == 3


def test_text_is_kept_in_nfc_without_outer_space(x: LocalX) -> None:
    """X's cleaning: NFC, LF, no space at the ends."""
    create(x, "  cafe\u0301\r\nin Hanoi \n")
    assert x.posts()[0].text == "caf\u00e9\nin Hanoi"


@pytest.mark.parametrize(
    "text",
    ["a" * 280, "日" * 140, "https://radar.asia/" + "x" * 300, "ก" * 280],
    ids=["latin", "japanese", "long-link", "thai"],
)
def test_text_up_to_the_weighted_limit_is_taken(x: LocalX, text: str) -> None:
    """280 weighted characters fit, whatever the script."""
    create(x, text)


@pytest.mark.parametrize(
    "text", ["a" * 281, "日" * 141, "", "   ", "bad \ufeff mark"], ids=["long", "japanese", "none", "blank", "bom"]
)
def test_text_beyond_the_rules_is_refused(x: LocalX, text: str) -> None:
    """Too long, empty or forbidden: 400, and nothing is created."""
    answer = try_create(x, text=text)
    assert answer.status_code == 400
    assert answer.json()["type"] == "https://api.x.com/2/problems/invalid-request"
    assert x.posts() == []


def test_one_cashtag_is_taken_and_two_are_not(x: LocalX) -> None:
    """A post may hold one cashtag."""
    create(x, "$TSM rises")
    answer = try_create(x, text="$TSM and $SONY rise")
    assert answer.status_code == 400
    assert "cashtags" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"text": "x", "txt": "y"}, "$.txt"),
        ({"text": 5}, "$.text"),
        ({"text": "x", "media": {"media_ids": []}}, "$.media.media_ids"),
        ({"text": "x", "media": {"media_ids": ["1", "2", "3", "4", "5"]}}, "$.media.media_ids"),
        ({"text": "x", "reply": {}}, "$.reply.in_reply_to_tweet_id"),
        ({"text": "x", "reply_settings": "nobody"}, "$.reply_settings"),
        ({"text": "x", "poll": {}, "quote_tweet_id": "1"}, "only one of"),
    ],
)
def test_a_body_outside_the_schema_is_refused(x: LocalX, body: dict[str, Any], told: str) -> None:
    """Unknown keys and wrong values are named in a 400."""
    answer = try_create(x, **body)
    assert answer.status_code == 400
    assert told in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'"text"'])
def test_a_body_that_is_no_json_object_is_refused(x: LocalX, raw: bytes) -> None:
    """Broken JSON is a 400."""
    answer = call(x, "POST", "/2/tweets", data=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


@pytest.mark.parametrize("extra", [{"quote_tweet_id": "1"}, {"poll": {"options": ["a", "b"]}}, {"nullcast": True}])
def test_what_the_account_may_not_do_is_forbidden(x: LocalX, extra: dict[str, Any]) -> None:
    """Quotes are for Enterprise; polls and the like are not part of the local X: 403."""
    assert try_create(x, text="x", **extra).status_code == 403


def test_the_same_text_within_twelve_hours_is_a_duplicate(x: LocalX, clock: FixedClock) -> None:
    """The documented 403, for twelve hours, whatever was posted in between."""
    create(x, "Breaking: https://radar.asia/1")
    create(x, "Something else")
    clock.pass_by(hours=11, minutes=59)
    answer = try_create(x, text="Breaking: https://radar.asia/1")
    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    clock.pass_by(minutes=2)
    create(x, "Breaking: https://radar.asia/1")


def test_a_deleted_post_is_no_duplicate(x: LocalX) -> None:
    """After deleting, the same text may be posted again."""
    post_id = create(x, "Once more")
    call(x, "DELETE", f"/2/tweets/{post_id}")
    create(x, "Once more")
    assert [post.is_live for post in x.posts(deleted=True)] == [False, True]


def test_a_reply_to_oneself_continues_the_thread(x: LocalX) -> None:
    """Replies carry the conversation of the first post."""
    first = create(x, "Part one")
    second = create(x, "Part two", reply={"in_reply_to_tweet_id": first})
    third = create(x, "Part three", reply={"in_reply_to_tweet_id": second})
    posts = {post.id: post for post in x.posts()}
    assert [posts[one].conversation_id for one in (first, second, third)] == [first] * 3
    assert posts[third].in_reply_to == second


def test_a_reply_to_nothing_is_forbidden(x: LocalX) -> None:
    """Replying to a post that is gone, or never was, is a 403."""
    gone = create(x, "Soon gone")
    call(x, "DELETE", f"/2/tweets/{gone}")
    for parent in (gone, "1"):
        answer = try_create(x, text="Too late", reply={"in_reply_to_tweet_id": parent})
        assert (answer.status_code, "deleted or not visible" in answer.json()["detail"]) == (403, True)


def test_deleting_takes_the_post_away(x: LocalX) -> None:
    """A deleted post leaves timeline and lookup; deleting again is still a yes."""
    post_id = create(x, "Wrong headline")
    for _ in range(2):
        answer = call(x, "DELETE", f"/2/tweets/{post_id}")
        assert (answer.status_code, answer.json()) == (200, {"data": {"deleted": True}})
    assert timeline(x)["meta"]["result_count"] == 0
    assert "data" not in call(x, "GET", "/2/tweets", params={"ids": post_id}).json()
    assert x.invoice().count("delete") == 1


def test_deleting_what_never_was_is_a_404(x: LocalX) -> None:
    """An id that never existed is told as not found."""
    answer = call(x, "DELETE", "/2/tweets/12345")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/resource-not-found")


def test_media_is_attached_with_a_link_of_its_own(x: LocalX) -> None:
    """A post with a picture gets one more t.co at its end, which is no link of the account's."""
    media_id = upload(x)
    create(x, "Look", media={"media_ids": [media_id]})
    post = timeline(x, **{"tweet.fields": "entities,attachments"})["data"][0]
    assert post["attachments"]["media_keys"] == [f"3_{media_id}"]
    assert post["entities"]["urls"][0]["display_url"].startswith("pic.x.com/")
    assert x.posts()[0].links == ()


def test_media_alone_needs_no_text(x: LocalX) -> None:
    """Text may be left out when there is media."""
    assert try_create(x, media={"media_ids": [upload(x)]}).status_code == 201


def test_media_rules(x: LocalX, clock: FixedClock) -> None:
    """Unknown, repeated, mixed and expired media are refused; four photos are taken."""
    photos = [upload(x) for _ in range(4)]
    gif = _chunked_gif(x)
    assert try_create(x, text="unknown", media={"media_ids": ["99"]}).status_code == 400
    assert try_create(x, text="repeated", media={"media_ids": [photos[0]] * 2}).status_code == 400
    assert try_create(x, text="mixed", media={"media_ids": [photos[0], gif]}).status_code == 400
    assert try_create(x, text="four", media={"media_ids": photos}).status_code == 201
    assert try_create(x, text="gif", media={"media_ids": [gif]}).status_code == 201
    clock.pass_by(days=1)
    assert try_create(x, text="expired", media={"media_ids": photos}).status_code == 400


def _chunked_gif(x: LocalX) -> str:
    content = image_bytes("GIF")
    announced = {"media_type": "image/gif", "total_bytes": len(content), "media_category": "tweet_gif"}
    media_id = call(x, "POST", "/2/media/upload/initialize", json=announced).json()["data"]["id"]
    files = {"media": ("a.gif", content), "segment_index": (None, "0")}
    assert call(x, "POST", f"/2/media/upload/{media_id}/append", files=files).status_code == 200
    assert call(x, "POST", f"/2/media/upload/{media_id}/finalize").status_code == 200
    return str(media_id)


def test_an_edit_makes_a_new_version(premium: LocalX, clock: FixedClock) -> None:
    """An edit has a new id and the chain of all versions; the timeline shows the last one only."""
    first = create(premium, "Prime minster resigns")
    clock.pass_by(minutes=5)
    second = create(premium, "Prime minister resigns", edit_options={"previous_post_id": first})
    shown = timeline(premium, **{"tweet.fields": "edit_controls,conversation_id"})["data"]
    assert [post["id"] for post in shown] == [second]
    assert shown[0]["edit_history_tweet_ids"] == [first, second]
    assert shown[0]["edit_controls"]["edits_remaining"] == 4
    assert shown[0]["conversation_id"] == first
    old = call(premium, "GET", "/2/tweets", params={"ids": first}).json()["data"][0]
    assert old["text"] == "Prime minster resigns"


def test_edits_end(premium: LocalX, clock: FixedClock) -> None:
    """Five edits within an hour of the first version; only the latest version can be edited."""
    versions = [create(premium, "v0")]
    for number in range(1, 6):
        versions.append(create(premium, f"v{number}", edit_options={"previous_post_id": versions[-1]}))
    sixth = try_create(premium, text="v6", edit_options={"previous_post_id": versions[-1]})
    other = create(premium, "w0")
    clock.pass_by(hours=1, seconds=1)
    late = try_create(premium, text="w1", edit_options={"previous_post_id": other})
    stale = try_create(premium, text="v1 again", edit_options={"previous_post_id": versions[0]})
    assert [answer.status_code for answer in (sixth, late, stale)] == [403, 403, 403]


def test_editing_needs_premium(x: LocalX) -> None:
    """Without Premium an edit is a 403."""
    post_id = create(x, "As it is")
    assert try_create(x, text="Changed", edit_options={"previous_post_id": post_id}).status_code == 403


def test_deleting_one_version_deletes_the_chain(premium: LocalX) -> None:
    """The whole chain goes with any of its versions."""
    first = create(premium, "v0")
    second = create(premium, "v1", edit_options={"previous_post_id": first})
    call(premium, "DELETE", f"/2/tweets/{first}")
    assert premium.posts() == []
    assert call(premium, "GET", "/2/tweets", params={"ids": f"{first},{second}"}).json().get("data") is None


def test_premium_takes_long_posts(premium: LocalX) -> None:
    """A long post is taken; reads cut `text` and give all of it as the note."""
    text = "word " * 100 + "end"
    create(premium, text)
    old = timeline(premium, **{"tweet.fields": "note_tweet"})["data"][0]
    new = timeline(premium, **{"post.fields": "note_post"})["data"][0]
    assert (old["note_tweet"]["text"], new["note_post"]["text"]) == (text, text)
    assert len(old["text"]) == 280
    assert try_create(premium, text="a" * 25_001).status_code == 400


def test_a_post_by_hand_is_there_without_a_request(x: LocalX) -> None:
    """A person's post shows in the timeline, costs nothing and is in no request log."""
    post = x.post_by_hand("Typed on a phone https://radar.asia/x")
    assert timeline(x)["data"][0]["id"] == post.id
    assert [line.what for line in x.invoice().lines] == ["owned_read"]
    assert (post.by_hand, post.created_at, post.links) == (True, NOON, ("https://radar.asia/x",))
