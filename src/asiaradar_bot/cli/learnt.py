"""What own posts teach, in the terminal: variants beside their template, hours for slots; no decisions here."""

from __future__ import annotations

import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from asiaradar_bot.cli.shared import print_json
from asiaradar_bot.model.report import Report, Standing
from asiaradar_bot.web.views.figures import Figure
from asiaradar_bot.web.views.learnt import SlotsView, show_learnt

_WIDE = 120
_NO_VARIANTS = r"no template had variants in these days; \[variants] in the policy switches them on"
"""The backslash keeps rich from taking the name of a table for a style."""


def variants_table(found: Report) -> Table | str:
    """
    Each variant beside its template, with the difference and its interval; or why there is none.
    """
    learnt = show_learnt(found)
    if not learnt.comparisons:
        return _NO_VARIANTS
    made = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        caption=f"of fewer than {learnt.least_of_variant} known posts on either side nothing is said; of twenty "
        "comparisons that do not differ at all, one looks as if it did",
        caption_justify="left",
    )
    for heading in ("variant", "by"):
        made.add_column(heading)
    for heading in ("variant", "original", "difference"):
        made.add_column(heading, justify="right")
    made.add_column("what can be said")
    for one in learnt.comparisons:
        made.add_row(
            f"{one.template}, {one.variant}",
            one.measure.value,
            _figure(one.variant_figure, n=one.variant_posts),
            _figure(one.original_figure, n=one.original_posts),
            _figure(one.difference),
            _SAID[one.standing],
            style="dim" if one.standing is Standing.UNKNOWN else None,
        )
    return made


def print_slots(found: Report, *, json: bool) -> None:
    """
    Every hour with its evidence and, where something can be said, what.
    """
    if json:
        for hour in found.slots.hours:
            print_json({"what": "slot hour", **asdict(hour)})
        whole = asdict(found.slots)
        del whole["hours"]
        print_json({"what": "slots", **whole})
        return
    slots = show_learnt(found).slots
    if not slots.judged:
        print(
            f"not enough to say yet: {slots.posts} posts of ours over {slots.days} days; it begins to speak at "
            f"{slots.needs_posts} posts over {slots.needs_days} days, of hours with {slots.hour_posts} posts on "
            f"{slots.hour_days} days"
        )
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    console.print(_hours_table(slots))
    better = f"above usual: {slots.better}" if slots.better else "no hour can be told apart as better than usual"
    console.print(f"[bold]{better}[/bold]")
    if slots.worse_slots:
        console.print(f"slots in hours below usual: {slots.worse_slots}")
    console.print(
        f"{slots.posts} posts of ours of the last 90 days, breaking news left out; usual is their mean, "
        f"{slots.usual.text} ({slots.usual.interval}); intervals hold the truth in 19 of 20 cases for all "
        f"{slots.judged} judged hours together; other hours carried other stories: move one slot, see whether it lasts",
        style="dim",
    )


def _hours_table(slots: SlotsView) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column(f"hour ({slots.zone})")
    for heading in ("posts", "on days", "impressions", "interval", "beside usual"):
        made.add_column(heading, justify="right")
    made.add_column("slots there now")
    for line in slots.hours:
        thin = line.standing is Standing.UNKNOWN
        beside = "too few" if thin else f"{line.lift} {_BESIDE[line.standing]}"
        seen = line.impressions
        made.add_row(
            line.name,
            line.posts,
            line.days,
            seen.text,
            seen.interval,
            beside,
            line.slots,
            style="dim" if thin else None,
        )
    return made


def _figure(one: Figure, *, n: str = "") -> str:
    behind = "\n".join(filter(None, (one.interval, f"n {n}" if n else "")))
    return f"{one.text}\n[dim]{behind}[/dim]" if behind else one.text


_SAID = {
    Standing.ABOVE: "more than the original",
    Standing.BELOW: "less than the original",
    Standing.ALIKE: "not told apart",
    Standing.UNKNOWN: "too few posts",
}
_BESIDE = {Standing.ABOVE: "above", Standing.BELOW: "below", Standing.ALIKE: "≈"}
