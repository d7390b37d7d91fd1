"""Users: who may come in as what, one-time links, and ending what must end; all of it asks for a fresh confirmation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import LEAST_ROLE, Action, Role
from asiaradar_bot.model.user import LINK_LIFE
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to

Admin = Annotated[Visitor, Depends(needs(Action.USERS, fresh=True))]
Name = Annotated[str, Form(max_length=100)]


def user_routes(frame: Frame) -> APIRouter:
    """
    `/users` and its buttons.
    """
    routes = APIRouter(prefix="/users")
    _add_people(routes, frame)
    _add_endings(routes, frame)
    return routes


def _add_people(routes: APIRouter, frame: Frame) -> None:
    app = frame.app

    @routes.get("")
    def users(request: Request, visitor: Admin) -> HTMLResponse:
        """Everybody, and what each role may do."""
        del visitor
        return _page(frame, request)

    @routes.post("/add")
    def add(request: Request, visitor: Admin, name: Name, role: Annotated[Role, Form()]) -> HTMLResponse:
        """Somebody new; their one-time link is shown once."""
        user = app.access().add_user(name, role, person=visitor.person)
        return _page(frame, request, link_for=user.name, token=app.access().make_link(user.name, person=visitor.person))

    @routes.post("/link")
    def link(request: Request, visitor: Admin, name: Name) -> HTMLResponse:
        """A new one-time link, shown once."""
        return _page(frame, request, link_for=name, token=app.access().make_link(name, person=visitor.person))

    @routes.post("/role")
    def role(visitor: Admin, name: Name, role: Annotated[Role, Form()]) -> Response:
        """Another role; their sessions end."""
        app.access().change_role(name, role, person=visitor.person)
        return back_to("/users", said="saved")


def _add_endings(routes: APIRouter, frame: Frame) -> None:
    @routes.post("/sessions")
    def sessions(visitor: Admin, name: Name) -> Response:
        """Out everywhere."""
        frame.app.access().end_sessions_of(name, person=visitor.person)
        return back_to("/users", said="done")

    @routes.post("/reset")
    def reset(visitor: Admin, name: Name) -> Response:
        """Without a second factor: a lost phone."""
        frame.app.second_factor().reset(name, person=visitor.person)
        return back_to("/users", said="done")

    @routes.post("/remove")
    def remove(visitor: Admin, name: Name) -> Response:
        """Gone, with all sessions and links."""
        frame.app.access().remove_user(name, person=visitor.person)
        return back_to("/users", said="done")


def _page(frame: Frame, request: Request, *, link_for: str = "", token: str = "") -> HTMLResponse:
    app = frame.app
    base = (app.settings.web.public_url or str(request.base_url)).rstrip("/")
    return frame.page(
        request,
        "users.html",
        users=app.access().list_users(),
        with_second=app.second_factor().with_any(),
        second_factor=app.settings.access.second_factor.value,
        sessions=app.access().count_sessions(),
        roles=[role.value for role in Role],
        rights=[(action.value, least.value) for action, least in LEAST_ROLE.items()],
        link=f"{base}/enter/{token}" if token else None,
        link_for=link_for,
        link_hours=int(LINK_LIFE.total_seconds() // 3600),
    )
