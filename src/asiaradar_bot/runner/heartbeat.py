"""Holds the two clocks against each other: after a jump nothing is sent until two looks agree again."""

from __future__ import annotations

from datetime import datetime, timedelta

from asiaradar_bot.model.account import CLOCK_JUMPED, STALE
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.ports import Clock, Store

MOST_DRIFT = timedelta(minutes=5)
_AGREEMENTS = 2


class Heartbeat:
    """
    Remembers the last look at both clocks and the last good write.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last: tuple[datetime, float] | None = None
        self._agreed = 0  # also for a jump that an earlier process saw, and did not live to see the end of
        self._wrote: float | None = None

    def is_alive(self) -> bool:
        """
        Whether the last good write is fresh; a stuck scheduler or a failing database makes it stale.
        """
        return self._wrote is not None and self._clock.monotonic() - self._wrote <= STALE.total_seconds()

    def beat(self) -> None:
        """
        Write a sign of life, and forbid or allow sending by what the clocks say. Raises StorageError.

        That is a mark of its own: a pause that waits for a person outlasts any jump.
        """
        now, monotonic = self._clock.now(), self._clock.monotonic()
        looked_before = self._last is not None
        jumped = (
            self._last is not None
            and abs((now - self._last[0]).total_seconds() - (monotonic - self._last[1])) > MOST_DRIFT.total_seconds()
        )
        self._last = (now, monotonic)
        with self._store.begin() as tx:
            tx.account.set_mark("heartbeat", now.isoformat())
            if jumped:
                self._agreed = 0
                tx.account.set_mark("clock", CLOCK_JUMPED)
                tx.account.set_mark("clock_jumped_at", now.isoformat())
                tx.inbox.raise_alert("clock", CLOCK_JUMPED, subject="clock", at=now)
            elif looked_before and self._agreed < _AGREEMENTS:
                self._agreed += 1
                if self._agreed == _AGREEMENTS and tx.account.get_mark("clock") is not None:
                    tx.account.set_mark("clock", None)
                    tx.audit.record(
                        AuditEntry(
                            at=now, who="bot", action="account.resume", subject="account", why="the clocks agree"
                        )
                    )
        self._wrote = self._clock.monotonic()
