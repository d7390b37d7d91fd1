"""Who is at the Desk: the visitor of a request, and the door that each page states it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    confirmed: bool = False
    """Password or second factor were given so lately that they need not be given again."""
    must_set_up: bool = False
    """They need a second factor and have none: they may only set one up."""

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


class SecondFactorNeededError(Exception):
    """
    Somebody who needs a second factor has none: pages lead to where it is set up, everything else answers 403.
    """


class ConfirmNeededError(Exception):
    """
    The password or second factor must be given again: pages lead to where they are asked, everything else answers 403.
    """


def visitor_of(request: Request) -> Visitor | None:
    """
    Who is signed in, as the middleware found it.
    """
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None


def needs(action: Action, *, fresh: bool = False, unready: bool = False) -> Callable[[Request], Visitor]:
    """
    A dependency: the visitor, who may do this. Every route states one; a test walks them.

    `fresh`: password or second factor were given in the last minutes. `unready`: open, too, to somebody who must set
    up a second factor first. Source: OWASP ASVS 5.0, 7.5.1.
    """

    def door(request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInNeededError
        visitor.person.check(action)
        if visitor.must_set_up and not unready:
            raise SecondFactorNeededError
        if fresh and not visitor.confirmed:
            raise ConfirmNeededError
        return visitor

    door.action = action  # type: ignore[attr-defined]  # read by the test that walks the routes
    door.fresh = fresh  # type: ignore[attr-defined]  # as above
    return door
