"""The API put together, with its OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.web.api import PREFIX, front_page
from asiaradar_bot.web.api.entry import bearer_of
from asiaradar_bot.web.api.newsroom import newsroom_changes, newsroom_reads
from asiaradar_bot.web.api.pictures import MAX_UPLOAD_BYTES, picture_changes, picture_reads
from asiaradar_bot.web.api.posts import post_changes, post_reads
from asiaradar_bot.web.api.problems import REFUSALS, WANTED, answer_problems, problem

MAX_BODY_BYTES = 256 * 1024
_FRONT = (f"{PREFIX}/", f"{PREFIX}/docs")
_WORDS = """Work with asiaradar_bot from another program.

A token (an admin makes it at the Desk under Settings, Programs, or with `asiaradar tokens add`) goes into
`Authorization: Bearer ...`. Whatever changes something needs an `Idempotency-Key`: repeated with the same key, it is
done once. Refusals are `application/problem+json`, with one sentence that says how to mend it. A change that names a
`version` is refused with 409 and the post as it is, if somebody was faster.
"""


def build_api(app: App, *, wake: Callable[[str], None]) -> FastAPI:
    """
    The API, to be mounted at `PREFIX`; `wake` starts a step at once.
    """
    api = FastAPI(
        title="asiaradar_bot",
        version="1",
        description=_WORDS,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=REFUSALS,
        redirect_slashes=False,
    )
    answer_problems(api, app)

    @api.middleware("http")
    async def _let_in(request: Request, call_next: Any) -> Response:
        if request.method == "GET" and request.url.path in _FRONT:
            return front_page()
        length = request.headers.get("content-length", "0")
        chunked = "transfer-encoding" in request.headers
        brings = request.method == "POST" and request.url.path.endswith("/pictures")
        most = MAX_UPLOAD_BYTES if brings else MAX_BODY_BYTES
        if chunked or not length.isdecimal() or int(length) > most:
            return problem(413, f"say the length of the body, which may have {most // 1024:,} kB: send less")
        secret = bearer_of(request)
        try:
            found = None if secret is None else await run_in_threadpool(app.tokens().find, secret)
        except StorageError as error:
            return problem(503, str(error))
        if found is None:
            return problem(401, WANTED)
        request.state.token = found
        answer: Response = await call_next(request)
        return answer

    @api.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        """The OpenAPI document."""
        return api.openapi()

    for routes in (
        post_reads(app),
        post_changes(app, wake=wake),
        picture_reads(app),
        picture_changes(app),
        newsroom_reads(app),
        newsroom_changes(app),
    ):
        api.include_router(routes)
    return api
