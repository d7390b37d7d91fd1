"""replay: what would be decided, written and paid otherwise under today's rules."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json, stamp, tell_where
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.replaying import CHECKS, KINDS, Rulebook
from asiaradar_bot.rules.when import read_past
from asiaradar_bot.steps.replay import Replayed
from asiaradar_bot.steps.replay import replay as make_again

if TYPE_CHECKING:
    from rich.table import Table

    from asiaradar_bot.bootstrap import App


def register(cli: typer.Typer) -> None:
    """
    Add the command.
    """
    cli.command()(replay)


def replay(
    *,
    since: Annotated[str, typer.Option(help="Day, or instant, from which on: 2026-11-01, 2026-11-01T09:00Z.")],
    until: Annotated[str | None, typer.Option(help="Day, or instant, before which.")] = None,
    policy: Annotated[Path | None, typer.Option(help="Try this policy file instead of the one in force.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Today's rules and templates over the articles on record: every difference in decision, text, time and price."""
    if policy is not None and not policy.is_file():
        raise InputError(f"there is no file {policy}")
    with opened() as app:
        begin = _instant(app, since, "--since")
        end = None if until is None else _instant(app, until, "--until")
        rules = app.rulebook()
        if policy is not None:
            from asiaradar_bot.policy_file import load_policy

            rules = replace(rules, policy=load_policy(policy))
        found = make_again(app.store, rules, since=begin, until=end)
        if not found.decisions and not json:
            tell_where(app)
    if json:
        _print_rows(found)
    else:
        _print_page(found, begin, rules)


def _instant(app: App, text: str, option: str) -> datetime:
    try:
        return read_past(text, now=app.clock.now(), zone=app.policy.wording.zone)
    except InputError as error:
        raise typer.BadParameter(f"{option}: {error}") from error


def _print_rows(found: Replayed) -> None:
    for one in found.differing:
        row = asdict(one)
        row["changes"] = {change.what: [change.then, change.today] for change in one.changes}
        print_json({"what": "difference", **row})
    row = asdict(found)
    row["differing"] = len(found.differing)
    print_json({"what": "summary", **row, "kinds": {kind: _count(found, kind) for kind in KINDS}})


def _count(found: Replayed, kind: str) -> int:
    return sum(one.is_about(kind) for one in found.differing)


def _print_page(found: Replayed, since: datetime, rules: Rulebook) -> None:
    if found.differing:
        from rich.console import Console

        Console().print(_table(found, rules.policy.wording.zone))
    for sentence in sentences(found, since, rules):
        print(sentence)


def _table(found: Replayed, zone: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("article", "what", "then", "today", show_lines=False, header_style="bold")
    for one in found.differing:
        head = Text(f"{one.title}\n{one.article_id}, {stamp(one.decided_at, zone)}")
        for change in (change for change in one.changes if change.what != CHECKS):
            table.add_row(head, change.what, Text(change.then or "-"), Text(change.today or "-"))
            head = Text("")
        table.add_section()
    return table


def sentences(found: Replayed, since: datetime, rules: Rulebook) -> list[str]:
    """
    How the replay went, the count of differences first.
    """
    since_when = stamp(since, rules.policy.wording.zone)
    said = [f"{_of(found.decisions)} since {since_when} made again: {_verdict(found)}."]
    if found.other_checks:
        said.append(f"{found.other_checks} more come out the same after other checks.")
    if found.other_policy:
        said.append(f"{_of(found.other_policy)} {_was(found.other_policy)} made under another policy than today's.")
    if found.other_limits:
        said.append(
            f"{_of(found.other_limits)} {_was(found.other_limits)} made under other settings than today's "
            "(publishing.max_age_minutes or publishing.first_run): what differs there may come from them."
        )
    if found.short_window:
        hours = rules.policy.duplicate_window.total_seconds() / 3600
        said.append(
            f"{_of(found.short_window)} looked less than {hours:g} h back for near duplicates; "
            "what was older then is not on record and was not compared."
        )
    if found.unrecorded:
        said.append(
            f"{_of(found.unrecorded)} of that time {'has' if found.unrecorded == 1 else 'have'} no record, "
            "made before schema 0006 or longer ago than storage.replay_days: not replayed."
        )
    return said


def _of(number: int) -> str:
    return f"{number} decision" if number == 1 else f"{number} decisions"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _verdict(found: Replayed) -> str:
    if not found.differing:
        return "nothing differs"
    parts = ", ".join(f"{number} in {kind}" for kind in KINDS if (number := _count(found, kind)))
    return f"{len(found.differing)} differ ({parts})"
