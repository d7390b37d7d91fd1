"""Which step runs how often, and what runs right after it; a table, so that nobody has to read a call chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.digest import DigestPlan
from asiaradar_bot.settings import WEEKDAYS
from asiaradar_bot.steps.alarms import raise_alarms
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.deliver import deliver
from asiaradar_bot.steps.digest import send_digests
from asiaradar_bot.steps.housekeep import back_up, disk_problem, prune
from asiaradar_bot.steps.illustrate import illustrate
from asiaradar_bot.steps.measure import measure
from asiaradar_bot.steps.notify import notify
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.spend import watch_budget
from asiaradar_bot.steps.spot import spot
from asiaradar_bot.steps.subscribe import subscribe
from asiaradar_bot.steps.verify import verify
from asiaradar_bot.steps.watch import Watched, take_pushed, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """
    One line of the timetable.
    """

    step: Callable[[App], object]
    """Runs the step once; its result says what was done."""
    every: Callable[[App], timedelta | None]
    """None: only after another step, or by hand."""
    then: tuple[str, ...] = ()
    """Steps that run right after it, if it did anything."""
    did: Callable[[object], bool] = bool
    """Whether a result means that there is work for the steps after it."""
    asks_x: bool = False
    """Whether it sends to X or reads there, and so needs credentials."""


def _watch(app: App, *, now_all: bool = False) -> Watched:
    if disk_problem(app.store) is not None:
        return Watched()
    return watch(
        app.store,
        app.site,
        app.clock,
        sources=app.sources,
        max_age=app.limits.max_age,
        first_run_posts=app.limits.first_run_posts,
        now_all=now_all,
    )


def _take_pushed(app: App) -> Watched:
    if disk_problem(app.store) is not None:
        return Watched()
    return take_pushed(app.store, app.site, app.clock, sources=app.sources, max_age=app.limits.max_age)


def _found_news(result: object) -> bool:
    return isinstance(result, Watched) and bool(result.new or result.read)


def _decide(app: App) -> object:
    return decide(
        app.store,
        app.clock,
        policy=app.policy,
        max_age=app.limits.max_age,
        first_run_posts=app.limits.first_run_posts,
    )


def _compose(app: App) -> object:
    return compose(app.store, app.renderer, app.clock, policy=app.policy, limits=app.limits, prices=app.prices)


def _spot(app: App) -> object:
    return spot(app.store, app.clock, terms=app.limits.corrections, prices=app.prices, desk_url=app.desk_url)


def _prune(app: App) -> int:
    storage = app.settings.storage
    return prune(
        app.store,
        app.clock,
        keep_snapshots=None if storage.snapshot_days is None else timedelta(days=storage.snapshot_days),
        keep_records=timedelta(days=storage.replay_days),
    )


def _digest(app: App) -> object:
    asked = app.settings.digest
    plan = DigestPlan(daily_at=asked.daily_at, weekly_at=asked.weekly_at, weekly_on=WEEKDAYS.index(asked.weekly_on))
    return send_digests(
        app.store,
        app.clock,
        app.digests,
        plan=plan,
        zone=app.policy.wording.zone,
        handle=app.settings.x.handle,
        limits=app.limits,
    )


def _alarms(app: App) -> int:
    asked = app.settings.alerts
    return raise_alarms(
        app.store,
        app.clock,
        sources=app.sources,
        silent=timedelta(hours=asked.silent_hours),
        low_megabytes=asked.low_disk_mb,
        lease_changes=asked.lease_changes,
    )


def _seconds(value: float) -> Callable[[App], timedelta]:
    return lambda _: timedelta(seconds=value)


_AFTER_NEWS = ("decide", "compose", "illustrate", "publish", "spot")

TIMETABLE: dict[str, Tick] = {
    "watch": Tick(
        step=_watch,
        every=_seconds(0.5),
        then=_AFTER_NEWS,
        did=_found_news,
    ),
    # Beside `watch`, which waits for the answer of every source that is due.
    "push": Tick(step=_take_pushed, every=_seconds(1), then=_AFTER_NEWS, did=_found_news),
    "decide": Tick(step=_decide, every=_seconds(30), then=("compose",)),
    "compose": Tick(step=_compose, every=_seconds(30)),
    "illustrate": Tick(
        step=lambda app: illustrate(app.store, app.site, app.clock, limits=app.limits, prices=app.prices),
        every=_seconds(1),
    ),
    "verify": Tick(
        step=lambda app: verify(app.store, app.site, app.clock, sources=app.sources, limits=app.limits),
        every=_seconds(2),
    ),
    "publish": Tick(
        step=lambda app: publish_due(app.press),
        every=lambda app: timedelta(seconds=app.settings.publishing.sweep_seconds),
        asks_x=True,
    ),
    "spot": Tick(step=_spot, every=_seconds(20)),
    "amend": Tick(
        step=lambda app: amend(app.press),
        every=lambda app: timedelta(seconds=app.settings.publishing.sweep_seconds),
        asks_x=True,
    ),
    "reconcile": Tick(
        step=lambda app: reconcile(app.press),
        every=lambda app: min(timedelta(seconds=10), app.limits.settle),
        asks_x=True,
    ),
    "patrol": Tick(
        step=lambda app: patrol(app.press),
        every=lambda app: timedelta(minutes=app.settings.publishing.foreign_watch_minutes),
        asks_x=True,
    ),
    "measure": Tick(step=lambda app: measure(app.press, app.metrics), every=_seconds(120), asks_x=True),
    "budget": Tick(step=lambda app: watch_budget(app.store, app.clock, limits=app.limits), every=_seconds(60)),
    "alarms": Tick(step=_alarms, every=_seconds(60)),
    "digest": Tick(step=_digest, every=_seconds(60), then=("notify",)),
    "subscribe": Tick(
        step=lambda app: subscribe(
            app.store, app.hubs, app.secret_box, app.clock, public_url=app.settings.web.public_url
        ),
        every=_seconds(60),
    ),
    "notify": Tick(
        step=lambda app: notify(
            app.store,
            app.alerts,
            app.clock,
            quiet=timedelta(minutes=app.settings.alerts.quiet_minutes),
            desk_url=app.settings.web.public_url,
        ),
        every=_seconds(5),
    ),
    "deliver": Tick(step=lambda app: deliver(app.store, app.courier, app.secret_box, app.clock), every=_seconds(2)),
    "backup": Tick(
        step=lambda app: back_up(app.store, app.clock),
        every=lambda app: timedelta(hours=app.settings.storage.backup_hours),
    ),
    "prune": Tick(step=_prune, every=lambda _: timedelta(days=1)),
}


def run_once(app: App, name: str) -> object:
    """
    Run one step once, by hand; `watch` polls every source whether due or not.
    """
    if name == "watch":
        return _watch(app, now_all=True)
    return run_step(app, name)


def run_step(app: App, name: str) -> object:
    """
    Run one step under the rules and templates that count now.

    Raises:
        SettingsError: the saved policy can't be read by this program; the step does not run.
    """
    app.refresh_rules()
    return TIMETABLE[name].step(app)
