"""Where the local X keeps its state when it is to outlive its process: one small SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Shelf:
    """
    Records by kind and id, in the order they were first put there; without a path nothing is kept.

    Not synchronised to the disk: it outlives `kill -9` of the process, not a power cut.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._connection = None if path is None else _open(path)

    def put(self, kind: str, key: str, record: dict[str, Any], *, content: bytes | None = None) -> None:
        """
        Keep a record, in place of an earlier one of the same kind and key.
        """
        if self._connection is not None:
            self._connection.execute(
                "INSERT INTO record (kind, key, body, content) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, content = excluded.content",
                (kind, key, json.dumps(record), content),
            )

    def records(self, kind: str) -> Iterator[tuple[dict[str, Any], bytes]]:
        """
        All records of a kind with their bytes, oldest first.
        """
        if self._connection is None:
            return
        rows = self._connection.execute("SELECT body, content FROM record WHERE kind = ? ORDER BY number", (kind,))
        for body, content in rows.fetchall():
            yield json.loads(body), content or b""

    def close(self) -> None:
        """
        Let the file go.
        """
        if self._connection is not None:
            self._connection.close()


def _open(path: Path) -> sqlite3.Connection:
    # The state's lock lets one thread in at a time.
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL,"
        " body TEXT NOT NULL, content BLOB, UNIQUE (kind, key))"
    )
    return connection
