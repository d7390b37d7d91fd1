"""Server-sent events: pages learn that something changed and fetch themselves anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.sheet import PRESENCE
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.views.live_mark import live_mark

_LOOK_SECONDS = 1.0
_LIFE_LOOKS = 300
"""A stream ends after this many looks; browsers open the next by themselves, and a removed user stays out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    What pages were told of last.
    """

    mark: str
    present: frozenset[tuple[str, str]]


def live_routes(frame: Frame) -> APIRouter:
    """
    `/live`.
    """
    routes = APIRouter()

    @routes.get("/live")
    async def live(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.LOOK))],
        since: Annotated[str, Query(max_length=60)] = "",
    ) -> StreamingResponse:
        """
        A `changed` event for each change that the audit shows, and for what it does not.

        That is sources that fail or are well again, and people who begin or end being at a post.
        `since` is the mark at which the page was made: what happened before it listens is told, too.
        """
        del visitor
        return StreamingResponse(
            _changes(frame.app, request, since), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return routes


async def _changes(app: App, request: Request, since: str) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    seen = await run_in_threadpool(look, app)
    if seen is not None and since:
        seen = replace(seen, mark=since)
    for _ in range(_LIFE_LOOKS):
        await asyncio.sleep(_LOOK_SECONDS)
        if app.stopping.is_set() or await request.is_disconnected():
            return
        newest = await run_in_threadpool(look, app)
        if newest is None or newest == seen:
            yield ": still here\n\n"
            continue
        yield f"event: changed\ndata: {newest.mark}\n\n"
        seen = newest


def look(app: App) -> Seen | None:
    """
    What stands on record now, and who is at what; None while the database does not answer.
    """
    try:
        with app.store.read() as tx:
            return Seen(mark=live_mark(tx), present=tx.sheets.present(seen_since=app.clock.now() - PRESENCE))
    except StorageError:
        return None
