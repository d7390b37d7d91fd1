"""What a migration does to rows of the release before it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from asiaradar_bot.model.errors import StorageError
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


def test_old_rows_are_found_as_new_ones(store: SqlStore) -> None:
    """After 0020 what was there before is searched as if it were written now."""
    schema.migrate(store, "base")
    schema.migrate(store, "0019")
    with store.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO articles (id, url, state, source, first_seen_at, title, facts, revision, read_failures,"
                " seeded, burst) VALUES (7, 'https://radar.asia/a', 'done', 's', 1, :title, :facts, 1, 0, false, 1)"
            ),
            {"title": "Caf\u00e9s of Asia\u2019s north", "facts": '{"title": "Cafes", "url": "https://radar.asia/a"}'},
        )
        connection.execute(
            text(
                "INSERT INTO posts (id, kind, state, news_class, urgency, text, marker, due_at, reason, created_at,"
                " version, price_usd, text_frozen, part, parts, in_slot, attempts) VALUES (8, 'manual', 'held',"
                " 'normal', 1, :text, 'm', 1, 'r', 1, 1, '0.015', true, 1, 1, false, 0)"
            ),
            {"text": "Booking.\u2060com cuts fees"},
        )
    schema.migrate(store, "head")
    with store.read() as tx:
        assert [one.id for one in tx.posts.search(["booking.com"], limit=9)] == [8]
        assert [one.id for one in tx.articles.search(["cafes", "asia's"], limit=9)] == [7]


def test_old_posts_are_known_by_all_their_links(store: SqlStore) -> None:
    """After 0021 what is on the timeline is found by each of its links, an article by its address without `/amp`."""
    schema.migrate(store, "base")
    schema.migrate(store, "0020")
    with store.writer.begin() as connection:
        for row in (
            (
                "INSERT INTO articles (id, url, state, source, first_seen_at, title, sought, facts, revision,"
                " read_failures, seeded, burst) VALUES (7, 'https://m.radar.asia/c', 'done', 's', 1, 't', '',"
                """ '{"title": "C", "url": "https://m.radar.asia/c"}', 1, 0, false, 1)"""
            ),
            "INSERT INTO article_names (name, article_id) VALUES ('url:m.radar.asia/c', 7)",
            (
                "INSERT INTO posts (id, kind, state, news_class, urgency, text, sought, marker, due_at, reason, created_at,"
                " version, price_usd, text_frozen, part, parts, in_slot, attempts) VALUES (8, 'manual', 'held',"
                " 'normal', 1, 'One https://www.radar.asia/a/ two https://radar.asia/b', '', 'm', 1, 'r', 1, 1, '0.015',"
                " true, 1, 1, false, 1)"
            ),
            (
                "INSERT INTO timeline (remote_id, text, created_at, seen_at, post_id, foreign_post, link_key)"
                " VALUES ('77', 'x', 1, 1, 8, false, 'https://www.radar.asia/a/'),"
                " ('78', 'x', 2, 2, NULL, true, 'https://radar.asia/b')"
            ),
        ):
            connection.exec_driver_sql(row)
    schema.migrate(store, "head")
    with store.read() as tx:
        assert [one.remote_id for one in tx.account.find_on_timeline(["url:radar.asia/a"])] == ["77"]
        assert [one.remote_id for one in tx.account.find_on_timeline(["url:radar.asia/b"])] == ["77", "78"]
        found = tx.articles.find_by_names(["url:radar.asia/c"])
    assert found is not None


def test_a_database_whose_schema_cannot_be_asked_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Damaged here; a lock that lasts comes the same way."""
    (tmp_path / "bot.db").write_bytes(b"no database" * 1000)
    store = SqlStore(f"sqlite:///{tmp_path}/bot.db", account="AsiaRadar", backups=tmp_path)
    with closing(store), pytest.raises(StorageError, match="it is damaged: restore a backup"):
        schema.schema_version(store)
