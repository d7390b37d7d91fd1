"""Signs of life to a dead man's switch, over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.pings import WebPings
from asiaradar_bot.bootstrap import build_app
from asiaradar_bot.runner.dead_man import DeadManPings
from asiaradar_bot.runner.loop import Runner
from asiaradar_bot.settings import load_settings
from asiaradar_bot.steps.watch import Watched
from tests.fakes.outside import FakeClock
from tests.fakes.receiver import Receiver
from tests.ready import ready_file
from tests.waiting import until


@pytest.fixture
def switch() -> Iterator[Receiver]:
    """The service that waits for signs of life."""
    made = Receiver()
    yield made
    made.close()


def pings(switch: Receiver, clock: FakeClock) -> DeadManPings:
    """With the real way out, and an address for polls only."""
    way = WebPings(
        lambda host: SafeFetcher(allowed_hosts=[host], allow_private_addresses=True, user_agent="t", contact="t")
    )
    return DeadManPings(way.ping, clock, addresses={"watch": switch.url.replace("changes", "secret"), "publish": None})


def test_only_good_news_is_told_and_once_a_minute(switch: Receiver) -> None:
    """A look that polled nothing, one whose sources all failed, a step that broke and one without address say nothing."""
    clock = FakeClock()
    ours = pings(switch, clock)
    for result in (Watched(), Watched(polled=2, failed=2), None):
        assert not ours.is_due("watch", result)
    assert not ours.is_due("publish", object())
    good = Watched(polled=2, failed=1)
    assert ours.is_due("watch", good)
    clock.advance(seconds=59)
    assert not ours.is_due("watch", good)
    clock.advance(seconds=1)
    assert ours.is_due("watch", good)
    ours.send("watch")
    assert switch.asked == ["/secret"]


def test_a_switch_that_does_not_answer_holds_nothing_up(switch: Receiver) -> None:
    """It is logged with its host, never with its address, which is its owner's secret."""
    switch.status = 500
    with capture_logs() as logged:
        pings(switch, FakeClock()).send("watch")
    assert logged[0]["problem"].startswith("127.0.0.1 did not take the sign of life")
    assert "secret" not in str(logged)


def test_the_running_bot_pings_after_a_sweep(switch: Receiver, tmp_path: Path) -> None:
    """The address of the settings is fetched once the first sweep went well."""
    app = build_app(
        load_settings(
            storage={"url": ready_file(tmp_path), "folder": tmp_path},
            x={"mode": "dry-run"},
            sources=[{"name": "latest", "kind": "feed", "url": f"{switch.url}/feed"}],
            fetch={"allow_private_addresses": True, "allowed_hosts": ["127.0.0.1"]},
            alerts={"ping_publish": switch.url},
        )
    )
    runner = Runner(app)
    try:
        runner.start()
        until(lambda: "/changes" in switch.asked)
    finally:
        runner.stop()
        app.close()
    assert switch.asked.count("/changes") == 1
