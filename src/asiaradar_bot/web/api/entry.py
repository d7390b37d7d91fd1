"""Who asks the API: the token of a request, and the door that each route names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.program import ApiToken

_scheme = HTTPBearer(
    auto_error=False,
    description="A token that an admin made at the Desk (Settings, Programs) or with `asiaradar tokens add`.",
)


class TokenNeededError(Exception):
    """
    No token, or one that lets nobody in: 401.
    """


def bearer_of(request: Request) -> str | None:
    """
    The secret as the request carries it. Source: RFC 6750, 2.1.
    """
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def token_of(request: Request) -> ApiToken:
    """
    The token, as the door of the API found it.

    Raises:
        TokenNeededError: there is none.
    """
    found = getattr(request.state, "token", None)
    if not isinstance(found, ApiToken):
        raise TokenNeededError
    return found


def may(action: Action) -> Callable[..., Person]:
    """
    A dependency: the program, which may do this. Every route names one; a test walks them.
    """

    def door(request: Request, bearer: Annotated[object, Depends(_scheme)]) -> Person:
        del bearer  # named for the OpenAPI document; the token itself was looked up before
        person = token_of(request).person
        person.check(action)
        return person

    door.action = action  # type: ignore[attr-defined]  # read by the test that walks the routes
    return door
