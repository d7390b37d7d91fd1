"""What is wrong with a request that does not fit its shape: one sentence that names each place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from asiaradar_bot.rules.plain_words import in_plain_words

_SEND_JSON = "send a JSON object, with Content-Type: application/json"


def misfit(request: Request, error: RequestValidationError) -> str:
    """
    What, where and how to mend it; a field that there is not is told with the one that was meant.
    """
    problems = error.errors()
    broken = next((one for one in problems if one["type"] == "json_invalid"), None)
    if broken is not None:
        return _no_json(broken, str(error.body or ""))
    names = sorted(set(_names(_shape_of(request))))
    return "the request does not fit: " + "; ".join(_told(one, names) for one in problems)


def _no_json(problem: Any, body: str) -> str:
    before = body[: int(problem["loc"][-1])]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    said = str(problem["ctx"]["error"])
    return f"the body is not valid JSON at line {line}, column {column}: {said[:1].lower()}{said[1:]}; mend it there"


def _told(problem: Any, names: list[str]) -> str:
    kind, *path = problem["loc"]
    where = ".".join(str(step) for step in (path if kind == "body" else (kind, *path)))
    if not where:
        return f"the body is missing or no object: {_SEND_JSON}"
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), names, n=1)
        return f"there is no field {where}: " + (f"did you mean {near[0]}?" if near else "take it out")
    words = in_plain_words(problem["msg"])
    return f"{where}: {words[:1].lower()}{words[1:]}"


def _shape_of(request: Request) -> Any:
    """
    What the route takes as its body; None: nothing.
    """
    field = getattr(request.scope.get("route"), "body_field", None)
    return None if field is None else field.field_info.annotation


def _names(shape: Any) -> Iterator[str]:
    """
    The fields of a shape, and of those within it.
    """
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        for name, field in shape.model_fields.items():
            yield field.alias or name
            yield from _names(field.annotation)
    for part in get_args(shape):
        yield from _names(part)
