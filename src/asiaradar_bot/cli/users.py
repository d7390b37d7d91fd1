"""users: list, add, link, role, remove, reset-second, sign-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person, print_json
from asiaradar_bot.model.access import Role

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App

group = typer.Typer(help="People who may use the Desk.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="As they sign in.")]


@group.command("list")
def list_users(*, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Everybody, with their role."""
    with opened() as app:
        second = app.second_factor().with_any()
        for user in app.access().list_users():
            has_password, has_second = user.password_hash is not None, user.id in second
            if json:
                row = {"name": user.name, "role": user.role, "has_password": has_password}
                print_json({**row, "has_second_factor": has_second})
            else:
                marks = ("" if has_password else "  (no password yet)") + ("  (second factor)" if has_second else "")
                print(f"{user.role:<10} {user.name}{marks}")


@group.command()
def add(name: Name, *, role: Annotated[Role, typer.Option(help="What they may do.")] = Role.EDITOR) -> None:
    """Somebody new, with a one-time link that lets them in to choose a password."""
    with acting(first=True) as app:
        app.access().add_user(name, role, person=person())
        _tell_link(app, name)


@group.command()
def link(name: Name) -> None:
    """A new one-time link, for a lost password too."""
    with acting(first=True) as app:
        _tell_link(app, name)


@group.command()
def role(name: Name, to: Annotated[Role, typer.Argument(help="The new role.")]) -> None:
    """Another role; their sessions end."""
    with acting(first=True) as app:
        app.access().change_role(name, to, person=person())
    print(f"{name} is {to} now and must sign in again")


@group.command()
def remove(name: Name) -> None:
    """Take access away, at once."""
    with acting(first=True) as app:
        app.access().remove_user(name, person=person())
    print(f"{name} is removed; open sessions have ended")


@group.command("reset-second")
def reset_second(name: Name) -> None:
    """Take all second factors away, for a lost phone; their sessions end."""
    with acting(first=True) as app:
        app.second_factor().reset(name, person=person())
    print(f"{name} comes in by password alone now; an admin must set up another second factor first thing")


@group.command("sign-out")
def sign_out(name: Name) -> None:
    """End all sessions of somebody, at once."""
    with acting(first=True) as app:
        app.access().end_sessions_of(name, person=person())
    print(f"{name} is signed out everywhere")


def _tell_link(app: App, name: str) -> None:
    web = app.settings.web
    base = web.public_url or f"http://{web.host}:{web.port}"
    token = app.access().make_link(name, person=person())
    print(f"{name} comes in once, within 24 hours, by\n  {base.rstrip('/')}/enter/{token}")
