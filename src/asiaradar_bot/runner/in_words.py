"""What a step did, as one line for people: no business logic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

_PAIR = 2


def in_words(result: object) -> str:
    """
    The result of a step: `outcomes 12 Published (remote id 345)`; counts of nothing and empty values are left out.
    """
    return _told(result) or "nothing to do"


def _told(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        given = ((one.name, getattr(value, one.name)) for one in fields(value))
        return "; ".join(_named(name, one) for name, one in given if one)
    if isinstance(value, Mapping):
        return ", ".join(_named(str(key), one) for key, one in value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(_item(one) for one in value)
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else str(value)


def _item(value: object) -> str:
    """
    One of several: a number with what became of it, or a value with its kind.
    """
    if isinstance(value, tuple) and len(value) == _PAIR:
        return f"{_item(value[0])} {_item(value[1])}"
    if is_dataclass(value) and not isinstance(value, type):
        told = _told(value)
        return f"{type(value).__name__} ({told})" if told else type(value).__name__
    return _told(value)


def _named(name: str, value: object) -> str:
    return f"{name.replace('_', ' ')} {_told(value)}"
