"""Brings signed messages to webhooks by the rules of the one fetcher: bounded, and to no private address unasked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from standardwebhooks.webhooks import Webhook as Signer

from asiaradar_bot.adapters.news_site.answer import FetchFailed
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.model.program import Delivery, Message

_SECONDS = 10.0
_MAX_ANSWER_BYTES = 64 * 1024
_ADDRESS = re.compile(r"(https?://[^/?#\s]+)[/?#][^\s;,)]*")
FetcherOf = Callable[[str], SafeFetcher]


class WebhookCourier:
    """
    Implements `ports.Courier`.
    """

    def __init__(self, fetcher_of: FetcherOf) -> None:
        """
        `fetcher_of` makes the fetcher that may ask one host: an admin named it when the webhook was added.
        """
        self._fetcher_of = fetcher_of

    def deliver(self, url: str, message: Message, *, secret: str) -> Delivery:
        """
        One signed try, bounded in time and size; never raises.

        Source: Standard Webhooks specification (headers webhook-id, -timestamp, -signature; 410 ends it).
        """
        text = json.dumps(message.body, ensure_ascii=False, default=str)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(message.at.timestamp())),
            "webhook-signature": Signer(secret).sign(message.id, message.at, text),
        }
        answer = self._fetcher_of(urlsplit(url).hostname or "").post(
            url, headers=headers, body=text.encode(), max_bytes=_MAX_ANSWER_BYTES, deadline=_SECONDS
        )
        if isinstance(answer, FetchFailed):
            return Delivery(error=_hosts_only(answer.detail), gone=answer.status == HTTPStatus.GONE)
        return Delivery(error=None)


def _hosts_only(detail: str) -> str:
    """
    The sentence without paths and queries: with many receivers they are the secret, and more people read the sentence.
    """
    return _ADDRESS.sub(r"\1", detail)
