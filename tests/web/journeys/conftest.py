"""A newsroom for journeys: the sample site was read, articles were posted, held and skipped, and the Desk runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.runner.service import WebThread
from tests.e2e.bot import go_round, running
from tests.web.journeys.walking import WAYS, Newsroom, Way
from tests.web.shared import web_for

STORIES = (
    "kaohsiung-port-containers-record",
    "singapore-and-jakarta-sign-undersea-power-cable-agreement",
    "singapore-jakarta-sign-undersea-power-cable-deal",
    "manila-transport-plan-embargoed",
)
"""One is posted, one has a second address and is told once, one waits."""


@pytest.fixture(scope="session", autouse=True)
def patient() -> None:
    """Three browsers share the machine with the rest of the suite."""
    expect.set_options(timeout=20_000)


@pytest.fixture(params=WAYS, ids=[way.name.replace(" ", "-") for way in WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    """Desktop, phone, and phone without JavaScript."""
    found: Way = request.param
    return found


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """One for all journeys of a file: what one of them leaves, the next one finds."""
    with running(
        tmp_path_factory.mktemp("newsroom"), web={"port": 0}, access={"second_factor": "nobody"}, pictures=False
    ) as (app, site):
        for slug in STORIES:
            site.publish(slug)
            go_round(app, 1)
        Heartbeat(app.store, app.clock).beat()
        woken: list[str] = []
        server = WebThread(app, lambda: web_for(app, woken=woken))
        server.start()
        yield Newsroom(app=app, url=server.url, site=site, woken=woken)
        server.stop()
