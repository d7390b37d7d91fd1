"""Coming in and going: sign-in, one-time links, and one's own page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.steps.access import Entered
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.session import clear_cookie, set_cookie
from asiaradar_bot.web.words import LANGUAGES

SignedIn = Annotated[Visitor, Depends(needs(Action.LOOK))]
PUBLIC = frozenset({"/login", "/enter/{token}"})
"""Routes that need nobody to be signed in."""


def entering_routes(frame: Frame) -> APIRouter:
    """
    `/login`, `/enter/TOKEN`, `/logout` and `/me`.
    """
    routes = APIRouter()
    _add_login(routes, frame)
    _add_link(routes, frame)
    _add_me(routes, frame)
    return routes


def _add_login(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/login")
    def ask(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the word that everybody's addresses use
        """Name and password."""
        return frame.page(request, "login.html", next=next, sentence=None, name="")

    @routes.post("/login")
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=100)],
        password: Annotated[str, Form(max_length=1024)],
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """In, or the same sentence for all that do not fit."""
        try:
            entered = frame.app.access().sign_in(name, password, address=_address(request))
        except AccessError as error:
            return frame.page(request, "login.html", next=next, sentence=str(error), name=name, status=403)
        return _let_in(request, entered, next)


def _add_link(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/enter/{token}")
    def ask(request: Request, token: str) -> HTMLResponse:
        """A button; looking at a link, as mail programs do, does not use it up."""
        return frame.page(request, "enter.html", token=quote(token, safe=""), sentence=None)

    @routes.post("/enter/{token}")
    def enter(request: Request, token: str) -> Response:
        """In, once."""
        try:
            entered = frame.app.access().use_link(token, address=_address(request))
        except AccessError as error:
            return frame.page(request, "enter.html", token="", sentence=str(error), status=403)
        return _let_in(request, entered, "/" if entered.user.password_hash else "/me")


def _add_me(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/me")
    def me(request: Request, visitor: SignedIn) -> HTMLResponse:
        """Name, role, language, password."""
        with frame.app.store.read() as tx:
            user = tx.access.find_user(visitor.name.casefold())
        has_password = user is not None and user.password_hash is not None
        return frame.page(request, "me.html", languages=LANGUAGES, has_password=has_password)

    @routes.post("/me/language")
    def language(visitor: SignedIn, language: Annotated[str, Form()]) -> Response:
        """Another language for the pages."""
        if language not in LANGUAGES:
            raise InputError(f"the interface has no {language}: choose one of {', '.join(LANGUAGES)}")
        frame.app.access().set_language(visitor.user_id, language)
        return back_to("/me", said="saved")

    @routes.post("/me/password")
    def password(
        visitor: SignedIn,
        new: Annotated[str, Form(max_length=1024)],
        old: Annotated[str, Form(max_length=1024)] = "",
    ) -> Response:
        """Another password; all other sessions end."""
        frame.app.access().set_password(visitor.user_id, new, old=old, session_id=visitor.session_id)
        return back_to("/me", said="saved")

    @routes.post("/logout")
    def sign_out(request: Request, visitor: SignedIn, *, everywhere: Annotated[bool, Form()] = False) -> Response:
        """Out, here or everywhere."""
        frame.app.access().sign_out(visitor.user_id, session_id=None if everywhere else visitor.session_id)
        answer = RedirectResponse("/login", status_code=303)
        clear_cookie(request, answer)
        return answer


def _let_in(request: Request, entered: Entered, path: str) -> Response:
    answer = back_to(path)
    set_cookie(request, answer, entered.token)
    return answer


def _address(request: Request) -> str:
    return (request.client.host if request.client is not None else "unknown")[:60]
