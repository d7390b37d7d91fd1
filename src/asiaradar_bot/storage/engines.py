"""How a database is opened: pragmas, isolation, pools, and which journal is safe."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from asiaradar_bot.model.errors import StorageError

WAL_SAFE = (3, 51, 3)
"""Older SQLite can corrupt a WAL database when two connections checkpoint at once. Source: sqlite.org/wal.html."""


def journal_mode() -> str:
    """
    `WAL` if the linked SQLite is known to be safe with it, else `DELETE`.
    """
    return "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE else "DELETE"


def open_engines(url: str) -> tuple[Engine, Engine]:
    """
    The writing and the reading engine.

    Raises:
        StorageError: the address is not understood, or the file can't be made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return _postgresql(parsed)


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    if not url.database or url.database == ":memory:":
        raise StorageError("storage.url names no file: use sqlite:///var/asiaradar.db or another path")
    file = Path(url.database)
    _make_file(file)
    writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE", size=1)
    reader = _sqlite_engine(url, begin="BEGIN", size=4)
    return writer, reader


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        else:
            file.chmod(0o600)
    except OSError as error:
        raise StorageError(
            f"the database file {file} cannot be opened: {error.strerror}; check storage.url and the folder's rights"
        ) from error


def _sqlite_engine(url: URL, *, begin: str, size: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    mode = journal_mode()

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # our own BEGIN below decides when a transaction starts
        for pragma in (
            f"journal_mode={mode}",
            "synchronous=EXTRA",  # FULL, and the removal of a journal is durable too: see ADR 0009
            "busy_timeout=10000",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "mmap_size=0",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    options = (
        "-c statement_timeout=10000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=10000 "
        "-c synchronous_commit=on"
    )
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            isolation_level="READ COMMITTED",
            connect_args={"application_name": "asiaradar", "options": options, "connect_timeout": 5},
        )
    except ModuleNotFoundError as error:
        raise StorageError("PostgreSQL needs the extra `ha`: install with `uv sync --extra ha`") from error
    return engine, engine
