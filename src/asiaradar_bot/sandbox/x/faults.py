"""Faults on demand: rules that say which request goes wrong, how, and how often."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count


class FaultKind(StrEnum):
    """
    The ways in which a request can go wrong.
    """

    REFUSE = "refuse"
    """Nobody listens: new connections are refused, idle ones closed; for `seconds`, or until cleared."""
    DROP_BEFORE_ACCEPT = "drop_before_accept"
    """Connection reset without a byte read."""
    NOT_CREATED_DROP = "not_created_drop"
    """Request read, nothing done, connection closed."""
    NOT_CREATED_500 = "not_created_500"
    NOT_CREATED_503 = "not_created_503"
    NOT_CREATED_HANG = "not_created_hang"
    """Nothing done, and no answer ever."""
    CREATED_DROP = "created_drop"
    """Done, then the connection is closed without an answer."""
    CREATED_500 = "created_500"
    CREATED_503 = "created_503"
    CREATED_CUT = "created_cut"
    """Done, answer broken off in the middle of its body."""
    CREATED_HANG = "created_hang"
    """Done, and no answer ever."""
    CREATED_NO_ID = "created_no_id"
    """Done, 201 without `data.id`."""
    LIMIT_429 = "limit_429"
    """With x-rate-limit-reset in `seconds` (default 900)."""
    LIMIT_429_BARE = "limit_429_bare"
    """Without any rate header."""
    LIMIT_429_DAY = "limit_429_day"
    """By the user's 24-hour limit, reset in `seconds` (default 21,600); the short limit looks free."""
    UNAUTHORIZED_401 = "unauthorized_401"
    NO_CREDIT_402 = "no_credit_402"
    DUPLICATE_403 = "duplicate_403"
    FORBIDDEN_403 = "forbidden_403"
    SUSPENDED_403 = "suspended_403"
    HTML_502 = "html_502"
    """A proxy's HTML page; nothing done."""
    REDIRECT_302 = "redirect_302"
    REDIRECT_307 = "redirect_307"
    DELAY = "delay"
    """`seconds` pass between reading the request and working on it, whether or not the client still waits."""
    TIMELINE_LAG = "timeline_lag"
    """Reads of the timeline do not show the last `seconds` (of the server's clock)."""


_NEED_SECONDS = {FaultKind.DELAY, FaultKind.TIMELINE_LAG}
_JOINING = _NEED_SECONDS
"""These go along with another fault of the same request."""
_TIMELINE = re.compile(r"/2/users/[0-9]+/tweets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One rule.
    """

    kind: FaultKind
    method: str = ".*"
    """Regular expression for the whole method."""
    path: str = ".*"
    """Regular expression for the whole path, without the query."""
    times: int | None = None
    """How many requests it hits; None: until cleared."""
    probability: float = 1.0
    seed: int = 0
    """Of the dice for `probability`."""
    seconds: float | None = None
    """What it means stands with the kind."""

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: the rule makes no sense.
        """
        for name in ("method", "path"):
            try:
                re.compile(getattr(self, name))
            except re.error as error:
                message = f"fault {self.kind}: {name} is no regular expression ({error})"
                raise ValueError(message) from error
        if not 0 < self.probability <= 1:
            message = f"fault {self.kind}: probability must be above 0 and at most 1, not {self.probability}"
            raise ValueError(message)
        if self.times is not None and self.times < 1:
            message = f"fault {self.kind}: times must be 1 or more; leave it out for a fault that stays"
            raise ValueError(message)
        if self.kind in _NEED_SECONDS and self.seconds is None:
            message = f"fault {self.kind} needs seconds"
            raise ValueError(message)


@dataclass(slots=True)
class _Rule:
    number: int
    fault: Fault
    left: int | None
    dice: random.Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """
    What befalls one request.
    """

    fault: Fault | None = None
    delay_seconds: float = 0.0
    lag_seconds: float = 0.0


class Faults:
    """
    The rules in force, in the order they came; the first that fits a request strikes.

    `on_change` is told after rules came or went: the listener may have to stop or start listening.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._rules: list[_Rule] = []
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._on_change = on_change

    def add(self, fault: Fault) -> int:
        """
        The number of the new rule.
        """
        with self._lock:
            number = next(self._numbers)
            self._rules.append(_Rule(number, fault, fault.times, random.Random(fault.seed)))
        self._on_change()
        return number

    def clear(self, number: int | None = None) -> int:
        """
        How many rules went: the one with this number, or all.
        """
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if number is not None and rule.number != number]
            gone = before - len(self._rules)
        self._on_change()
        return gone

    def rules(self) -> list[tuple[int, Fault, int | None]]:
        """
        Number, rule and requests left to hit, in order.
        """
        with self._lock:
            return [(rule.number, rule.fault, rule.left) for rule in self._rules]

    def find_refusal(self) -> tuple[int, Fault] | None:
        """
        The rule that forbids listening, with its number; None: there is none.
        """
        with self._lock:
            return next(
                ((rule.number, rule.fault) for rule in self._rules if rule.fault.kind is FaultKind.REFUSE), None
            )

    def strike_unread(self, method: str, path: str) -> Fault | None:
        """
        The fault for a request that must not even be read; counts as a hit.
        """
        with self._lock:
            return self._first({FaultKind.DROP_BEFORE_ACCEPT}, method, path)

    def strike(self, method: str, path: str) -> Struck:
        """
        What befalls a request that was read; counts as a hit of each rule used.
        """
        with self._lock:
            delay = self._first({FaultKind.DELAY}, method, path)
            is_timeline = _TIMELINE.fullmatch(path) is not None
            lag = self._first({FaultKind.TIMELINE_LAG}, method, path) if is_timeline else None
            others = set(FaultKind) - _JOINING - {FaultKind.REFUSE, FaultKind.DROP_BEFORE_ACCEPT}
            return Struck(
                fault=self._first(others, method, path),
                delay_seconds=(delay.seconds or 0.0) if delay else 0.0,
                lag_seconds=(lag.seconds or 0.0) if lag else 0.0,
            )

    def _first(self, kinds: set[FaultKind], method: str, path: str) -> Fault | None:
        for rule in self._rules:
            fault = rule.fault
            fits = fault.kind in kinds and re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path)
            # The dice are thrown only for requests that fit, so that a seed means the same for the same requests.
            if fits and rule.left != 0 and (fault.probability == 1 or rule.dice.random() < fault.probability):
                if rule.left is not None:
                    rule.left -= 1
                return fault
        return None
