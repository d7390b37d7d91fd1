"""When a WebSub hub is to be asked, for the first time or again."""

from __future__ import annotations

from datetime import datetime, timedelta

from asiaradar_bot.model.account import Subscription

LEASE = timedelta(days=7)
"""How long we ask hubs to send; they may answer with another span."""
_RENEW_BEFORE = timedelta(days=1)
_ASK_AGAIN = timedelta(hours=1)
"""A hub that refused, or never came to verify, is asked again after this; polling finds articles meanwhile."""


def is_request_due(subscription: Subscription, now: datetime) -> bool:
    """
    Whether to ask the hub now: never asked, not verified within the hour, or the lease ends within a day.
    """
    if subscription.requested_at is not None and now - subscription.requested_at < _ASK_AGAIN:
        return False
    if subscription.verified_at is None or subscription.expires_at is None:
        return True
    return subscription.expires_at - now < min(_RENEW_BEFORE, (subscription.expires_at - subscription.verified_at) / 2)


def is_in_force(subscription: Subscription, now: datetime) -> bool:
    """
    Whether the hub may send: verified, and its lease has not run out.
    """
    return (
        subscription.verified_at is not None and subscription.expires_at is not None and subscription.expires_at > now
    )
