"""The rate limits of the local X: a window for each endpoint, and the headers that tell about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

QUARTER = timedelta(minutes=15)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """
    So many requests in a window.
    """

    requests: int
    window: timedelta = QUARTER


LIMITS: Mapping[str, Limit] = {
    "POST /2/tweets": Limit(100),
    "DELETE /2/tweets/:id": Limit(50),
    "GET /2/tweets": Limit(5_000),
    "GET /2/users/:id/tweets": Limit(900),
    "GET /2/users/me": Limit(75),
    "GET /2/users/by/username/:username": Limit(900),
    "POST /2/media/upload": Limit(500),
    "GET /2/media/upload": Limit(1_000),
    "POST /2/media/upload/initialize": Limit(1_875),
    "POST /2/media/upload/:id/append": Limit(1_875),
    "POST /2/media/upload/:id/finalize": Limit(1_875),
    "POST /2/media/metadata": Limit(500),
    "GET /2/usage/tweets": Limit(50),
    "GET /2/usage/credits": Limit(50),
}
"""Source: docs.x.com/x-api/fundamentals/rate-limits, 2026-08-22; rows that it lacks take a near one."""

DAY_LIMITS: Mapping[str, Limit] = {"POST /2/tweets": Limit(10_000, DAY)}
"""Per app and 24 hours, same source."""


@dataclass(slots=True)
class _Window:
    ends_at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What a request found: the headers for its answer, and whether it was one too many.
    """

    headers: Mapping[str, str]
    exceeded: bool


class RateLimits:
    """
    Counts requests per endpoint in fixed windows that begin with their first request.
    """

    def __init__(self, overrides: Mapping[str, int] | None = None) -> None:
        self._limits = {name: Limit((overrides or {}).get(name, limit.requests)) for name, limit in LIMITS.items()}
        self._windows: dict[tuple[str, timedelta], _Window] = {}

    def take(self, name: str, now: datetime) -> Taken:
        """
        Count one request of the endpoint `name`; one over the limit is told so and not counted.
        """
        short = self._window(name, self._limits[name], now)
        day_limit = DAY_LIMITS.get(name)
        day = self._window(name, day_limit, now) if day_limit else None
        exceeded = short.used >= self._limits[name].requests or (
            day is not None and day_limit is not None and day.used >= day_limit.requests
        )
        if not exceeded:
            short.used += 1
            if day is not None:
                day.used += 1
        return Taken(headers=self.headers(name, now), exceeded=exceeded)

    def headers(self, name: str, now: datetime) -> dict[str, str]:
        """
        The headers of an answer of this endpoint, without counting anything.
        """
        limit = self._limits[name]
        told = _told("x-rate-limit", limit, self._window(name, limit, now))
        if name in DAY_LIMITS:
            told |= _told("x-app-limit-24hour", DAY_LIMITS[name], self._window(name, DAY_LIMITS[name], now))
        return told

    def _window(self, name: str, limit: Limit, now: datetime) -> _Window:
        key = (name, limit.window)
        window = self._windows.get(key)
        if window is None or now >= window.ends_at:
            window = self._windows[key] = _Window(ends_at=now + limit.window)
        return window


def _told(prefix: str, limit: Limit, window: _Window) -> dict[str, str]:
    return {
        f"{prefix}-limit": str(limit.requests),
        f"{prefix}-remaining": str(max(0, limit.requests - window.used)),
        f"{prefix}-reset": str(int(window.ends_at.timestamp())),
    }
