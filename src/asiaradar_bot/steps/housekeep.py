"""Backups, old replay ids, and room on the disk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from asiaradar_bot.ports import Clock, Store

LOW_BYTES = 200 * 1024 * 1024
"""With less room than this nothing new is taken in; what is open is still settled."""
_KEEP = timedelta(days=30)


def back_up(store: Store, clock: Clock) -> Path | None:
    """
    A checked copy of the database; None where the server sees to it. Raises StorageError.
    """
    return store.back_up(now=clock.now())


def prune(store: Store, clock: Clock) -> int:
    """
    Remove replay ids and sent alerts older than 30 days; how many rows.
    """
    return store.prune(before=clock.now() - _KEEP)


def disk_problem(store: Store) -> str | None:
    """
    A sentence when the database's disk is nearly full, else None.
    """
    free = store.free_bytes()
    if free is None or free >= LOW_BYTES:
        return None
    return f"only {free // (1024 * 1024)} MB are free for the database: make room; nothing new is taken in"
