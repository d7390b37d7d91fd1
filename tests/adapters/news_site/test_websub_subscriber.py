"""WebSub: discovery, requests, and the checks of what a hub sends."""

from __future__ import annotations

import hmac
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.websub import (
    IntentConfirmed,
    SubscriptionDenied,
    WebSubClient,
    check_intent,
    discover_hub,
    is_signed,
    subscription_request,
)
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import Hub, HubAccepted, HubRefused
from tests.adapters.news_site.local_server import LocalServer

SECRET = "a secret of sound length"
TOPIC = "https://radar.asia/feed"
CALLBACK = "https://bot.example/hooks/websub/1"


@pytest.mark.parametrize(
    ("header", "named", "expected"),
    [
        ('<https://hub.example/>; rel="hub", <https://radar.asia/feed>; rel="self"', None, ("https://hub.example/", TOPIC)),
        ('</hub>; rel="hub"', None, ("https://radar.asia/hub", "https://radar.asia/rss")),
        ("<https://hub.example/>; rel=hub", "https://other.example/", ("https://hub.example/", "https://radar.asia/rss")),
        (None, "https://other.example/", ("https://other.example/", "https://radar.asia/rss")),
        ('<javascript:x>; rel="hub"', None, None),
        ("hub rubbish ;;,<", None, None),
        ('<https://x.example/>; rel="next"', None, None),
        (None, None, None),
    ],
)  # fmt: skip
def test_the_hub_is_found_in_header_then_document(
    header: str | None, named: str | None, expected: tuple[str, str] | None
) -> None:
    """The Link header goes before the document; without `self` the address in use is the topic."""
    hub = discover_hub(header, url="https://radar.asia/rss", hub=named)
    assert (None if hub is None else (hub.url, hub.topic)) == expected


def test_a_request_carries_all_fields() -> None:
    """Subscribing names callback, topic, lease and secret; ending it carries no secret."""
    request = subscription_request(
        "https://hub.example/", TOPIC, callback=CALLBACK, secret=SECRET, lease=timedelta(days=7)
    )
    fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert fields == {
        "hub.callback": CALLBACK,
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.lease_seconds": "604800",
        "hub.secret": SECRET,
    }
    ended = subscription_request(
        "https://hub.example/", TOPIC, callback=CALLBACK, secret=SECRET, lease=timedelta(days=7), mode="unsubscribe"
    )
    assert b"secret" not in ended.body.replace(b"hub.secret", b"secret")


@pytest.mark.parametrize("secret", ["short", "x" * 200, "é" * 100])
def test_secrets_have_a_sound_length(secret: str) -> None:
    """Too short is guessable, 200 bytes and more are refused by hubs."""
    with pytest.raises(InputError, match="bytes"):
        subscription_request("https://hub.example/", TOPIC, callback=CALLBACK, secret=secret, lease=timedelta(1))


def test_an_intent_that_we_had_is_confirmed() -> None:
    """The challenge goes back, and the lease is what the hub grants, at most thirty days."""
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "abc", "hub.lease_seconds": "3600"}
    assert check_intent(query, topic=TOPIC, mode="subscribe") == IntentConfirmed(
        challenge="abc", lease=timedelta(hours=1)
    )
    long = check_intent({**query, "hub.lease_seconds": "99999999999"}, topic=TOPIC, mode="subscribe")
    assert isinstance(long, IntentConfirmed)
    assert long.lease == timedelta(days=30)
    odd = check_intent({**query, "hub.lease_seconds": "soon"}, topic=TOPIC, mode="subscribe")
    assert odd == IntentConfirmed(challenge="abc", lease=None)
    end = check_intent({**query, "hub.mode": "unsubscribe"}, topic=TOPIC, mode="unsubscribe")
    assert end == IntentConfirmed(challenge="abc", lease=None)


@pytest.mark.parametrize(
    "change",
    [
        {"hub.topic": "https://evil.example/"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "x" * 2000},
    ],
)
def test_an_intent_that_we_had_not_is_refused(change: dict[str, str]) -> None:
    """Nobody can subscribe us to, or unsubscribe us from, anything."""
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "abc", **change}
    with pytest.raises(InputError, match="nothing was confirmed"):
        check_intent(query, topic=TOPIC, mode="subscribe")


def test_a_denial_is_told() -> None:
    """A hub may refuse later, with a reason."""
    answer = check_intent(
        {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no such topic"}, topic=TOPIC, mode="subscribe"
    )
    assert isinstance(answer, SubscriptionDenied)
    assert "no such topic" in answer.detail


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_all_methods_are_checked(method: str) -> None:
    """The four methods of the recommendation, in either header, whatever the letter case."""
    digest = hmac.new(SECRET.encode(), b"body", method).hexdigest()
    assert is_signed(b"body", headers={"x-hub-signature": f"{method}={digest}"}, secret=SECRET)
    assert is_signed(b"body", headers={"x-hub-signature-256": f"{method.upper()}={digest.upper()}"}, secret=SECRET)
    assert not is_signed(b"Body", headers={"x-hub-signature": f"{method}={digest}"}, secret=SECRET)
    assert not is_signed(b"body", headers={"x-hub-signature": f"{method}={digest}"}, secret=SECRET + "x")


@pytest.mark.parametrize(
    "header",
    ["", "sha256", "sha256=", "md5=841a2d689ad86bd1611447453c22c6fc", "=x", "sha256=\udcff", "shake_128=00"],
)
def test_missing_and_odd_signatures_are_none(header: str) -> None:
    """No signature, a weak or an unknown method: not signed."""
    assert not is_signed(b"body", headers={"x-hub-signature": header} if header else {}, secret=SECRET)


def test_the_client_sends_the_request_by_the_fetchers_rules(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A 202 is accepted; a refusal, a forbidden host and a bad secret are told."""
    client = WebSubClient(fetcher)
    server.on("/hub", status=202)
    server.on("/no", status=429, retry_after="60")

    def ask(url: str, secret: str = SECRET) -> HubAccepted | HubRefused:
        return client.subscribe(Hub(url=url, topic=TOPIC), callback=CALLBACK, secret=secret, lease=timedelta(days=1))

    assert ask(server.url("/hub")) == HubAccepted()
    assert server.requests[0].startswith("POST /hub")
    assert "hub.mode=subscribe" in server.requests[0]
    later = ask(server.url("/no"))
    assert isinstance(later, HubRefused)
    assert later.retry_after == timedelta(minutes=1)
    for refused in (ask("https://evil.example/"), ask(server.url("/hub"), secret="short")):
        assert isinstance(refused, HubRefused)
        assert SECRET not in refused.detail
    assert len(server.requests) == 2
