"""Where faults meet requests: what is done, what is answered instead, how the answer travels, and what is logged."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.sandbox.x.calls import PROBLEM_JSON, Answer, Call, json_answer, problem
from asiaradar_bot.sandbox.x.clock import MovableClock
from asiaradar_bot.sandbox.x.creating import DUPLICATE, NOT_PERMITTED, no_credit
from asiaradar_bot.sandbox.x.faults import Fault, FaultKind, Faults
from asiaradar_bot.sandbox.x.service import XService

_HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_QUARTER_SECONDS = 900.0
_LOGGED_BYTES = 65_536
_BLOCKED_SECONDS = 21_600.0


class Manner(StrEnum):
    """
    How an answer travels.
    """

    WHOLE = "whole"
    CUT = "cut"
    """The body breaks off half-way."""
    DROP = "drop"
    """Connection closed, no answer."""
    HANG = "hang"
    """Connection kept, no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    An answer and how it travels.
    """

    answer: Answer
    manner: Manner = Manner.WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSeen:
    """
    One line of the request log.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    """The first 64 KiB: a long run with pictures must not fill the memory."""
    at: datetime
    status: int | None
    """What the client was told; None: it was told nothing."""
    fault: FaultKind | None
    happened: str
    """What was really done, in a few words, such as `created 1859…`."""


class RequestLog:
    """
    Everything that reached the API, in order.
    """

    def __init__(self) -> None:
        self._lines: list[RequestSeen] = []
        self._lock = threading.Lock()

    def add(self, line: RequestSeen) -> None:
        """
        Put one more at the end.
        """
        with self._lock:
            self._lines.append(line)

    def lines(self) -> tuple[RequestSeen, ...]:
        """
        All lines so far.
        """
        with self._lock:
            return tuple(self._lines)


class FaultyX:
    """
    The service with the faults in force around it.
    """

    def __init__(self, service: XService, *, faults: Faults, clock: MovableClock, log: RequestLog) -> None:
        self._service = service
        self._faults = faults
        self._clock = clock
        self._log = log

    def must_reset(self, method: str, path: str) -> bool:
        """
        Whether the connection is to be reset without reading this request; asked once for each.
        """
        fault = self._faults.strike_unread(method, path)
        if fault is not None:
            self._note(Call(method=method, path=path), None, fault.kind, "connection reset, nothing read")
        return fault is not None

    def respond(self, call: Call, *, wait: Callable[[float], object]) -> Delivery:
        """
        Do what the request asks, or what the fault makes of it; `wait` lets seconds pass.
        """
        struck = self._faults.strike(call.method, call.path)
        if struck.delay_seconds:
            wait(struck.delay_seconds)
        call = replace(call, lag=timedelta(seconds=struck.lag_seconds))
        fault = struck.fault
        if fault is None:
            done = self._service.answer(call)
            self._note(call, done.status, None, done.note)
            return Delivery(answer=done)
        if fault.kind in _INSTEAD:
            delivery = self._instead(call, fault)
            happened = "nothing done"
        else:
            done = self._service.answer(call)
            delivery = _afterwards(done, fault.kind)
            happened = f"{done.status} {done.note}".strip()
        told = delivery.answer.status if delivery.manner in {Manner.WHOLE, Manner.CUT} else None
        self._note(call, told, fault.kind, happened)
        return delivery

    def _instead(self, call: Call, fault: Fault) -> Delivery:
        answer = _INSTEAD[fault.kind](call)
        headers = {**self._service.rate_headers(call), **answer.headers, **self._limit_headers(fault)}
        if fault.kind in {FaultKind.LIMIT_429_BARE, FaultKind.HTML_502}:
            headers = {}
        return Delivery(answer=replace(answer, headers=headers), manner=_MANNERS.get(fault.kind, Manner.WHOLE))

    def _limit_headers(self, fault: Fault) -> dict[str, str]:
        def reset(default_seconds: float) -> str:
            seconds = default_seconds if fault.seconds is None else fault.seconds
            return str(int((self._clock.now() + timedelta(seconds=seconds)).timestamp()))

        if fault.kind is FaultKind.LIMIT_429:
            return {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset(_QUARTER_SECONDS)}
        if fault.kind is FaultKind.LIMIT_429_DAY:
            prefix = "x-user-limit-24hour"
            told = {"limit": "100", "remaining": "0", "reset": reset(_BLOCKED_SECONDS)}
            return {f"{prefix}-{name}": value for name, value in told.items()}
        return {}

    def _note(self, call: Call, status: int | None, fault: FaultKind | None, happened: str) -> None:
        self._log.add(
            RequestSeen(
                method=call.method,
                path=call.path,
                query=dict(call.query),
                body=call.body[:_LOGGED_BYTES],
                at=self._clock.now(),
                status=status,
                fault=fault,
                happened=happened,
            )
        )


def _afterwards(done: Answer, kind: FaultKind) -> Delivery:
    if kind is FaultKind.CREATED_NO_ID:
        return Delivery(answer=_without_id(done))
    if kind is FaultKind.CREATED_500:
        return Delivery(answer=_internal_error())
    if kind is FaultKind.CREATED_503:
        return Delivery(answer=_unavailable())
    return Delivery(answer=done, manner=_MANNERS[kind])


def _without_id(done: Answer) -> Answer:
    document = json.loads(done.body)
    data = document.get("data")
    if isinstance(data, dict):
        document["data"] = {name: value for name, value in data.items() if name != "id"}
    return replace(json_answer(done.status, document), headers=done.headers)


def _internal_error() -> Answer:
    return problem(500, "Internal Server Error", "Something is broken.", kind="internal-error")


def _unavailable() -> Answer:
    return problem(503, "Service Unavailable", "Service Unavailable")


def _too_many() -> Answer:
    return problem(429, "Too Many Requests", "Too Many Requests")


def _redirect(status: int, call: Call) -> Answer:
    headers = {"Location": call.origin + call.target}
    return Answer(status=status, body=b"", content_type=PROBLEM_JSON, headers=headers)


_INSTEAD: Mapping[FaultKind, Callable[[Call], Answer]] = {
    FaultKind.NOT_CREATED_DROP: lambda _: _unavailable(),
    FaultKind.NOT_CREATED_HANG: lambda _: _unavailable(),
    FaultKind.NOT_CREATED_500: lambda _: _internal_error(),
    FaultKind.NOT_CREATED_503: lambda _: _unavailable(),
    FaultKind.LIMIT_429: lambda _: _too_many(),
    FaultKind.LIMIT_429_BARE: lambda _: _too_many(),
    FaultKind.LIMIT_429_DAY: lambda _: _too_many(),
    FaultKind.UNAUTHORIZED_401: lambda _: problem(401, "Unauthorized", "Unauthorized"),
    FaultKind.NO_CREDIT_402: lambda _: no_credit(),
    FaultKind.DUPLICATE_403: lambda _: problem(403, "Forbidden", DUPLICATE),
    FaultKind.FORBIDDEN_403: lambda _: problem(403, "Forbidden", NOT_PERMITTED),
    FaultKind.SUSPENDED_403: lambda _: problem(
        403, "Forbidden", "Your account is suspended and is not permitted to access this feature."
    ),
    FaultKind.HTML_502: lambda _: Answer(status=502, body=_HTML, content_type="text/html; charset=utf-8"),
    FaultKind.REDIRECT_302: lambda call: _redirect(302, call),
    FaultKind.REDIRECT_307: lambda call: _redirect(307, call),
}
_MANNERS = {
    FaultKind.NOT_CREATED_DROP: Manner.DROP,
    FaultKind.NOT_CREATED_HANG: Manner.HANG,
    FaultKind.CREATED_DROP: Manner.DROP,
    FaultKind.CREATED_HANG: Manner.HANG,
    FaultKind.CREATED_CUT: Manner.CUT,
}
