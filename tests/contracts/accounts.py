"""The accounts that the contracts of X are held against: the fake, the dry run, and the real adapter on the local X."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.adapters.x_account import DryRunAccount, XAccount
from asiaradar_bot.ports import Publisher, TimelineReader
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.sandbox.x.account import Behaviour
from tests.fakes.outside import FakeClock, FakeX

FAULTS = {
    "yes_but_lost": FaultKind.CREATED_DROP,
    "lost": FaultKind.NOT_CREATED_DROP,
    "rate_limited": FaultKind.LIMIT_429,
    "no_auth": FaultKind.UNAUTHORIZED_401,
    "no_final": FaultKind.FORBIDDEN_403,
    "duplicate": FaultKind.DUPLICATE_403,
}
"""Each word of the fake's script, and the fault of the local X that it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnderTest:
    """
    One implementation, with what a suite needs to look behind it.
    """

    publisher: Publisher
    timeline: TimelineReader
    clock: FakeClock
    next_answer: Callable[[str], None]
    """Make the next create call end as this word of `FAULTS`."""
    break_reading: Callable[[], None]
    """Make the next read of the timeline fail."""

    def texts(self) -> list[str]:
        """
        What the account shows, newest first.
        """
        me = self.timeline.me()
        return [post.text for post in self.timeline.own_posts(me.id, since=self.clock.now() - timedelta(days=1))]


def open_gate(signed_at: datetime) -> str | None:
    """Lets everything through."""
    del signed_at
    return None


def x_account(x: LocalX, clock: FakeClock, *, bearer: bool = False) -> XAccount:
    """The real adapter on a local X."""
    keys = x.credentials
    return XAccount(
        base_url=x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=clock.now,
        connect_seconds=5,
        read_seconds=5,
        bearer_token=keys.bearer_token if bearer else None,
    )


@contextmanager
def account_named(name: str) -> Iterator[AccountUnderTest]:
    """
    `fake`, `dry-run` or `x`, each with nothing on its timeline.
    """
    clock = FakeClock()
    if name == "x":
        with LocalX(now=clock.now, behaviour=Behaviour(premium=True)) as x:
            real = x_account(x, clock)
            yield AccountUnderTest(
                publisher=real,
                timeline=real,
                clock=clock,
                next_answer=lambda word: _plan(x, FAULTS[word], "POST", "/2/tweets"),
                break_reading=lambda: _plan(x, FaultKind.NOT_CREATED_500, "GET", "/2/users/[0-9]+/.*"),
            )
    elif name == "fake":
        fake = FakeX(clock)
        yield AccountUnderTest(
            publisher=fake,
            timeline=fake,
            clock=clock,
            next_answer=fake.script.append,
            break_reading=lambda: setattr(fake, "cannot_read", True),
        )
    else:
        dry = DryRunAccount(now=clock.now, handle="AsiaRadar")
        yield AccountUnderTest(
            publisher=dry, timeline=dry, clock=clock, next_answer=_impossible, break_reading=lambda: _impossible("")
        )


def _plan(x: LocalX, kind: FaultKind, method: str, path: str) -> None:
    x.faults.add(Fault(kind=kind, method=method, path=path, times=1))


def _impossible(word: str) -> None:
    raise AssertionError(f"a dry run never fails, so {word} can't be asked of it")
