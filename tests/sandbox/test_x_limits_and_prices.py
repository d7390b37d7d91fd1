"""What the local X counts: requests against its rate limits, and money against the account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import tweepy

from asiaradar_bot.sandbox.x import Behaviour, Fault, FaultKind, LocalX
from tests.sandbox.x_access import NOON, FixedClock, call, create, timeline, tweepy_client, upload


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


def test_every_answer_tells_the_rate_limit(x: LocalX) -> None:
    """Limit, remaining and reset stand on answers and refusals alike; creating has the app's day limit too."""
    answers = [call(x, "POST", "/2/tweets", json={"text": text}) for text in ("one", "one")]
    assert [answer.status_code for answer in answers] == [201, 403]
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["99", "98"]
    assert {answer.headers["x-rate-limit-limit"] for answer in answers} == {"100"}
    reset = int((NOON + timedelta(minutes=15)).timestamp())
    assert {answer.headers["x-rate-limit-reset"] for answer in answers} == {str(reset)}
    assert answers[0].headers["x-app-limit-24hour-remaining"] == "9999"


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/2/tweets?ids=1", 5000),
        ("DELETE", "/2/tweets/1", 50),
        ("GET", "/2/users/1730000000000000001/tweets", 900),
        ("GET", "/2/users/me", 75),
        ("POST", "/2/media/upload", 500),
        ("POST", "/2/media/upload/initialize", 1875),
        ("POST", "/2/media/metadata", 500),
    ],
)
def test_the_limits_are_those_of_x(x: LocalX, method: str, path: str, limit: int) -> None:
    """Each endpoint has its documented limit."""
    assert call(x, method, path).headers["x-rate-limit-limit"] == str(limit)


def test_one_request_too_many_is_a_429_until_the_window_ends(clock: FixedClock) -> None:
    """Over the limit is tweepy's TooManyRequests with the reset time; a new window starts clean."""
    with LocalX(now=clock, limits={"POST /2/tweets": 2}) as x:
        client = tweepy_client(x)
        for number in range(2):
            client.create_tweet(text=f"post {number}")
        with pytest.raises(tweepy.TooManyRequests) as caught:
            client.create_tweet(text="post 2")
        assert caught.value.response.headers["x-rate-limit-remaining"] == "0"
        assert caught.value.reset_time == int((NOON + timedelta(minutes=15)).timestamp())
        assert len(x.posts()) == 2
        clock.pass_by(minutes=15)
        client.create_tweet(text="post 2")


def test_writes_are_billed_by_kind(x: LocalX) -> None:
    """A post 0.015, with any link 0.200, a delete 0.010; failures and uploads nothing."""
    plain = create(x, "No link")
    create(x, "A link https://radar.asia/1")
    create(x, "An accident at radar.asia")
    call(x, "DELETE", f"/2/tweets/{plain}")
    upload(x)
    call(x, "POST", "/2/tweets", json={"text": ""})
    lines = [(line.what, line.amount_usd) for line in x.invoice().lines]
    assert lines == [
        ("post", Decimal("0.015")),
        ("post_with_link", Decimal("0.200")),
        ("post_with_link", Decimal("0.200")),
        ("delete", Decimal("0.010")),
    ]
    assert x.invoice().total_usd == Decimal("0.425")


def test_a_post_whose_answer_was_lost_is_billed(x: LocalX) -> None:
    """Created is billed, whatever the client heard; not created is not."""
    for kind in (FaultKind.CREATED_500, FaultKind.NOT_CREATED_500):
        x.faults.add(Fault(kind=kind, times=1))
        call(x, "POST", "/2/tweets", json={"text": f"{kind}"})
    assert x.invoice().count("post") == len(x.posts()) == 1


def test_reads_are_billed_by_resource_once_a_day(x: LocalX, clock: FixedClock) -> None:
    """The own timeline costs 0.001 a post, a lookup 0.005, and a post read again on the same UTC day nothing."""
    first, second = (x.post_by_hand(f"post {number}").id for number in range(2))
    call(x, "GET", "/2/tweets", params={"ids": first})
    timeline(x)
    timeline(x)
    call(x, "GET", "/2/tweets", params={"ids": second})
    assert [(line.what, line.resource) for line in x.invoice().lines] == [
        ("post_read", first),
        ("owned_read", second),
    ]
    clock.pass_by(hours=12)
    timeline(x)
    assert x.invoice().count("owned_read") == 3


def test_a_foreign_app_pays_the_full_price(clock: FixedClock) -> None:
    """When the app is not the account's own, its timeline costs as much as any read."""
    with LocalX(now=clock, behaviour=Behaviour(app_owned=False)) as x:
        x.post_by_hand("post")
        timeline(x)
        assert [line.amount_usd for line in x.invoice().lines] == [Decimal("0.005")]


def test_users_and_expansions_are_billed(x: LocalX) -> None:
    """users/me is a user read, once a day; expanded authors are too."""
    x.post_by_hand("post")
    call(x, "GET", "/2/users/me")
    timeline(x, expansions="author_id")
    assert [line.what for line in x.invoice().lines] == ["user_read", "owned_read"]
