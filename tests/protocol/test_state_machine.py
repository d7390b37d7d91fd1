"""Hypothesis drives the protocol: any order of moves, a death or a freeze between any two of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from asiaradar_bot.model.correction import Option
from tests.protocol.lives import EDITS, LAST_BOUNDARY, LAST_POINT, WAYS, new_world
from tests.protocol.planted import PLANTS, Believing
from tests.protocol.rig import DEEP
from tests.protocol.world import ANSWERS, Freeze, Steps, World

SHALLOW = settings(
    max_examples=15,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
PROFILE = settings(SHALLOW, max_examples=1500, stateful_step_count=50, derandomize=False) if DEEP else SHALLOW
POINTS = st.integers(min_value=1, max_value=LAST_POINT)
FREEZES = st.builds(
    Freeze, at=st.integers(min_value=1, max_value=LAST_BOUNDARY), minutes=st.sampled_from((0.2, 2.0, 17.0, 40.0))
)
STEPS = st.sampled_from(("publish", "publish", "reconcile", "patrol", "amend"))
BOTS = st.integers(min_value=0, max_value=1)
CORRECTIONS = st.sampled_from((Option.EDIT, Option.DELETE_AND_REPOST))
SCRIPTS = st.lists(st.sampled_from(ANSWERS), max_size=3)


class Protocol(RuleBasedStateMachine):
    """
    Rules are the moves of a `World`; its checks are the invariants.
    """

    steps: Steps | None = None
    world: World

    def __init__(self) -> None:
        super().__init__()
        self._life = ExitStack()

    @initialize(how=st.sampled_from(WAYS))
    def start(self, how: str) -> None:
        """An empty database, two processes, one post."""
        self.world = self._life.enter_context(new_world(self.steps))
        self.world.queue(how)

    @rule(how=st.sampled_from(WAYS), expires=st.booleans(), due_minutes=st.sampled_from((0, 0, 20)))
    def queue(self, how: str, *, expires: bool, due_minutes: int) -> None:
        """A new post."""
        self.world.queue(how, expires=expires, due_minutes=due_minutes)

    @rule(bot=BOTS, step=STEPS, answers=SCRIPTS)
    def run_a_step(self, bot: int, step: str, answers: list[str]) -> None:
        """A process does its work."""
        self.world.run(bot, step, answers=answers)

    @rule(bot=BOTS, step=STEPS, answers=SCRIPTS, die_at=POINTS)
    def die_in_a_step(self, bot: int, step: str, answers: list[str], die_at: int) -> None:
        """A process dies before or after a statement, or around the wire."""
        self.world.run(bot, step, answers=answers, die_at=die_at)

    @rule(bot=BOTS, step=STEPS, answers=SCRIPTS, freeze=FREEZES)
    def freeze_in_a_step(self, bot: int, step: str, answers: list[str], freeze: Freeze) -> None:
        """A process stands still, the other one works, and it wakes up."""
        self.world.run(bot, step, answers=answers, freeze=freeze)

    @rule(what=st.sampled_from(EDITS), which=st.integers(min_value=0, max_value=20))
    def edit(self, what: str, which: int) -> None:
        """An editor meddles."""
        self.world.edit_something(what, which)

    @rule(option=CORRECTIONS, which=st.integers(min_value=0, max_value=20))
    def correct(self, option: Option, which: int) -> None:
        """What is out is to be edited, or deleted and posted again."""
        self.world.correct_something(option, which)

    @rule(minutes=st.sampled_from((0.1, 1.1, 5.0, 16.0, 125.0)))
    def wait(self, minutes: float) -> None:
        """Time passes."""
        self.world.wait(minutes=minutes)

    @rule(on=st.booleans())
    def switch(self, *, on: bool) -> None:
        """The kill switch."""
        self.world.switch(on=on)

    @rule(minutes=st.sampled_from((0, 1, 13)), unreadable=st.booleans())
    def worsen_timeline(self, minutes: int, *, unreadable: bool) -> None:
        """X's timeline lags, or cannot be read."""
        self.world.x.lag = timedelta(minutes=minutes)
        self.world.x.cannot_read = unreadable

    @rule()
    def miss_posts(self) -> None:
        """Once, X shows an empty timeline for less than a minute."""
        self.world.miss_posts()

    @invariant()
    def holds(self) -> None:
        """Nothing is doubled, and all is on record."""
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        """In the end nothing is lost."""
        with self._life:
            if hasattr(self, "world"):
                self.world.finish()


class Correcting(Protocol):
    """
    The same, from a post on that is out and to be corrected, with one process that may die in the midst of it.
    """

    @initialize(how=st.sampled_from(WAYS), option=CORRECTIONS)
    def start(self, how: str, option: Option) -> None:
        """One post is out, and somebody has chosen."""
        super().start(how)
        self.world.run(0, "publish")
        self.world.correct_something(option, 0)

    @rule(bot=BOTS, answers=SCRIPTS, die_at=POINTS)
    def die_in_correcting(self, bot: int, answers: list[str], die_at: int) -> None:
        """A process dies while it edits or deletes."""
        self.world.run(bot, "amend", answers=answers, die_at=die_at)

    @rule(bot=BOTS, answers=SCRIPTS, freeze=FREEZES)
    def freeze_in_correcting(self, bot: int, answers: list[str], freeze: Freeze) -> None:
        """A process stands still while it edits or deletes, and the other one corrects and sends."""
        others = Freeze(at=freeze.at, minutes=freeze.minutes, others=("amend", "amend", "publish"))
        self.world.run(bot, "amend", answers=answers, freeze=others)


@pytest.mark.timeout(7200 if DEEP else 300)
def test_corrections_keep_the_promise_too() -> None:
    """No order of moves, deaths and faults leaves two posts or none where one is wanted, or a correction undone."""
    run_state_machine_as_test(Correcting, settings=PROFILE)


@pytest.mark.timeout(7200 if DEEP else 300)
def test_the_protocol_keeps_its_promise() -> None:
    """No order of moves, deaths and faults that Hypothesis can think of loses or doubles a post."""
    run_state_machine_as_test(Protocol, settings=PROFILE)


@pytest.mark.timeout(300)
def test_the_machine_finds_a_planted_bug() -> None:
    """Hypothesis itself finds a broken protocol; `test_lives` finds all the other ones."""
    with PLANTS["timeout taken for not sent"]() as steps:
        broken = type("Broken", (Protocol,), {"steps": steps})
        with pytest.raises(AssertionError, match=r"lost|doubled"):
            run_state_machine_as_test(broken, settings=settings(SHALLOW, max_examples=200, phases=(Phase.generate,)))


@pytest.mark.timeout(300)
def test_the_machine_finds_a_planted_bug_in_corrections() -> None:
    """A post that takes the place of one which is still there is found by itself."""
    believing = Steps(change_press=lambda press: replace(press, x=Believing(press.x)))
    broken = type("Broken", (Correcting,), {"steps": believing})
    with pytest.raises(AssertionError, match="doubled"):
        run_state_machine_as_test(broken, settings=settings(SHALLOW, max_examples=200, phases=(Phase.generate,)))
