"""One's own page: password, second factor, language, and where one is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.second_factor import Purpose
from asiaradar_bot.steps.second_factor import AppSetup
from asiaradar_bot.web.entry import ConfirmNeededError, Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.entering import Credential, SignedIn, Token, passkey_options
from asiaradar_bot.web.session import address_of, place_of, takes_passkeys
from asiaradar_bot.web.views.picture_code import picture_code
from asiaradar_bot.web.words import LANGUAGES

Confirmed = Annotated[Visitor, Depends(needs(Action.LOOK, fresh=True, unready=True))]


def own_routes(frame: Frame) -> APIRouter:
    """
    `/me` and what is below it.
    """
    routes = APIRouter(prefix="/me")
    _add_me(routes, frame)
    _add_sessions(routes, frame)
    _add_second(routes, frame)
    _add_app(routes, frame)
    _add_passkey(routes, frame)
    return routes


def _add_me(routes: APIRouter, frame: Frame) -> None:
    @routes.get("")
    def me(request: Request, visitor: SignedIn) -> HTMLResponse:
        """Name, role, language, password, sessions."""
        return frame.page(
            request,
            "me.html",
            languages=LANGUAGES,
            has_password=_has_password(frame, visitor),
            sessions=frame.app.access().list_sessions(visitor.user_id),
            factors=frame.app.second_factor().factors(visitor.user_id),
        )

    @routes.post("/language")
    def language(visitor: SignedIn, language: Annotated[str, Form()]) -> Response:
        """Another language for the pages."""
        if language not in LANGUAGES:
            raise InputError(f"the interface has no {language}: choose one of {', '.join(LANGUAGES)}")
        frame.app.access().set_language(visitor.user_id, language)
        return back_to("/me", said="saved")

    @routes.post("/password")
    def password(
        request: Request,
        visitor: SignedIn,
        new: Annotated[str, Form(max_length=1024)],
        old: Annotated[str, Form(max_length=1024)] = "",
    ) -> Response:
        """Another password; all other sessions end. The first one only soon after coming in by a link."""
        if not visitor.confirmed and not _has_password(frame, visitor):
            raise ConfirmNeededError
        frame.app.access().set_password(
            visitor.user_id, new, old=old, session_id=visitor.session_id, address=address_of(request)
        )
        return back_to("/me", said="saved")


def _add_sessions(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/sessions/end")
    def end(visitor: SignedIn, session: Annotated[int, Form()]) -> Response:
        """Out in one other browser."""
        frame.app.access().sign_out(visitor.user_id, session_id=session)
        return back_to("/me", said="done")


def _add_second(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/second")
    def second(request: Request, visitor: SignedIn) -> HTMLResponse:
        """What one has beside the password, and what one can set up."""
        return _second_page(frame, request, visitor)

    @routes.post("/second/codes")
    def codes(request: Request, visitor: Confirmed) -> HTMLResponse:
        """New recovery codes, shown once."""
        made = frame.app.second_factor().new_codes(visitor.user_id)
        return _second_page(frame, request, visitor, codes=made)


def _add_app(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/second/app")
    def begin(request: Request, visitor: Confirmed) -> HTMLResponse:
        """A new secret, as a picture and as letters."""
        setup = frame.app.second_factor().begin_app(visitor.user_id)
        return _second_page(frame, request, visitor, setup=setup)

    @routes.post("/second/app/finish")
    def finish(request: Request, visitor: Confirmed, code: Annotated[str, Form(max_length=20)]) -> Response:
        """The first code of the app: it counts from now on."""
        door = frame.app.second_factor()
        try:
            made = door.finish_app(visitor.user_id, code)
        except InputError as error:
            setup = door.pending_app(visitor.user_id)
            return _second_page(frame, request, visitor, setup=setup, sentence=str(error), status=400)
        return _second_page(frame, request, visitor, codes=made, is_done=True)

    @routes.post("/second/app/remove")
    def remove(visitor: Confirmed) -> Response:
        """Without the app."""
        frame.app.second_factor().remove_app(visitor.user_id)
        return back_to("/me/second", said="done")


def _add_passkey(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/second/passkey/options")
    def options(request: Request, visitor: Confirmed) -> Response:
        """What the browser needs to make one."""
        return passkey_options(frame, request, Purpose.PASSKEY_ADD, user_id=visitor.user_id)

    @routes.post("/second/passkey")
    def add(
        request: Request,
        visitor: Confirmed,
        step: Token,
        credential: Credential,
        label: Annotated[str, Form(max_length=100)],
    ) -> Response:
        """The passkey that the browser made."""
        try:
            made = frame.app.second_factor().add_passkey(
                visitor.user_id, step, credential, label=label, place=place_of(request)
            )
        except (AccessError, InputError) as error:
            return _second_page(frame, request, visitor, sentence=str(error), status=400)
        return _second_page(frame, request, visitor, codes=made, is_done=True)

    @routes.post("/second/passkey/remove")
    def remove(visitor: Confirmed, passkey: Annotated[int, Form()]) -> Response:
        """Without that passkey."""
        frame.app.second_factor().remove_passkey(visitor.user_id, passkey)
        return back_to("/me/second", said="done")


def _second_page(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    *,
    setup: AppSetup | None = None,
    codes: Sequence[str] = (),
    is_done: bool = False,
    sentence: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    factors = frame.app.second_factor().factors(visitor.user_id)
    return frame.page(
        request,
        "second.html",
        factors=factors,
        must=visitor.must_set_up and not factors.any,
        setup=setup,
        picture=None if setup is None else picture_code(setup.address),
        codes=codes,
        is_done=is_done,
        sentence=sentence,
        passkeys=takes_passkeys(request),
        status=status,
    )


def _has_password(frame: Frame, visitor: Visitor) -> bool:
    with frame.app.store.read() as tx:
        user = tx.access.find_user(visitor.name.casefold())
    return user is not None and user.password_hash is not None
