"""For the sandbox: asks a site on this machine in place of the real one, and calls it by the real one's name."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from asiaradar_bot.adapters.news_site.answer import Ask, Fetched, FetchFailed
from asiaradar_bot.adapters.news_site.connect import Deadline
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.model.errors import SettingsError


class StandInFetcher(SafeFetcher):
    """
    A SafeFetcher whose requests to `https://HOST` go to `stand_in` (http on loopback), with every address rewritten.

    X makes links of domain names only, never of 127.0.0.1: so the sample site's posts need a real site's name.
    """

    def __init__(self, *, host: str, stand_in: str, contact: str) -> None:
        where = urlsplit(stand_in)
        if where.scheme != "http" or where.hostname not in {"127.0.0.1", "localhost"}:
            raise SettingsError(f"fetch.stand_in {stand_in} must be http on this machine (http://127.0.0.1:PORT)")
        super().__init__(
            allowed_hosts=("127.0.0.1", "localhost"),
            allow_private_addresses=True,
            user_agent="asiaradar_bot sandbox",
            contact=contact,
        )
        self._host = host
        self._real = f"https://{host}"
        self._stand_in = stand_in.rstrip("/")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """
        The real host: what is read speaks of nothing else.
        """
        return (self._host,)

    def _follow(self, url: str, ask: Ask, deadline: Deadline) -> Fetched | FetchFailed:
        fetched = super()._follow(self._to_stand_in(url), ask, deadline)
        return fetched if isinstance(fetched, FetchFailed) else self._renamed(fetched)

    def _to_stand_in(self, url: str) -> str:
        return url.replace(self._real, self._stand_in, 1)

    def _to_real(self, url: str) -> str:
        return url.replace(self._stand_in, self._real, 1)

    def _renamed(self, fetched: Fetched) -> Fetched:
        content = fetched.content.replace(self._stand_in.encode(), self._real.encode())
        return replace(
            fetched,
            requested_url=self._to_real(fetched.requested_url),
            url=self._to_real(fetched.url),
            content=content,
            moved_to=None if fetched.moved_to is None else self._to_real(fetched.moved_to),
        )
