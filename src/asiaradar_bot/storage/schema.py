"""Brings a database to the schema of this program: check first, back up, then migrate in one transaction."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.storage.store import SqlStore

HEAD = "0021"
"""The last revision of the chain in `migrations/versions`; a test holds it true."""
_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def schema_version(store: SqlStore) -> str | None:
    """
    The revision of the database; None for an empty one.
    """
    with store.translated(), store.writer.connect() as connection:
        return _version(connection)


def upgrade(store: SqlStore, *, now: datetime) -> bool:
    """
    Bring the database up to date; True if anything was done. A database with content is backed up first.

    Raises:
        StorageError: it is newer than this program, or the migration failed (then nothing changed).
    """
    found = schema_version(store)
    if found == HEAD:
        return False
    if found is not None and not any(_VERSIONS.glob(f"{found}_*.py")):
        raise StorageError(
            f"the database is of a newer program (schema {found}, ours is {HEAD}): install the newer version again"
        )
    if found is not None:
        store.back_up(now=now)
    migrate(store, "head")
    return True


def migrate(store: SqlStore, target: str) -> None:
    """
    Move to a revision (`head`, `base` or a number) in one transaction.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with store.writer.begin() as connection:
        config.attributes["connection"] = connection
        if target == "base":
            command.downgrade(config, "base")
        else:
            command.upgrade(config, target)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
