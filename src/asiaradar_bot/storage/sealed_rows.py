"""Every secret that stands sealed in the database, wherever it stands, for a look at the keys and for new ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from asiaradar_bot.model.sealed import SealedSecret
from asiaradar_bot.storage.factor_tables import authenticators
from asiaradar_bot.storage.tables import subscriptions, users, webhooks

_PLACES = {
    "hub of": (subscriptions.c.topic, subscriptions.c.sealed_secret),
    "webhook": (webhooks.c.id, webhooks.c.sealed_secret),
    "authenticator app of user": (authenticators.c.user_id, authenticators.c.sealed),
}
"""What it belongs to in words: the column that names it, the column that holds it."""


class SqlSealedRows:
    """
    Implements ports.secret_box.SealedRows.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_sealed(self) -> Sequence[SealedSecret]:
        """All of them, in a fixed order."""
        names = {str(row.id): row.name for row in self._connection.execute(select(users.c.id, users.c.name))}
        found = []
        for place, (key, column) in _PLACES.items():
            for row in self._connection.execute(select(key, column).where(column.is_not(None)).order_by(key)):
                owner = str(row[0])
                shown = names.get(owner, owner) if key is authenticators.c.user_id else owner
                found.append(SealedSecret(place=place, key=owner, owner=f"{place} {shown}", sealed=row[1]))
        return found

    def reseal(self, secret: SealedSecret, sealed: str) -> bool:
        """Put the new text in place of the old; False: it was changed meanwhile."""
        key, column = _PLACES[secret.place]
        value = secret.key if key is subscriptions.c.topic else int(secret.key)
        done = self._connection.execute(
            update(column.table).where(key == value, column == secret.sealed).values({column.name: sealed})
        )
        return done.rowcount == 1
