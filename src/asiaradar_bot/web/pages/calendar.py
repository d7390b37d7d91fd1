"""The calendar: a week, a month or an agenda of what went out, what will, and what may not."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.acts import NEEDED, Act
from asiaradar_bot.rules.days import Show
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.views.calendar_view import calendar_sheets
from asiaradar_bot.web.views.expected import expect

_YEARS = range(2000, 2200)


def calendar_routes(frame: Frame) -> APIRouter:
    """
    `/calendar`; without a view named, the week on wide screens and the agenda on phones.
    """
    routes = APIRouter()

    @routes.get("/calendar")
    def calendar(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.LOOK))],
        show: Show | None = None,
        on: date | None = None,
    ) -> HTMLResponse:
        """One view, or both that a screen chooses from by its width."""
        if on is not None and on.year not in _YEARS:
            raise InputError(f"{on} is too far away: name a day from {_YEARS[0]} to {_YEARS[-1]}")
        shows = [show] if show is not None else [Show.WEEK, Show.AGENDA]
        with frame.app.store.read() as tx:
            expected = expect(frame.app, tx)
            sheets = calendar_sheets(frame.app, tx, shows, on, expected=expected)
        return frame.page(
            request,
            "calendar.html",
            expected=expected,
            sheets=sheets,
            on=on,
            zone=frame.zone.key,
            may_write=visitor.person.may(Action.WRITE),
            may_move=visitor.person.may(NEEDED[Act.MOVE]),
        )

    return routes
