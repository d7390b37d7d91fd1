"""
The session under tweepy: right host before signing, then sign -> gate -> wire, one try, no redirects.

Every request gets a connection of its own (`Connection: close`): a kept connection that the other side closed while
it was idle fails only after bytes were written, and then nobody could say whether a post was made.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from asiaradar_bot.model.errors import SettingsError

TWEEPY_HOST = "https://api.twitter.com"
SIGNATURE_SECONDS = 5.0
"""A signature older than this does not go on the wire: a frozen process must not wake up and post."""

STALE_SECONDS = 60.0
"""An answer this long after signing means that the process stood still in between; calls end after half of it."""


_ID = re.compile(r"(?<=[a-z])/\d+")


class GateClosedError(Exception):
    """
    The last check before the wire said no; nothing was written.
    """


@dataclass(slots=True)
class WireCall:
    """
    One call on its way: the gate it has to pass, and when it was signed.
    """

    gate: Callable[[datetime], str | None] | None = None
    signed_at: datetime | None = None
    signed_monotonic: float = 0.0

    def age_seconds(self, now: datetime) -> float:
        """
        How long ago it was signed, by whichever clock says longer: one of them stands still while a machine sleeps.
        """
        if self.signed_at is None:
            return 0.0
        return max((now - self.signed_at).total_seconds(), time.monotonic() - self.signed_monotonic)


_call: ContextVar[WireCall | None] = ContextVar("asiaradar_wire_call", default=None)


@contextmanager
def wire_call(gate: Callable[[datetime], str | None] | None = None) -> Iterator[WireCall]:
    """
    The call that requests of this thread belong to.
    """
    call = WireCall(gate=gate)
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


class WireSession(requests.Session):
    """
    Sends tweepy's requests to `base_url`, each with time-outs and without redirects, proxies or repeats.
    """

    def __init__(
        self, base_url: str, *, connect_seconds: float, read_seconds: float, now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._base_url = _checked(base_url)
        self._timeout = (connect_seconds, read_seconds)
        self._now = now
        self.trust_env = False
        self.rate_left: dict[str, int] = {}
        """Requests that X still allowed at its last answer, by route, as in `GET /2/users/:id/tweets`."""
        adapter = _GatedAdapter(max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, method: str | bytes, url: str | bytes, **how: Any) -> requests.Response:  # type: ignore[override]  # tweepy's keywords only
        """
        One request; tweepy's fixed host is replaced before the signature is made, so that it fits.
        """
        target = str(url).replace(TWEEPY_HOST, self._base_url, 1)
        how["timeout"] = how.get("timeout") or self._timeout
        how["allow_redirects"] = False
        how["headers"] = {**(how.get("headers") or {}), "Connection": "close"}
        answer = super().request(str(method), target, **how)
        left = answer.headers.get("x-rate-limit-remaining", "")
        if left.isdecimal():
            route = _ID.sub("/:id", urlsplit(target).path)
            self.rate_left = {**self.rate_left, f"{method!s} {route}": int(left)}
        return answer

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """
        The signed request; notes when it was signed.
        """
        prepared = super().prepare_request(request)
        call = _call.get()
        if call is not None:
            call.signed_at = self._now()
            call.signed_monotonic = time.monotonic()
        return prepared


class _GatedAdapter(HTTPAdapter):
    """
    The last step before the wire.
    """

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        """
        Ask the gate, then send.

        Raises:
            GateClosedError: nothing was written.
        """
        call = _call.get()
        if call is not None and call.gate is not None:
            assert call.signed_at is not None
            reason = call.gate(call.signed_at)
            if reason is None and time.monotonic() - call.signed_monotonic > SIGNATURE_SECONDS:
                reason = "the signature is too old to be sent"
            if reason is not None:
                raise GateClosedError(reason)
        return super().send(request, *args, **how)


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return base_url.rstrip("/")
    raise SettingsError(f"x.base_url {base_url} must be https (http only for this machine): mend the setting")


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False
