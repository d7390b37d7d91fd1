"""Rows for reports on both databases, and what the migration makes of posts that were there before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.report import Grouping, Span
from asiaradar_bot.steps.report import DEFAULT_AGE, make_report
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from tests.reports.seeded import seed_posts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPAN = Span(since=NOW - timedelta(days=30), until=NOW)


def test_every_post_with_its_figures_and_price(store: SqlStore) -> None:
    """Ours with class, category and cost; those made by hand without; unknown figures are None; the oldest first."""
    seed_posts(store, now=NOW, count=20)
    with store.read() as tx:
        found = tx.reports.at_age(DEFAULT_AGE, since=SPAN.since, until=SPAN.until)
    assert len(found) == 20
    assert [post.created_at for post in found] == sorted(post.created_at for post in found)
    ours, by_hand, unread, young = found[0], found[9], found[8], found[19]
    assert (ours.news_class, ours.category, ours.language, ours.cost_micro_usd) == (
        "breaking",
        "politics",
        "en",
        200_000,
    )
    assert ours.has_link is True
    assert ours.impressions is not None
    assert (by_hand.post_id, by_hand.cost_micro_usd, by_hand.has_link) == (None, None, True)
    assert unread.impressions is None
    assert young.impressions is None


def test_what_is_not_owed_is_no_cost(store: SqlStore) -> None:
    """A released entry costs nothing, a doubtful one counts."""
    seed_posts(store, now=NOW, count=3)
    with store.begin() as tx:
        entries = list(tx.reports.entries(since=SPAN.since, until=SPAN.until))
        tx.ledger.settle_entry(entries[0].id, SpendState.RELEASED)
        tx.ledger.settle_entry(entries[1].id, SpendState.UNKNOWN)
    with store.read() as tx:
        found = tx.reports.at_age(DEFAULT_AGE, since=SPAN.since, until=SPAN.until)
    assert [post.cost_micro_usd for post in found] == [None, 200_000, 200_000]


def test_spans_for_exports(store: SqlStore) -> None:
    """Published posts, snapshots and entries of a span; the texts of posts by hand too; nothing from outside the span."""
    seed_posts(store, now=NOW, count=12)
    with store.read() as tx:
        assert len(tx.reports.published(since=SPAN.since, until=NOW)) == 11
        assert tx.reports.published(since=NOW, until=NOW + timedelta(days=1)) == []
        taken = [one.taken_at for one in tx.reports.snapshots(since=SPAN.since, until=NOW)]
        ids = [post.remote_id for post in tx.reports.at_age(DEFAULT_AGE, since=SPAN.since, until=NOW)]
        texts = tx.reports.texts(ids)
    assert len(taken) > 20
    assert sorted(texts) == sorted(ids)
    assert texts[ids[9]].startswith("Story 9")


def test_a_report_of_the_store(store: SqlStore) -> None:
    """The sums of every grouping are the posts of the span, and the baseline reaches 90 days back."""
    seed_posts(store, now=NOW, count=80, every=timedelta(hours=30))
    report = make_report(store, SPAN, zone="Asia/Singapore", slots=Policy().slots)
    assert report.total.posts == 24
    assert report.baseline.posts == 72
    for by in Grouping:
        if by is not Grouping.VARIANT:
            assert sum(line.posts for line in report.groups[by]) == 24, by
    assert Grouping.VARIANT not in report.groups
    assert len(report.best) == 10
    assert report.best[0].impressions >= report.best[1].impressions
    assert len(report.best[0].curve) > 2


def test_the_migration_fills_in_what_articles_say(store: SqlStore) -> None:
    """A post of the schema before gets its article's category and primary language; one without an article none."""
    schema.migrate(store, "base")
    schema.migrate(store, "0012")
    article = (
        "INSERT INTO articles (id, url, state, source, first_seen_at, title, facts, revision, read_failures, seeded,"
        " burst) VALUES (1, 'u', 'done', 's', 0, 't', :facts, 1, 0, false, 0)"
    )
    post = (
        "INSERT INTO posts (id, kind, state, news_class, urgency, text, marker, due_at, reason, created_at, version,"
        " price_usd, article_id, text_frozen, part, parts, in_slot, attempts)"
        " VALUES (:id, 'manual', 'queued', 'normal', 1, 't', :marker, 0, 'r', 0, 1, '0', :article, false, 1, 1, false, 0)"
    )
    with store.writer.begin() as connection:
        facts = '{"categories":["politics","asia"],"language":"zh-Hant","title":"t","url":"u"}'
        connection.execute(text(article), {"facts": facts})
        connection.execute(text(post), {"id": 1, "marker": "a", "article": 1})
        connection.execute(text(post), {"id": 2, "marker": "b", "article": None})
    schema.migrate(store, "head")
    with store.read() as tx:
        found = sorted((post.id, post.category, post.language) for post in tx.posts.list_posts())
    assert found == [(1, "politics", "zh"), (2, None, None)]


def test_a_database_of_a_newer_program_is_refused(store: SqlStore) -> None:
    """A revision that this program does not know is not touched."""
    with store.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer program"):
        schema.upgrade(store, now=NOW)
