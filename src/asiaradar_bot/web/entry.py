"""Who is at the Desk: the visitor of a request, and the door that each page states it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from asiaradar_bot.model.access import Action, Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """
    A person who is signed in.
    """

    user_id: int
    name: str
    role: Role
    csrf: str
    """Bound to the session; every form and every script's request carries it."""
    session_id: int
    language: str = "en"
    """Of the interface."""
    confirmed_at: datetime | None = None
    """When the password or passkey was last given; some actions ask for a fresh one."""

    @property
    def person(self) -> Person:
        """
        The visitor as steps and audit know them.
        """
        return Person(who=f"desk:{self.name}", role=self.role)


class SignInNeededError(Exception):
    """
    Nobody is signed in: pages lead to the sign-in, everything else answers 401.
    """


def visitor_of(request: Request) -> Visitor | None:
    """
    Who is signed in, as the middleware found it.
    """
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None


def needs(action: Action) -> Callable[[Request], Visitor]:
    """
    A dependency: the visitor, who may do this. Every route states one; a test walks them.
    """

    def door(request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInNeededError
        visitor.person.check(action)
        return visitor

    door.action = action  # type: ignore[attr-defined]  # read by the test that walks the routes
    return door
