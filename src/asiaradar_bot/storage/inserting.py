"""Inserts that two machines may try in the same moment: the one dialect-specific statement that storage needs."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """
    An INSERT that knows ON CONFLICT, which both databases spell alike.
    """
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
