"""Signs of life to a dead man's switch: a service that calls people when they stop."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from asiaradar_bot.adapters.news_site.answer import FetchFailed
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher

_SECONDS = 10.0
_MAX_ANSWER_BYTES = 64 * 1024


class WebPings:
    """
    Fetches the addresses of the switch by the rules of the one fetcher.
    """

    def __init__(self, fetcher_of: Callable[[str], SafeFetcher]) -> None:
        """
        `fetcher_of` makes the fetcher that may ask one host: the settings name it.
        """
        self._fetcher_of = fetcher_of

    def ping(self, url: str) -> str | None:
        """
        One sign of life; why it did not arrive, naming the host only, as the address is a secret of its owner. Never
        raises.
        """
        host = urlsplit(url).hostname or ""
        answer = self._fetcher_of(host).get(
            url, headers={}, max_bytes=_MAX_ANSWER_BYTES, accept_types=(), deadline=_SECONDS
        )
        if isinstance(answer, FetchFailed):
            return f"{host} did not take the sign of life" + (f" (HTTP {answer.status})" if answer.status else "")
        return None
