"""Turns the timetable with APScheduler; a failing step is logged and backed off, and never stops the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from asiaradar_bot.bootstrap import App
from asiaradar_bot.logs import get_logger
from asiaradar_bot.model.errors import AsiaRadarError
from asiaradar_bot.runner.counting import count
from asiaradar_bot.runner.dead_man import DeadManPings
from asiaradar_bot.runner.engines import EmbeddedEngine, Engine
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.runner.in_words import in_words
from asiaradar_bot.runner.timetable import TIMETABLE, run_step
from asiaradar_bot.steps.alarms import tell_failing
from asiaradar_bot.steps.patrol import enter_safe_mode_if_restored

_log = get_logger("asiaradar.runner")
_BEAT = timedelta(seconds=15)
_LONGEST_REST = 60.0
_FOUND = ("queued", "published", "new", "held", "renewed", "found", "requeued", "unknown", "foreign", "adopted")


class Runner:
    """
    The scheduler of one process.
    """

    def __init__(self, app: App, *, engine: Engine | None = None) -> None:
        self._app = app
        self._engine = engine or EmbeddedEngine()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._locks = {name: threading.Lock() for name in TIMETABLE}
        self._rests: dict[str, tuple[int, float]] = {}
        self._began: dict[str, float] = {}
        self._stopping = threading.Event()
        self.heartbeat = Heartbeat(app.store, app.clock)
        alerts = app.settings.alerts
        self._pings = DeadManPings(
            app.pings.ping, app.clock, addresses={"watch": alerts.ping_poll, "publish": alerts.ping_publish}
        )

    def start(self) -> None:
        """
        Look for a restored database first, then start every tick.
        """
        if self._app.settings.publishing.safe_mode:
            with self._app.store.begin() as tx:
                tx.account.enter_safe_mode("asked for at the start", at=self._app.clock.now())
        reason = enter_safe_mode_if_restored(self._app.press)
        if reason is not None:
            _log.warning("safe mode", reason=reason)
        self._app.press.remember_epoch()
        self._engine.start(self._perform)
        self._scheduler.add_job(self._beat, "interval", seconds=_BEAT.total_seconds(), next_run_time=datetime.now(UTC))
        for name, tick in TIMETABLE.items():
            every = tick.every(self._app)
            if every is None:
                continue
            delay = timedelta(0) if every <= timedelta(minutes=1) or name == "patrol" else every
            self._scheduler.add_job(
                self._tick,
                "interval",
                args=[name, every.total_seconds()],
                seconds=every.total_seconds(),
                next_run_time=datetime.now(UTC) + delay,
            )
        # Beside the ticks, so that neither the start nor the first post waits for the renderer's process.
        self._scheduler.add_job(self._guarded, args=["templates", self._app.renderer.prepare])
        self._scheduler.start()

    def stop(self) -> None:
        """
        Take no new work and wait until what is in flight is finished or recorded.
        """
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        self._engine.stop()
        self._guarded("lease", self._app.press.release_lease)

    def wake(self, name: str) -> None:
        """
        Run a step (and what follows it) now, in its own thread.
        """
        if not self._stopping.is_set():
            self._scheduler.add_job(self._ask, args=[name], next_run_time=datetime.now(UTC))

    def _beat(self) -> None:
        self._guarded("heartbeat", self.heartbeat.beat)
        self._guarded("epoch", self._app.press.remember_epoch)

    def _tick(self, name: str, every_seconds: float) -> None:
        now = time.monotonic()
        if name in self._began:
            self._app.meter.record_lag(name, max(0.0, now - self._began[name] - every_seconds))
        self._began[name] = now
        self._ask(name)

    def _ask(self, name: str) -> None:
        if not self._stopping.is_set() and not self._resting(name):
            self._engine.ask(name)

    def _perform(self, name: str) -> None:
        if self._stopping.is_set() or self._resting(name):
            return
        if not self._locks[name].acquire(blocking=False):
            return
        try:
            result = self._counted(name)
        finally:
            self._locks[name].release()
        if self._pings.is_due(name, result) and not self._stopping.is_set():
            self._scheduler.add_job(self._pings.send, args=[name], next_run_time=datetime.now(UTC))
        if result is None or not TIMETABLE[name].did(result):
            return
        for following in TIMETABLE[name].then:
            with self._locks[following]:
                if not self._stopping.is_set():
                    self._counted(following)

    def _counted(self, name: str) -> object:
        result = self._guarded(name, partial(run_step, self._app, name))
        if result is not None:
            self._guarded("count", partial(count, self._app, result))
        return result

    def _guarded(self, name: str, step: Callable[[], object]) -> object:
        began = time.monotonic()
        try:
            result = step()
        except Exception as error:  # noqa: BLE001 - the one place: whatever a step throws, the others go on
            failures = self._rests.get(name, (0, 0.0))[0] + 1
            rest = min(2.0 ** min(failures, 6), _LONGEST_REST)
            self._rests[name] = (failures, time.monotonic() + rest)
            self._app.meter.record(name, seconds=time.monotonic() - began, ended_at=None)
            # What a person can mend is a sentence; where it came up in the program helps nobody.
            trace = None if isinstance(error, AsiaRadarError) else error
            _log.error("step failed", step=name, why=str(error), again_in_seconds=rest, exc_info=trace)
            self._tell(name, failures, error)
            return None
        self._rests.pop(name, None)
        self._app.meter.record(name, seconds=time.monotonic() - began, ended_at=self._app.clock.now().timestamp())
        if _is_news(result):
            _log.info("step", step=name, result=in_words(result))
        return result

    def _tell(self, name: str, failures: int, error: Exception) -> None:
        try:
            tell_failing(self._app.store, self._app.clock, step=name, failures=failures, why=str(error))
        except Exception as also:  # noqa: BLE001 - where the database itself is the trouble, the log has to do
            _log.error("alert not raised", step=name, why=str(also))

    def _resting(self, name: str) -> bool:
        return self._rests.get(name, (0, 0.0))[1] > time.monotonic()


def _is_news(result: object) -> bool:
    if any(getattr(result, field, 0) for field in _FOUND):
        return True
    return bool(getattr(result, "outcomes", ()))
