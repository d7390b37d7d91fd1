"""The local server, and fetchers that may reach it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from tests.adapters.news_site.local_server import LocalServer, serving


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """
    A server on loopback.
    """
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> SafeFetcher:
    """
    A fetcher that may reach loopback.
    """
    return near_fetcher()


def near_fetcher() -> SafeFetcher:
    """
    A fetcher as the sandbox uses it.
    """
    return SafeFetcher(
        allowed_hosts=("127.0.0.1",),
        allow_private_addresses=True,
        user_agent="asiaradar_bot/test",
        contact="https://radar.asia",
    )
