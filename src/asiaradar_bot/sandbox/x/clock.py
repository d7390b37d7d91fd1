"""The clock of the local X: follows a given clock, and can be moved ahead so that a month passes in a test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """
    The machine's wall clock, aware, in UTC.
    """
    return datetime.now(UTC)


class MovableClock:
    """
    A clock that runs with its source, plus whatever it was moved by.
    """

    def __init__(self, source: Callable[[], datetime] = utc_now) -> None:
        self._source = source
        self._offset = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """
        The server's time, aware, in UTC.
        """
        return self._source().astimezone(UTC) + self._offset

    def advance(self, span: timedelta) -> datetime:
        """
        The new time after moving by `span`; negative goes back.
        """
        with self._lock:
            self._offset += span
        return self.now()

    def set(self, instant: datetime) -> datetime:
        """
        The new time; the clock runs on from `instant`.

        Raises:
            ValueError: the instant has no zone.
        """
        if instant.tzinfo is None:
            message = "the clock takes an instant with a zone; write it like 2026-01-31T08:00:00Z"
            raise ValueError(message)
        with self._lock:
            self._offset = instant.astimezone(UTC) - self._source().astimezone(UTC)
        return self.now()
