"""Server-sent events: pages learn that something changed and fetch themselves anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame

_LOOK_SECONDS = 1.0
_LIFE_LOOKS = 300
"""A stream ends after this many looks; browsers open the next by themselves, and a removed user stays out."""


def live_routes(frame: Frame) -> APIRouter:
    """
    `/live`.
    """
    routes = APIRouter()

    @routes.get("/live")
    async def live(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> StreamingResponse:
        """A `changed` event for each change that the audit shows."""
        del visitor
        return StreamingResponse(
            _changes(frame.app, request), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return routes


async def _changes(app: App, request: Request) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    seen = await run_in_threadpool(_newest, app)
    for _ in range(_LIFE_LOOKS):
        await asyncio.sleep(_LOOK_SECONDS)
        if app.stopping.is_set() or await request.is_disconnected():
            return
        newest = await run_in_threadpool(_newest, app)
        yield f"event: changed\ndata: {newest}\n\n" if newest != seen else ": still here\n\n"
        seen = newest


def _newest(app: App) -> int:
    try:
        with app.store.read() as tx:
            return tx.audit.newest_id()
    except StorageError:
        return -1
