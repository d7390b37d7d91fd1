"""The state of the lease and counts of attempts, for health checks and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from asiaradar_bot.storage.instants import lease_instant
from asiaradar_bot.storage.tables import attempts, leases


class SqlVitalRows:
    """
    Implements `ports.vitals.VitalRows` for one account.
    """

    def __init__(self, connection: Connection, *, account: str, server_time: bool) -> None:
        self._connection = connection
        self._account = account
        self._server_time = server_time

    def is_lease_held(self, *, now: datetime) -> bool:
        """Whether some process holds the right to publish."""
        query = select(func.count()).where(
            leases.c.account == self._account,
            leases.c.expires_at >= lease_instant(now, server_time=self._server_time),
        )
        return self._connection.execute(query).scalar_one() > 0

    def lease_changes(self) -> int:
        """How often the right to publish went to another process since the database was made."""
        fence = self._connection.execute(select(leases.c.fence).where(leases.c.account == self._account)).scalar()
        return 0 if fence is None else fence - 1

    def attempts_by_class(self) -> Mapping[str, int]:
        """Tries to send a post by answer class; those without an answer yet count as `open`."""
        query = select(attempts.c.answer_class, func.count()).group_by(attempts.c.answer_class)
        return {found or "open": number for found, number in self._connection.execute(query)}
