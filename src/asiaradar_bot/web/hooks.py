"""What others push to us: signed news of the CMS, and WebSub hubs' questions and news; nothing is believed unsigned."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

from asiaradar_bot.adapters.news_site.websub import SubscriptionDenied, check_intent, is_signed
from asiaradar_bot.bootstrap import App
from asiaradar_bot.logs import get_logger
from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.errors import InputError, SealError
from asiaradar_bot.rules.addresses import canonical_url, is_allowed
from asiaradar_bot.steps import subscribe

MAX_BODY_BYTES = 64 * 1024
MAX_NEWS_BYTES = 5 * 1024 * 1024
"""As for a feed that we fetch ourselves."""
_log = get_logger("asiaradar.hooks")


def hook_routes(app: App, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/hooks/publish` and `/hooks/websub/...`; `wake` starts a step at once.
    """
    routes = APIRouter(prefix="/hooks")

    @routes.post("/publish")
    async def publish(request: Request) -> JSONResponse:
        """A signed push from the CMS: an article was published or changed."""
        body = await _bounded(request, most=MAX_BODY_BYTES)
        status, answer = await run_in_threadpool(take_push, app, body, _headers(request))
        if status == 202:  # noqa: PLR2004 - accepted
            await run_in_threadpool(wake, "push")
        elif status in {400, 401}:
            _log.warning("a push was refused", status=status, why=answer["title"])
        return JSONResponse(answer, status_code=status)

    @routes.get("/websub/{path}")
    def websub_question(path: str, request: Request) -> PlainTextResponse:
        """A WebSub hub asks whether we meant it."""
        status, text = answer_question(app, path, request.query_params)
        return PlainTextResponse(text, status_code=status)

    @routes.post("/websub/{path}")
    async def websub_news(path: str, request: Request) -> Response:
        """A WebSub hub sends news."""
        body = await _bounded(request, most=MAX_NEWS_BYTES)
        status, news = await run_in_threadpool(take_content, app, path, body, _headers(request))
        if news:
            await run_in_threadpool(wake, "watch")
        return Response(status_code=status)

    return routes


def _headers(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


async def _bounded(request: Request, *, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError(f"the request is larger than {most} bytes: send less")
    return bytes(body)


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
    except (json.JSONDecodeError, RecursionError):
        return 400, {"title": "the body is signed but no JSON: mend the sender"}
    except (ValueError, TypeError):
        return 401, {"title": "the signature was not accepted: its headers are malformed"}
    return None


def answer_question(app: App, path: str, query: Mapping[str, str]) -> tuple[int, str]:
    """
    Status and body for the hub's question: 200 with the challenge, or 404. Source: WebSub, section 5.3.
    """
    subscription = _find(app, path)
    if subscription is None or subscription.requested_at is None:
        return 404, "there is no such subscription"
    try:
        answer = check_intent(query, topic=subscription.topic, mode="subscribe")
    except InputError as error:
        return 404, str(error)
    if isinstance(answer, SubscriptionDenied):
        subscribe.end(app.store, app.clock, subscription, why=answer.detail)
        return 200, "noted"
    subscribe.confirm(app.store, app.clock, subscription, lease=answer.lease)
    return 200, answer.challenge


def take_content(app: App, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bool]:
    """
    The status, and whether sources are due now. An unsigned body is answered like a signed one, and passed over.

    The content itself is not read: it only says that there is something to look at. Source: WebSub, sections 7 and 8.
    """
    subscription = _find(app, path)
    if subscription is None:
        return 404, False
    if not _is_from_hub(app, subscription, body, headers):
        return 200, False
    return 200, subscribe.take_news(app.store, app.clock, subscription)


def _is_from_hub(app: App, subscription: Subscription, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        secret = None if subscription.sealed_secret is None else app.secret_box.open(subscription.sealed_secret)
    except SealError as error:
        _log.warning(
            "a message from a hub can't be checked and is passed over", topic=subscription.topic, why=str(error)
        )
        return False
    if secret is not None and is_signed(body, headers=headers, secret=secret):
        return True
    _log.warning("a message from a hub was not signed by it and is passed over", topic=subscription.topic)
    return False


def _find(app: App, path: str) -> Subscription | None:
    with app.store.read() as tx:
        return tx.inbox.find_subscription_at(path)
