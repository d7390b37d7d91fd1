"""Databases that stand at the newest schema already: migrated once, copied for each test."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore


def migrate_new(url: str) -> None:
    """Bring an empty database to the newest schema."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(url, account="AsiaRadar", backups=Path(folder))
        schema.migrate(store, "head")
        store.close()


@cache
def ready_bytes() -> bytes:
    """The file of an empty SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        migrate_new(f"sqlite:///{folder}/bot.db")
        return (Path(folder) / "bot.db").read_bytes()


def ready_file(folder: Path) -> str:
    """The address of a fresh SQLite database in that folder."""
    file = folder / "bot.db"
    file.write_bytes(ready_bytes())
    return f"sqlite:///{file}"


def bot_ran(url: str, *, at: datetime) -> None:
    """Leave a bot's sign of life in that database."""
    store = SqlStore(url, account="AsiaRadar", backups=Path("unused"))
    with store.begin() as tx:
        tx.account.set_mark("heartbeat", at.isoformat())
    store.close()
