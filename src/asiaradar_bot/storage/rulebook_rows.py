"""Versions of the policy and of templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.rulebook import RulesVersion
from asiaradar_bot.storage.inserting import inserting
from asiaradar_bot.storage.tables import rule_versions


class SqlRulebookRows:
    """
    Implements `ports.rulebook.RulebookRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_id(self) -> int:
        """Id of the newest save of any name; 0: there is none."""
        return int(self._connection.execute(select(func.coalesce(func.max(rule_versions.c.id), 0))).scalar_one())

    def list_newest(self) -> Sequence[RulesVersion]:
        """The newest version of each name, by name."""
        newest = select(func.max(rule_versions.c.id)).group_by(rule_versions.c.name)
        query = select(rule_versions).where(rule_versions.c.id.in_(newest)).order_by(rule_versions.c.name)
        return [_version(row) for row in self._connection.execute(query)]

    def list_versions(self, name: str, *, limit: int = 100) -> Sequence[RulesVersion]:
        """Newest first."""
        query = select(rule_versions).where(rule_versions.c.name == name)
        rows = self._connection.execute(query.order_by(rule_versions.c.number.desc()).limit(limit))
        return [_version(row) for row in rows]

    def get(self, name: str, number: int) -> RulesVersion:
        """That version. Raises NotFoundError."""
        query = select(rule_versions).where(rule_versions.c.name == name, rule_versions.c.number == number)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no version {number} of {name}: look it up in its history")
        return _version(row)

    def add(
        self, name: str, number: int, text: str | None, *, note: str, who: str, at: datetime
    ) -> RulesVersion | None:
        """Append; None if the name has a version of this number already."""
        values = {"name": name, "number": number, "text": text, "note": note, "who": who, "at": at}
        done = self._connection.execute(
            inserting(self._connection, rule_versions).values(values).on_conflict_do_nothing()
        )
        return self.get(name, number) if done.rowcount == 1 else None


def _version(row: Any) -> RulesVersion:
    return RulesVersion(
        id=row.id, name=row.name, number=row.number, text=row.text, note=row.note, who=row.who, at=row.at
    )
