"""rules: the policy and the templates as versions: history, show, save, back, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person, print_json, stamp
from asiaradar_bot.model.errors import InputError

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App

group = typer.Typer(help="The policy and the templates, every save a version.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="policy, or the name of a template.")]


@group.command("history")
def show_history(
    name: Name = "policy", *, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """Who saved what, when and why, newest first."""
    with opened(saved_rules=False) as app:
        key = _key_there(app, name)
        with app.store.read() as tx:
            versions = tx.rulebooks.list_versions(key)
    for one in versions:
        row = {"version": one.number, "at": one.at, "who": one.who, "note": one.note, "file": one.text is None}
        if json:
            print_json(row)
        else:
            back = " (the file)" if one.text is None else ""
            print(f"version {one.number}  {stamp(one.at, app.policy.wording.zone)}  {one.who}: {one.note}{back}")
    if not versions and not json:
        print("nothing was saved yet: the file counts")


@group.command("show")
def show_text(
    name: Name = "policy",
    *,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version; else the one in force.")] = None,
) -> None:
    """The text in force, or of an earlier version, letter for letter."""
    from asiaradar_bot.rulekeeping import in_force, text_of

    with opened(saved_rules=False) as app:
        key = _key_there(app, name)
        if version is None:
            text = in_force(app, key).text
        else:
            with app.store.read() as tx:
                text = text_of(app, tx.rulebooks.get(key, version))
    typer.echo(text, nl=not text.endswith("\n"))


@group.command("save")
def save_text(
    name: Name,
    file: Annotated[Path, typer.Argument(help="The new text.")],
    *,
    note: Annotated[str, typer.Option(help="Why it is changed.")],
    after: Annotated[int | None, typer.Option(min=0, help="Refuse if a version after this one was saved.")] = None,
) -> None:
    """Check a text and save it as the newest version; it counts from the next tick on."""
    from asiaradar_bot.policy_file import read_text
    from asiaradar_bot.rulekeeping import in_force, key_of, save

    if not file.is_file():
        raise InputError(f"there is no file {file}")
    text = read_text(file)
    with acting(first=True) as app:
        key = key_of(name)
        number = in_force(app, key).number if after is None else after
        saved = save(app, person(), key, text, note=note, after=number)
    print(f"{name} is version {saved.number}")


@group.command("back")
def go_back(name: Name, version: Annotated[int, typer.Argument(min=0, help="Which one; 0 is the file.")]) -> None:
    """Make an earlier version, or the file, count again; it becomes the newest version."""
    from asiaradar_bot.rulekeeping import bring_back, in_force, key_of

    with acting(first=True, saved_rules=False) as app:
        key = key_of(name)
        saved = bring_back(app, person(), key, version, after=in_force(app, key).number)
    print(f"{name} is version {saved.number}: {saved.note}")


@group.command("export")
def write_files() -> None:
    """Write what was saved into the files of config and templates, so that they can be kept with the rest."""
    from asiaradar_bot.rulekeeping import export

    with opened() as app:
        written = export(app)
    for file in written:
        print(f"wrote {file}")
    if not written:
        print("the files say what counts already")


def _key_there(app: App, name: str) -> str:
    """
    The key of the policy, or of a template that is there or was saved once.
    """
    from asiaradar_bot.rulekeeping import key_of

    key = key_of(name)
    known = ["policy", *app.renderer.list_templates()]
    with app.store.read() as tx:
        if name in known or tx.rulebooks.list_versions(key, limit=1):
            return key
    raise InputError(f"there is no template {name}: choose one of {', '.join(known)}")
