"""Refusals of the API: problem+json with one sentence that says what, where and how to mend it (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AsiaRadarError, PostError, VersionConflictError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.rows import post_row
from asiaradar_bot.web.api import PREFIX
from asiaradar_bot.web.api.entry import TokenNeededError
from asiaradar_bot.web.api.misfits import misfit
from asiaradar_bot.web.api.shapes import Post
from asiaradar_bot.web.pages.refused import status_of
from asiaradar_bot.web.surprises import log_surprise

WANTED = "send a token that is good as `Authorization: Bearer ...`; an admin makes one at the Desk (Settings, Programs)"


class Problem(BaseModel):
    """
    What every refusal looks like.
    """

    type: str = "about:blank"
    title: str = Field(description="The name of the status.")
    status: int
    detail: str = Field(description="One sentence: what, where, and how to mend it.")
    post: Post | None = Field(default=None, description="The post as it is now, when it changed meanwhile.")


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": words, "content": {"application/problem+json": {}}}
    for status, words in (
        (400, "The request does not fit"),
        (401, "No token, or one that lets nobody in"),
        (403, "The token does not reach for this"),
        (404, "Not on record"),
        (405, "Not done here"),
        (409, "It is not as you thought: the state, the version, or an Idempotency-Key under way"),
        (413, "Too large"),
        (422, "A field is missing or wrong, a text can't go out, or the key was used for something else"),
        (503, "The database is away"),
    )
}


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """
    The answer. Source: RFC 9457.
    """
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    headers = {"WWW-Authenticate": 'Bearer realm="asiaradar"'} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


def answer_problems(api: FastAPI, app: App) -> None:
    """
    Turn refusals into answers; what nobody foresaw is logged and told without its inner parts.
    """

    @api.exception_handler(AsiaRadarError)
    def _refuse(request: Request, error: AsiaRadarError) -> Response:
        del request
        more = _as_it_is(app, error) if isinstance(error, VersionConflictError) else {}
        return problem(status_of(error), str(error), **more)

    @api.exception_handler(TokenNeededError)
    def _no_token(request: Request, error: TokenNeededError) -> Response:
        del request, error
        return problem(401, WANTED)

    @api.exception_handler(RequestValidationError)
    def _misfit(request: Request, error: RequestValidationError) -> Response:
        return problem(422, misfit(request, error))

    @api.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        words = {
            400: "the body cannot be read: send JSON in UTF-8, or a form for a picture",
            404: f"there is nothing at {request.url.path}: {PREFIX}/openapi.json lists all addresses",
            405: f"{request.url.path} takes no {request.method}: {PREFIX}/openapi.json lists what it takes",
        }
        return problem(error.status_code, words.get(error.status_code, str(error.detail)))

    @api.exception_handler(Exception)
    def _surprise(request: Request, error: Exception) -> Response:
        return problem(500, log_surprise(request, error))


def _as_it_is(app: App, error: PostError) -> dict[str, Any]:
    if error.post_id is None:
        return {}
    with app.store.read() as tx:
        now = tx.posts.get(PostId(error.post_id))
    return {"post": Post.model_validate(post_row(now)).model_dump(mode="json", by_alias=True)}
