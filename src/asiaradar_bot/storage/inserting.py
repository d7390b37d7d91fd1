"""Rows that two machines may write first in the same moment, and long lists of keys: what the `*_rows` share."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_Key = TypeVar("_Key", str, int, tuple[int, int])
_AT_ONCE = 500
"""Values in one IN list: databases bound how many a statement may carry."""


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """
    An INSERT that knows ON CONFLICT, which both databases spell alike.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)


def short_key(text: str, *, chars: int = 500) -> str:
    """
    The text as a key of at most so many characters: itself, or its beginning with a digest of the whole.

    Addresses with headlines in Chinese or Thai are long, and alike for hundreds of characters.
    """
    if len(text) <= chars:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{text[: chars - len(digest) - 1]}#{digest}"


def put(
    connection: Connection,
    table: Table,
    *,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    at_first: Mapping[str, Any] | None = None,
) -> None:
    """
    Insert the row, or change `values` of the one that has this key; a new row gets `at_first`, also in place of
    `values` of the same names.
    """
    row = inserting(connection, table).values({**key, **values, **(at_first or {})})
    connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def portions(keys: Collection[_Key]) -> Iterable[list[_Key]]:
    """
    The keys in order, as many at once as an IN list takes.
    """
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
