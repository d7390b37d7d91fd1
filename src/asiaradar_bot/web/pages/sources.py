"""Sources: how well each answers, its error in words, and a button to look now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.steps.ask_source import ask_source
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.views.sources import list_sources


def source_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/sources`.
    """
    routes = APIRouter(prefix="/sources")
    app = frame.app

    @routes.get("")
    def sources(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """All of them."""
        return frame.page(
            request,
            "sources.html",
            sources=list_sources(app),
            may_ask=visitor.person.may(Action.SOURCES),
            hubs_on=app.settings.web.public_url is not None,
        )

    @routes.post("/ask")
    def ask(
        visitor: Annotated[Visitor, Depends(needs(Action.SOURCES))], name: Annotated[str, Form(max_length=60)]
    ) -> Response:
        """Look at it now."""
        known = [source.name for source in app.sources]
        ask_source(app.store, app.clock, name, person=visitor.person, known=known)
        wake("watch")
        return back_to("/sources", said="asked")

    return routes
