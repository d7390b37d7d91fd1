"""The JSON API under `/api/v1`: the same steps as Desk and CLI, for programs with tokens."""

from __future__ import annotations

from starlette.responses import JSONResponse

PREFIX = "/api/v1"


def front_page() -> JSONResponse:
    """
    Where to go on, for whoever opens the address of the API; it needs no token and says nothing of the newsroom.
    """
    return JSONResponse(
        {
            "name": "asiaradar_bot",
            "token": "an admin makes one at the Desk (Settings, Programs); send it as `Authorization: Bearer ...`",
            "openapi": f"{PREFIX}/openapi.json",
            "detail": "the OpenAPI document lists all addresses and fields (any token sees it)",
        }
    )
