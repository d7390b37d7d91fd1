"""source read and preview: what the parser sees, and exactly what would be sent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.model.source import Source, SourceKind

source_group = typer.Typer(help="Sources.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def register(cli: typer.Typer) -> None:
    """
    Add the commands.
    """
    cli.add_typer(source_group, name="source")
    cli.command()(preview)


@source_group.callback()
def _group() -> None:
    """Sources."""


@source_group.command()
def read(
    place: Annotated[str, typer.Argument(help="File, or address on an allowed host.")],
    *,
    kind: Annotated[SourceKind, typer.Option(help="How to read it.")] = SourceKind.FEED,
    json: Json = False,
) -> None:
    """What the source parser sees."""
    from asiaradar_bot.adapters.news_site.source import read_source_document

    file = Path(place)
    if "://" not in place:
        if not file.is_file():
            raise InputError(f"there is no file {place}")
        answer = read_source_document(file.read_bytes(), kind=kind, url="https://radar.asia/")
    else:
        with opened() as app:
            source = Source(name="asked", kind=kind, url=place, poll=timedelta(minutes=1))
            found = app.site.read_source(source, url=place, validators=Validators(), now=app.clock.now())
            assert isinstance(found, SourceRead | SourceFailed)
            answer = found
    if isinstance(answer, SourceFailed):
        raise InputError(answer.detail)
    for warning in answer.warnings:
        typer.echo(f"asiaradar: {warning}", err=True)
    for item in answer.items:
        row = asdict(item)
        if json:
            print_json(row)
        else:
            print(f"{item.published_at or 'no date'}  {item.title}\n    {item.url}")


def preview(
    *,
    page: Annotated[Path, typer.Option(help="The article's page, saved as a file.")],
    url: Annotated[str, typer.Option(help="Its address.")],
    template: Annotated[str | None, typer.Option(help="Use this template.")] = None,
    json: Json = False,
) -> None:
    """Exactly what would be sent for a page: text, length, links, price and decision."""
    from asiaradar_bot.adapters.news_site.page import read_page_document
    from asiaradar_bot.steps.preview import preview_page

    if not page.is_file():
        raise InputError(f"there is no file {page}")
    content = page.read_bytes()
    media_type = "text/html" if b"<html" in content[:4096].lower() or b"<!doctype" in content[:64].lower() else None
    with opened() as app:
        seen = read_page_document(content, url=url, content_type=media_type)
        found = preview_page(
            app.store,
            app.renderer,
            app.clock,
            url=url,
            page=seen,
            template=template,
            policy=app.policy,
            limits=app.limits,
            prices=app.prices,
        )
    if json:
        print_json(asdict(found))
        return
    price = plain_usd(found.price_usd)
    print(f"{found.text}\n---\n{found.weighted_length} of 280, {price} USD, {found.decision}: {found.reason}")
    for problem in found.problems:
        print(f"problem: {problem}")
