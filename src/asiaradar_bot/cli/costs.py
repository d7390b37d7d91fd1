"""costs: what was spent this month, on what, and what it is heading for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json, tell_where
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.rules.spans import read_month
from asiaradar_bot.steps.spend import MonthAccount, UsageLine, account_month, compare_usage


def register(cli: typer.Typer) -> None:
    """
    Add the command.
    """
    cli.command()(costs)


def costs(
    *,
    month: Annotated[
        str | None, typer.Option(help="A month that is over, such as 2026-10, to lay beside X's invoice.")
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="X's own count of posts read, beside ours.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Spending of a month (UTC), the one that runs if none is named: by kind and certainty, class and post."""
    with opened(asks_x=usage) as app:
        on = None if month is None else read_month(month, now=app.clock.now())
        found = account_month(app.store, app.clock, limits=app.limits, month_on=on)
        lines = compare_usage(app.store, app.clock, app.metrics) if usage else ()
        if not found.kinds and not json:
            tell_where(app)
    if json:
        _print_rows(found, lines)
    else:
        _print_page(found, lines)


def _print_rows(month: MonthAccount, lines: Sequence[UsageLine]) -> None:
    for kind in month.kinds:
        print_json(asdict(kind))
    for one in month.classes:
        print_json({"what": "class", **asdict(one)})
    for post in month.posts:
        print_json({"what": "one post", **asdict(post)})
    for line in lines:
        print_json({"what": "usage", **asdict(line)})
    print_json(
        {
            "what": "total",
            "month": f"{month.month_on:%Y-%m}",
            "amount_usd": month.total_usd,
            "exposure_usd": month.exposure_usd,
            "reads_usd": month.reads_usd,
            "budget_usd": month.budget_usd,
            "forecast_usd": month.forecast.amount_usd,
            "forecast_from_days": month.forecast.from_days,
        }
    )


def _print_page(month: MonthAccount, lines: Sequence[UsageLine]) -> None:
    print(f"{month.month_on:%B %Y} (UTC){'' if month.is_over else ' so far'}")
    for kind in month.kinds:
        print(f"{kind.what:<16} {kind.state:<9} {kind.units:>5}  {_usd(kind.amount_usd)}")
    budget = f" of {plain_usd(month.budget_usd)}" if month.budget_usd is not None else ""
    print(f"{'total':<16} {'':<9} {'':>5}  {_usd(month.total_usd)}{budget}")
    if month.exposure_usd:
        print(f"{'  not sure':<32}  {_usd(month.exposure_usd)} of it: X has not told what became of the request")
    for one in month.classes:
        each, posts = one.amount_usd / one.posts, "posts" if one.posts > 1 else "post "
        print(f"{one.news_class:<16} {one.posts:>5} {posts}      {_usd(one.amount_usd)}, {plain_usd(each)} each")
    for post in month.posts:
        first = post.text.partition("\n")[0]
        print(f"post {post.post_id:<27}  {_usd(post.amount_usd)}  {first[:60]}")
    if month.posts_count > len(month.posts):
        print(f"the {len(month.posts)} dearest of {month.posts_count} posts; `asiaradar export costs` has all")
    if not month.is_over:
        print(_heading(month))
    for line in lines:
        same = "" if line.x_counts == line.we_count else "  differs"
        print(f"{line.day_on} posts read: X counts {line.x_counts}, we count {line.we_count}{same}")


def _heading(month: MonthAccount) -> str:
    amount, days = month.forecast.amount_usd, month.forecast.from_days
    if amount is None:
        return "forecast: none before a whole day has passed"
    return f"{'forecast':<32}  {_usd(amount)} by the end of the month, from {days} whole days"


def _usd(amount: Decimal) -> str:
    return f"{plain_usd(amount):>9} USD"
