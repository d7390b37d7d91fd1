"""Says to a dead man's switch that polls and sweeps go well; when it hears nothing for long, it calls people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from asiaradar_bot.logs import get_logger
from asiaradar_bot.ports import Clock
from asiaradar_bot.steps.watch import Watched

_log = get_logger("asiaradar.pings")
GAP = timedelta(seconds=60)
"""Sweeps follow each other every two seconds; the switch hears of one a minute."""


class DeadManPings:
    """
    Knows the address for each step and when it was last asked; an address that fails is tried again a minute later.
    """

    def __init__(self, ping: Callable[[str], str | None], clock: Clock, *, addresses: Mapping[str, str | None]) -> None:
        self._ping = ping
        self._clock = clock
        self._addresses = addresses
        self._last: dict[str, float] = {}

    def is_due(self, step: str, result: object) -> bool:
        """
        Whether this result is good news that the switch should hear now; asked once, it is not due for a minute.
        """
        if not self._addresses.get(step) or not _is_good(result):
            return False
        now = self._clock.monotonic()
        last = self._last.get(step)
        if last is not None and now - last < GAP.total_seconds():
            return False
        self._last[step] = now
        return True

    def send(self, step: str) -> None:
        """
        Fetch the step's address; what fails is logged, and holds nothing up.
        """
        problem = self._ping(self._addresses[step] or "")
        if problem is not None:
            _log.warning("ping", step=step, problem=problem)


def _is_good(result: object) -> bool:
    if isinstance(result, Watched):
        return result.polled > result.failed
    return result is not None
