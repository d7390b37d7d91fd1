"""What goes wrong without a failure -> alerts: silent sources, disks that fill up, a lease that wanders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from asiaradar_bot.model.source import Source
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.retries import FAILURES_TOLD

MEGABYTE = 1024 * 1024
AGAIN = timedelta(days=1)
"""What lasts is told again after this."""
_SPAN = timedelta(hours=1)
_TRIES_AN_HOUR = 60
"""Of a step that keeps failing: the runner lets it rest for a minute at most."""
_SEEN = "lease_seen"
_TOLD = "told "


def raise_alarms(
    store: Store, clock: Clock, *, sources: Sequence[Source], silent: timedelta, low_megabytes: int, lease_changes: int
) -> int:
    """
    Raise an alert for each thing that is wrong, once a day for as long as it lasts; how many were raised.

    A source is silent when it answers and has shown no new item for `silent`. Zero switches a check off.
    """
    now = clock.now()
    room = {"database": store.free_bytes(), "backups": store.free_backup_bytes()}
    raised = 0
    with store.begin() as tx:
        for source in sources:
            why = _silence(tx, source, silent)
            raised += _tell(tx, "silent", f"source {source.name}", why, now=now)
        for place, free in room.items():
            why = _lack_of_room(place, free, low_megabytes)
            raised += _tell(tx, "disk", place, why, now=now)
        raised += _tell(tx, "lease", "account", _wandering(tx, lease_changes, now=now), now=now)
    return raised


def _silence(tx: Transaction, source: Source, silent: timedelta) -> str | None:
    health = tx.sources.find(source.name)
    if not silent or health is None or health.ok_at is None:
        return None
    since = tx.sources.last_new_at(source.name) or health.seeded_at
    if since is None or health.ok_at - since < silent:
        return None
    return (
        f"{source.name} answers and has shown nothing new since {since:%Y-%m-%d %H:%M} UTC: "
        "see whether the site still publishes there"
    )


def _lack_of_room(place: str, free: int | None, low_megabytes: int) -> str | None:
    if free is None or free >= low_megabytes * MEGABYTE:
        return None
    return f"only {free // MEGABYTE} MB are free where the {place} {'are' if place == 'backups' else 'is'}: make room"


def _wandering(tx: Transaction, most: int, *, now: datetime) -> str | None:
    """
    The mark holds how often the lease had changed at each look that saw a change, an hour back.
    """
    count = tx.vitals.lease_changes()
    words = (tx.account.get_mark(_SEEN) or "").split()
    looks = [(datetime.fromisoformat(at), int(seen)) for at, _, seen in (word.partition("|") for word in words)]
    if not looks or looks[-1][1] != count:
        looks.append((now, count))
    while len(looks) > 1 and looks[1][0] <= now - _SPAN:
        looks.pop(0)
    said = " ".join(f"{at.isoformat()}|{seen}" for at, seen in looks)
    if said.split() != words:
        tx.account.set_mark(_SEEN, said)
    changes = count - looks[0][1]
    if not most or changes <= most:
        return None
    return f"the right to publish went to another process {changes} times within an hour: are two bots restarting?"


def _tell(tx: Transaction, kind: str, subject: str, why: str | None, *, now: datetime) -> int:
    key = f"{_TOLD}{kind} {subject}"
    told = tx.account.get_mark(key)
    if why is None:
        if told is not None:
            tx.account.set_mark(key, None)
        return 0
    if told is not None and datetime.fromisoformat(told) > now - AGAIN:
        return 0
    tx.account.set_mark(key, now.isoformat())
    tx.inbox.raise_alert(kind, why, subject=subject, at=now)
    return 1


def tell_failing(store: Store, clock: Clock, *, step: str, failures: int, why: str) -> None:
    """
    A step of the timetable failed so many times in a row: an alert at the third, and each hour for as long as it lasts.

    Raises StorageError.
    """
    if failures != FAILURES_TOLD and failures % _TRIES_AN_HOUR:
        return
    message = f"the step {step} failed {failures} times in a row and is tried again: {why}"
    with store.begin() as tx:
        tx.inbox.raise_alert("step", message, subject=f"step {step}", at=clock.now())
