"""What a migration does to rows of the release before it."""

from __future__ import annotations

from sqlalchemy import text

from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore


def test_open_secrets_of_hubs_are_forgotten(store: SqlStore) -> None:
    """After 0012 no secret stands open, and the hub is asked anew at once; its topic and callback stay."""
    schema.migrate(store, "base")
    schema.migrate(store, "0005")
    with store.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO subscriptions (topic, hub, secret, path, requested_at, verified_at, expires_at) "
                "VALUES ('t', 'h', 'open secret', 'p', 1, 2, 3)"
            )
        )
    schema.migrate(store, "head")
    with store.read() as tx:
        (found,) = tx.inbox.list_subscriptions()
    assert (found.topic, found.hub, found.path) == ("t", "h", "p")
    assert (found.sealed_secret, found.requested_at, found.verified_at, found.expires_at) == (None,) * 4
