"""The web app: signed pushes, health and metrics; the Desk will grow from here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AsiaRadarError, InputError, StorageError
from asiaradar_bot.model.post import PostState
from asiaradar_bot.rules.addresses import canonical_url, is_allowed

MAX_BODY_BYTES = 64 * 1024
_STALE = timedelta(seconds=60)
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

    @web.get("/livez")
    def livez() -> PlainTextResponse:
        """The process turns."""
        return PlainTextResponse("alive\n")

    @web.get("/readyz")
    def readyz() -> PlainTextResponse:
        """The database answers and the ticks write their sign of life."""
        problem = _not_ready(app)
        return PlainTextResponse((problem or "ready") + "\n", status_code=503 if problem else 200)

    @web.get("/metrics")
    def metrics() -> Response:
        """Prometheus."""
        return Response(_metrics(app), media_type=CONTENT_TYPE_LATEST)

    @web.post("/hooks/publish")
    async def publish(request: Request) -> JSONResponse:
        """A signed push from the CMS: an article was published or changed."""
        body = await _bounded(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, answer = await run_in_threadpool(take_push, app, body, headers)
        if status == 202:  # noqa: PLR2004 - accepted
            await run_in_threadpool(wake, "watch")
        return JSONResponse(answer, status_code=status)

    return web


async def _bounded(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise InputError(f"the request is larger than {MAX_BODY_BYTES} bytes: send the address only")
    return body


def take_push(app: App, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """
    Status and answer for a push: 202 taken, 200 seen before, 400 unusable, 401 unsigned, 404 switched off.

    Source: Standard Webhooks specification (signature over id, timestamp and body; five minutes of tolerance).
    """
    unsigned = _signature_problem(app, body, headers)
    if unsigned is not None:
        return unsigned
    try:
        url = canonical_url(app.public_url(str(json.loads(body)["data"]["url"])))
    except (ValueError, KeyError, TypeError, InputError):
        return 400, {"title": 'the body must be JSON like {"type":"article.published","data":{"url":"https://..."}}'}
    if not is_allowed(url, app.policy.allowed_domains):
        return 400, {"title": f"{url} is not on an allowed domain (policy allowed_domains)"}
    now = app.clock.now()
    with app.store.begin() as tx:
        if not tx.inbox.accept_message(headers["webhook-id"], at=now):
            return 200, {"title": "seen before"}
        tx.inbox.add_push(url, at=now)
    return 202, {"title": "taken", "url": url}


def _signature_problem(app: App, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]] | None:
    secret = app.settings.web.hook_secret
    if secret is None:
        return 404, {"title": "pushes are switched off: set ASIARADAR_WEB__HOOK_SECRET"}
    try:
        Webhook(secret.get_secret_value()).verify(body, headers)
    except WebhookVerificationError as error:
        return 401, {"title": f"the signature was not accepted: {error}"}
    except json.JSONDecodeError:
        return 400, {"title": "the body is signed but no JSON: mend the sender"}
    except (ValueError, TypeError):
        return 401, {"title": "the signature was not accepted: its headers are malformed"}
    return None


def _not_ready(app: App) -> str | None:
    from datetime import datetime

    try:
        with app.store.read() as tx:
            beat = tx.account.get_mark("heartbeat")
    except StorageError as error:
        return str(error)
    if beat is None:
        return "no sign of life yet"
    if app.clock.now() - datetime.fromisoformat(beat) > _STALE:
        return f"the last sign of life is from {beat}"
    return None


def _metrics(app: App) -> bytes:
    registry = CollectorRegistry()
    posts = Gauge("asiaradar_posts", "Posts by state.", ["state"], registry=registry)
    spent = Gauge("asiaradar_month_usd", "Spent this UTC month, doubtful requests included.", registry=registry)
    ok = Gauge("asiaradar_source_ok_timestamp", "Last good poll.", ["source"], registry=registry)
    paused = Gauge("asiaradar_sending_blocked", "1 while stopped, paused or in safe mode.", registry=registry)
    with app.store.read() as tx:
        counts = tx.posts.count_by_state()
        state = tx.account.state()
        spent.set(float(tx.ledger.month_total(app.clock.now().date())))
        for health in tx.sources.list_all():
            ok.labels(health.name).set(health.ok_at.timestamp() if health.ok_at else 0)
    for name in PostState:
        posts.labels(name).set(counts.get(name, 0))
    paused.set(1 if state.stopped or state.paused or state.safe_mode else 0)
    return generate_latest(registry)
