"""Settings: each in words, with its value and where it comes from; they are changed in file and environment only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.views.settings import list_settings


def setting_routes(frame: Frame) -> APIRouter:
    """
    `/settings`.
    """
    routes = APIRouter(prefix="/settings")

    @routes.get("")
    def settings(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.SETTINGS))]) -> HTMLResponse:
        """All of them."""
        del visitor
        app = frame.app
        in_use = {} if app.local_x_url is None else {"x.base_url": app.local_x_url}  # the sandbox's own X
        return frame.page(request, "settings.html", sections=list_settings(app.settings, in_use=in_use))

    return routes
