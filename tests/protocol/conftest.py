"""Who recovers after a crash: the same process, or another one that has never seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.sandbox.x import LocalX
from asiaradar_bot.sandbox.x.account import Behaviour
from asiaradar_bot.steps.press import Press
from asiaradar_bot.storage.store import SqlStore
from tests.contracts.accounts import x_account
from tests.fakes.outside import FakeClock, FakeSideFiles
from tests.protocol.lives import fast_folder
from tests.protocol.rig import url_of

Successor = Callable[[Press], Press]


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """Hundreds of commits a test: in memory."""
    with fast_folder() as folder:
        yield folder


@pytest.fixture(params=["same", "other"])
def successor(request: pytest.FixtureRequest) -> Iterator[Successor]:
    """Gives the press that goes on after a crash; another process has its own connections and name."""
    with ExitStack() as opened:

        def succeed(press: Press) -> Press:
            if request.param == "same":
                return press
            assert isinstance(press.store, SqlStore)
            store = SqlStore(url_of(press.store), account="AsiaRadar", backups=press.store._backups, server_time=False)
            opened.enter_context(closing(store))
            return replace(press, store=store, owner="two")

        yield succeed


@pytest.fixture
def clock() -> FakeClock:
    """Moves bot and X alike."""
    return FakeClock()


@pytest.fixture
def x(clock: FakeClock) -> Iterator[LocalX]:
    """A local X on that clock, with edits allowed."""
    with LocalX(now=clock.now, behaviour=Behaviour(premium=True)) as local:
        yield local


@pytest.fixture
def press(store: SqlStore, x: LocalX, clock: FakeClock) -> Press:
    """A press on the real adapter."""
    account = x_account(x, clock)
    return Press(
        store=store,
        x=account,
        timeline=account,
        clock=clock,
        files=FakeSideFiles(),
        owner="one",
        limits=Limits(hold_foreign=False),
        policy=Policy(),
        prices=PRICES,
    )
