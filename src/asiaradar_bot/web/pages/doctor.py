"""The setup doctor at the Desk: what is well, what is not, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.checkup import Check, examine, examine_here
from asiaradar_bot.model.access import Action
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame


def doctor_routes(frame: Frame) -> APIRouter:
    """
    `/doctor`.
    """
    routes = APIRouter(prefix="/doctor")

    @routes.get("")
    def look(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.SETTINGS))]) -> HTMLResponse:
        """What can be checked without asking anybody outside."""
        del visitor
        return _page(frame, request, examine_here(frame.app), is_whole=False)

    @routes.post("")
    def run(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.SETTINGS))]) -> HTMLResponse:
        """Everything: X is asked who we are (one read, in the ledger), and each source is fetched."""
        del visitor
        return _page(frame, request, examine(frame.app), is_whole=True)

    return routes


def _page(frame: Frame, request: Request, checks: Iterable[Check], *, is_whole: bool) -> HTMLResponse:
    found = sorted(checks, key=lambda check: check.good)
    return frame.page(
        request, "doctor.html", checks=found, bad=sum(not check.good for check in found), is_whole=is_whole
    )
