"""tokens: list, add, revoke; webhooks: list, add, remove, start."""

from __future__ import annotations

from typing import Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person, print_json, stamp
from asiaradar_bot.model.access import Scope

tokens = typer.Typer(help="Tokens that let programs use the API.", no_args_is_help=True)
webhooks = typer.Typer(help="Addresses that are told of every change.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Name = Annotated[str, typer.Argument(help="As the audit shows it.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the webhook.")]


@tokens.command("list")
def list_tokens(*, json: Json = False) -> None:
    """All tokens, without their secrets."""
    with opened() as app:
        for token in app.tokens().list_tokens():
            if json:
                print_json(
                    {
                        "name": token.name,
                        "scopes": sorted(token.scopes),
                        "hint": token.hint,
                        "created_by": token.created_by,
                        "expires_at": token.expires_at,
                        "used_at": token.used_at,
                    }
                )
            else:
                until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "for good"
                used = f"last used {stamp(token.used_at, app.policy.wording.zone)}" if token.used_at else "never used"
                print(f"{token.name:<20} ...{token.hint}  {' '.join(sorted(token.scopes))}  {until}, {used}")


@tokens.command()
def add(
    name: Name,
    *,
    scope: Annotated[list[Scope], typer.Option(help="What it reaches for; may be given several times.")],
    days: Annotated[int | None, typer.Option(help="How long it lets in; without it for good.")] = None,
) -> None:
    """A new token; its secret is printed once and kept nowhere."""
    with acting(first=True) as app:
        token, secret = app.tokens().make(name, scope, days=days, person=person())
    print(f"{token.name} reaches for {', '.join(sorted(token.scopes))}; send it as\n  Authorization: Bearer {secret}")


@tokens.command()
def revoke(name: Name) -> None:
    """Let this token in no more, at once."""
    with acting(first=True) as app:
        app.tokens().revoke(name, person=person())
    print(f"{name} is revoked")


@webhooks.command("list")
def list_webhooks(*, json: Json = False) -> None:
    """All webhooks and how they do."""
    with opened() as app:
        for one in app.webhooks().list_webhooks():
            if json:
                print_json(
                    {
                        "id": one.id,
                        "url": one.url,
                        "events": one.events,
                        "delivered_at": one.delivered_at,
                        "failures": one.failures,
                        "error": one.error,
                        "stopped_at": one.stopped_at,
                    }
                )
            else:
                state = "stopped" if one.stopped_at else f"failed {one.failures} times" if one.failures else "well"
                print(f"{one.id:>4}  {one.url}  {' '.join(one.events) or 'all changes'}  {state}")
                if one.error:
                    print(f"      {one.error}")


@webhooks.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="https address of the other side.")],
    *,
    event: Annotated[list[str] | None, typer.Option(help="post.published, post.* ...; without it all changes.")] = None,
) -> None:
    """A new webhook, told of all that happens from now on; its secret is printed once."""
    with acting(first=True) as app:
        webhook, secret = app.webhooks().add(url, event or [], person=person())
    print(f"webhook {webhook.id}: {webhook.url}\nits messages are signed (Standard Webhooks) with\n  {secret}")


@webhooks.command()
def remove(number: Number) -> None:
    """Tell it nothing any more."""
    with acting(first=True) as app:
        app.webhooks().remove(number, person=person())
    print(f"webhook {number} is removed")


@webhooks.command()
def start(number: Number) -> None:
    """Try one again that was given up; it is told all that it missed."""
    with acting(first=True) as app:
        webhook = app.webhooks().start(number, person=person())
    print(f"{webhook.url} is tried again")
