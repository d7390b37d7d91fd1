"""Who may do what: roles, actions and the one table between them; web, API and CLI all ask it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from asiaradar_bot.model.errors import AccessError


class Role(StrEnum):
    """
    What a person is in the newsroom; each role may do everything that the ones before it may.
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


class Action(StrEnum):
    """
    What can be done at the Desk, by the API and by the CLI.
    """

    LOOK = "look"
    """See every page, and export what it shows."""
    WRITE = "write"
    """Write, change and queue posts and drafts."""
    HOLD = "hold"
    """Keep a post back, withdraw it, skip an article."""
    APPROVE = "approve"
    """Let a held post go out at its time; move it."""
    STOP = "stop"
    """Pull the kill switch."""
    PUBLISH_NOW = "publish_now"
    """Send at once, and give or take the class breaking."""
    SETTLE = "settle"
    """Say what became of an unknown post."""
    DELETE = "delete"
    """Ask for, or confirm, that a published post is deleted."""
    RULES = "rules"
    """Save rules and templates, and go back to earlier ones; trying them is for whoever may write."""
    SOURCES = "sources"
    """Ask a source at once, or let it be asked again after trouble."""
    RESUME = "resume"
    """Let sending go on after a stop."""
    USERS = "users"
    """Add, change and remove people and their tokens."""
    SETTINGS = "settings"
    """See the settings and run the set-up doctor."""


LEAST_ROLE: dict[Action, Role] = {
    Action.LOOK: Role.VIEWER,
    Action.WRITE: Role.EDITOR,
    Action.HOLD: Role.EDITOR,
    Action.APPROVE: Role.EDITOR,
    Action.STOP: Role.EDITOR,
    Action.PUBLISH_NOW: Role.PUBLISHER,
    Action.SETTLE: Role.PUBLISHER,
    Action.DELETE: Role.PUBLISHER,
    Action.SOURCES: Role.PUBLISHER,
    Action.RULES: Role.ADMIN,
    Action.RESUME: Role.ADMIN,
    Action.USERS: Role.ADMIN,
    Action.SETTINGS: Role.ADMIN,
}
"""The one table. Stopping is everyone's who may write: a brake that needs asking is none."""

_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody who acts, as rules and audit know them.
    """

    who: str
    """`cli:NAME`, `desk:NAME` or `api:TOKEN`, as the audit shows it."""
    role: Role

    def may(self, action: Action) -> bool:
        """
        Whether the role reaches.
        """
        return _RANK[self.role] >= _RANK[LEAST_ROLE[action]]

    def check(self, action: Action) -> None:
        """
        Return if the role reaches.

        Raises:
            AccessError: it does not.
        """
        if not self.may(action):
            raise AccessError(
                f"{self.who} is {self.role} and may not {action.value.replace('_', ' ')}: "
                f"that needs the role {LEAST_ROLE[action]} or higher, which an admin can give"
            )
