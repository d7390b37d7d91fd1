"""The local X's own pages and controls: its timeline for people, faults, clock, requests and invoice for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from asiaradar_bot.sandbox.x.calls import Answer, Call, RefusedError, invalid, json_answer, problem
from asiaradar_bot.sandbox.x.creating import put_by_hand
from asiaradar_bot.sandbox.x.faults import Fault, FaultKind, Faults
from asiaradar_bot.sandbox.x.mishaps import RequestLog
from asiaradar_bot.sandbox.x.page import timeline_page
from asiaradar_bot.sandbox.x.state import XState
from asiaradar_bot.sandbox.x.uploading import picture

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STATIC = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_LOCAL_HOSTS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)


Body = TypeVar("Body", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _FaultBody(_Strict):
    kind: FaultKind
    method: str = ".*"
    path: str = ".*"
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float | None = None


class _ClockBody(_Strict):
    advance_seconds: float | None = None
    set: AwareDatetime | None = None


class _PostBody(_Strict):
    text: str
    in_reply_to: str | None = None


class Control:
    """
    Answers everything outside `/2/`; never faulted, never billed, no signature.
    """

    def __init__(self, state: XState, *, faults: Faults, log: RequestLog) -> None:
        self._state = state
        self._faults = faults
        self._log = log
        self._routes: Mapping[str, Callable[[Call], Answer]] = {
            "GET /": self._page,
            "GET /sandbox/posts": self._posts,
            "POST /sandbox/posts": self._post_by_hand,
            "GET /sandbox/requests": self._requests,
            "GET /sandbox/invoice": self._invoice,
            "GET /sandbox/clock": self._clock,
            "POST /sandbox/clock": self._move_clock,
            "GET /sandbox/faults": self._list_faults,
            "POST /sandbox/faults": self._add_fault,
            "DELETE /sandbox/faults": self._clear_faults,
        }

    def answer(self, call: Call) -> Answer:
        """
        The answer to one request.
        """
        try:
            _check_local(call)
            endpoint = self._routes.get(f"{call.method} {call.path}")
            if endpoint is not None:
                return endpoint(call)
            return self._answer_named(call)
        except RefusedError as refusal:
            return refusal.answer

    def _answer_named(self, call: Call) -> Answer:
        folder, _, name = call.path.rpartition("/")
        if call.method == "GET" and folder == "/sandbox/static" and name in _STATIC:
            return Answer(status=200, body=_static(name), content_type=_STATIC[name])
        if call.method == "GET" and folder == "/sandbox/media":
            with self._state.lock:
                return picture(self._state, name)
        if call.method == "DELETE" and folder == "/sandbox/faults" and name.isdigit():
            return json_answer(200, {"cleared": self._faults.clear(int(name))})
        return problem(404, "Not Found", f"there is no {call.method} {call.path} here")

    def _page(self, _: Call) -> Answer:
        with self._state.lock:
            body = timeline_page(self._state)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return Answer(status=200, body=body.encode(), content_type="text/html; charset=utf-8", headers=headers)

    def _posts(self, _: Call) -> Answer:
        with self._state.lock:
            return _listed("posts", [asdict(post) for post in self._state.posts()])

    def _post_by_hand(self, call: Call) -> Answer:
        wanted = _read(_PostBody, call)
        with self._state.lock:
            post = put_by_hand(self._state, wanted.text, now=self._state.clock.now(), in_reply_to=wanted.in_reply_to)
        return json_answer(201, {"id": post.id})

    def _requests(self, _: Call) -> Answer:
        lines = [{**asdict(line), "body": line.body.decode(errors="replace")} for line in self._log.lines()]
        return _listed("requests", lines)

    def _invoice(self, _: Call) -> Answer:
        with self._state.lock:
            invoice = self._state.ledger.invoice()
        lines = [asdict(line) for line in invoice.lines]
        return json_answer(200, {"total_usd": str(invoice.total_usd), "lines": _plain(lines)})

    def _clock(self, _: Call) -> Answer:
        return json_answer(200, {"now": self._state.clock.now().isoformat()})

    def _move_clock(self, call: Call) -> Answer:
        wanted = _read(_ClockBody, call)
        if wanted.set is not None:
            self._state.clock.set(wanted.set)
        if wanted.advance_seconds is not None:
            self._state.clock.advance(timedelta(seconds=wanted.advance_seconds))
        return self._clock(call)

    def _list_faults(self, _: Call) -> Answer:
        rules = [{"number": number, **asdict(fault), "left": left} for number, fault, left in self._faults.rules()]
        return json_answer(200, {"faults": rules})

    def _add_fault(self, call: Call) -> Answer:
        wanted = _read(_FaultBody, call)
        try:
            number = self._faults.add(Fault(**dict(wanted)))
        except ValueError as error:
            raise invalid(str(error)) from error
        return json_answer(201, {"number": number})

    def _clear_faults(self, _: Call) -> Answer:
        return json_answer(200, {"cleared": self._faults.clear()})


def _check_local(call: Call) -> None:
    """
    Web pages elsewhere, open in the same browser, have no business here.
    """
    if not _LOCAL_HOSTS.fullmatch(call.headers.get("host", "")):
        raise RefusedError(problem(403, "Forbidden", "the local X answers to loopback names only"))
    if call.method == "POST" and not call.headers.get("content-type", "").startswith("application/json"):
        raise RefusedError(problem(415, "Unsupported Media Type", "send the body as application/json"))


def _read(model: type[Body], call: Call) -> Body:
    try:
        return model.model_validate_json(call.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise invalid(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from error


def _listed(name: str, items: list[dict[str, Any]]) -> Answer:
    return json_answer(200, {name: _plain(items)})


def _plain(items: list[dict[str, Any]]) -> Any:
    return json.loads(
        json.dumps(items, default=lambda value: value.isoformat() if isinstance(value, datetime) else str(value))
    )


def _static(name: str) -> bytes:
    return resources.files("asiaradar_bot.sandbox.x").joinpath("static", name).read_bytes()
