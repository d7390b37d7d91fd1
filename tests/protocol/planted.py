"""
Planted bugs of the protocol, each a piece put in the place of the real one; a suite that lets one pass proves nothing.

Every plant gives the steps to live with; what it breaks beyond them is undone at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest import mock

from sqlalchemy import delete, insert

from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.outcome import (
    Deleted,
    DeleteOutcome,
    Published,
    PublishOutcome,
    RetryLater,
    Unconfirmed,
    UploadOutcome,
)
from asiaradar_bot.model.post import Post
from asiaradar_bot.ports import Publisher
from asiaradar_bot.steps import publish, reconcile
from asiaradar_bot.steps.press import Press
from asiaradar_bot.storage.account_rows import SqlAccountRows
from asiaradar_bot.storage.tables import leases
from tests.protocol.world import Steps

Plant = Callable[[], AbstractContextManager[Steps]]
Gate = Callable[[datetime], str | None]


class Around:
    """A Publisher around another one."""

    def __init__(self, inner: Publisher) -> None:
        self._inner = inner

    def publish(
        self, text: str, *, gate: Gate, media_ids: Sequence[str] = (), reply_to: str | None = None
    ) -> PublishOutcome:
        """As the inner one."""
        return self._inner.publish(text, gate=gate, media_ids=media_ids, reply_to=reply_to)

    def edit(self, text: str, *, previous_id: str, gate: Gate, media_ids: Sequence[str] = ()) -> PublishOutcome:
        """As the inner one."""
        return self._inner.edit(text, previous_id=previous_id, gate=gate, media_ids=media_ids)

    def delete(self, remote_id: str, *, gate: Gate) -> DeleteOutcome:
        """As the inner one."""
        return self._inner.delete(remote_id, gate=gate)

    def upload(self, content: bytes, *, media_type: str, alt_text: str | None) -> UploadOutcome:
        """As the inner one."""
        return self._inner.upload(content, media_type=media_type, alt_text=alt_text)


class Believing(Around):
    """Takes a deletion without an answer for done."""

    def delete(self, remote_id: str, *, gate: Gate) -> DeleteOutcome:
        """In doubt, yes."""
        outcome = super().delete(remote_id, gate=gate)
        if isinstance(outcome, Unconfirmed):
            return Deleted(was_gone=False, signed_at=outcome.signed_at)
        return outcome


class _Repeating(Around):
    """Tries again when an answer is not clear, as a library's retry would."""

    def publish(
        self, text: str, *, gate: Gate, media_ids: Sequence[str] = (), reply_to: str | None = None
    ) -> PublishOutcome:
        """Up to three tries."""
        outcome = super().publish(text, gate=gate, media_ids=media_ids, reply_to=reply_to)
        for _ in range(2):
            if not isinstance(outcome, Unconfirmed):
                break
            outcome = super().publish(text, gate=gate, media_ids=media_ids, reply_to=reply_to)
        return outcome


class _Optimistic(Around):
    """Takes a time-out for «not sent»."""

    def publish(
        self, text: str, *, gate: Gate, media_ids: Sequence[str] = (), reply_to: str | None = None
    ) -> PublishOutcome:
        """Unconfirmed becomes RetryLater."""
        outcome = super().publish(text, gate=gate, media_ids=media_ids, reply_to=reply_to)
        return RetryLater(detail=outcome.detail) if isinstance(outcome, Unconfirmed) else outcome


class _Ungated(Around):
    """Asks nothing before the wire."""

    def publish(
        self, text: str, *, gate: Gate, media_ids: Sequence[str] = (), reply_to: str | None = None
    ) -> PublishOutcome:
        """The gate is always open."""
        del gate
        return super().publish(text, gate=lambda _: None, media_ids=media_ids, reply_to=reply_to)


class _Remarking(Around):
    """Puts a marker of its own into the link of each attempt."""

    numbers = count(1)

    def publish(
        self, text: str, *, gate: Gate, media_ids: Sequence[str] = (), reply_to: str | None = None
    ) -> PublishOutcome:
        """Another marker each time."""
        fresh = re.sub(r"utm_id=\w+", f"utm_id=r{next(self.numbers)}", text)
        return super().publish(fresh, gate=gate, media_ids=media_ids, reply_to=reply_to)


def _around(wrap: Callable[[Publisher], Publisher]) -> Plant:
    @contextmanager
    def plant() -> Iterator[Steps]:
        yield Steps(change_press=lambda press: replace(press, x=wrap(press.x)))

    return plant


def _patched(what: object, name: str, value: object) -> Plant:
    @contextmanager
    def plant() -> Iterator[Steps]:
        with mock.patch.object(what, name, value):
            yield Steps()

    return plant


@contextmanager
def _no_settle() -> Iterator[Steps]:
    """The reconciler believes a timeline at once."""
    yield Steps(change_press=lambda press: replace(press, limits=replace(press.limits, settle=timedelta(0))))


@contextmanager
def _no_gap() -> Iterator[Steps]:
    """Two reads in the same moment count as two."""
    with mock.patch.object(reconcile, "_READ_AGAIN", timedelta(0)):
        yield Steps(change_press=lambda press: replace(press, limits=replace(press.limits, absent_gap=timedelta(0))))


def _due(press: Press) -> tuple[Post, Lease] | None:
    if press.stop_reason() is not None or publish._account_idle(press) is not None:
        return None
    post = publish._find_next(press)
    taken = press.take_lease()
    return (post, taken[0]) if isinstance(post, Post) and taken is not None else None


def _result_first(press: Press) -> None:
    """Writes «published» and then sends."""
    found = _due(press)
    claimed = publish._claim(press, *found, media_count=0) if found else None
    if found is None or claimed is None:
        return
    publish.record_outcome(press, found[0], claimed[0], Published(remote_id=f"hoped {claimed[0].id}"))
    press.x.publish(found[0].text, gate=lambda _: None, reply_to=claimed[1])


def _intent_last(press: Press) -> None:
    """Sends and then writes that it meant to."""
    found = _due(press)
    if found is None:
        return
    outcome = press.x.publish(found[0].text, gate=lambda _: None)
    claimed = publish._claim(press, *found, media_count=0)
    if claimed is not None:
        publish.record_outcome(press, found[0], claimed[0], outcome)


def _steal_lease(self: SqlAccountRows, owner: str, *, now: datetime, length: timedelta) -> Lease:
    self._connection.execute(delete(leases))
    values: dict[str, Any] = {"account": self._account, "owner": owner, "fence": 1, "expires_at": now + 9 * length}
    self._connection.execute(insert(leases).values(**values))
    return Lease(account=self._account, owner=owner, fence=1, expires_at=now + 9 * length)


@contextmanager
def _no_lease() -> Iterator[Steps]:
    """Anybody may send at any time, and the gate does not look at the lease either."""
    with (
        mock.patch.object(SqlAccountRows, "acquire_lease", _steal_lease),
        mock.patch.object(Press, "gate", lambda press, _: lambda _: press.stop_reason()),
    ):
        yield Steps()


@contextmanager
def _publishing(piece: Callable[[Press], object]) -> Iterator[Steps]:
    yield Steps(publish=piece)


PLANTS: Mapping[str, Plant] = {
    "result before call": lambda: _publishing(_result_first),
    "no intent": lambda: _publishing(_intent_last),
    "retry on timeout": _around(_Repeating),
    "timeout taken for not sent": _around(_Optimistic),
    "no gate": _around(_Ungated),
    "a marker for each attempt": _around(_Remarking),
    "no settle": _no_settle,
    "no gap between reads": _no_gap,
    "one absent read is enough": _patched(reconcile, "NEEDED_READS", 1),
    "lease ignored": _no_lease,
}
