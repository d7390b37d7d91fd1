"""What tests of measuring and of its money share: posts on a local X that are followed for a while."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.model.engagement import FollowedPost
from asiaradar_bot.model.post import Post
from asiaradar_bot.steps.measure import Measured, measure
from asiaradar_bot.steps.press import Press
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON
from tests.protocol.test_publishing import advance, queue

TIMELINE = "/2/users/[0-9]+/tweets"


def post(press: Press, number: int = 1, **how: object) -> Post:
    """A queued post."""
    assert isinstance(press.store, SqlStore)
    return queue(press.store, number, **how)


def go(press: Press) -> Measured:
    """One round of measuring."""
    assert isinstance(press.x, XAccount)
    return measure(press, press.x)


def follow(press: Press, **span: float) -> None:
    """Measure every half hour for so long."""
    left = timedelta(**span)
    while left > timedelta(0):
        advance(press, minutes=30)
        go(press)
        left -= timedelta(minutes=30)


def only(press: Press) -> FollowedPost:
    """The one post that is followed."""
    with press.store.read() as tx:
        (one,) = tx.engagement.list_followed(NOON - timedelta(days=1), NOON + timedelta(days=60))
    return one


def spent(press: Press) -> Decimal:
    """All months together."""
    with press.store.read() as tx:
        months = {(NOON + timedelta(days=days)).date().replace(day=1) for days in range(0, 60, 5)}
        return sum((tx.ledger.month_total(month) for month in months), Decimal(0))
