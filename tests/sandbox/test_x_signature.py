"""Who may call the local X: OAuth 1.0a as tweepy signs it, and the app's bearer token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
import tweepy

from asiaradar_bot.sandbox.x import LocalX
from tests.sandbox.x_access import LoopbackSession, call, signer, tweepy_client

POST = "/2/tweets"


@pytest.fixture
def x() -> Iterator[LocalX]:
    """
    A fresh local X.
    """
    with LocalX() as started:
        yield started


def test_tweepy_is_accepted_with_the_sandbox_credentials(x: LocalX) -> None:
    """A real tweepy client with the sandbox credentials creates a post."""
    answer = tweepy_client(x).create_tweet(text="Hello from tweepy & co: 100% (really!)")
    assert [post.id for post in x.posts()] == [answer["data"]["id"]]


def test_query_parameters_are_part_of_the_signature(x: LocalX) -> None:
    """A signed GET with commas, colons and spaces in its query is accepted."""
    answer = tweepy_client(x).get_users_tweets(
        x.account.id, user_auth=True, tweet_fields=["created_at", "entities"], start_time="2026-01-01T00:00:00Z"
    )
    assert answer == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"client_secret": "wrong"}, "signature does not fit the request"),
        ({"resource_owner_secret": "wrong"}, "signature does not fit the request"),
        ({"client_key": "wrong"}, "unknown consumer key or access token"),
        ({"resource_owner_key": "wrong"}, "unknown consumer key or access token"),
        ({"resource_owner_key": None}, "signature lacks oauth_token"),
        ({"signature_method": "HMAC-SHA256"}, "signature is not HMAC-SHA1 of OAuth 1.0"),
    ],
)
def test_a_wrong_signature_is_refused(x: LocalX, spoiled: dict[str, str], reason: str) -> None:
    """Every wrong key, secret or method is a 401, and the log says why while the answer does not."""
    answer = call(x, "POST", POST, json={"text": "no"}, auth=signer(x, **spoiled))
    assert answer.status_code == 401
    assert answer.json() == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    assert x.requests[-1].happened == reason
    assert x.posts() == []


@pytest.mark.parametrize("header", [None, "Basic eDp5", "Bearer wrong", "OAuth nonsense", 'OAuth oauth_nonce="%zz"'])
def test_no_usable_authorization_is_refused(x: LocalX, header: str | None) -> None:
    """Without a readable signature or the right bearer token the answer is 401."""
    headers = {} if header is None else {"Authorization": header}
    assert requests.post(x.base_url + POST, json={"text": "no"}, headers=headers, timeout=5).status_code == 401


def test_a_changed_query_breaks_the_signature(x: LocalX) -> None:
    """A query changed after signing no longer fits the signature."""
    signed = requests.Request("GET", x.base_url + POST, params={"ids": "1"}, auth=signer(x)).prepare()
    signed.url = str(signed.url).replace("ids=1", "ids=2")
    assert requests.Session().send(signed, timeout=5).status_code == 401


@pytest.mark.parametrize(("age_seconds", "status"), [(0, 201), (290, 201), (310, 401), (-290, 201), (-310, 401)])
def test_timestamps_count_for_five_minutes(age_seconds: int, status: int) -> None:
    """A signature is good for 300 seconds to both sides of the server's signing clock."""
    shifted = timedelta(seconds=age_seconds)
    with LocalX(signing_now=lambda: datetime.now(UTC) + shifted) as x:
        assert call(x, "POST", POST, json={"text": "aged"}).status_code == status


def test_a_malformed_timestamp_is_refused(x: LocalX) -> None:
    """A timestamp that is no number is a 401, not a crash."""
    answer = call(x, "POST", POST, json={"text": "no"}, auth=signer(x, timestamp="soon"))
    assert (answer.status_code, x.requests[-1].happened) == (401, "timestamp is not a number")


def test_a_replayed_request_is_refused(x: LocalX) -> None:
    """The very same signed request is accepted once; its second arrival is refused by its nonce."""
    signed = requests.Request("POST", x.base_url + POST, json={"text": "once"}, auth=signer(x)).prepare()
    with requests.Session() as session:
        statuses = [session.send(signed, timeout=5).status_code for _ in range(2)]
    assert statuses == [201, 401]
    assert x.requests[-1].happened == "nonce was used before"
    assert len(x.posts()) == 1


def test_a_nonce_may_return_with_another_timestamp(x: LocalX) -> None:
    """Nonces are unique per timestamp, as OAuth 1.0a has it."""
    now = int(time.time())
    for timestamp in (now, now - 1):
        auth = signer(x, nonce="same", timestamp=str(timestamp))
        assert call(x, "POST", POST, json={"text": f"at {timestamp}"}, auth=auth).status_code == 201


def test_moving_the_server_clock_leaves_signatures_alone(x: LocalX) -> None:
    """A test that lets a month pass on the server still signs with the machine's clock."""
    x.clock.advance(timedelta(days=30))
    assert call(x, "POST", POST, json={"text": "a month later"}).status_code == 201


def test_the_bearer_token_reads_but_does_not_write(x: LocalX) -> None:
    """The app's bearer token may look up posts and usage; creating with it is a 403 of X's own kind."""
    headers = {"Authorization": f"Bearer {x.credentials.bearer_token}"}
    with LoopbackSession(x.base_url) as session:
        assert session.request("GET", f"{x.base_url}/2/tweets?ids=1", headers=headers).status_code == 200
        assert session.request("GET", f"{x.base_url}/2/usage/tweets", headers=headers).status_code == 200
        refused = session.request("POST", x.base_url + POST, json={"text": "no"}, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/unsupported-authentication")


def test_usage_takes_no_user_signature(x: LocalX) -> None:
    """GET /2/usage/tweets is for the app only."""
    assert call(x, "GET", "/2/usage/tweets").status_code == 403


def test_tweepy_raises_its_own_error_for_a_bad_secret(x: LocalX) -> None:
    """What the bot will see for wrong credentials is tweepy's Unauthorized."""
    client = tweepy_client(x)
    client.consumer_secret = "wrong"
    with pytest.raises(tweepy.Unauthorized):
        client.create_tweet(text="no")
