"""Sources as the Desk shows them: how well they answer, what is wrong, and whether a hub tells us of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.source import Source, SourceHealth

_LATE = 3
"""Polls that may be missed before a source counts as late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """
    One source.
    """

    name: str
    kind: str
    url: str
    in_use: str
    """Differs from `url` after a permanent redirect."""
    every_seconds: int
    state: str
    """`good`, `trouble`, `gone`, `late` or `new`."""
    ok_at: datetime | None
    new_at: datetime | None
    polled_at: datetime | None
    next_poll_at: datetime | None
    failures: int
    items: int
    error: str | None
    warnings: str | None
    """What is odd about its document, though it was read."""
    hub: str | None
    hub_state: str
    """`none`, `asked`, `confirmed` or `over`."""
    hub_until: datetime | None


def list_sources(app: App) -> list[SourceView]:
    """
    All sources of the settings, in their order.
    """
    now = app.clock.now()
    with app.store.read() as tx:
        healths = {health.name: health for health in tx.sources.list_all()}
        hubs = tx.inbox.list_subscriptions()
        warnings = {one.name: tx.account.get_mark(f"warnings of {one.name}") for one in app.sources}
    return [
        _view(one, healths.get(one.name), _hub_of(one, healths.get(one.name), hubs), warnings[one.name], now=now)
        for one in app.sources
    ]


def _view(
    source: Source, health: SourceHealth | None, hub: Subscription | None, warnings: str | None, *, now: datetime
) -> SourceView:
    return SourceView(
        name=source.name,
        kind=source.kind.value,
        url=source.url,
        in_use=source.url if health is None else health.url,
        every_seconds=int(source.poll.total_seconds()),
        state=_state(source, health, now),
        ok_at=None if health is None else health.ok_at,
        new_at=None if health is None else health.new_at,
        polled_at=None if health is None else health.polled_at,
        next_poll_at=None if health is None else health.next_poll_at,
        failures=0 if health is None else health.failures,
        items=0 if health is None else health.items,
        error=None if health is None else health.error,
        warnings=warnings,
        hub=None if hub is None else hub.hub,
        hub_state=_hub_state(hub, now),
        hub_until=None if hub is None else hub.expires_at,
    )


def _state(source: Source, health: SourceHealth | None, now: datetime) -> str:
    if health is None or health.polled_at is None:
        return "new"
    if health.gone:
        return "gone"
    if health.failures:
        return "trouble"
    late_at = health.polled_at + max(source.poll * _LATE, timedelta(minutes=1))
    return "late" if now > late_at else "good"


def _hub_of(source: Source, health: SourceHealth | None, hubs: Sequence[Subscription]) -> Subscription | None:
    addresses = {source.url, source.url if health is None else health.url}
    return next((one for one in hubs if one.topic in addresses), None)


def _hub_state(hub: Subscription | None, now: datetime) -> str:
    if hub is None:
        return "none"
    if hub.verified_at is None:
        return "asked"
    return "over" if hub.expires_at is not None and hub.expires_at <= now else "confirmed"
