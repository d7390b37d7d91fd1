"""A short name for a set of rules, equal for equal rules however their file is laid out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from asiaradar_bot.model.policy import Policy

_LENGTH = 12


def policy_digest(policy: Policy) -> str:
    """
    Twelve hexadecimal digits.
    """
    return digest_of(json.dumps(_plain(policy), ensure_ascii=False, sort_keys=True))


def digest_of(text: str) -> str:
    """
    Twelve hexadecimal digits of a text.
    """
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:_LENGTH]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, (int, type(None))) else str(value)
