"""Hubs that feeds name are asked to tell us of news; their answers are put on record, their news makes sources due."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import SealError
from asiaradar_bot.model.outcome import Hub, HubRefused
from asiaradar_bot.model.source import NEWS_AT, SHORTEST_GAP
from asiaradar_bot.ports import Clock, HubClient, SecretBox, Store
from asiaradar_bot.rules.subscriptions import LEASE, is_in_force, is_request_due

CALLBACK_PATH = "/hooks/websub/"


def subscribe(store: Store, hubs: HubClient, box: SecretBox, clock: Clock, *, public_url: str | None) -> int:
    """
    Ask every hub whose turn it is; how many were asked. Without a public address nothing is asked.

    That a hub is asked is on record before it hears of it, for its question may come before its answer. The secret
    with which it signs is sealed anew each time, so that after a lease none stands under an old key.

    Raises:
        SealError: the keys can't be used.
    """
    if public_url is None:
        return 0
    with store.read() as tx:
        due = [one for one in tx.inbox.list_subscriptions() if is_request_due(one, clock.now())]
    for subscription in due:
        secret = _secret(box, subscription)
        with store.begin() as tx:
            asked = replace(subscription, sealed_secret=box.seal(secret), requested_at=clock.now())
            tx.inbox.save_subscription(asked)
        answer = hubs.subscribe(
            Hub(url=subscription.hub, topic=subscription.topic),
            callback=public_url.rstrip("/") + CALLBACK_PATH + subscription.path,
            secret=secret,
            lease=LEASE,
        )
        if isinstance(answer, HubRefused):
            _record_refusal(store, clock, asked, answer.detail)
    return len(due)


def _secret(box: SecretBox, subscription: Subscription) -> str:
    """
    The secret that the hub knows already; a new one for a new hub, and where the key of the old one is lost.
    """
    if subscription.sealed_secret is not None:
        with suppress(SealError):
            return box.open(subscription.sealed_secret)
    return secrets.token_urlsafe(32)


def confirm(store: Store, clock: Clock, subscription: Subscription, *, lease: timedelta | None) -> None:
    """
    The hub asked whether we meant it, and we did; `lease` None: it names no span, ours is assumed.
    """
    now = clock.now()
    with store.begin() as tx:
        tx.inbox.save_subscription(replace(subscription, verified_at=now, expires_at=now + (lease or LEASE)))
        tx.audit.record(
            AuditEntry(
                at=now,
                who="bot",
                action="websub.confirmed",
                subject=subscription.topic,
                why=f"confirmed by {subscription.hub}",
            )
        )


def end(store: Store, clock: Clock, subscription: Subscription, *, why: str) -> None:
    """
    The hub will not send: on record, with an alert; it is asked again after an hour.
    """
    with store.begin() as tx:
        tx.inbox.save_subscription(replace(subscription, verified_at=None, expires_at=None))
    _record_refusal(store, clock, subscription, why)


def take_news(store: Store, clock: Clock, subscription: Subscription) -> bool:
    """
    All sources become due at once, the listing too where the feed is cached; False while no lease is in force.
    """
    now = clock.now()
    if not is_in_force(subscription, now):
        return False
    with store.begin() as tx:
        tx.account.set_mark(NEWS_AT, now.isoformat())  # also for a poll that is under way, and may have come too early
        for health in tx.sources.list_all():
            earliest = now if health.polled_at is None else max(now, health.polled_at + SHORTEST_GAP)
            if health.next_poll_at is not None and health.next_poll_at > earliest and not health.failures:
                tx.sources.save(replace(health, next_poll_at=earliest))
    return True


def _record_refusal(store: Store, clock: Clock, subscription: Subscription, why: str) -> None:
    now = clock.now()
    with store.begin() as tx:
        tx.audit.record(
            AuditEntry(at=now, who="bot", action="websub.refused", subject=subscription.topic, why=why[:500])
        )
        tx.inbox.raise_alert("websub", why, subject=subscription.topic, at=now)
