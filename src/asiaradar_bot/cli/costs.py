"""costs: what was spent this month, and on what."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Annotated

import typer

from asiaradar_bot.cli.shared import opened, print_json


def register(cli: typer.Typer) -> None:
    """
    Add the command.
    """
    cli.command()(costs)


def costs(*, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Spending of the month so far (UTC), by kind and certainty."""
    with opened() as app:
        today = app.clock.now().date()
        with app.store.read() as tx:
            entries = tx.ledger.list_month(today)
            total = tx.ledger.month_total(today)
        budget = app.limits.month_usd
    sums: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for entry in entries:
        units, amount = sums[entry.what, entry.state]
        sums[entry.what, entry.state] = (units + entry.units, amount + entry.amount_usd)
    for (what, state), (units, amount) in sorted(sums.items()):
        if json:
            print_json({"what": what, "state": state, "units": units, "amount_usd": amount})
        else:
            print(f"{what:<16} {state:<9} {units:>5}  {amount:>9.3f} USD")
    if json:
        print_json({"what": "total", "amount_usd": total, "budget_usd": budget})
    else:
        print(f"{'total':<16} {'':<9} {'':>5}  {total:>9.3f} USD" + (f" of {budget}" if budget is not None else ""))
