"""Random lives of the publishing protocol: each on a fresh database, repeatable by its seed."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.protocol.world import ANSWERS, Freeze, FusedStore, Steps, World
from tests.ready import ready_file

WAYS = ("marked", "marked", "plain", "linked", "thread")
EDITS = ("edit", "hold", "approve", "cancel", "move", "settle", "publish_now", "restore")
MINUTE = timedelta(minutes=1)
LAST_POINT = 130
"""A step that sends one post has about that many points."""
LAST_BOUNDARY = 30
"""And so many of them stand between transactions or at the wire."""
AROUND_WIRE = (15, 19)
"""Those from the intent to the answer, when one post is sent."""


@contextmanager
def fast_folder() -> Iterator[Path]:
    """In memory instead of on a disk, where there is such a place: what a disk keeps is not the question here."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=memory if Path(memory).is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def new_world(steps: Steps | None = None) -> Iterator[World]:
    """A world on an empty database."""
    with fast_folder() as folder:
        store = FusedStore(ready_file(folder), account="AsiaRadar", backups=folder)
        with closing(store):
            yield World(store, steps)


@dataclass(slots=True)
class Tally:
    """What lives came to."""

    lives: int = 0
    posts: int = 0
    deaths: int = 0
    freezes: int = 0


def live(seed: int, steps: Steps | None = None, *, moves: int = 16, tally: Tally | None = None) -> None:
    """
    One life; raises AssertionError on anything lost, doubled or off the table.

    Odd seeds are storms: lost answers, freezes and lag all the time, and nobody who meddles.
    """
    dice = random.Random(seed)
    storm = seed % 2 == 1
    with new_world(steps) as world:
        world.x.lag = dice.choice((5, 13) if storm else (0, 1, 5, 13)) * MINUTE
        world.queue(dice.choice(WAYS))
        for _ in range(moves):
            move(world, dice, storm=storm)
            world.check()
        world.finish()
        if tally is not None:
            tally.lives += 1
            tally.posts += len(world.texts)
            tally.deaths += world.deaths
            tally.freezes += world.freezes


def move(world: World, dice: random.Random, *, storm: bool) -> None:
    """One move, with its faults."""
    names = ("queue", "publish", "reconcile", "patrol", "edit", "wait", "lag", "cannot_read", "miss", "switch")
    weights = (1, 6, 7, 0, 0, 7, 0, 0, 0, 0) if storm else (3, 10, 7, 1, 2, 6, 0.5, 0.5, 0.5, 0.3)
    what = dice.choices(names, weights=weights)[0]
    match what:
        case "queue":
            world.queue(dice.choice(WAYS), expires=dice.random() < 0.2, due_minutes=dice.choice((0, 0, 0, 20)))
        case "publish" | "reconcile" | "patrol":
            _run(world, dice, what, storm=storm)
        case "edit":
            world.edit_something(dice.choice(EDITS), dice.randrange(100))
        case "wait":
            world.wait(minutes=dice.choice((1.1, 1.1, 16) if storm else (0.1, 1.1, 1.1, 1.1, 5, 16, 16, 125)))
        case "lag":
            world.x.lag = dice.choice((0, 1, 5, 13)) * MINUTE
        case "cannot_read":
            world.x.cannot_read = not world.x.cannot_read
        case "miss":
            world.miss_posts()
        case _:
            world.switch(on=dice.random() < 0.3)


def _run(world: World, dice: random.Random, step: str, *, storm: bool) -> None:
    dies = dice.random() < 0.35
    freezes = not dies and dice.random() < (0.5 if storm else 0.2)
    words = ("yes", "yes_but_lost", "yes_but_lost", "lost") if storm else ANSWERS
    answers = [dice.choice(words) for _ in range(3)] if dice.random() < 0.7 else []
    if storm and step == "reconcile" and dice.random() < 0.3:
        world.miss_posts()
    at = dice.randrange(*(AROUND_WIRE if storm else (1, LAST_BOUNDARY)))
    minutes = dice.choice((17, 40) if storm else (0.2, 2, 17, 17, 40))
    world.run(
        dice.randrange(2),
        step,
        answers=answers,
        die_at=dice.randrange(1, LAST_POINT) if dies else 0,
        freeze=Freeze(at=at, minutes=minutes) if freezes else None,
    )
