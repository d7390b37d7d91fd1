"""Activity: the audit, newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame


def activity_routes(frame: Frame) -> APIRouter:
    """
    `/activity`.
    """
    routes = APIRouter()

    @routes.get("/activity")
    def activity(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """Who did what, when and why."""
        del visitor
        with frame.app.store.read() as tx:
            return frame.page(request, "activity.html", entries=tx.audit.list_recent(limit=200))

    return routes
