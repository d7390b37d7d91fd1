"""The machine's own clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """
    Implements ports.Clock.
    """

    def now(self) -> datetime:
        """
        The wall clock, aware, in UTC.
        """
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """
        Seconds of a clock that never jumps.
        """
        return time.monotonic()
