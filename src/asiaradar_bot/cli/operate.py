"""run, demo, tick, doctor, stop and resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person, tell_if_alone
from asiaradar_bot.model.errors import SettingsError

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App


_NO_REASON = "by hand"


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
    from asiaradar_bot.checkup import missing_policy, missing_templates
    from asiaradar_bot.logs import get_logger
    from asiaradar_bot.runner.service import serve

    with opened(quiet=False, asks_x=True) as app:
        missing = missing_policy(app)
        if missing is not None:
            raise SettingsError(missing)
        for template in missing_templates(app):  # no more than a warning: whatever else there is to post goes on
            why = "the policy names it; its articles are held"
            get_logger("asiaradar.service").warning("no such template", template=template, why=why)
        if safe_mode:
            with app.store.begin() as tx:
                tx.account.enter_safe_mode("asked for at the start", at=app.clock.now())
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
    from asiaradar_bot.runner.in_words import in_words
    from asiaradar_bot.runner.timetable import TIMETABLE, run_once

    if step not in TIMETABLE:
        raise typer.BadParameter(f"there is no step {step}: choose one of {', '.join(TIMETABLE)}")
    with acting(first=True, asks_x=TIMETABLE[step].asks_x) as app:
        print(f"{step}: {in_words(run_once(app, step))}")
    return 0


def doctor() -> int:
    """Check settings, database, clock, templates, X and sources; say how to mend each."""
    from asiaradar_bot.checkup import examine
    from asiaradar_bot.settings import load_settings

    settings = load_settings()
    with opened(settings, asks_x=settings.missing_credentials() is None) as app:
        results = list(examine(app))
    for check in results:
        print(f"{'ok  ' if check.good else 'BAD '} {check.name}: {check.told}")
    return 0 if all(check.good for check in results) else 1


def stop(reason: Annotated[str, typer.Argument(help="Why; shown everywhere.")] = _NO_REASON) -> int:
    """Kill switch: nothing more is sent, not even what is at the gate."""
    from asiaradar_bot.steps import switch

    with acting() as app:
        switch.stop(app.store, app.clock, person=person(), reason=reason.strip() or _NO_REASON)
        tell_if_alone(app)
    print("stopped: nothing is sent until `asiaradar resume`")
    return 0


def resume(
    *,
    send_backlog: Annotated[
        bool, typer.Option("--send-backlog", help="Let out what came due meanwhile, instead of holding it.")
    ] = False,
) -> int:
    """Switch sending on again: clears the kill switch, a pause, and acknowledges foreign posts."""
    from asiaradar_bot.steps import switch

    with acting() as app:
        done = switch.resume(app.store, app.clock, app.files, person=person(), keep=None if send_backlog else ())
    print(f"resumed; {done.waiting.get('queued', 0)} queued, {done.waiting.get('held', 0)} held")
    if done.backlog:
        one = done.backlog == 1
        which = "1 post came due meanwhile and is" if one else f"{done.backlog} posts came due meanwhile and are"
        print(f"{which} held: approve {'it if it' if one else 'each that'} is still right")
    if done.still_stopped is not None:
        print(f"still {done.still_stopped}: remove it as well")
    return 0
