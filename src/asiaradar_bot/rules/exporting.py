"""Posts, snapshots and costs as rows of plain values, for spreadsheets and programs; unknown is empty, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from asiaradar_bot.model.engagement import FIGURES, Snapshot
from asiaradar_bot.model.money import LedgerEntry
from asiaradar_bot.model.report import PostFigures

Cell = str | int | Decimal | bool | datetime | None
Row = Sequence[Cell]


class Exported(StrEnum):
    """
    What can be exported.
    """

    POSTS = "posts"
    SNAPSHOTS = "snapshots"
    COSTS = "costs"


COLUMNS: Mapping[Exported, Sequence[str]] = {
    Exported.POSTS: (
        "id_on_x",
        "created_at",
        "post",
        "class",
        "template",
        "variant",
        "category",
        "language",
        "deleted",
        "corrects",
        "replaced",
        "cost_usd",
        "impressions",
        "engagements",
        "link_clicks",
        "text",
    ),
    Exported.SNAPSHOTS: ("id_on_x", "taken_at", "source", "version", *FIGURES),
    Exported.COSTS: ("entry", "at", "what", "units", "amount_usd", "state", "post", "attempt"),
}

_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def post_rows(posts: Iterable[PostFigures], texts: Mapping[str, str]) -> Iterator[Row]:
    """
    A row for each post, its figures at the report's age.
    """
    for post in posts:
        cost = None if post.cost_micro_usd is None else Decimal(post.cost_micro_usd) / 1_000_000
        words = (post.news_class, post.template, post.variant, post.category, post.language)
        figures = (post.impressions, post.engagements, post.link_clicks)
        chained = (post.deleted, post.corrects_id, post.replaced)
        text = texts.get(post.remote_id)
        yield (post.remote_id, post.created_at, post.post_id, *words, *chained, cost, *figures, text)


def snapshot_rows(snapshots: Iterable[Snapshot]) -> Iterator[Row]:
    """
    A row for each look at a post.
    """
    for one in snapshots:
        figures = (getattr(one.figures, name) for name in FIGURES)
        yield (one.remote_id, one.taken_at, one.source.value, one.version, *figures)


def cost_rows(entries: Iterable[LedgerEntry]) -> Iterator[Row]:
    """
    A row for each entry of the ledger, released ones too: their state says that nothing is owed.
    """
    for one in entries:
        yield (
            one.id,
            one.at,
            one.what.value,
            one.units,
            one.amount_usd,
            one.state.value,
            one.post_id,
            one.attempt_id,
        )


def harmless(text: str) -> str:
    """
    The text so that no spreadsheet takes it for a formula: an apostrophe before `=`, `+`, `-`, `@`, tab and return.

    Source: OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection).
    """
    return f"'{text}" if text.lstrip(" ").startswith(_SIGNS) else text
