"""report and export: how posts did and what they cost, for people and for spreadsheets."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json, tell_where
from asiaradar_bot.model.digest import DigestKind
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.report import Grouping, Report, Span
from asiaradar_bot.rules.charts import sparkline
from asiaradar_bot.rules.exporting import COLUMNS, Exported, Row
from asiaradar_bot.rules.spans import AGES, read_age, read_span
from asiaradar_bot.steps.digest import preview_digest
from asiaradar_bot.steps.export import export_rows
from asiaradar_bot.steps.report import make_report

if TYPE_CHECKING:
    from rich.table import Table

    from asiaradar_bot.adapters.table_file import Form
    from asiaradar_bot.bootstrap import App
    from asiaradar_bot.web.views.figures import Figure, Figures, Line

Days = Annotated[int | None, typer.Option(help="The last so many days; 30 if nothing is said.")]
Since = Annotated[str | None, typer.Option(help="First day, such as 2026-11-01, in the newsroom's zone.")]
Until = Annotated[str | None, typer.Option(help="Last day, such as 2026-11-30; today if nothing is said.")]
Age = Annotated[str, typer.Option(help=f"Age at which posts are compared: {', '.join(AGES)}.")]
_WIDE = 120


def register(cli: typer.Typer) -> None:
    """
    Add the commands.
    """
    cli.command()(report)
    cli.command()(export)


def report(  # noqa: PLR0913 - options of a command
    *,
    days: Days = None,
    since: Since = None,
    until: Until = None,
    by: Annotated[list[Grouping] | None, typer.Option(help="Compare by this; again for more.")] = None,
    age: Age = "24h",
    slots: Annotated[
        bool, typer.Option("--slots", help="Which hours did better than usual, and on how much that rests.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page in one file.")] = None,
    digest: Annotated[
        DigestKind | None,
        typer.Option(help="Print the digest of yesterday or of the last seven days; nothing is sent."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """How posts did, beside the account's own last 90 days, and what they cost."""
    from asiaradar_bot.cli.learnt import print_slots
    from asiaradar_bot.web.report_file import report_file
    from asiaradar_bot.web.views.figures import show_report
    from asiaradar_bot.web.views.learnt import show_learnt
    from asiaradar_bot.web.views.post_card import x_url

    with opened() as app:
        if digest is not None:
            zone, handle = app.policy.wording.zone, app.settings.x.handle
            print(preview_digest(app.store, app.clock, digest, zone=zone, handle=handle, limits=app.limits), end="")
            return
        span = _span(app, days, since, until)
        every = tuple(Grouping) if html is not None or json else (Grouping.CATEGORY, Grouping.CLASS)
        found = make_report(
            app.store,
            span,
            zone=app.policy.wording.zone,
            slots=app.policy.slots,
            age=read_age(age),
            by=tuple(by) if by else every,
        )
        if slots:
            print_slots(found, json=json)
            return
        if json:
            _print_rows(found, age=age)
            return
        view = show_report(found, name=f"@{app.settings.x.handle}", link=lambda remote_id: x_url(app, remote_id))
        if not view.posts:
            tell_where(app)
    if html is not None:
        html.write_text(report_file(view, show_learnt(found)), encoding="utf-8")
        print(f"{html}: {view.total.posts} posts, {view.span}")
    elif not view.posts:
        print(f"no posts in these days ({view.span})")
    else:
        _print_page(found, view, asked=by or ())


def export(
    what: Annotated[Exported, typer.Argument(help="posts, snapshots or costs.")],
    *,
    form: Annotated[str, typer.Option("--format", help="csv, json or xlsx.")] = "csv",
    to: Annotated[Path | None, typer.Option(help="Write it to this file; without it to the screen.")] = None,
    days: Days = None,
    since: Since = None,
    until: Until = None,
    age: Age = "24h",
) -> None:
    """Posts with their figures, every look at them, or the ledger: for spreadsheets and programs."""
    from asiaradar_bot.adapters.table_file import write_table

    chosen = _form(form)
    if chosen == "xlsx" and to is None:
        raise InputError("a workbook is no text: name its file with --to FILE.xlsx")
    count = 0

    with opened() as app:
        rows = export_rows(app.store, what, _span(app, days, since, until), age=read_age(age))

        def counted() -> Iterator[Row]:
            nonlocal count
            for row in rows:
                count += 1
                yield row

        pieces = write_table(chosen, COLUMNS[what], counted(), name=what.value)
        if to is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            if not count and chosen != "json":
                tell_where(app)
            return
        part = to.with_name(to.name + ".part")
        try:
            with part.open("wb") as file:
                file.writelines(pieces)
            part.replace(to)
        except OSError as error:
            raise InputError(
                f"the file {to} can't be written: {error.strerror}; check its folder and rights"
            ) from error
        finally:
            part.unlink(missing_ok=True)
    print(f"{to}: {count:,} rows" if count else f"{to}: no {what} in these days, only the heading")


def _form(text: str) -> Form:
    forms: dict[str, Form] = {"csv": "csv", "json": "json", "xlsx": "xlsx"}
    if text not in forms:
        raise InputError(f"there is no format {text}: choose csv, json or xlsx")
    return forms[text]


def _span(app: App, days: int | None, since: str | None, until: str | None) -> Span:
    return read_span(now=app.clock.now(), zone=app.policy.wording.zone, days=days, since=since, until=until)


def _print_rows(found: Report, *, age: str) -> None:
    for by, lines in found.groups.items():
        for line in lines:
            print_json({"what": "group", "by": by, **asdict(line)})
    for comparison in found.comparisons:
        print_json({"what": "comparison", **asdict(comparison)})
    for hour in found.slots.hours:
        print_json({"what": "slot hour", **asdict(hour)})
    for day in found.days:
        print_json({"what": "day", **asdict(day)})
    for cell in found.cells:
        print_json({"what": "hour", **asdict(cell)})
    for post in found.best:
        print_json({"what": "best", **asdict(post)})
    print_json({"what": "baseline", **asdict(found.baseline)})
    whole = {"since": found.since, "until": found.until, "age": age, "zone": found.zone}
    print_json({"what": "total", **whole, "reads_usd": found.reads_usd, **asdict(found.total)})


def _print_page(found: Report, view: Figures, *, asked: Sequence[Grouping]) -> None:
    from rich.console import Console

    from asiaradar_bot.cli.learnt import variants_table

    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    total = view.total
    console.print(f"[bold]{view.title}[/bold]  {view.span}, at {view.age}, {view.zone}", markup=True)
    console.print(f"{total.posts} posts, figures known of {total.known}{_gone(total)}; by day {_spark(found)}")
    console.print(
        f"impressions of a post {_words(total.impressions)}, usual {view.baseline.impressions.text}; "
        f"engagement {_words(total.engagement_rate)}; clicks {_words(total.click_rate)}"
    )
    if found.total.posts == found.total.unknown:
        console.print(_too_young(view, found), markup=False)
    each = f"{_words(total.per_1000)} for 1,000 impressions, {_words(total.per_click)} a click"
    console.print(f"cost {total.cost} USD, {each}; measuring {view.reads}")
    engaged, clicks = _words(total.engagements_per_usd), _words(total.clicks_per_usd)
    console.print(f"a dollar brought {engaged} engagements and {clicks} clicks")
    for table in view.tables:
        console.print(_table(table.by.value, table.lines))
    if Grouping.VARIANT in asked:
        console.print(variants_table(found))
    for best in view.best[:5]:
        gone = "  (gone from X)" if best.deleted else ""
        console.print(f"{best.impressions:>9}  {best.text[:90]}{gone}", markup=False)
    console.print("each interval holds the true figure in 19 of 20 cases; — is unknown, never zero", style="dim")


def _gone(line: Line) -> str:
    gone = f", {line.deleted} gone from X" if line.deleted else ""
    return gone + (f"; {line.replaced} more deleted and reposted, counted once" if line.replaced else "")


def _too_young(view: Figures, found: Report) -> str:
    """
    Why there are no figures at all, as just after the first posts, and how to see some.
    """
    youngest, age = next(iter(AGES.items()))
    words = f"no post has figures at {view.age} yet: they come when a post is that old"
    return words if found.age <= age else f"{words}; `--age {youngest}` compares younger ones"


def _spark(found: Report) -> str:
    days = found.days[-60:]
    return sparkline([day.impressions for day in days], counts=[day.posts for day in days])


def _words(one: Figure) -> str:
    behind = ", ".join(_behind(one))
    return f"{one.text} ({behind})" if behind else one.text


def _behind(one: Figure) -> list[str]:
    """
    Interval, and number of posts where it is not that of the group.
    """
    return [part for part in (one.interval, one.posts and f"n {one.posts}") if part]


def _cell(one: Figure) -> str:
    behind = [part.replace(" to ", "\u2013") for part in _behind(one)]
    return "\n".join([one.text, *(f"[dim]{part}[/dim]" for part in behind)])


def _table(name: str, lines: Sequence[Line]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column(name)
    for heading in ("posts", "impressions", "beside usual", "engagement", "clicks", *_MONEY):
        made.add_column(heading, justify="right")
    for line in lines:
        beside = "too few" if line.standing == "too few" else f"{line.lift} {_SIGN[line.standing]}"
        known = line.posts if line.known == line.posts else f"{line.posts} ({line.known})"
        known += f"\n[dim]{line.deleted} gone[/dim]" if line.deleted else ""
        known += f"\n[dim]+{line.replaced} reposted[/dim]" if line.replaced else ""
        seen, engagement, clicks = map(_cell, (line.impressions, line.engagement_rate, line.click_rate))
        money = map(_cell, (line.per_1000, line.engagements_per_usd, line.clicks_per_usd))
        cells = (known, seen, beside, engagement, clicks, line.cost, *money)
        made.add_row(escape(line.name), *cells, style="dim" if line.thin else None)
    return made


_MONEY = ("USD", "USD/1,000", "engaged/USD", "clicks/USD")
_SIGN = {"above": "above", "below": "below", "not told apart": "≈"}
