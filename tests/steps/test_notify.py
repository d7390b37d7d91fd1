"""Alerts in line reach people, in order, and the like not too often."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.steps.notify import notify
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON
from tests.fakes.outside import FakeClock
from tests.fakes.people import FakeAlerts

QUIET = timedelta(minutes=30)


def put(store: SqlStore, kind: str, subject: str) -> None:
    """An alert in line."""
    with store.begin() as tx:
        tx.inbox.raise_alert(kind, f"{kind} of {subject}", subject=subject, at=NOON)


def test_alerts_go_out_once_in_order(shelf: SqlStore) -> None:
    """Each with its words and subject; what was sent is not in line any more."""
    people, clock = FakeAlerts(), FakeClock()
    put(shelf, "held", "post 1")
    put(shelf, "source", "source latest")
    assert notify(shelf, people, clock, quiet=QUIET) == 2
    assert people.sent == [("held", "held of post 1", "post 1"), ("source", "source of source latest", "source latest")]
    assert notify(shelf, people, clock, quiet=QUIET) == 0


def test_the_like_is_not_repeated_within_the_quiet_time(shelf: SqlStore) -> None:
    """The same kind and subject waits for the span to pass; another subject does not."""
    people, clock = FakeAlerts(), FakeClock()
    for subject in ("a", "a", "b"):
        put(shelf, "held", subject)
    assert notify(shelf, people, clock, quiet=QUIET) == 2
    clock.advance(minutes=29)
    put(shelf, "held", "a")
    assert notify(shelf, people, clock, quiet=QUIET) == 0
    clock.advance(minutes=31)
    put(shelf, "held", "a")
    assert notify(shelf, people, clock, quiet=QUIET) == 1


def test_an_alert_leads_to_its_page_at_the_desk(shelf: SqlStore) -> None:
    """Post, article and source have pages of their own, the rest the front page; a digest is no alert."""
    people, clock = FakeAlerts(), FakeClock()
    for subject in ("post 7", "article 3", "source latest", "clock"):
        put(shelf, "held", subject)
    put(shelf, "digest", "Monday")
    assert notify(shelf, people, clock, quiet=QUIET, desk_url="https://desk.radar.asia/") == 5
    ends = [message.partition("\n")[2].removeprefix("https://desk.radar.asia") for _, message, _ in people.sent]
    assert ends == ["/posts/7", "/articles/3", "/sources", "/", ""]
