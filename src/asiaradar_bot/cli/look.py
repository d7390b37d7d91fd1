"""source read and preview: what the parser sees, and exactly what would be sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json
from asiaradar_bot.model.errors import InputError, NotFoundError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.rules.page_source import page_source
from asiaradar_bot.steps.look_up import find_article

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App

_READERS_SITE = "https://radar.asia/"
"""Where a document that came as a file is taken to stand; its own links are read from there."""
_ASKED = "asked"
"""Name of a source that only a command asks for."""
_HEAD_BYTES = 4096
_FIRST_ELEMENT = re.compile(
    r"\ufeff?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(!doctype\s+html|[\w:]+)", re.DOTALL | re.IGNORECASE
)
_KINDS = {
    "urlset": SourceKind.SITEMAP,
    "sitemapindex": SourceKind.SITEMAP,
    "html": SourceKind.LISTING,
    "!doctype html": SourceKind.LISTING,
}

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
    kind: Annotated[
        SourceKind | None,
        typer.Option(help="How to read it; without it as the settings do, or a file as it looks."),
    ] = None,
    json: Json = False,
) -> None:
    """What the source parser sees."""
    if "://" in place:
        with opened() as app:
            source = _source_at(place, app.sources, kind)
            found = app.site.read_source(source, url=place, validators=Validators(), now=app.clock.now())
            assert isinstance(found, SourceRead | SourceFailed)
            answer = found
    else:
        answer = _read_file(Path(place), kind)
    if isinstance(answer, SourceFailed):
        raise InputError(_named(answer.detail, place))
    for warning in answer.warnings:
        typer.echo(f"asiaradar: {_named(warning, place)}", err=True)
    for item in answer.items:
        row = asdict(item)
        if json:
            print_json(row)
        else:
            print(f"{item.published_at or 'no date'}  {item.title}\n    {item.url}")
    if not answer.items and not json:
        print("no items")


def _named(sentence: str, place: str) -> str:
    """
    The sentence about the document with its own place, where it came as a file, and without a name that nobody gave.
    """
    sentence = sentence.removeprefix(f"the source «{_ASKED}» can't be read: ")
    return re.sub(rf"{re.escape(_READERS_SITE)}(?=[\s:;,]|$)", lambda _: place, sentence)


def _source_at(url: str, sources: Sequence[Source], kind: SourceKind | None) -> Source:
    """
    The settings' source at this address, so that its zone and language count; another address is read as a feed.
    """
    own = next((source for source in sources if source.url == url and kind in {None, source.kind}), None)
    return own or Source(name=_ASKED, kind=kind or SourceKind.FEED, url=url, poll=timedelta(minutes=1))


def _read_file(file: Path, kind: SourceKind | None) -> SourceRead | SourceFailed:
    from asiaradar_bot.adapters.news_site.source import read_source_document

    content = _content(file)
    return read_source_document(content, kind=kind or _kind_of(content), url=_READERS_SITE)


def _kind_of(content: bytes) -> SourceKind:
    """
    By the first element; what is neither a sitemap nor a page is left to the reader of feeds, and to its sentences.
    """
    first = _FIRST_ELEMENT.match(content[:_HEAD_BYTES].decode("utf-8", "replace"))
    return _KINDS.get(first[1].lower() if first else "", SourceKind.FEED)


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InputError(f"there is no file {file}")
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"the file {file} cannot be read: {error.strerror}; check its rights") from error


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

    content = _content(page)
    media_type = "text/html" if b"<html" in content[:4096].lower() or b"<!doctype" in content[:64].lower() else None
    with opened() as app:
        if template is not None and template not in (there := app.renderer.list_templates()):
            raise InputError(f"there is no template {template}: choose one of {', '.join(there)}")
        url = app.public_url(url)
        source = page_source(_source_of(app, url), url, app.sources)
        seen = read_page_document(
            content,
            url=url,
            content_type=media_type,
            language=source.language if source else None,
            zone=source.zone if source else "UTC",
        )
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
    print(f"links: {' '.join(found.links) or 'none'}")
    if found.alt_text is not None:
        print(f"its picture is described: {found.alt_text}")
    for problem in found.problems:
        print(f"problem: {problem}")


def _source_of(app: App, url: str) -> str:
    """
    The name of the source that showed the article; empty: it is not on record.
    """
    with suppress(NotFoundError), app.store.read() as tx:
        return find_article(tx, url, app.clock.now()).source
    return ""
