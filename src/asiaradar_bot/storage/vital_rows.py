"""The state of the lease, for health checks and metrics."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from asiaradar_bot.storage.instants import lease_instant
from asiaradar_bot.storage.tables import leases


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
