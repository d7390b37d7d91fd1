"""Liveness, readiness and metrics."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Thread

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.account import CLOCK_JUMPED
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.post import PostState

_STALE = timedelta(seconds=60)
_PATIENCE = timedelta(seconds=2)
"""Of whoever asks whether this process is ready: they have a time-out of their own."""


def health_routes(app: App) -> APIRouter:
    """
    `/livez`, `/readyz` and `/metrics`.
    """
    routes = APIRouter()
    question = _Question(app)

    @routes.get("/livez")
    def livez() -> PlainTextResponse:
        """The process turns."""
        return PlainTextResponse("alive\n")

    @routes.get("/readyz")
    async def readyz() -> PlainTextResponse:
        """The database answers, the ticks write their sign of life, the clock is sane; and who may publish is known."""
        ready, text = await question.ask()
        return PlainTextResponse(text, status_code=200 if ready else 503)

    @routes.get("/metrics")
    def metrics() -> Response:
        """Prometheus."""
        return Response(metrics_text(app), media_type=CONTENT_TYPE_LATEST)

    return routes


class _Question:
    """
    Asks for readiness in a thread of its own, one at a time, and waits only so long, however long the database takes.

    Not in the pool of the pages' threads: they may all be waiting for the same database.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked: Future[tuple[bool, str]] | None = None

    async def ask(self) -> tuple[bool, str]:
        """
        As `readiness`, or that there was no answer in time; who asks meanwhile waits for the same one.
        """
        if self._asked is None or self._asked.done():
            self._asked = Future()
            self._asked.set_running_or_notify_cancel()  # so that nobody's time-out takes it from the others
            Thread(target=self._answer, args=(self._asked,), name="readiness", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._asked), _PATIENCE.total_seconds())
        except TimeoutError:
            late = f"the database gave no answer within {_PATIENCE.total_seconds():g} s: it is locked or very busy"
            return False, f"{late}\nlease: unknown\nclock: unknown\nsending: unknown\n"

    def _answer(self, asked: Future[tuple[bool, str]]) -> None:
        try:
            asked.set_result(readiness(self._app))
        except Exception as error:  # noqa: BLE001 - whoever asked raises it
            asked.set_exception(error)


def readiness(app: App) -> tuple[bool, str]:
    """
    Whether this process is ready, and what to say: the verdict, then lease, clock and sending, a line each.

    A bot that may not send is ready: whoever restarts it for that would not help.
    """
    try:
        with app.store.read() as tx:
            beat = tx.account.get_mark("heartbeat")
            held = tx.vitals.is_lease_held(now=app.clock.now())
            state = tx.account.state()
            blocked = app.press.blocked_reason(state)
    except StorageError as error:
        return False, f"{error}\nlease: unknown\nclock: unknown\nsending: unknown\n"
    jumped = state.clock is not None
    problem = _lifeless(beat, now=app.clock.now()) or (CLOCK_JUMPED if jumped else None)
    lease = "held" if held else "free"
    clock = "jumped" if jumped else "sane"
    return problem is None, f"{problem or 'ready'}\nlease: {lease}\nclock: {clock}\nsending: {blocked or 'on'}\n"


def not_ready(app: App) -> str | None:
    """
    Why this process is not ready, in a sentence; None: it is.
    """
    try:
        with app.store.read() as tx:
            beat = tx.account.get_mark("heartbeat")
    except StorageError as error:
        return str(error)
    return _lifeless(beat, now=app.clock.now())


def _lifeless(beat: str | None, *, now: datetime) -> str | None:
    why = None
    if beat is None:
        why = "no sign of life yet"
    elif now - datetime.fromisoformat(beat) > _STALE:
        why = f"the last sign of life is from {beat}"
    return why


def metrics_text(app: App) -> bytes:
    """
    The figures in Prometheus' text format.
    """
    registry = CollectorRegistry()
    posts = Gauge("asiaradar_posts", "Posts by state.", ["state"], registry=registry)
    spent = Gauge("asiaradar_month_usd", "Spent this UTC month, doubtful requests included.", registry=registry)
    ok = Gauge("asiaradar_source_ok_timestamp", "Last good poll.", ["source"], registry=registry)
    paused = Gauge("asiaradar_sending_blocked", "1 while stopped, paused or in safe mode.", registry=registry)
    left = Gauge("asiaradar_x_ratelimit_remaining", "Requests that X still allows.", ["route"], registry=registry)
    busy = Counter("asiaradar_db_busy", "Times that the database was locked for too long.", registry=registry)
    leases = Gauge("asiaradar_lease_changes_total", "Times that another process took over.", registry=registry)
    queue = Gauge("asiaradar_queue_depth", "Posts that wait for their time.", registry=registry)
    with app.store.read() as tx:
        counts = tx.posts.count_by_state()
        state = tx.account.state()
        spent.set(float(tx.ledger.month_total(app.clock.now().date())))
        leases.set(tx.vitals.lease_changes())
        for health in tx.sources.list_all():
            ok.labels(health.name).set(health.ok_at.timestamp() if health.ok_at else 0)
    busy.inc(app.store.times_busy)
    for route, number in app.metrics.rate_left.items():
        left.labels(route).set(number)
    for state_name in PostState:
        posts.labels(state_name).set(counts.get(state_name, 0))
    queue.set(counts.get(PostState.QUEUED, 0))
    paused.set(1 if state.stopped or state.paused or state.safe_mode or state.clock else 0)
    return generate_latest(registry) + generate_latest(app.meter.registry)
