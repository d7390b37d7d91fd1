"""Sending, and correcting what is out, die at every SQL statement in turn."""

from __future__ import annotations

import gc

import pytest

from asiaradar_bot.model.correction import CorrectionState, Option
from asiaradar_bot.model.post import PostState
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock, SimulatedCrash
from tests.protocol.rig import dying_at, points
from tests.protocol.test_correcting import corrector, go_on, now_of, premium, published, texts
from tests.protocol.test_publishing import advance, fake, make_press, queue, recover, shown, state_of


def test_a_crash_at_every_statement_neither_loses_nor_doubles(store: SqlStore) -> None:
    """The process dies before each SQL statement in turn, and the post still goes out exactly once."""
    crashed = survived = 0
    clock = FakeClock()
    for number in points(store):
        press = make_press(store, "yes", clock=clock)
        post = queue(store, number)
        try:
            with dying_at(store, number):
                publish_due(press)
            survived += 1
        except SimulatedCrash:
            crashed += 1
        recover(press)
        assert shown(press)[post.text] == 1, f"statement {number}"
        assert state_of(store, post) is PostState.PUBLISHED, f"statement {number}"
        with store.begin() as tx:
            tx.account.set_mark("last_sweep_at", None)
        if survived:
            break
    assert crashed > 8


@pytest.mark.parametrize("option", [Option.EDIT, Option.DELETE_AND_REPOST])
def test_a_crash_at_every_statement_is_settled(store: SqlStore, option: Option) -> None:
    """
    The process dies after each SQL statement in turn; in the end one right text stands on X, once.

    The moment before a statement is the one after the statement before it, or after the transaction before it.
    """
    press = premium(store)
    crashed = survived = 0
    for number in points(store):
        fake(press).timeline.clear()
        post = published(store, press, number)
        wanted = f"Better {number}\n{post.link}" if option is Option.EDIT else f"Better {number}"
        corrector(press).choose(post.id, option, text=wanted)
        try:
            with dying_at(store, number, after=True):
                amend(press)
            survived += 1
        except SimulatedCrash:
            crashed += 1
        finally:
            gc.collect()  # a cursor that nobody reads any more would keep SQLite's lock, a dead process does not
        advance(press, minutes=2)
        amend(press)
        go_on(press, rounds=4)
        after, correction = now_of(store, post)
        where = f"statement {number}: {correction.state} {correction.why}"
        if option is Option.DELETE_AND_REPOST:
            assert (texts(press), correction.state) == ([wanted], CorrectionState.REPOSTED), where
            assert after.deleted_remotely_at is not None, where
        else:
            done = correction.state is CorrectionState.EDITED
            assert done or correction.state is CorrectionState.OPEN, where
            assert texts(press) == [wanted if done else post.text], where
            assert after.text == texts(press)[0], where
        with store.begin() as tx:
            tx.account.set_mark("last_sweep_at", None)
        if survived:
            break
    assert crashed > 8
