"""The web app put together: pushes, health and metrics; the Desk will grow from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AsiaRadarError, StorageError
from asiaradar_bot.web.health import health_routes
from asiaradar_bot.web.hooks import hook_routes

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_web(app: App, *, wake: Callable[[str], None]) -> FastAPI:
    """
    The ASGI app; `wake` starts a step at once.
    """
    web = FastAPI(title="asiaradar_bot", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")

    @web.middleware("http")
    async def _harden(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @web.exception_handler(AsiaRadarError)
    async def _refuse(request: Request, error: AsiaRadarError) -> JSONResponse:
        del request
        status = 503 if isinstance(error, StorageError) else 400
        return JSONResponse({"title": str(error), "status": status}, status_code=status)

    web.include_router(health_routes(app))
    web.include_router(hook_routes(app, wake=wake))
    return web
