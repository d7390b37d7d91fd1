"""A clock that jumps makes no open attempt old: its age is counted from the jump."""

from __future__ import annotations

from datetime import timedelta

import pytest

from asiaradar_bot.model.post import PostState
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import Settled, reconcile
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock
from tests.protocol.test_publishing import advance, make_press, queue, state_of


@pytest.mark.parametrize("jump", [20, 0])
def test_a_jump_ahead_makes_no_attempt_old(store: SqlStore, jump: int) -> None:
    """Seconds after the call the wall clock says 20 minutes: the timeline is read a whole settling time later."""
    clock = FakeClock()
    heartbeat = Heartbeat(store, clock)
    press = make_press(store, "yes_but_lost", clock=clock, settle=timedelta(minutes=15))
    post = queue(store)
    heartbeat.beat()
    publish_due(press)
    clock.instant += timedelta(minutes=jump)
    heartbeat.beat()
    assert reconcile(press) == Settled(still_open=1)
    advance(press, minutes=14, seconds=59)
    assert reconcile(press) == Settled(still_open=1)
    advance(press, seconds=1)
    assert reconcile(press) == Settled(found=1)
    assert state_of(store, post) is PostState.PUBLISHED


def test_a_jump_before_the_attempt_holds_nothing_up(store: SqlStore) -> None:
    """Only what was open when the clock jumped waits longer; a later attempt is as old as its own start."""
    clock = FakeClock()
    heartbeat = Heartbeat(store, clock)
    heartbeat.beat()
    clock.instant += timedelta(minutes=20)
    for _ in range(3):  # until the clocks agree
        heartbeat.beat()
        clock.advance(seconds=15)
    press = make_press(store, "yes_but_lost", clock=clock, settle=timedelta(minutes=15))
    queue(store)
    publish_due(press)
    advance(press, minutes=15)
    assert reconcile(press) == Settled(found=1)
