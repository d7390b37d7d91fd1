"""The contract of `ports.MetricsReader`, held by XAccount on the local X over real HTTP and by DryRunAccount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from asiaradar_bot.adapters.x_account import DryRunAccount, XAccount
from asiaradar_bot.model.engagement import Reading
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.outcome import Published
from asiaradar_bot.ports import MetricsReader
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from tests.contracts.accounts import open_gate, x_account
from tests.fakes.outside import FakeClock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderUnderTest:
    """A reader with three posts on its account, a day old, oldest first."""

    reader: MetricsReader
    account_id: str
    ids: list[str]
    clock: FakeClock
    x: LocalX | None


@pytest.fixture(params=["dry-run", "x"])
def under_test(request: pytest.FixtureRequest) -> Iterator[ReaderUnderTest]:
    """Each implementation in turn."""
    clock = FakeClock()
    with LocalX(now=clock.now) as x:
        real = request.param == "x"
        account: XAccount | DryRunAccount = (
            x_account(x, clock) if real else DryRunAccount(now=clock.now, handle="AsiaRadar")
        )
        outcomes = [account.publish(f"Story {number}", gate=open_gate) for number in range(3)]
        ids = [outcome.remote_id for outcome in outcomes if isinstance(outcome, Published)]
        clock.advance(days=1)
        yield ReaderUnderTest(reader=account, account_id=account.me().id, ids=ids, clock=clock, x=x if real else None)


def by_id(posts: tuple[Reading, ...]) -> dict[str, Reading]:
    """Readings by their first version."""
    return {reading.versions[0]: reading for reading in posts}


def test_what_is_missing_is_told_or_there(under_test: ReaderUnderTest) -> None:
    """An answer that calls itself complete shows every post of the span; one that is not may show fewer."""
    first, _, last = under_test.ids
    for private in (False, True):
        answer = under_test.reader.read_timeline(
            under_test.account_id, oldest_id=first, newest_id=last, private=private
        )
        assert not answer.complete or set(by_id(answer.posts)) == set(under_test.ids)
        looked = under_test.reader.look_up(under_test.ids, private=private)
        assert not looked.complete or set(by_id(looked.posts)) == set(under_test.ids)


def test_nothing_is_shown_that_was_not_asked_for(under_test: ReaderUnderTest) -> None:
    """The span holds both of its ends and nothing beyond them; a lookup just the ids that it names."""
    _, middle, last = under_test.ids
    answer = under_test.reader.read_timeline(under_test.account_id, oldest_id=middle, newest_id=last, private=False)
    assert set(by_id(answer.posts)) <= {middle, last}
    assert set(by_id(under_test.reader.look_up([middle], private=False).posts)) <= {middle}


def test_figures_are_counts_or_unknown(under_test: ReaderUnderTest) -> None:
    """Public figures are whole numbers; private ones are unknown, and not zero, where they were not asked for."""
    first, _, last = under_test.ids
    answer = under_test.reader.read_timeline(under_test.account_id, oldest_id=first, newest_id=last, private=False)
    for reading in answer.posts:
        assert reading.figures.likes is not None
        assert reading.figures.impressions is not None
        assert reading.figures.link_clicks is None
        assert reading.figures.engagements is None
        assert reading.id in reading.versions


def test_x_shows_all_of_them(under_test: ReaderUnderTest) -> None:
    """Where posts really stand on X they are all read, with private figures when asked; a deleted one is left out."""
    if under_test.x is None:
        answer = under_test.reader.look_up(under_test.ids, private=True)
        assert (answer.posts, answer.complete) == ((), False)
        return
    first, middle, last = under_test.ids
    shown = under_test.reader.read_timeline(under_test.account_id, oldest_id=first, newest_id=last, private=True)
    assert shown.complete
    assert all(reading.figures.link_clicks is not None for reading in shown.posts)
    assert isinstance(under_test.reader, XAccount)
    under_test.reader.delete(middle, gate=lambda _: None)
    looked = under_test.reader.look_up(under_test.ids, private=False)
    assert set(by_id(looked.posts)) == {first, last}
    under_test.x.faults.add(Fault(kind=FaultKind.NOT_CREATED_503, method="GET", path="/2/.*", times=2))
    with pytest.raises(CannotReadError):
        under_test.reader.look_up(under_test.ids, private=False)
    with pytest.raises(CannotReadError):
        under_test.reader.read_timeline(under_test.account_id, oldest_id=first, newest_id=last, private=False)
    assert under_test.clock.now() - timedelta(days=1) < under_test.clock.now()
