"""Rules and templates as people save them: every save is a version, and none is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

POLICY = "policy"
"""Name under which versions of the policy stand; a template's stand under its own name with `TEMPLATE` before it."""
TEMPLATE = "template "


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """
    One saved text of the policy or of a template.
    """

    id: int
    """Counts up over all names: whoever has seen it knows of every earlier save."""
    name: str
    number: int
    """1 for the first of its name; 0 stands for the file, before anything was saved."""
    text: str | None
    """None: from here on the file counts again."""
    note: str
    who: str
    at: datetime


def template_key(template: str) -> str:
    """
    The name under which versions of a template stand.
    """
    return TEMPLATE + template
