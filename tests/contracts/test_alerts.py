"""The contract of `ports.Alerts`, held by FakeAlerts and AppriseAlerts over real HTTP on loopback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from asiaradar_bot.adapters.alerts import AppriseAlerts
from asiaradar_bot.ports import Alerts
from tests.adapters.news_site.local_server import serving
from tests.fakes.people import FakeAlerts


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsUnderTest:
    """One implementation, and what reached people by it."""

    alerts: Alerts
    received: Callable[[], list[tuple[str, str]]]
    """Title or kind, and text."""


@pytest.fixture(params=["fake", "apprise"])
def under_test(request: pytest.FixtureRequest) -> Iterator[AlertsUnderTest]:
    """Each implementation in turn."""
    if request.param == "fake":
        fake = FakeAlerts()
        yield AlertsUnderTest(
            alerts=fake, received=lambda: [(f"{kind} ({subject})", text) for kind, text, subject in fake.sent]
        )
        return
    with serving() as server:
        server.on("/notify", "{}", content_type="application/json")

        def received() -> list[tuple[str, str]]:
            bodies = [json.loads(text.partition("\n\n")[2].encode("latin-1").decode()) for text in server.requests]
            return [(body["title"].removeprefix("asiaradar: "), body["message"]) for body in bodies]

        yield AlertsUnderTest(alerts=AppriseAlerts([f"json://127.0.0.1:{server.port}/notify"]), received=received)


# Apprise looks for a module of old Pythons when it loads its plugins.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_an_alert_reaches_people_whole(under_test: AlertsUnderTest) -> None:
    """Kind, subject and text arrive, in any script and in order."""
    under_test.alerts.send("held", "post 7 waits: «日本» & more", subject="post 7")
    under_test.alerts.send("kill_switch", "sending was stopped", subject="account")
    assert under_test.received() == [
        ("held (post 7)", "post 7 waits: «日本» & more"),
        ("kill_switch (account)", "sending was stopped"),
    ]


def test_a_failing_address_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody there: the alert stands in the log, with a word that it reached nobody."""
    with caplog.at_level(logging.WARNING, "asiaradar.alerts"):
        AppriseAlerts(["json://127.0.0.1:1/notify"]).send("held", "post 7 waits", subject="post 7")
    assert "post 7 waits" in caplog.text
    assert "could not be delivered" in caplog.text


def test_without_addresses_it_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The log has it in any case."""
    with caplog.at_level(logging.WARNING, "asiaradar.alerts"):
        AppriseAlerts([]).send("held", "post 7 waits", subject="post 7")
    assert "alert held (post 7): post 7 waits" in caplog.text


def test_a_digest_is_titled_by_its_day(caplog: pytest.LogCaptureFixture) -> None:
    """It is no trouble: its title is its own, and the log's warnings do not hold it."""
    with serving() as server, caplog.at_level(logging.WARNING, "asiaradar.alerts"):
        server.on("/notify", "{}", content_type="application/json")
        AppriseAlerts([f"json://127.0.0.1:{server.port}/notify"]).send(
            "digest", "the text", subject="@AsiaRadar, Monday"
        )
        body = json.loads(server.requests[0].partition("\n\n")[2])
    assert (body["title"], body["message"]) == ("@AsiaRadar, Monday", "the text")
    assert "the text" not in caplog.text
