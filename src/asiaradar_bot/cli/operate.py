"""run, demo, tick, doctor, stop and resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from asiaradar_bot.bootstrap import App
from asiaradar_bot.cli.shared import opened, who
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError


def register(cli: typer.Typer) -> None:
    """
    Add the commands.
    """
    for command in (run, demo, tick, doctor, stop, resume):
        cli.command()(command)


def run(
    *,
    web: Annotated[bool, typer.Option(help="Serve pushes, health and metrics.")] = True,
    runner: Annotated[bool, typer.Option(help="Run the ticks.")] = True,
    safe_mode: Annotated[bool, typer.Option("--safe-mode", help="Read the timeline before anything is sent.")] = False,
) -> int:
    """Run scheduler and web server until SIGTERM."""
    from asiaradar_bot.runner.service import serve

    with opened(quiet=False) as app:
        if safe_mode:
            with app.store.begin() as tx:
                tx.account.set_mark("safe_mode", "asked for at the start")
        return serve(app, build_web=_web if web else None, runner=runner)


def _web(app: App, wake: Callable[[str], None]) -> object:
    from asiaradar_bot.web.app import build_web

    return build_web(app, wake=wake)


def demo(
    *,
    pace: Annotated[float, typer.Option(help="Seconds between events on the sample site.", min=0.2)] = 4.0,
    port: Annotated[int, typer.Option(help="Port of the bot's web server; 0 takes a free one.")] = 8420,
    once: Annotated[bool, typer.Option("--once", help="End when the sample site's story is told.")] = False,
) -> int:
    """Sample site, local X and bot together: watch articles appear and be posted."""
    from asiaradar_bot.cli.demo import show

    return show(pace=pace, port=port, once=once)


def tick(step: Annotated[str, typer.Argument(help="watch, decide, compose, publish, reconcile, ...")]) -> int:
    """Run one step once."""
    from asiaradar_bot.runner.timetable import TIMETABLE, run_once

    if step not in TIMETABLE:
        raise InputError(f"there is no step {step}: choose one of {', '.join(TIMETABLE)}")
    with opened() as app:
        print(f"{step}: {run_once(app, step)}")
    return 0


def doctor() -> int:
    """Check settings, database, clock, templates, X and sources; say how to mend each."""
    from asiaradar_bot.cli.checkup import examine

    with opened() as app:
        results = list(examine(app))
    for name, good, sentence in results:
        print(f"{'ok  ' if good else 'BAD '} {name}: {sentence}")
    return 0 if all(good for _, good, _ in results) else 1


def stop(reason: Annotated[str, typer.Argument(help="Why; shown everywhere.")] = "stopped by hand") -> int:
    """Kill switch: nothing more is sent, not even what is at the gate."""
    with opened() as app:
        now = app.clock.now()
        with app.store.begin() as tx:
            tx.account.set_mark("stopped", f"{reason} ({who()})")
            tx.audit.record(AuditEntry(at=now, who=who(), action="kill_switch.on", subject="account", why=reason))
            tx.inbox.raise_alert("kill_switch", f"sending was stopped: {reason}", subject="account", at=now)
    print("stopped: nothing is sent until `asiaradar resume`")
    return 0


def resume() -> int:
    """Switch sending on again: clears the kill switch, a pause, and acknowledges foreign posts."""
    with opened() as app:
        now = app.clock.now()
        with app.store.begin() as tx:
            state = tx.account.state()
            for mark in ("stopped", "paused", "paused_until"):
                tx.account.set_mark(mark, None)
            foreign = tx.account.acknowledge_foreign(at=now)
            why = f"was: {state.stopped or state.paused or 'running'}; {foreign} foreign posts acknowledged"
            tx.audit.record(AuditEntry(at=now, who=who(), action="kill_switch.off", subject="account", why=why))
            waiting = tx.posts.count_by_state()
        still = app.files.stop_reason()
    print(f"resumed; {waiting.get('queued', 0)} queued, {waiting.get('held', 0)} held")
    if still is not None:
        print(f"still {still}: remove it as well")
    return 0
