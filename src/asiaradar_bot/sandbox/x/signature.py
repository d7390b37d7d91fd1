"""Who is calling: the OAuth 1.0a signature or the app's bearer token, checked as X does."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from oauthlib.oauth1.rfc5849 import signature as oauth1

from asiaradar_bot.sandbox.keys import Credentials
from asiaradar_bot.sandbox.x.calls import Call, unauthorized

_NEEDED = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce")


class Caller(StrEnum):
    """
    In whose name a request is made.
    """

    USER = "user"
    APP = "app"


@dataclass(frozen=True, slots=True)
class _Signed:
    uri: str
    http_method: str
    params: list[tuple[str, str]]
    signature: str


class SignatureCheck:
    """
    Knows the credentials and the nonces seen; `now` is the clock that timestamps are held against.
    """

    def __init__(self, credentials: Credentials, *, now: Callable[[], datetime], tolerance: timedelta) -> None:
        self._credentials = credentials
        self._now = now
        self._tolerance = tolerance
        self._nonces: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def identify(self, call: Call) -> Caller:
        """
        In whose name the call is made.

        Raises:
            RefusedError: 401, with the reason in its note.
        """
        scheme, _, value = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if value.strip() == self._credentials.bearer_token:
                return Caller.APP
            raise unauthorized("unknown bearer token")
        if scheme.lower() != "oauth":
            raise unauthorized("no OAuth 1.0a signature and no bearer token")
        self._check(call)
        return Caller.USER

    def _check(self, call: Call) -> None:
        params = _parameters(call)
        sent = dict(params)
        missing = [name for name in (*_NEEDED, "oauth_signature") if not sent.get(name)]
        if missing:
            raise unauthorized(f"signature lacks {', '.join(missing)}")
        keys = (sent["oauth_consumer_key"], sent["oauth_token"])
        if keys != (self._credentials.consumer_key, self._credentials.access_token):
            raise unauthorized("unknown consumer key or access token")
        if sent["oauth_signature_method"] != "HMAC-SHA1" or sent.get("oauth_version", "1.0") != "1.0":
            raise unauthorized("signature is not HMAC-SHA1 of OAuth 1.0")
        self._check_age(sent["oauth_timestamp"])
        self._check_signature(call, params, sent["oauth_signature"])
        self._check_nonce((sent["oauth_timestamp"], sent["oauth_nonce"]))

    def _check_age(self, timestamp: str) -> None:
        if not timestamp.isascii() or not timestamp.isdigit():
            raise unauthorized("timestamp is not a number")
        age = self._now().timestamp() - int(timestamp)
        if abs(age) > self._tolerance.total_seconds():
            raise unauthorized(f"timestamp is {age:.0f} s off")

    def _check_signature(self, call: Call, params: list[tuple[str, str]], sent: str) -> None:
        signed = _Signed(
            uri=call.origin + call.target,
            http_method=call.method,
            params=[(name, value) for name, value in params if name not in {"oauth_signature", "realm"}],
            signature=sent,
        )
        secrets = (self._credentials.consumer_secret, self._credentials.access_token_secret)
        if not oauth1.verify_hmac_sha1(signed, *secrets):
            raise unauthorized("signature does not fit the request")

    def _check_nonce(self, nonce: tuple[str, str]) -> None:
        with self._lock:
            if nonce in self._nonces:
                raise unauthorized("nonce was used before")
            self._nonces[nonce] = None
            # Older ones fall to the timestamp check long before 100,000 newer ones came.
            if len(self._nonces) > 100_000:  # noqa: PLR2004  said above
                self._nonces.popitem(last=False)


def _parameters(call: Call) -> list[tuple[str, str]]:
    is_form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    try:
        found = oauth1.collect_parameters(
            uri_query=urlsplit(call.target).query,
            body=call.body.decode("ascii") if is_form else None,
            headers={"Authorization": call.headers["authorization"]},
            exclude_oauth_signature=False,
        )
    except ValueError as error:
        raise unauthorized(f"signature cannot be read: {error}") from error
    return [(str(name), str(value)) for name, value in found]
