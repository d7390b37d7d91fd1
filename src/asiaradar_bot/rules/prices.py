"""What X asks for a request, from dated price lists, and whether the month's budget has room for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.model.money import Billable, PriceList
from asiaradar_bot.model.post import NewPost
from asiaradar_bot.rules.post_text import accidental_links, links

PRICES: tuple[PriceList, ...] = (
    PriceList(
        since_on=date(2026, 1, 1),
        prices={
            Billable.POST: Decimal("0.015"),
            Billable.POST_WITH_LINK: Decimal("0.200"),
            Billable.DELETE: Decimal("0.010"),
            Billable.ALT_TEXT: Decimal("0.005"),
            Billable.POST_READ: Decimal("0.005"),
            Billable.OWNED_READ: Decimal("0.001"),
            Billable.USER_READ: Decimal("0.010"),
        },
    ),
)
"""
The built-in list; `config/prices.toml` replaces it.

Source: X API pricing, docs.x.com/x-api/getting-started/pricing, as of 2026-08-22.
"""


def price_of(what: Billable, *, on: date, lists: Sequence[PriceList] = PRICES) -> Decimal:
    """
    USD for one unit on that day, from the newest list in force.

    Raises:
        SettingsError: no list is in force yet on that day.
    """
    in_force = [prices for prices in lists if prices.since_on <= on]
    if not in_force:
        raise SettingsError(f"no price list is in force on {on}: add one with an earlier `since` to the prices file")
    return max(in_force, key=lambda prices: prices.since_on).prices[what]


def billable_of(text: str) -> Billable:
    """
    How X bills a post with this text: any link in it, meant or not, makes it a post with a link.
    """
    linked = links(text) or accidental_links(text, ())
    return Billable.POST_WITH_LINK if linked else Billable.POST


def price_of_post(text: str, *, on: date, lists: Sequence[PriceList] = PRICES, described: int = 0) -> Decimal:
    """
    USD for sending this text with so many described pictures; a picture without description costs nothing.
    """
    price = price_of(billable_of(text), on=on, lists=lists)
    return price + described * price_of(Billable.ALT_TEXT, on=on, lists=lists) if described else price


def price_of_waiting(post: NewPost, *, on: date, lists: Sequence[PriceList] = PRICES) -> Decimal:
    """
    USD for sending this post with the pictures that it has, or with the one that is still to be fetched.
    """
    shown = [one.alt_text for one in post.pictures]
    if post.picture_url is not None and not shown:
        shown = [post.alt_text]
    return price_of_post(post.text, on=on, lists=lists, described=sum(1 for alt in shown if alt))


def budget_room(spent: Decimal, *, month_usd: Decimal | None, price: Decimal) -> bool:
    """
    True if the price still fits into the month's budget; None is no limit.
    """
    return month_usd is None or spent + price <= month_usd
