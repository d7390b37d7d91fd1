"""From a request to its endpoint: the table of routes, who may call, the rate limits, and the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.sandbox.x import creating, reading, uploading
from asiaradar_bot.sandbox.x.calls import Answer, Call, RefusedError, problem
from asiaradar_bot.sandbox.x.signature import Caller, SignatureCheck
from asiaradar_bot.sandbox.x.state import XState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    state: XState
    call: Call
    query: Mapping[str, str]
    caller: Caller
    now: datetime
    key: str
    """What the path names: an id or a name; empty where it names nothing."""


@dataclass(frozen=True, slots=True)
class Route:
    """
    One endpoint; `name` is its line in the table of rate limits.
    """

    name: str
    pattern: re.Pattern[str]
    callers: frozenset[Caller]
    endpoint: Callable[[_Visit], Answer]

    @property
    def method(self) -> str:
        """
        The HTTP method.
        """
        return self.name.split()[0]


_USER = frozenset({Caller.USER})
_APP = frozenset({Caller.APP})
_BOTH = _USER | _APP


def _route(name: str, callers: frozenset[Caller], endpoint: Callable[[_Visit], Answer]) -> Route:
    path = name.split()[1]
    pattern = path.replace(":id", "([0-9]{1,19})").replace(":username", "([A-Za-z0-9_]{1,15})")
    return Route(name, re.compile(pattern), callers, endpoint)


ROUTES = (
    _route("POST /2/tweets", _USER, lambda v: creating.create_post(v.state, v.call, v.now)),
    _route("DELETE /2/tweets/:id", _USER, lambda v: creating.delete_post(v.state, v.key, v.now)),
    _route("GET /2/tweets", _BOTH, lambda v: reading.look_up(v.state, v.query, caller=v.caller, now=v.now)),
    _route(
        "GET /2/users/:id/tweets",
        _BOTH,
        lambda v: reading.timeline(v.state, v.call, v.query, caller=v.caller, user_id=v.key),
    ),
    _route("GET /2/users/me", _USER, lambda v: reading.me(v.state, v.query, v.now)),
    _route(
        "GET /2/users/by/username/:username",
        _BOTH,
        lambda v: reading.by_username(v.state, v.query, username=v.key, now=v.now),
    ),
    _route("POST /2/media/upload", _USER, lambda v: uploading.upload_whole(v.state, v.call, v.now)),
    _route("GET /2/media/upload", _USER, lambda v: uploading.upload_status(v.state, dict(v.query), v.now)),
    _route("POST /2/media/upload/initialize", _USER, lambda v: uploading.initialize(v.state, v.call, v.now)),
    _route("POST /2/media/upload/:id/append", _USER, lambda v: uploading.append(v.state, v.call, v.now, v.key)),
    _route("POST /2/media/upload/:id/finalize", _USER, lambda v: uploading.finalize(v.state, v.now, v.key)),
    _route("POST /2/media/metadata", _USER, lambda v: uploading.describe(v.state, v.call, v.now)),
    _route("GET /2/usage/tweets", _APP, lambda v: reading.usage(v.state, v.now, v.query)),
    _route("GET /2/usage/credits", _BOTH, lambda v: reading.credits_left(v.state)),
)
"""Who may call what: X's OpenAPI document 2.167; OAuth 2.0 user tokens are not part of the local X."""


def find_route(method: str, path: str) -> tuple[Route, str] | None:
    """
    The endpoint for a request with the id or name in its path; None: there is none.
    """
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match[1] if match.groups() else ""
    return None


class XService:
    """
    Answers the API's requests, one at a time.
    """

    def __init__(self, state: XState, check: SignatureCheck) -> None:
        self._state = state
        self._check = check

    def answer(self, call: Call) -> Answer:
        """
        The answer to one request; a refusal is an answer too.
        """
        found = find_route(call.method, call.path)
        if found is None:
            return problem(404, "Not Found", "Not Found")
        route, key = found
        try:
            caller = self._identify(call, route)
        except RefusedError as refusal:
            return refusal.answer
        with self._state.lock:
            return self._answer_known(call, route, key=key, caller=caller)

    def rate_headers(self, call: Call) -> dict[str, str]:
        """
        The rate headers that an answer to this request would carry.
        """
        found = find_route(call.method, call.path)
        with self._state.lock:
            return self._state.limits.headers(found[0].name, self._state.clock.now()) if found else {}

    def _identify(self, call: Call, route: Route) -> Caller:
        caller = self._check.identify(call)
        if caller not in route.callers:
            detail = f"Authenticating with {_SPOKEN[caller]} is forbidden for this endpoint."
            raise RefusedError(problem(403, "Unsupported Authentication", detail, kind="unsupported-authentication"))
        return caller

    def _answer_known(self, call: Call, route: Route, *, key: str, caller: Caller) -> Answer:
        now = self._state.clock.now()
        taken = self._state.limits.take(route.name, now)
        if taken.exceeded:
            answer = problem(429, "Too Many Requests", "Too Many Requests")
        else:
            query = dict(call.query)
            visit = _Visit(state=self._state, call=call, query=query, caller=caller, now=now, key=key)
            try:
                answer = route.endpoint(visit)
            except RefusedError as refusal:
                answer = refusal.answer
        return replace(answer, headers={**taken.headers, **answer.headers})


_SPOKEN = {
    Caller.APP: "OAuth 2.0 Application-Only",
    Caller.USER: "OAuth 1.0a User Context",
}
