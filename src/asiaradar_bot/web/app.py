"""The web app put together: the Desk, pushes, health and metrics."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AsiaRadarError, SettingsError, StorageError
from asiaradar_bot.web.api import PREFIX, front_page
from asiaradar_bot.web.entry import ConfirmNeededError, SecondFactorNeededError, SignInNeededError, Visitor
from asiaradar_bot.web.frame import STATIC, Frame
from asiaradar_bot.web.health import health_routes
from asiaradar_bot.web.hooks import hook_routes
from asiaradar_bot.web.pages.activity import activity_routes
from asiaradar_bot.web.pages.articles import article_routes
from asiaradar_bot.web.pages.calendar import calendar_routes
from asiaradar_bot.web.pages.compose import compose_routes
from asiaradar_bot.web.pages.correct import correct_routes
from asiaradar_bot.web.pages.desk import desk_routes
from asiaradar_bot.web.pages.doctor import doctor_routes
from asiaradar_bot.web.pages.entering import entering_routes
from asiaradar_bot.web.pages.find import find_routes
from asiaradar_bot.web.pages.imports import import_routes
from asiaradar_bot.web.pages.live import live_routes
from asiaradar_bot.web.pages.moving import moving_routes
from asiaradar_bot.web.pages.own import own_routes
from asiaradar_bot.web.pages.post import picture_routes, post_routes
from asiaradar_bot.web.pages.programs import program_routes
from asiaradar_bot.web.pages.queue import queue_routes
from asiaradar_bot.web.pages.refused import (
    admit,
    lead_to_confirm,
    lead_to_set_up,
    lead_to_sign_in,
    refuse,
    refuse_address,
    refuse_form,
)
from asiaradar_bot.web.pages.results import result_routes
from asiaradar_bot.web.pages.rules import rules_routes
from asiaradar_bot.web.pages.settings import setting_routes
from asiaradar_bot.web.pages.sources import source_routes
from asiaradar_bot.web.pages.stop import stop_routes
from asiaradar_bot.web.pages.templates import template_routes
from asiaradar_bot.web.pages.users import user_routes
from asiaradar_bot.web.pages.versions import version_routes
from asiaradar_bot.web.session import check_meant, find_visitor

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"
_WITHOUT_RULES = ("/livez", "/readyz", "/metrics", "/static/")
"""They must answer soon where the database does not."""
_KEEP = "public, max-age=31536000, immutable"
Entry = Callable[[Request], Visitor | None]


def build_web(app: App, *, wake: Callable[[str], None], entry: Entry | None = None) -> FastAPI:
    """
    The ASGI app; `wake` starts a step at once, `entry` says who is signed in instead of the cookie (tests).
    """
    web = FastAPI(title="asiaradar_bot", docs_url=None, redoc_url=None, openapi_url=None)
    frame = Frame(app)

    @web.middleware("http")
    async def _harden(request: Request, call_next: Any) -> Response:
        try:
            response: Response = await _answer(request, call_next)
        except Exception as error:  # noqa: BLE001 - the one place: whatever it was, nobody sees a traceback
            response = await run_in_threadpool(admit, frame, request, error)
        response.headers.update(_HEADERS)
        is_static = request.url.path.startswith("/static/")
        response.headers["Cache-Control"] = _KEEP if is_static and "v" in request.query_params else "no-store"
        if request.url.scheme == "https":
            response.headers["Strict-Transport-Security"] = _HSTS
        return response

    async def _answer(request: Request, call_next: Any) -> Response:
        if not request.url.path.startswith(_WITHOUT_RULES):
            await run_in_threadpool(_refresh_rules, app)
        request.state.visitor = entry(request) if entry is not None else await find_visitor(app, request)
        try:
            await check_meant(request, request.state.visitor)
        except AsiaRadarError as error:
            return await run_in_threadpool(refuse, frame, request, error)
        answer: Response = await call_next(request)
        return answer

    _answer_refusals(web, frame)
    web.get(PREFIX, include_in_schema=False)(front_page)  # a mount answers only below its address
    web.mount(PREFIX, _WhenAsked(lambda: _api(app, wake)), name="api")
    web.mount("/static", StaticFiles(directory=STATIC), name="static")
    web.include_router(health_routes(app))
    web.include_router(hook_routes(app, wake=wake))
    for routes in (
        desk_routes(frame),
        queue_routes(frame, wake=wake),
        calendar_routes(frame),
        import_routes(frame, wake=wake),
        correct_routes(frame, wake=wake),
        moving_routes(frame),
        post_routes(frame, wake=wake),
        picture_routes(frame),
        stop_routes(frame, wake=wake),
        compose_routes(frame, wake=wake),
        article_routes(frame),
        find_routes(frame),
        result_routes(frame),
        activity_routes(frame),
        rules_routes(frame),
        template_routes(frame),
        version_routes(frame),
        live_routes(frame),
        entering_routes(frame),
        own_routes(frame),
        user_routes(frame),
        program_routes(frame, wake=wake),
        setting_routes(frame),
        doctor_routes(frame),
        source_routes(frame, wake=wake),
    ):
        web.include_router(routes, include_in_schema=False)
    return web


class _WhenAsked:
    """
    An ASGI app that is put together at its first request.
    """

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = cache(build)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer the request.
        """
        app = await run_in_threadpool(self._build)
        await app(scope, receive, send)


def _api(app: App, wake: Callable[[str], None]) -> ASGIApp:
    from asiaradar_bot.web.api.app import build_api

    return build_api(app, wake=wake)


def _refresh_rules(app: App) -> None:
    """
    Pages show and use the newest rules; where those can't be had, the ticks are what must stop, not the pages.
    """
    with suppress(SettingsError, StorageError):
        app.refresh_rules()


def _answer_refusals(web: FastAPI, frame: Frame) -> None:
    @web.exception_handler(AsiaRadarError)
    def _refuse(request: Request, error: AsiaRadarError) -> Response:
        return refuse(frame, request, error)

    @web.exception_handler(HTTPException)
    def _refuse_address(request: Request, error: HTTPException) -> Response:
        return refuse_address(frame, request, error.status_code)

    @web.exception_handler(RequestValidationError)
    def _refuse_form(request: Request, error: RequestValidationError) -> Response:
        return refuse_form(frame, request, error)

    @web.exception_handler(SignInNeededError)
    def _sign_in(request: Request, error: SignInNeededError) -> Response:
        del error
        return lead_to_sign_in(request)

    @web.exception_handler(SecondFactorNeededError)
    def _set_up(request: Request, error: SecondFactorNeededError) -> Response:
        del error
        return lead_to_set_up(request)

    @web.exception_handler(ConfirmNeededError)
    def _confirm(request: Request, error: ConfirmNeededError) -> Response:
        del error
        return lead_to_confirm(request)
