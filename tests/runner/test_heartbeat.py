"""The sign of life, and what a jumping clock does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from asiaradar_bot.model.account import CLOCK_JUMPED
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.steps.press import pause
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock


def test_only_fresh_writes_count_as_life(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first write, and long after the last good one, the watchdog is not told that all is well."""
    clock = FakeClock()
    heartbeat = Heartbeat(store, clock)
    assert not heartbeat.is_alive()
    heartbeat.beat()
    clock.advance(seconds=40)
    assert heartbeat.is_alive()
    clock.advance(seconds=1)
    assert not heartbeat.is_alive()

    def broken() -> None:
        raise StorageError("the database is gone")

    monkeypatch.setattr(store, "begin", broken)
    with pytest.raises(StorageError):
        heartbeat.beat()
    assert not heartbeat.is_alive()


def test_a_clock_jump_pauses_until_two_looks_agree(store: SqlStore) -> None:
    """A wall clock that leaves the steady one by more than five minutes stops sending, and two agreeing looks end it."""
    clock = FakeClock()
    heartbeat = Heartbeat(store, clock)
    heartbeat.beat()
    clock.instant += timedelta(minutes=6)
    states = []
    for _ in range(3):
        heartbeat.beat()
        with store.read() as tx:
            states.append(tx.account.state().clock)
        clock.advance(seconds=15)
    assert states == ["the machine's clock jumped", "the machine's clock jumped", None]
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["clock"]


def test_a_pause_that_waits_for_a_person_outlasts_a_jump(store: SqlStore) -> None:
    """Whatever the clocks do, and if the process dies meanwhile: only the clock's own mark comes and goes."""
    clock = FakeClock()
    heartbeat = Heartbeat(store, clock)
    heartbeat.beat()
    with store.begin() as tx:
        pause(tx, "a stranger posts in our name", at=clock.now(), until=None)
    clock.instant += timedelta(minutes=10)
    heartbeat.beat()
    with store.begin() as tx:
        assert tx.account.state().clock == CLOCK_JUMPED
        pause(tx, "X's rate limit", at=clock.now(), until=clock.now() + timedelta(minutes=1))
    later = Heartbeat(store, clock)
    for _ in range(3):
        later.beat()
        clock.advance(seconds=15)
    with store.read() as tx:
        state = tx.account.state()
    assert (state.clock, state.paused, state.paused_until) == (None, "a stranger posts in our name", None)
