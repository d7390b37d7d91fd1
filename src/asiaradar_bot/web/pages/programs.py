"""Programs: tokens that let them in, and webhooks that tell them; all of it asks for a fresh confirmation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action, Scope
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to

_CHANGES = 500
"""How many of the last changes are looked through for deliveries."""
_SHOWN = 10
_MOST_SCOPES = len(Scope)
Admin = Annotated[Visitor, Depends(needs(Action.USERS, fresh=True))]
Name = Annotated[str, Form(max_length=100)]
Number = Annotated[int, Form(ge=1, le=2**53)]


def program_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/programs` and its buttons.
    """
    routes = APIRouter(prefix="/programs")
    _add_tokens(routes, frame)
    _add_webhooks(routes, frame, wake)
    return routes


def _add_tokens(routes: APIRouter, frame: Frame) -> None:
    @routes.get("")
    def programs(request: Request, visitor: Admin) -> HTMLResponse:
        """All tokens and webhooks, without their secrets."""
        del visitor
        return _page(frame, request)

    @routes.post("/tokens/add")
    def add(
        request: Request,
        visitor: Admin,
        name: Name,
        scope: Annotated[list[Scope] | None, Form(max_length=_MOST_SCOPES)] = None,
        days: Annotated[str, Form(max_length=10)] = "",
    ) -> HTMLResponse:
        """A new token; its secret is shown once."""
        token, secret = frame.app.tokens().make(name, scope or [], days=_days(days), person=visitor.person)
        return _page(frame, request, secret=secret, secret_of=token.name)

    @routes.post("/tokens/revoke")
    def revoke(visitor: Admin, name: Name) -> Response:
        """It lets in no more."""
        frame.app.tokens().revoke(name, person=visitor.person)
        return back_to("/programs", said="done")


def _add_webhooks(routes: APIRouter, frame: Frame, wake: Callable[[str], None]) -> None:
    @routes.post("/webhooks/add")
    def add(
        request: Request,
        visitor: Admin,
        url: Annotated[str, Form(max_length=2000)],
        events: Annotated[str, Form(max_length=1000)] = "",
    ) -> HTMLResponse:
        """A new webhook; its secret is shown once."""
        names = events.replace(",", " ").split()
        webhook, secret = frame.app.webhooks().add(url.strip(), names, person=visitor.person)
        return _page(frame, request, secret=secret, secret_of=webhook.url)

    @routes.post("/webhooks/remove")
    def remove(visitor: Admin, webhook: Number) -> Response:
        """It is told nothing any more."""
        frame.app.webhooks().remove(webhook, person=visitor.person)
        return back_to("/programs", said="done")

    @routes.post("/webhooks/start")
    def start(visitor: Admin, webhook: Number) -> Response:
        """It is tried again now."""
        frame.app.webhooks().start(webhook, person=visitor.person)
        wake("deliver")
        return back_to("/programs", said="done")

    @routes.post("/webhooks/again")
    def again(visitor: Admin, webhook: Number, change: Number) -> Response:
        """It is told once more, from this change on."""
        frame.app.webhooks().tell_again(webhook, change, person=visitor.person)
        wake("deliver")
        return back_to("/programs", said="done")


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdigit():
        raise InputError(f"«{text}» is no number of days: write one, or leave it empty for good")
    return int(text)


def _page(frame: Frame, request: Request, *, secret: str = "", secret_of: str = "") -> HTMLResponse:
    app = frame.app
    now = app.clock.now()
    deliveries = app.webhooks().recent(_CHANGES)
    return frame.page(
        request,
        "programs.html",
        tokens=[(token, sorted(token.scopes), token.is_over(now)) for token in app.tokens().list_tokens()],
        webhooks=[(one, deliveries.get(one.id, ())[:_SHOWN]) for one in app.webhooks().list_webhooks()],
        scopes=[scope.value for scope in Scope],
        secret=secret,
        secret_of=secret_of,
    )
