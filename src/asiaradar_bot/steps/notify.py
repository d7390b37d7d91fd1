"""Passes raised alerts on to people: grouped by kind and subject, not more often than set."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.ports import Alerts, Clock, Store


def notify(store: Store, alerts: Alerts, clock: Clock, *, quiet: timedelta) -> int:
    """
    Send what is in line; how many alerts went out. The like of one sent within `quiet` is marked and not repeated.
    """
    with store.read() as tx:
        waiting = tx.inbox.list_alerts()
    sent = 0
    for alert in waiting:
        now = clock.now()
        with store.read() as tx:
            last = tx.inbox.last_alert_at(alert.kind, alert.subject)
        if last is None or last + quiet <= now:
            alerts.send(alert.kind, alert.message, subject=alert.subject)
            sent += 1
        with store.begin() as tx:
            tx.inbox.mark_alert_sent(alert.id, at=now)
    return sent
