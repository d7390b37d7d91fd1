"""How nested values become JSON text and come back; one place, so that old rows stay readable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import TraceLine

_FACT_STAMPS = ("published_at", "updated_at")
_FACT_LISTS = ("authors", "categories", "keywords")
_FACT_FIELDS = frozenset(field.name for field in fields(Facts))


def to_json(value: Any) -> str:
    """
    Compact JSON text with sorted keys; instants become ISO 8601, anything else its own text.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def facts_to_json(facts: Facts) -> str:
    """
    The facts as JSON text; empty fields are left out.
    """
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return to_json({name: value for name, value in values.items() if value not in (None, "", ())})


def facts_from_json(text: str) -> Facts:
    """
    The facts of `facts_to_json`; fields of other versions of the program are passed over.
    """
    values: dict[str, Any] = {name: value for name, value in json.loads(text).items() if name in _FACT_FIELDS}
    for name in _FACT_STAMPS:
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name]).astimezone(UTC)
    for name in _FACT_LISTS:
        values[name] = tuple(values.get(name, ()))
    values.setdefault("url", "")
    values.setdefault("title", "")
    values.setdefault("summary", "")
    return Facts(**values)


def trace_to_json(trace: tuple[TraceLine, ...]) -> str:
    """
    The trace as a list of triples.
    """
    return to_json([[line.check, line.passed, line.detail] for line in trace])


def trace_from_json(text: str) -> tuple[TraceLine, ...]:
    """
    The trace of `trace_to_json`.
    """
    return tuple(TraceLine(check=check, passed=passed, detail=detail) for check, passed, detail in json.loads(text))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
