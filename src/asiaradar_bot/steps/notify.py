"""Passes raised alerts on to people: grouped by kind and subject, not more often than set."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.model.account import AlertNote
from asiaradar_bot.ports import Alerts, Clock, Store

_PAGES = {"post": "/posts/{number}", "article": "/articles/{number}", "source": "/sources"}
"""Where the Desk shows what an alert is about, by the first word of its subject."""
_UNLINKED = frozenset({"digest"})


def notify(store: Store, alerts: Alerts, clock: Clock, *, quiet: timedelta, desk_url: str | None = None) -> int:
    """
    Send what is in line; how many alerts went out. The like of one sent within `quiet` is marked and not repeated.

    With `desk_url`, where people reach the Desk, each alert ends with a link to the page of its subject.
    """
    with store.read() as tx:
        waiting = tx.inbox.list_alerts()
    sent = 0
    for alert in waiting:
        now = clock.now()
        with store.read() as tx:
            last = tx.inbox.last_alert_at(alert.kind, alert.subject)
        if last is None or last + quiet <= now:
            alerts.send(alert.kind, _with_link(alert, desk_url), subject=alert.subject)
            sent += 1
        with store.begin() as tx:
            tx.inbox.mark_alert_sent(alert.id, at=now)
    return sent


def _with_link(alert: AlertNote, desk_url: str | None) -> str:
    if desk_url is None or alert.kind in _UNLINKED:
        return alert.message
    about, _, number = alert.subject.partition(" ")
    page = _PAGES.get(about, "/").format(number=number)
    return f"{alert.message}\n{desk_url.rstrip('/')}{page}"
