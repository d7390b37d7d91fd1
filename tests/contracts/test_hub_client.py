"""The contract of `ports.HubClient`, held by ScriptedHub and WebSubClient over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from asiaradar_bot.adapters.news_site.websub import WebSubClient
from asiaradar_bot.model.outcome import Hub, HubAccepted, HubRefused
from asiaradar_bot.ports import HubClient
from tests.adapters.news_site.conftest import near_fetcher
from tests.adapters.news_site.local_server import serving
from tests.fakes.people import ScriptedHub

SECRET = "s" * 32
CALLBACK = "https://bot.radar.asia/hooks/websub/path"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubUnderTest:
    """One implementation, a hub, and how that hub begins to refuse."""

    client: HubClient
    hub: Hub
    refuse: Callable[[], object]


@pytest.fixture(params=["fake", "websub"])
def under_test(request: pytest.FixtureRequest) -> Iterator[HubUnderTest]:
    """Each implementation in turn."""
    with serving() as server:
        hub = Hub(url=server.url("/hub"), topic="https://radar.asia/rss/latest-posts")
        if request.param == "fake":
            fake = ScriptedHub(HubAccepted())
            refused = HubRefused(detail="the hub did not take the request: 500")
            yield HubUnderTest(client=fake, hub=hub, refuse=lambda: setattr(fake, "answer", refused))
        else:
            server.on("/hub", status=202)
            yield HubUnderTest(
                client=WebSubClient(near_fetcher()), hub=hub, refuse=lambda: server.on("/hub", status=500)
            )


def test_a_hub_takes_the_request_or_says_why_not(under_test: HubUnderTest) -> None:
    """Accepted while it does, refused with a sentence once it does not; asking again is always possible."""

    def ask() -> HubAccepted | HubRefused:
        return under_test.client.subscribe(under_test.hub, callback=CALLBACK, secret=SECRET, lease=timedelta(days=7))

    assert ask() == HubAccepted()
    assert ask() == HubAccepted()
    under_test.refuse()
    answer = ask()
    assert isinstance(answer, HubRefused)
    assert "the hub did not take the request" in answer.detail
    assert SECRET not in answer.detail
