"""Reading from the local X: timeline pages, lookups, both vocabularies, users and usage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from asiaradar_bot.sandbox.x import Behaviour, LocalX
from tests.sandbox.x_access import NOON, FixedClock, LoopbackSession, call, create, timeline, upload


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
def ten(x: LocalX, clock: FixedClock) -> list[str]:
    """
    Ids of ten posts, a minute apart, oldest first.
    """
    ids = []
    for number in range(10):
        ids.append(x.post_by_hand(f"Post {number}").id)
        clock.pass_by(minutes=1)
    return ids


def ids_of(document: dict[str, Any]) -> list[str]:
    """
    The ids of a page, in its order.
    """
    return [post["id"] for post in document.get("data", [])]


def test_the_timeline_is_newest_first_with_its_meta(x: LocalX, ten: list[str]) -> None:
    """Default fields, newest first, and a meta that names the ends."""
    page = timeline(x)
    assert ids_of(page) == ten[::-1]
    assert page["meta"] == {"result_count": 10, "newest_id": ten[-1], "oldest_id": ten[0]}
    assert sorted(page["data"][0]) == ["edit_history_tweet_ids", "id", "text"]


def test_pages_follow_one_another(x: LocalX, ten: list[str]) -> None:
    """next_token leads through all posts without a gap or a repeat, also while new ones arrive."""
    first = timeline(x, max_results=5)
    x.post_by_hand("Came in between")
    second = timeline(x, max_results=5, pagination_token=first["meta"]["next_token"])
    assert ids_of(first) + ids_of(second) == ten[::-1]
    assert "next_token" not in second["meta"]


def test_bounds_by_id_are_exclusive(x: LocalX, ten: list[str]) -> None:
    """since_id and until_id leave out the posts they name."""
    assert ids_of(timeline(x, since_id=ten[3], until_id=ten[7])) == ten[4:7][::-1]


def test_bounds_by_time_are_inclusive_then_exclusive(x: LocalX, ten: list[str]) -> None:
    """start_time takes its own second, end_time does not."""
    start, end = (f"{NOON + timedelta(minutes=m):%Y-%m-%dT%H:%M:%SZ}" for m in (3, 7))
    assert ids_of(timeline(x, start_time=start, end_time=end)) == ten[3:7][::-1]


def test_start_time_within_the_second_of_the_post(x: LocalX, clock: FixedClock) -> None:
    """Times are compared in whole seconds, as X shows them."""
    clock.pass_by(milliseconds=900)
    post = x.post_by_hand("Late in its second")
    assert ids_of(timeline(x, start_time=f"{NOON:%Y-%m-%dT%H:%M:%SZ}")) == [post.id]


def test_replies_can_be_left_out(x: LocalX) -> None:
    """exclude=replies drops the parts of a thread after the first."""
    first = create(x, "Part one")
    create(x, "Part two", reply={"in_reply_to_tweet_id": first})
    assert ids_of(timeline(x, exclude="replies,retweets")) == [first]


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"max_results": "many"},
        {"since_id": "abc"},
        {"start_time": "2026-11-24"},
        {"start_time": "2026-11-24T08:00:00+00:00"},
        {"exclude": "everything"},
        {"pagination_token": "guess"},
        {"page": "2"},
    ],
)
def test_a_bad_query_is_a_400_that_names_the_parameter(x: LocalX, query: dict[str, str]) -> None:
    """Values out of range and unknown parameters are refused by name."""
    answer = call(x, "GET", f"/2/users/{x.account.id}/tweets", params=query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"][0]["parameters"]) == list(query)


def test_another_users_timeline_is_not_found(x: LocalX) -> None:
    """The local X knows one account; others are told as not found inside a 200."""
    answer = call(x, "GET", "/2/users/42/tweets").json()
    assert answer["errors"][0]["type"].endswith("/resource-not-found")


def test_lookup_gives_what_exists_and_names_what_does_not(x: LocalX) -> None:
    """Missing ids come as errors beside the data."""
    post_id = create(x, "Here")
    answer = call(x, "GET", "/2/tweets", params={"ids": f"{post_id},77"}).json()
    assert ids_of(answer) == [post_id]
    assert [(error["resource_id"], error["resource_type"]) for error in answer["errors"]] == [("77", "tweet")]


@pytest.mark.parametrize("ids", ["", "x", ",".join(["1"] * 101)])
def test_lookup_takes_one_to_a_hundred_ids(x: LocalX, ids: str) -> None:
    """Too few, too many or malformed ids are a 400."""
    assert call(x, "GET", "/2/tweets", params={"ids": ids}).status_code == 400


def test_entities_point_into_the_text(x: LocalX) -> None:
    """Every entity's indices cut the right piece out of the text that came with it."""
    create(x, "Tom & Jerry <3 #東京 with @AsiaRadar on $TSM: https://radar.asia/新 and radar.asia")
    post = timeline(x, **{"tweet.fields": "entities"})["data"][0]
    found = post["entities"]
    cut = {kind: [post["text"][one["start"] : one["end"]] for one in found[kind]] for kind in found}
    assert cut["hashtags"] == ["#東京"]
    assert cut["mentions"] == ["@AsiaRadar"]
    assert cut["cashtags"] == ["$TSM"]
    assert cut["urls"] == [one["url"] for one in found["urls"]]
    assert [one["expanded_url"] for one in found["urls"]] == ["https://radar.asia/", "http://radar.asia"]
    assert found["urls"][0]["unwound_url"] == found["urls"][0]["expanded_url"]


def test_links_between_characters_without_spaces(x: LocalX) -> None:
    """A bare host between CJK characters is found where it stands, and again further on."""
    create(x, "中文radar.asia中文 and radar.asia")
    post = timeline(x, **{"tweet.fields": "entities"})["data"][0]
    assert [post["text"][one["start"] : one["end"]] for one in post["entities"]["urls"]] == [
        one["url"] for one in post["entities"]["urls"]
    ]
    assert post["text"].count("https://t.co/") == 2


def test_an_address_in_an_email_is_not_taken_for_the_link(x: LocalX) -> None:
    """The entity covers the link itself, not the same letters in an e-mail address before it."""
    create(x, "Write to desk@radar.asia or see radar.asia")
    post = timeline(x, **{"tweet.fields": "entities"})["data"][0]
    assert post["text"].startswith("Write to desk@radar.asia or see https://t.co/")


def test_the_two_vocabularies(x: LocalX) -> None:
    """tweet.fields answers in the old words, post.fields in the new ones."""
    first = create(x, "Part one")
    create(x, "Part two", reply={"in_reply_to_tweet_id": first})
    asked = "public_metrics,organic_metrics,non_public_metrics,conversation_id,in_reply_to_user_id"
    old = timeline(x, **{"tweet.fields": asked + ",referenced_tweets", "expansions": "referenced_tweets.id,author_id"})
    new = timeline(x, **{"post.fields": asked, "expansions": "referenced_posts"})
    assert old["data"][0]["referenced_tweets"] == new["data"][0]["referenced_posts"]
    assert "retweet_count" in old["data"][0]["public_metrics"]
    assert "repost_count" in new["data"][0]["public_metrics"]
    assert "repost_count" in new["data"][0]["organic_metrics"]
    assert [post["id"] for post in old["includes"]["tweets"]] == [post["id"] for post in new["includes"]["posts"]]
    assert old["includes"]["users"][0]["username"] == "AsiaRadar"
    assert "edit_history_post_ids" in new["data"][0]


def test_unknown_fields_are_dropped_silently(x: LocalX) -> None:
    """A field of the other vocabulary, or of none, is no error and no field."""
    create(x, "Plain")
    post = timeline(x, **{"tweet.fields": "referenced_posts,shoe_size,created_at"})["data"][0]
    assert sorted(post) == ["created_at", "edit_history_tweet_ids", "id", "text"]


def test_media_can_be_expanded(x: LocalX) -> None:
    """includes.media carries size and alt text when asked for."""
    media_id = upload(x)
    call(x, "POST", "/2/media/metadata", json={"id": media_id, "metadata": {"alt_text": {"text": "A blue field"}}})
    create(x, "Look", media={"media_ids": [media_id]})
    page = timeline(x, **{"expansions": "attachments.media_keys", "media.fields": "alt_text,width,height,url"})
    assert page["includes"]["media"] == [
        {
            "media_key": f"3_{media_id}",
            "type": "photo",
            "alt_text": "A blue field",
            "width": 40,
            "height": 30,
            "url": f"https://pbs.twimg.com/media/{media_id}",
        }
    ]


def test_private_metrics_end_after_thirty_days(x: LocalX, clock: FixedClock) -> None:
    """Asking for them narrows the timeline to 30 days; a lookup says that they are not given."""
    old = create(x, "Old")
    clock.pass_by(days=30, seconds=1)
    young = create(x, "Young")
    fields = {"tweet.fields": "non_public_metrics,public_metrics"}
    assert ids_of(timeline(x, **fields)) == [young]
    assert ids_of(timeline(x, **{"tweet.fields": "public_metrics"})) == [young, old]
    answer = call(x, "GET", "/2/tweets", params={"ids": f"{old},{young}", **fields}).json()
    with_them = {post["id"]: "non_public_metrics" in post for post in answer["data"]}
    assert with_them == {old: False, young: True}
    assert [(error["resource_id"], error["field"]) for error in answer["errors"]] == [(old, "non_public_metrics")]


def test_private_metrics_are_not_for_the_bearer_token(x: LocalX) -> None:
    """The app's token sees public metrics only."""
    post_id = create(x, "Public")
    headers = {"Authorization": f"Bearer {x.credentials.bearer_token}"}
    query = {"ids": post_id, "tweet.fields": "organic_metrics,public_metrics"}
    with LoopbackSession(x.base_url) as session:
        answer = session.request("GET", f"{x.base_url}/2/tweets", params=query, headers=headers).json()
    assert "organic_metrics" not in answer["data"][0]
    assert answer["errors"][0]["type"].endswith("/not-authorized-for-field")


def test_users_me_and_by_name(x: LocalX) -> None:
    """The account behind the credentials, by itself and by its name."""
    create(x, "One")
    me = call(x, "GET", "/2/users/me", params={"user.fields": "public_metrics,created_at"}).json()["data"]
    named = call(x, "GET", "/2/users/by/username/asiaradar").json()["data"]
    assert (me["id"], me["username"], me["public_metrics"]["tweet_count"]) == (x.account.id, "AsiaRadar", 1)
    assert named == {"id": x.account.id, "name": "Radar Asia", "username": "AsiaRadar"}
    assert "errors" in call(x, "GET", "/2/users/by/username/nobody").json()


def test_usage_counts_posts_read(x: LocalX) -> None:
    """GET /2/usage/tweets tells posts read per day."""
    create(x, "One")
    timeline(x)
    headers = {"Authorization": f"Bearer {x.credentials.bearer_token}"}
    with LoopbackSession(x.base_url) as session:
        data = session.request("GET", f"{x.base_url}/2/usage/tweets?days=3", headers=headers).json()["data"]
        refused = session.request("GET", f"{x.base_url}/2/usage/tweets?days=91", headers=headers)
    assert data["project_usage"] == "1"
    assert [day["usage"] for day in data["daily_project_usage"]["usage"]] == ["1", "0", "0"]
    assert refused.status_code == 400


def test_credit_runs_out(clock: FixedClock) -> None:
    """With a prepaid balance, /2/usage/credits tells what is left, and an empty one is the 402."""
    with LocalX(now=clock, behaviour=Behaviour(credit_usd=Decimal("0.02"))) as x:
        create(x, "First")
        assert call(x, "GET", "/2/usage/credits").json()["data"]["total_balance"] == pytest.approx(0.005)
        create(x, "Second")
        for answer in (
            call(x, "POST", "/2/tweets", json={"text": "Third"}),
            call(x, "GET", f"/2/users/{x.account.id}/tweets"),
        ):
            assert answer.status_code == 402
            assert answer.json()["type"] == "https://api.x.com/2/problems/credits-depleted"
            assert int(answer.headers["x-rate-limit-remaining"]) > 0


def test_without_a_balance_there_is_none_to_tell(x: LocalX) -> None:
    """An account without prepaid credit has no credits to show."""
    assert call(x, "GET", "/2/usage/credits").status_code == 404


def test_the_timeline_reaches_back_3200_posts(x: LocalX) -> None:
    """Older posts are out of the timeline's reach, 800 when replies are left out."""
    ids = [x.post_by_hand(f"post {number}").id for number in range(3_210)]
    assert timeline(x, until_id=ids[12])["meta"]["result_count"] == 2
    assert timeline(x, until_id=ids[2_412], exclude="replies")["meta"]["result_count"] == 2


def test_an_unknown_address_is_a_404(x: LocalX) -> None:
    """What the local X does not offer is not found."""
    assert call(x, "GET", "/2/lists/1").status_code == 404
    assert call(x, "PUT", "/2/tweets").status_code == 404
