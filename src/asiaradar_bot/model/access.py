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
    """Let a held post go out at its time, or at once if that is past and it is not one's own; move it."""
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


IN_WORDS: dict[Action, str] = {
    Action.LOOK: "see every page and export what it shows",
    Action.WRITE: "write, change and queue posts",
    Action.HOLD: "hold and withdraw posts, skip articles",
    Action.APPROVE: "approve posts (also those of the bot whose time is past) and move them",
    Action.STOP: "stop all sending",
    Action.PUBLISH_NOW: "publish at once, and make or unmake breaking news",
    Action.SETTLE: "say whether a post is on X, when X gave no clear answer",
    Action.DELETE: "delete published posts",
    Action.RULES: "change rules and templates",
    Action.SOURCES: "ask a source at once",
    Action.RESUME: "let sending go on after a stop",
    Action.USERS: "manage users and programs",
    Action.SETTINGS: "see the settings and the setup doctor",
}
"""As the Desk names them; a test holds both to the same words."""


class Scope(StrEnum):
    """
    What a program's token reaches for; it never reaches further than its role.
    """

    READ = "read"
    WRITE = "write"
    """Write and change texts. What it writes waits for a person, unless the token has `queue` as well."""
    QUEUE = "queue"
    """Let posts into the queue, keep them back, move them; none at once without `publish`."""
    PUBLISH = "publish"
    """Send at once, and give the class breaking."""
    STOP = "stop"


SCOPES: dict[Scope, frozenset[Action]] = {
    Scope.READ: frozenset({Action.LOOK}),
    Scope.WRITE: frozenset({Action.WRITE}),
    Scope.QUEUE: frozenset({Action.HOLD, Action.APPROVE}),
    Scope.PUBLISH: frozenset({Action.PUBLISH_NOW}),
    Scope.STOP: frozenset({Action.STOP}),
}
"""No scope lets a program resume sending, delete, settle doubts, change rules or people: that takes a person."""

_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Somebody who acts, as rules and audit know them.
    """

    who: str
    """`cli:NAME`, `desk:NAME` or `api:TOKEN`, as the audit shows it."""
    role: Role
    scopes: frozenset[Scope] | None = None
    """Of a program's token; None: a person, whom only the role bounds."""

    def may(self, action: Action) -> bool:
        """
        Whether the role reaches, and the token's scopes do.
        """
        return _RANK[self.role] >= _RANK[LEAST_ROLE[action]] and self._in_scope(action)

    def _in_scope(self, action: Action) -> bool:
        return self.scopes is None or any(action in SCOPES[scope] for scope in self.scopes)

    def check(self, action: Action) -> None:
        """
        Return if role and scopes reach.

        Raises:
            AccessError: they do not.
        """
        what, least = IN_WORDS[action], LEAST_ROLE[action]
        if not self._in_scope(action):
            raise AccessError(
                f"{self.who} has a token for {', '.join(sorted(self.scopes or ())) or 'nothing'} and may not "
                f"{what}: an admin can make another token"
            )
        if self.may(action):
            return
        if least is Role.ADMIN:
            raise AccessError(f"{self.who} has the role {self.role} and may not {what}: only an admin may")
        raise AccessError(
            f"{self.who} has the role {self.role} and may not {what}: "
            f"that needs the role {least} or higher, which an admin can give"
        )
