"""A file of posts at the Desk: shown line by line, and brought in only after a yes; and the export of the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AsiaRadarError
from asiaradar_bot.model.post import PostState
from asiaradar_bot.rules.post_csv import MOST_BYTES, write_csv
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.pages.refused import status_of

_MOST_EXPORTED = 5000


def import_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/queue/import` and `/queue/export`.
    """
    routes = APIRouter(prefix="/queue")
    app = frame.app

    @routes.get("/import")
    def ask(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.WRITE))]) -> HTMLResponse:
        """The form."""
        del visitor
        return _page(frame, request)

    @routes.post("/import")
    def look(
        request: Request, visitor: Annotated[Visitor, Depends(needs(Action.WRITE))], file: UploadFile
    ) -> HTMLResponse:
        """What would become of each line; nothing is written."""
        content = file.file.read(MOST_BYTES + 1)
        try:
            planned = app.importer(visitor.person).plan(content)
        except AsiaRadarError as error:
            return _page(frame, request, error=error)
        return _page(frame, request, planned=planned, content=content.decode("utf-8-sig"))

    @routes.post("/import/yes")
    def bring_in(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        content: Annotated[str, Form(max_length=MOST_BYTES)],
    ) -> HTMLResponse:
        """Bring in what was shown; a second press finds it all there."""
        done = app.importer(visitor.person).bring_in(content.encode())
        wake("publish")
        return _page(frame, request, planned=done, done=True)

    @routes.get("/export")
    def export(visitor: Annotated[Visitor, Depends(needs(Action.LOOK))], state: PostState | None = None) -> Response:
        """The posts of one tab, or all, as CSV."""
        del visitor
        with app.store.read() as tx:
            posts = tx.posts.list_posts(states=[state] if state is not None else [], limit=_MOST_EXPORTED)
        name = f"posts-{state or 'all'}-{app.clock.now():%Y%m%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response("\ufeff" + write_csv(posts), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


def _page(
    frame: Frame,
    request: Request,
    *,
    planned: object = None,
    content: str = "",
    done: bool = False,
    error: AsiaRadarError | None = None,
) -> HTMLResponse:
    lines = planned if isinstance(planned, list) else []
    return frame.page(
        request,
        "import.html",
        planned=lines,
        asked=isinstance(planned, list),
        content=content,
        done=done,
        counts=Counter(one.fate.value for one in lines),
        sentence=str(error) if error is not None else None,
        status=200 if error is None else status_of(error),
    )
