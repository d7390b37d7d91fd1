"""Coming in and going: sign-in by password and second factor, by passkey, by one-time link; confirming; signing out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.second_factor import Purpose
from asiaradar_bot.steps.door import Asked, Entered
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.session import address_of, agent_of, clear_cookie, place_of, set_cookie, takes_passkeys

SignedIn = Annotated[Visitor, Depends(needs(Action.LOOK, unready=True))]
PUBLIC = frozenset({"/login", "/login/code", "/login/passkey", "/login/passkey/options", "/enter/{token}"})
"""Routes that need nobody to be signed in."""
Credential = Annotated[str, Form(max_length=20_000)]
Token = Annotated[str, Form(max_length=100)]


def entering_routes(frame: Frame) -> APIRouter:
    """
    `/login`, `/enter/TOKEN`, `/confirm` and `/logout`.
    """
    routes = APIRouter()
    _add_login(routes, frame)
    _add_passkey(routes, frame)
    _add_link(routes, frame)
    _add_confirm(routes, frame)
    _add_confirm_by_passkey(routes, frame)
    _add_logout(routes, frame)
    return routes


def _add_login(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/login")
    def ask(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 - the word that everybody's addresses use
        """Name and password."""
        return _login_page(frame, request, then=next)

    @routes.post("/login")
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=100)],
        password: Annotated[str, Form(max_length=1024)],
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """In, on to the second factor, or the same sentence for all that do not fit."""
        try:
            entered = frame.app.access().sign_in(name, password, address=address_of(request), agent=agent_of(request))
        except AccessError as error:
            return _login_page(frame, request, then=next, sentence=str(error), name=name)
        return _let_in(frame, request, entered, next)

    @routes.post("/login/code")
    def code(
        request: Request,
        step: Token,
        code: Annotated[str, Form(max_length=100)],
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """The second half: six digits, or a recovery code."""
        door = frame.app.second_factor()
        try:
            entered = door.sign_in(step, code, address=address_of(request), agent=agent_of(request))
        except AccessError as error:
            return _code_page(frame, request, step, then=next, sentence=str(error))
        return _let_in(frame, request, entered, next)


def _add_passkey(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/login/passkey/options")
    def options(request: Request) -> Response:
        """A challenge that any passkey of this Desk may sign."""
        return passkey_options(frame, request, Purpose.PASSKEY_SIGN_IN, user_id=None)

    @routes.post("/login/passkey")
    def sign_in(
        request: Request,
        step: Token,
        credential: Credential,
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """In by passkey: it is both factors."""
        try:
            entered = frame.app.second_factor().sign_in_with_passkey(
                step, credential, place=place_of(request), address=address_of(request), agent=agent_of(request)
            )
        except AccessError as error:
            return _login_page(frame, request, then=next, sentence=str(error))
        return _let_in(frame, request, entered, next)


def _add_link(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/enter/{token}")
    def ask(request: Request, token: str, next: str = "") -> HTMLResponse:  # noqa: A002
        """A button; looking at a link, as mail programs do, does not use it up."""
        return frame.page(request, "enter.html", token=quote(token, safe=""), next=next, sentence=None)

    @routes.post("/enter/{token}")
    def enter(request: Request, token: str, next: Annotated[str, Form()] = "") -> Response:  # noqa: A002
        """In, once: to where the link leads, or to one's own page to choose a password, or to the Desk."""
        try:
            entered = frame.app.access().use_link(token, address=address_of(request), agent=agent_of(request))
        except AccessError as error:
            return frame.page(request, "enter.html", token="", next="", sentence=str(error), status=403)
        return _let_in(frame, request, entered, next or ("/" if entered.user.password_hash else "/me"))


def _add_confirm(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/confirm")
    def ask(request: Request, visitor: SignedIn, next: str = "/") -> HTMLResponse:  # noqa: A002
        """The password, or the second factor of whoever has one."""
        return _confirm_page(frame, request, visitor, then=next)

    @routes.post("/confirm")
    def confirm(
        request: Request,
        visitor: SignedIn,
        secret: Annotated[str, Form(max_length=1024)],
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """For some minutes nothing is asked again."""
        app, address = frame.app, address_of(request)
        try:
            if app.second_factor().factors(visitor.user_id).any:
                app.second_factor().confirm(visitor.user_id, visitor.session_id, secret, address=address)
            else:
                app.access().confirm(visitor.user_id, visitor.session_id, secret, address=address)
        except AccessError as error:
            return _confirm_page(frame, request, visitor, then=next, sentence=str(error))
        return back_to(next)


def _add_confirm_by_passkey(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/confirm/passkey/options")
    def options(request: Request, visitor: SignedIn) -> Response:
        """A challenge for one's own passkey."""
        return passkey_options(frame, request, Purpose.PASSKEY_CONFIRM, user_id=visitor.user_id)

    @routes.post("/confirm/passkey")
    def confirm(
        request: Request,
        visitor: SignedIn,
        step: Token,
        credential: Credential,
        next: Annotated[str, Form()] = "/",  # noqa: A002
    ) -> Response:
        """Confirmed by passkey."""
        door = frame.app.second_factor()
        place, address = place_of(request), address_of(request)
        try:
            door.confirm_with_passkey(
                visitor.user_id, visitor.session_id, step, credential, place=place, address=address
            )
        except AccessError as error:
            return _confirm_page(frame, request, visitor, then=next, sentence=str(error))
        return back_to(next)


def _add_logout(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/logout")
    def sign_out(request: Request, visitor: SignedIn, *, everywhere: Annotated[bool, Form()] = False) -> Response:
        """Out, here or everywhere."""
        frame.app.access().sign_out(visitor.user_id, session_id=None if everywhere else visitor.session_id)
        answer = RedirectResponse("/login", status_code=303)
        clear_cookie(request, answer)
        return answer


def passkey_options(frame: Frame, request: Request, purpose: Purpose, *, user_id: int | None) -> Response:
    """
    The step's token and what the browser needs, for passkey.js.
    """
    step, options = frame.app.second_factor().ask_passkey(
        purpose, user_id=user_id, place=place_of(request), address=address_of(request)
    )
    return JSONResponse({"step": step, "options": options})


def _let_in(frame: Frame, request: Request, entered: Entered | Asked, path: str) -> Response:
    if isinstance(entered, Asked):
        return _code_page(frame, request, entered.token, then=path)
    answer = back_to(path)
    set_cookie(request, answer, entered.token)
    return answer


def _status(sentence: str | None) -> int:
    """
    A page that is shown again says why in a sentence; without one it is shown for the first time.
    """
    return 200 if sentence is None else 403


def _login_page(
    frame: Frame,
    request: Request,
    *,
    then: str,
    sentence: str | None = None,
    name: str = "",
) -> HTMLResponse:
    return frame.page(
        request,
        "login.html",
        next=then,
        sentence=sentence,
        name=name,
        passkeys=takes_passkeys(request),
        status=_status(sentence),
    )


def _code_page(
    frame: Frame,
    request: Request,
    step: str,
    *,
    then: str,
    sentence: str | None = None,
) -> HTMLResponse:
    return frame.page(
        request,
        "code.html",
        step=step,
        next=then,
        sentence=sentence,
        passkeys=takes_passkeys(request),
        status=_status(sentence),
    )


def _confirm_page(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    *,
    then: str,
    sentence: str | None = None,
) -> HTMLResponse:
    with frame.app.store.read() as tx:
        user = tx.access.find_user(visitor.name.casefold())
    factors = frame.app.second_factor().factors(visitor.user_id)
    return frame.page(
        request,
        "confirm.html",
        next=then,
        sentence=sentence,
        asks_code=factors.has_app or (factors.any and factors.codes_left > 0),
        asks_passkey=bool(factors.passkeys) and takes_passkeys(request),
        asks_password=not factors.any and user is not None and user.password_hash is not None,
        status=_status(sentence),
    )
