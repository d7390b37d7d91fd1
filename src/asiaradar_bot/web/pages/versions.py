"""Versions of rules and templates: what each changed, and the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.rulekeeping import bring_back, file_of, file_text, in_force, key_of, text_of
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.views.difference import diff_lines


def version_routes(frame: Frame) -> APIRouter:
    """
    `/rules/versions/NUMBER` and `/templates/NAME/versions/NUMBER`; 0 is the file.
    """
    routes = APIRouter()

    @routes.get("/rules/versions/{number}")
    def look_rules(
        request: Request, number: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]
    ) -> HTMLResponse:
        """A version of the policy beside the one in force."""
        del visitor
        return _page(frame, request, POLICY, number, home="/rules")

    @routes.post("/rules/versions/{number}")
    def back_rules(
        number: int, visitor: Annotated[Visitor, Depends(needs(Action.RULES))], after: Annotated[int, Form(ge=0)]
    ) -> Response:
        """Make it count again."""
        saved = bring_back(frame.app, visitor.person, POLICY, number, after=after)
        return back_to("/rules", said="saved", v=saved.number)

    @routes.get("/templates/{name}/versions/{number}")
    def look_template(
        request: Request, name: str, number: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]
    ) -> HTMLResponse:
        """A version of a template beside the one in force."""
        del visitor
        return _page(frame, request, key_of(name), number, home=f"/templates/{name}")

    @routes.post("/templates/{name}/versions/{number}")
    def back_template(
        name: str,
        number: int,
        visitor: Annotated[Visitor, Depends(needs(Action.RULES))],
        after: Annotated[int, Form(ge=0)],
    ) -> Response:
        """Make it count again."""
        saved = bring_back(frame.app, visitor.person, key_of(name), number, after=after)
        return back_to(f"/templates/{name}", said="saved", v=saved.number)

    return routes


def _page(frame: Frame, request: Request, key: str, number: int, *, home: str) -> HTMLResponse:
    app = frame.app
    now = in_force(app, key)
    version = None
    if number:
        with app.store.read() as tx:
            version = tx.rulebooks.get(key, number)
    text = file_text(app, key) if version is None else text_of(app, version)
    return frame.page(
        request,
        "version.html",
        key=key,
        number=number,
        version=version,
        text=text,
        now=now,
        changes=diff_lines(now.text, text),
        file=str(file_of(app, key)),
        home=home,
    )
