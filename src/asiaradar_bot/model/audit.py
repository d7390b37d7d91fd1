"""Who changed what, when and why; written in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """
    One change of state or content.
    """

    at: datetime
    who: str
    """`bot`, or `cli:NAME`, `desk:NAME`, `push`."""
    action: str
    """Verb, e.g. `post.hold`, `source.moved`, `kill_switch.on`."""
    subject: str
    """`post 12`, `article 7`, `source latest`, `account AsiaRadar`."""
    why: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
