"""Health and sightings of sources."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.outcome import Validators
from asiaradar_bot.model.source import SourceHealth
from asiaradar_bot.storage.inserting import portions, put, short_key
from asiaradar_bot.storage.tables import sightings, sources


class SqlSourceRows:
    """
    Implements `ports.storage.SourceRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, name: str) -> SourceHealth | None:
        """The health on record, or None before the first poll."""
        row = self._connection.execute(select(sources).where(sources.c.name == name)).one_or_none()
        return None if row is None else _health(row)

    def list_all(self) -> Sequence[SourceHealth]:
        """All health rows, by name."""
        return [_health(row) for row in self._connection.execute(select(sources).order_by(sources.c.name))]

    def save(self, health: SourceHealth) -> None:
        """Insert or replace."""
        values = {
            "url": health.url,
            "etag": health.validators.etag,
            "last_modified": health.validators.last_modified,
            "body_digest": health.validators.body_digest,
            "seeded_at": health.seeded_at,
            "polled_at": health.polled_at,
            "ok_at": health.ok_at,
            "new_at": health.new_at,
            "failures": health.failures,
            "next_poll_at": health.next_poll_at,
            "error": health.error,
            "gone": health.gone,
            "items": health.items,
        }
        put(self._connection, sources, key={"name": health.name}, values=values)

    def find_sightings(self, name: str, item_ids: Collection[str]) -> Mapping[str, tuple[ArticleId, str]]:
        """Article and item digest by item id, for those items that the source showed before."""
        by_key = {short_key(item_id): item_id for item_id in item_ids}
        columns = (sightings.c.item_id, sightings.c.article_id, sightings.c.digest)
        found: dict[str, tuple[ArticleId, str]] = {}
        for keys in portions(by_key):
            query = select(*columns).where(sightings.c.source == name, sightings.c.item_id.in_(keys))
            for row in self._connection.execute(query):
                found[by_key[row.item_id]] = (ArticleId(row.article_id), row.digest)
        return found

    def last_new_at(self, name: str) -> datetime | None:
        """When the source last showed an item that it had not shown before, whether the article was known or not."""
        query = select(func.max(sightings.c.first_seen_at)).where(sightings.c.source == name)
        found = self._connection.execute(query).scalar_one_or_none()
        return found if isinstance(found, datetime) else None

    def record_sighting(self, name: str, item_id: str, article_id: ArticleId, *, digest: str, at: datetime) -> None:
        """Insert, or refresh digest and last-seen time."""
        put(
            self._connection,
            sightings,
            key={"source": name, "item_id": short_key(item_id)},
            values={"digest": digest, "last_seen_at": at},
            at_first={"article_id": article_id, "first_seen_at": at},
        )


def _health(row: Any) -> SourceHealth:
    return SourceHealth(
        name=row.name,
        url=row.url,
        validators=Validators(etag=row.etag, last_modified=row.last_modified, body_digest=row.body_digest),
        seeded_at=row.seeded_at,
        polled_at=row.polled_at,
        ok_at=row.ok_at,
        new_at=row.new_at,
        failures=row.failures,
        next_poll_at=row.next_poll_at,
        error=row.error,
        gone=row.gone,
        items=row.items,
    )
