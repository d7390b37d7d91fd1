"""What comes in at the local X and what goes out: one request, one answer, and the refusals X words as problems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

PROBLEMS = "https://api.x.com/2/problems/"
JSON = "application/json; charset=utf-8"
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    A request as it was read off the wire.
    """

    method: str
    path: str
    """Without the query."""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    origin: str = ""
    """Scheme, host and port as the client addressed them: what it signed."""
    target: str = ""
    """Path and query exactly as sent."""
    lag: timedelta = timedelta(0)
    """How far the timeline is behind, by a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What the client is to receive.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    """For the request log: what was done, in a few words."""


class RefusedError(Exception):
    """
    The local X says no; `answer` is what the client gets.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.note)
        self.answer = answer


def json_answer(status: int, document: Mapping[str, Any], *, note: str = "") -> Answer:
    """
    An answer with a JSON body.
    """
    return Answer(status=status, body=json.dumps(document, ensure_ascii=False).encode(), note=note)


def problem(status: int, title: str, detail: str, *, kind: str = "about:blank", **more: object) -> Answer:
    """
    An answer in X's problem form; `kind` is a full type, or the last part of one of X's own.

    Source: docs.x.com/x-api/fundamentals/response-codes-and-errors.
    """
    named = kind if ":" in kind else PROBLEMS + kind
    document = {**more, "title": title, "detail": detail, "type": named, "status": status}
    return Answer(
        status=status, body=json.dumps(document, ensure_ascii=False).encode(), content_type=PROBLEM_JSON, note=detail
    )


def invalid(message: str, **parameters: object) -> RefusedError:
    """
    The 400 for a request that X cannot accept, naming the parameters at fault.
    """
    named = {name: value if isinstance(value, list) else [str(value)] for name, value in parameters.items()}
    answer = problem(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        kind="invalid-request",
        errors=[{"parameters": named, "message": message}],
    )
    return RefusedError(
        Answer(status=400, body=answer.body, content_type=PROBLEM_JSON, note=message),
    )


def unauthorized(reason: str) -> RefusedError:
    """
    The 401; the reason goes to the request log only, as X does not tell it either.
    """
    answer = problem(401, "Unauthorized", "Unauthorized")
    return RefusedError(Answer(status=401, body=answer.body, content_type=PROBLEM_JSON, note=reason))


def forbidden(detail: str) -> RefusedError:
    """
    The 403 for something that this account may not do.
    """
    return RefusedError(problem(403, "Forbidden", detail))


def missing_entry(resource: str, parameter: str, value: str) -> dict[str, object]:
    """
    The entry of a 200's `errors` for a resource that does not exist.

    Source: X's OpenAPI document 2.166, ResourceNotFoundProblem.
    """
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }
