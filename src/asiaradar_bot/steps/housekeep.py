"""Backups, old replay ids, and room on the disk."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.program import REQUEST_LIFE
from asiaradar_bot.model.sheet import PRESENCE
from asiaradar_bot.ports import Clock, Store

LOW_BYTES = 200 * 1024 * 1024
"""With less room than this nothing new is taken in; what is open is still settled."""
_KEEP = timedelta(days=30)
_THINNED = "snapshots_thinned_until"


def back_up(store: Store, clock: Clock) -> Path | None:
    """
    A checked copy of the database; None where the server sees to it. What fails raises an alert, too.

    Raises:
        StorageError: the copy failed its check, or the disk is full.
    """
    now = clock.now()
    try:
        return store.back_up(now=now)
    except (StorageError, OSError) as error:
        with suppress(StorageError), store.begin() as tx:  # a full disk may refuse the alert as well
            tx.inbox.raise_alert("backup", f"no backup was made: {error}", subject="database", at=now)
        raise


def prune(
    store: Store, clock: Clock, *, keep_snapshots: timedelta | None = None, keep_records: timedelta | None = None
) -> int:
    """
    Remove replay ids, sent alerts, sessions, failed sign-ins and which posts X showed when, older than 30 days;
    half-way sign-ins that are over.

    Keys of programs' requests older than two days go as well, sheets that nobody saved for 30 days, pictures brought
    before then that nothing shows, and who was at a post or sheet and has left. How many rows, pictures not counted.

    With `keep_snapshots` posts older than that keep only their last snapshot; with `keep_records` decisions older than
    that can't be replayed any more.
    """
    now = clock.now()
    removed = store.prune(before=now - _KEEP)
    with store.begin() as tx:
        removed += tx.ledger.forget_reads(before_on=(now - _KEEP).date())
        removed += tx.access.forget(before=now - _KEEP)
        removed += tx.sheets.forget(before=now - _KEEP)
        removed += tx.sheets.forget_presences(before=now - PRESENCE)
        removed += tx.programs.forget_keys(before=now - REQUEST_LIFE)
        if keep_records is not None:
            removed += tx.replays.forget(before=now - keep_records)
        removed += tx.factors.forget_steps(before=now)
        if keep_snapshots is not None:
            before = now - keep_snapshots
            done_until = tx.account.get_mark(_THINNED)
            since = datetime.fromisoformat(done_until) if done_until else None
            removed += tx.engagement.thin_out(since=since, before=before)
            tx.account.set_mark(_THINNED, before.isoformat())
    return removed


def disk_problem(store: Store) -> str | None:
    """
    A sentence when the database's disk is nearly full, else None.
    """
    free = store.free_bytes()
    if free is None or free >= LOW_BYTES:
        return None
    return f"only {free // (1024 * 1024)} MB are free for the database: make room; nothing new is taken in"
