"""
WebSub, the subscriber's side: which hub a source names, the request to it, and the checks of what the hub sends us.

The functions are pure; `WebSubClient` sends a request by the rules of the fetcher.
Source: W3C Recommendation WebSub, 23 January 2018.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from asiaradar_bot.adapters.news_site.answer import FetchFailed
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import Hub, HubAccepted, HubAnswer, HubRefused
from asiaradar_bot.rules.addresses import absolute_url

Mode = Literal["subscribe", "unsubscribe"]

MIN_SECRET_BYTES = 16
MAX_SECRET_BYTES = 199
"""The hub counts bytes: fewer than 200. Source: WebSub, section 5.1."""
MAX_CHALLENGE_CHARS = 1024
MAX_LEASE = timedelta(days=30)
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRequest:
    """
    A request to a hub, ready to be sent as POST.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentConfirmed:
    """The hub asks whether we meant it, and we did: answer 200 with the challenge as the body."""

    challenge: str
    lease: timedelta | None
    """How long the hub will send; None for the end of a subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDenied:
    """The hub tells that it will not send."""

    detail: str


IntentAnswer = IntentConfirmed | SubscriptionDenied


def discover_hub(link_header: str | None, *, url: str, hub: str | None = None, topic: str | None = None) -> Hub | None:
    """
    The hub of the source at `url`: from its Link header, else as named in the document; None: it has none.

    Source: WebSub, section 4, which gives the header precedence.
    """
    links = _links(link_header)
    named, self_link = links.get("hub") or hub, links.get("self") or topic or url
    try:
        return Hub(url=absolute_url(named, base=url), topic=absolute_url(self_link, base=url)) if named else None
    except InputError:
        return None


def subscription_request(
    hub: str, topic: str, *, callback: str, secret: str, lease: timedelta, mode: Mode = "subscribe"
) -> HubRequest:
    """
    The request for a subscription, or for its end.

    Raises:
        InputError: the secret is shorter than 16 or longer than 199 bytes.
    """
    if not MIN_SECRET_BYTES <= len(secret.encode()) <= MAX_SECRET_BYTES:
        raise InputError(f"a WebSub secret has {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes; make another one")
    fields = {"hub.callback": callback, "hub.mode": mode, "hub.topic": topic}
    if mode == "subscribe":
        fields |= {"hub.lease_seconds": str(int(lease.total_seconds())), "hub.secret": secret}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return HubRequest(url=hub, headers=headers, body=urlencode(fields).encode())


def check_intent(query: Mapping[str, str], *, topic: str, mode: Mode) -> IntentAnswer:
    """
    What to answer when the hub asks the callback whether we meant it; `mode` is what we last asked for.

    Raises:
        InputError: we asked for no such thing; answer 404.
    """
    asked = query.get("hub.mode", "")
    if not hmac.compare_digest(query.get("hub.topic", "").encode("utf-8", "replace"), topic.encode()):
        raise InputError("the hub asks about a topic that we did not subscribe to; nothing was confirmed")
    if asked == "denied":
        reason = query.get("hub.reason", "")[:200] or "it gives no reason"
        return SubscriptionDenied(detail=f"the hub denied the subscription to {topic}: {reason}")
    if asked != mode:
        raise InputError(f"the hub asks about «{asked[:40]}», but we asked for {mode}; nothing was confirmed")
    challenge = query.get("hub.challenge", "")
    if not 0 < len(challenge) <= MAX_CHALLENGE_CHARS:
        raise InputError("the hub sends no challenge of a sound length; nothing was confirmed")
    return IntentConfirmed(challenge=challenge, lease=_lease(query) if mode == "subscribe" else None)


def is_signed(body: bytes, *, headers: Mapping[str, str], secret: str) -> bool:
    """
    Whether the hub that knows the secret sent the body; header names in lower case. Compares in constant time.

    An unsigned or wrongly signed body is to be answered with 200 and passed over. Source: WebSub, section 8.1.
    """
    stated = headers.get("x-hub-signature") or headers.get("x-hub-signature-256") or ""
    method, _, digest = stated.strip().partition("=")
    method = method.lower()
    if method not in _METHODS:
        return False
    wanted = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(wanted.encode(), digest.strip().lower().encode("utf-8", "replace"))


class WebSubClient:
    """
    Sends requests to hubs; the hub's host has to be among the fetcher's allowed hosts.
    """

    def __init__(self, fetcher: SafeFetcher) -> None:
        self._fetcher = fetcher

    def subscribe(
        self, hub: Hub, *, callback: str, secret: str, lease: timedelta, mode: Mode = "subscribe"
    ) -> HubAnswer:
        """
        Ask the hub to send the topic to the callback, or to end that; renewing is asking again. Never raises.
        """
        try:
            request = subscription_request(hub.url, hub.topic, callback=callback, secret=secret, lease=lease, mode=mode)
        except InputError as error:
            return HubRefused(detail=str(error))
        answer = self._fetcher.post(
            request.url, headers=request.headers, body=request.body, max_bytes=_MAX_ANSWER_BYTES
        )
        if isinstance(answer, FetchFailed):
            return HubRefused(
                detail=f"the hub did not take the request: {answer.detail}", retry_after=answer.retry_after
            )
        return HubAccepted()


def _links(header: str | None) -> dict[str, str]:
    """
    The first address of each relation in a Link header.
    """
    if not header or "hub" not in header.lower():
        return {}
    from requests.utils import parse_header_links

    found: dict[str, str] = {}
    for link in parse_header_links(header[:8192]):
        for relation in str(link.get("rel", "")).lower().split():
            found.setdefault(relation, str(link.get("url", "")))
    return found


def _lease(query: Mapping[str, str]) -> timedelta | None:
    stated = query.get("hub.lease_seconds", "")
    if not (stated.isascii() and stated.isdigit()):
        return None
    return min(timedelta(seconds=int(stated[:9])), MAX_LEASE)
