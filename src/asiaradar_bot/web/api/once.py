"""
Requests that change something are done once: the Idempotency-Key is on record before the work, and its answer after it.

The same key with the same request gets the same answer; with another request it is refused. If the process died in
between, nobody knows what became of the request: the key then answers 409, and nothing is ever done twice.
Source: IETF draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AsiaRadarError, InputError, StorageError
from asiaradar_bot.model.program import KeptAnswer
from asiaradar_bot.steps.tokens import Tokens
from asiaradar_bot.web.api.entry import token_of
from asiaradar_bot.web.api.problems import problem

HEADER = "Idempotency-Key"
_LONGEST = 255


def once_route(app: App) -> type[APIRoute]:
    """
    A class of routes that do each request once.
    """

    class OnceRoute(APIRoute):
        """
        A route that asks for an Idempotency-Key.
        """

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """
            The handler, with the key around it.
            """
            handle = super().get_route_handler()

            async def handle_once(request: Request) -> Response:
                token = token_of(request)
                key = _key(request)
                fingerprint = _fingerprint(request, await request.body())
                tokens = app.tokens()
                kept = await run_in_threadpool(tokens.take_key, token, key, fingerprint)
                if kept is not None:
                    return _again(kept, fingerprint)
                try:
                    answer = await handle(request)
                except (AsiaRadarError, RequestValidationError, HTTPException) as error:
                    if not isinstance(error, StorageError):  # after that nobody knows whether the change was written
                        await run_in_threadpool(tokens.free_key, token, key)
                    raise
                body = bytes(answer.body).decode()
                await run_in_threadpool(_keep, tokens, token, key, answer.status_code, body)
                return answer

            return handle_once

    return OnceRoute


def _keep(tokens: Tokens, token: Any, key: str, status: int, body: str) -> None:
    tokens.keep_answer(token, key, status=status, body=body)


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "").strip().strip('"')
    if not key or len(key) > _LONGEST or not key.isascii() or not key.isprintable():
        raise InputError(
            f"send an {HEADER} header of 1 to {_LONGEST} printable ASCII characters, a new one for each thing you want "
            "done: with it the request can be repeated safely"
        )
    return key


def _fingerprint(request: Request, body: bytes) -> str:
    """
    What the request asks for; the words between the parts of a form are drawn anew for each try and do not count.
    """
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if kind.startswith("multipart/") and boundary:
        body = body.replace(b"--" + boundary.strip('"').encode(), b"")
    return hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).hexdigest()


def _again(kept: KeptAnswer, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        return problem(422, f"this {HEADER} was used for another request: take a new one for another thing")
    if kept.status is None:
        return problem(
            409,
            "the request with this key is under way, or was cut off and may have been done: look at what is there, "
            "and only then repeat it with a new key",
        )
    return Response(
        kept.body,
        status_code=kept.status,
        media_type="application/json",
        headers={"Idempotency-Replayed": "true"},
    )
