"""The kill switch at the Desk: one press stops; going on needs a look at what waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.post import PostId
from asiaradar_bot.steps import switch
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.views.post_card import list_cards


def stop_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/stop` and `/resume`.
    """
    routes = APIRouter()
    app = frame.app

    @routes.post("/stop")
    def stop(
        visitor: Annotated[Visitor, Depends(needs(Action.STOP))],
        reason: Annotated[str, Form(max_length=200)] = "",
        back: Annotated[str, Form()] = "/",
    ) -> Response:
        """Nothing more is sent, from now on."""
        switch.stop(app.store, app.clock, person=visitor.person, reason=reason.strip() or "by hand at the Desk")
        return back_to(back, said="stopped")

    @routes.get("/resume")
    def look(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.RESUME, fresh=True))]) -> HTMLResponse:
        """What would go out at once, to be approved again or held."""
        with app.store.read() as tx:
            backlog = tx.posts.list_due(app.clock.now(), limit=500)
            return frame.page(
                request, "resume.html", backlog=list_cards(app, tx, backlog, person=visitor.person), resumed=None
            )

    @routes.post("/resume")
    def resume(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.RESUME, fresh=True))],
        keep: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        """Sending is on again; what is due and was not approved again is held."""
        done = switch.resume(
            app.store, app.clock, app.files, person=visitor.person, keep=frozenset(PostId(one) for one in keep)
        )
        wake("publish")
        if done.still_stopped is not None:
            return frame.page(request, "resume.html", backlog=[], resumed=done, status=409)
        return back_to("/", said="resumed")

    return routes
