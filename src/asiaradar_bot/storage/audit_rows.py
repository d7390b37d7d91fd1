"""Who did what: append-only."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select

from asiaradar_bot.model.audit import TOPICS, AuditEntry, Topic, is_security_event
from asiaradar_bot.storage.encoding import to_json
from asiaradar_bot.storage.inserting import portions
from asiaradar_bot.storage.searching import has_word
from asiaradar_bot.storage.tables import audit

TO_LOG = "asiaradar security events"
"""Where a connection keeps them until its transaction is committed."""


class SqlAuditRows:
    """
    Implements `ports.storage.AuditRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, entry: AuditEntry) -> None:
        """Append; what concerns security is logged, too, once it is committed."""
        if is_security_event(entry):
            self._connection.info.setdefault(TO_LOG, []).append(entry)
        self._connection.execute(
            insert(audit).values(
                at=entry.at,
                who=entry.who,
                action=entry.action,
                subject=entry.subject,
                why=entry.why,
                before=to_json(dict(entry.before)),
                after=to_json(dict(entry.after)),
            )
        )

    def newest_id(self) -> int:
        """Counts up with every entry; 0 before the first."""
        return int(self._connection.execute(select(func.coalesce(func.max(audit.c.id), 0))).scalar_one())

    def list_recent(self, *, limit: int = 200, subject: str | None = None) -> Sequence[AuditEntry]:
        """Newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        return [entry_from_row(row) for row in self._connection.execute(query)]

    def search(self, words: Mapping[str, Collection[str]], *, topic: Topic | None, limit: int) -> Sequence[AuditEntry]:
        """Entries that hold every word (or one of the actions it names), newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if topic is not None:
            query = query.where(or_(*(audit.c.action.startswith(one, autoescape=True) for one in TOPICS[topic])))
        for word, actions in words.items():
            places = (audit.c.who, audit.c.action, audit.c.subject, audit.c.why)
            held = [has_word(self._connection, place, word) for place in places]
            query = query.where(or_(*held, audit.c.action.in_(actions)))
        return [entry_from_row(row) for row in self._connection.execute(query)]

    def list_of(self, subjects: Collection[str]) -> Sequence[AuditEntry]:
        """Everything on record about these, oldest first."""
        rows = [
            row
            for some in portions(subjects)
            for row in self._connection.execute(select(audit).where(audit.c.subject.in_(some)))
        ]
        return [entry_from_row(row) for row in sorted(rows, key=lambda row: int(row.id))]


def entry_from_row(row: Any) -> AuditEntry:
    """
    The entry of a row of the table.
    """
    return AuditEntry(
        at=row.at,
        who=row.who,
        action=row.action,
        subject=row.subject,
        why=row.why,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )
