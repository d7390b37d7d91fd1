"""Who changed what, when and why; written in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


class Topic(StrEnum):
    """
    What an entry is about, as people look for it.
    """

    POSTS = "posts"
    ARTICLES = "articles"
    SENDING = "sending"
    RULES = "rules"
    SOURCES = "sources"
    PEOPLE = "people"
    PROGRAMS = "programs"


TOPICS: Mapping[Topic, tuple[str, ...]] = {
    Topic.POSTS: ("post.", "correction."),
    Topic.ARTICLES: ("article.",),
    Topic.SENDING: ("kill_switch.", "safe_mode.", "account."),
    Topic.RULES: ("rules.",),
    Topic.SOURCES: ("source.", "item.", "push.", "websub."),
    Topic.PEOPLE: ("user.", "login.", "confirm.", "factor."),
    Topic.PROGRAMS: ("token.", "webhook.", "secrets."),
}
"""How the actions of each topic begin."""

_SECURITY = ("login.", "confirm.", "factor.", "user.", "token.", "kill_switch.", "account.", "safe_mode.")
_REFUSALS = ("item.refused", "push.refused", "websub.refused")


def is_security_event(entry: AuditEntry) -> bool:
    """
    Whether it belongs into the security log, too: sign-ins, rights, switches, foreign posts, and guards that were hit.

    Source: OWASP ASVS 5.0, 16.3.1 and 16.3.3.
    """
    guard_hit = entry.action == "post.held" and entry.who == "bot"
    return guard_hit or entry.action.startswith(_SECURITY) or entry.action in _REFUSALS
