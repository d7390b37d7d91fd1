"""How the tests reach the local X: tweepy on loopback, signed requests by hand, and a clock that only tests move."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy
from PIL import Image
from requests_oauthlib import OAuth1

from asiaradar_bot.sandbox.x import LocalX

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class FixedClock:
    """
    Stands still until a test moves it.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now

    def __call__(self) -> datetime:
        """
        The instant.
        """
        return self.instant

    def pass_by(self, **span: float) -> None:
        """
        Move on by a timedelta given in words.
        """
        self.instant += timedelta(**span)


class LoopbackSession(requests.Session):
    """
    A session whose requests go to the local X before they are signed, with a time-out and without redirects.
    """

    def __init__(self, base_url: str, *, timeout: float = 5.0) -> None:
        super().__init__()
        self._base_url = base_url
        self._timeout = timeout

    def request(self, method: str, url: str, **how: Any) -> requests.Response:  # type: ignore[override]  # the tests' few keywords
        """
        One request to the local X.
        """
        local = url.replace("https://api.twitter.com", self._base_url)
        return super().request(method, local, timeout=self._timeout, allow_redirects=False, **how)


def tweepy_client(x: LocalX, **how: Any) -> tweepy.Client:
    """
    A real tweepy client that speaks to the local X.
    """
    keys = x.credentials
    four = (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret)
    client = tweepy.Client(keys.bearer_token, *four, **{"return_type": dict, **how})
    client.session = LoopbackSession(x.base_url)
    return client


def signer(x: LocalX, **replaced: Any) -> OAuth1:
    """
    Signs as the bot does; keywords replace parts of the signature, to spoil it.
    """
    keys = x.credentials
    how: dict[str, Any] = {
        "client_key": keys.consumer_key,
        "client_secret": keys.consumer_secret,
        "resource_owner_key": keys.access_token,
        "resource_owner_secret": keys.access_token_secret,
    }
    return OAuth1(**{**how, **replaced})


def call(x: LocalX, method: str, path: str, *, timeout: float = 5.0, **how: Any) -> requests.Response:
    """
    One signed request over a connection of its own.
    """
    with LoopbackSession(x.base_url, timeout=timeout) as session:
        return session.request(method, x.base_url + path, **{"auth": signer(x), **how})


def create(x: LocalX, text: str, **body: Any) -> str:
    """
    The id of a new post.
    """
    answer = call(x, "POST", "/2/tweets", json={"text": text, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def timeline(x: LocalX, **query: Any) -> dict[str, Any]:
    """
    A page of the account's timeline.
    """
    answer = call(x, "GET", f"/2/users/{x.account.id}/tweets", params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def image_bytes(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """
    A small picture.
    """
    out = io.BytesIO()
    Image.new("RGB", size, "#0d3b4f").save(out, kind)
    return out.getvalue()


def upload(x: LocalX, content: bytes | None = None) -> str:
    """
    The id of a new upload.
    """
    media = base64.b64encode(image_bytes() if content is None else content).decode()
    answer = call(x, "POST", "/2/media/upload", json={"media": media, "media_category": "tweet_image"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["id"])
