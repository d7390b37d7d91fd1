"""The tables; times are microseconds since 1970 in UTC, states their own words, nested values JSON text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from asiaradar_bot.model.engagement import FIGURES
from asiaradar_bot.model.post import PostPicture, PostState
from asiaradar_bot.storage.encoding import to_json

# Conditions of indexes stand here for SQLite only: naming PostgreSQL would load all of its dialect (2 MB) for everyone.
# The migrations, which make the tables, have them for both.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """
    An aware datetime, stored as microseconds UTC; a naive one is refused.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """
        Microseconds since 1970.

        Raises:
            ValueError: the datetime has no zone.
        """
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """
        The aware datetime in UTC.
        """
        del dialect
        return None if value is None else instant(value)


def microseconds(value: datetime) -> int:
    """
    Whole microseconds since 1970 in UTC.
    """
    delta = value - _ORIGIN
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(value: int) -> datetime:
    """
    The aware datetime of so many microseconds since 1970.
    """
    return _ORIGIN + timedelta(0, 0, value)  # by place: a report asks for thousands


_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)

_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only for INTEGER keys
_STATES = ", ".join(f"'{state}'" for state in PostState)

marks = Table("marks", metadata, Column("key", String(80), primary_key=True), Column("value", Text, nullable=False))

sources = Table(
    "sources",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("url", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_digest", Text),
    Column("seeded_at", Instant),
    Column("polled_at", Instant),
    Column("ok_at", Instant),
    Column("new_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("next_poll_at", Instant),
    Column("error", Text),
    Column("gone", Boolean, nullable=False),
    Column("items", Integer, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(60), nullable=False),
    Column("first_seen_at", Instant, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("sought", Text, nullable=False, server_default=""),
    Column("published_at", Instant),
    Column("facts", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("read_at", Instant),
    Column("next_read_at", Instant),
    Column("read_failures", Integer, nullable=False),
    Column("seeded", Boolean, nullable=False),
    Column("burst", Integer, nullable=False),
    Column("gone_at", Instant),
    Column("updated_at", Instant),
    UniqueConstraint("url"),
    Index("ix_articles_open", "state", sqlite_where=text("state <> 'done'")),
    Index(
        "ix_articles_reading",
        "next_read_at",
        sqlite_where=text("next_read_at IS NOT NULL"),
    ),
    Index("ix_articles_sought", "sought"),
    Index("ix_articles_published_at", "published_at"),
)

article_names = Table(
    "article_names",
    metadata,
    Column("name", String(500), primary_key=True),
    Column("article_id", _ID, ForeignKey("articles.id"), nullable=False, index=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("item_id", String(500), primary_key=True),
    Column("article_id", _ID, ForeignKey("articles.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Index("ix_sightings_first_seen", "source", "first_seen_at"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", _ID, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("facts", Text, nullable=False),
    Column("changed", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("article_id", _ID, ForeignKey("articles.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("news_class", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("rule", Text),
    Column("template", Text, nullable=False),
    Column("not_before_at", Instant),
    Column("expires_at", Instant),
    Column("trace", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("decided_by", Text, nullable=False),
)


class PictureList(TypeDecorator[tuple[PostPicture, ...]]):
    """
    Pictures of a post in order, as JSON text `[[picture, alt text], ...]`; none is NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[PostPicture, ...] | None, dialect: Dialect) -> str | None:
        """
        JSON text.
        """
        del dialect
        return to_json([[one.picture_id, one.alt_text] for one in value]) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[PostPicture, ...]:
        """
        The pictures.
        """
        del dialect
        return tuple(PostPicture(picture_id=number, alt_text=alt) for number, alt in json.loads(value or "[]"))


# What each decision was made from and how it was worded; removed after a while, unlike the decision itself.
decision_records = Table(
    "decision_records",
    metadata,
    Column("decision_id", _ID, ForeignKey("decisions.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Column("basis", Text, nullable=False),
    Column("draft", Text),
)

rule_versions = Table(
    "rule_versions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text),
    Column("note", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("name", "number"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("width_pixels", Integer, nullable=False),
    Column("height_pixels", Integer, nullable=False),
    Column("source_url", Text),
    Column("kept_at", Instant),
)

posts = Table(
    "posts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("news_class", String(12), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("sought", Text, nullable=False, server_default=""),
    Column("link", Text),
    Column("marker", String(40), nullable=False, unique=True),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("price_usd", String(20), nullable=False),
    Column("article_id", _ID, ForeignKey("articles.id"), index=True),
    Column("article_url", Text),
    Column("revision", Integer),
    Column("text_frozen", Boolean, nullable=False),
    Column("template", Text),
    Column("variant", String(20)),
    Column("category", Text),
    Column("language", Text),
    Column("thread_id", _ID, index=True),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("picture_url", Text),
    Column("picture_id", _ID, ForeignKey("pictures.id")),
    Column("alt_text", Text),
    Column("more_pictures", PictureList),
    Column("not_before_at", Instant),
    Column("ends_said", Text),
    Column("in_slot", Boolean, nullable=False),
    Column("verified_at", Instant),
    Column("next_verify_at", Instant),
    Column("approved_by", Text),
    Column("remote_id", String(40), unique=True),
    Column("published_at", Instant, index=True),
    Column("attempts", Integer, nullable=False),
    Column("deleted_remotely_at", Instant),
    Column("reply_to", String(40)),
    Column("corrects_id", _ID, index=True),
    CheckConstraint(f"state IN ({_STATES})", name="known_state"),
    CheckConstraint("(state = 'published') = (remote_id IS NOT NULL)", name="published_has_id"),
    Index(
        "ix_posts_due",
        "urgency",
        "due_at",
        sqlite_where=text("state = 'queued'"),
    ),
    Index(
        "ix_posts_open",
        "state",
        sqlite_where=text("state IN ('draft', 'held', 'queued', 'sending', 'unknown')"),
    ),
    Index(
        "uq_posts_one_per_article",
        "article_id",
        unique=True,
        sqlite_where=text("kind = 'article' AND state <> 'cancelled'"),
    ),
    Index("ix_posts_created", "created_at"),
    Index("ix_posts_due_at", "due_at"),
    Index("ix_posts_state_due", "state", "due_at"),
    Index("ix_posts_state_created", "state", "created_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("post_id", _ID, ForeignKey("posts.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Instant, nullable=False, index=True),
    Column("fence", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("match_key", Text, nullable=False),
    Column("media_count", Integer, nullable=False),
    Column("signed_at", Instant),
    Column("answer_class", String(20)),
    Column("remote_id", String(40)),
    Column("error", Text),
    Column("finished_at", Instant),
    Column("absent_reads", Integer, nullable=False),
    Column("absent_at", Instant),
    UniqueConstraint("post_id", "number"),
    Index(
        "uq_attempts_one_open",
        "post_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
    ),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("post_id", _ID, ForeignKey("posts.id"), nullable=False, index=True),
    Column("article_id", _ID, ForeignKey("articles.id"), index=True),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("old_revision", Integer),
    Column("new_revision", Integer),
    Column("gone_at", Instant),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("option", String(20)),
    Column("text", Text),
    Column("why", Text, nullable=False),
    Column("asked_by", Text),
    Column("confirmed_by", Text),
    Column("next_try_at", Instant),
    Column("closed_at", Instant),
    Column("new_post_id", _ID, ForeignKey("posts.id"), index=True),
    Column("new_remote_id", String(40)),
    Index(
        "uq_corrections_one_live",
        "post_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
    ),
)

correction_attempts = Table(
    "correction_attempts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("correction_id", _ID, ForeignKey("corrections.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("act", String(8), nullable=False),
    Column("remote_id", String(40), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("match_key", Text, nullable=False),
    Column("ledger_id", _ID),
    Column("signed_at", Instant),
    Column("answer_class", String(20)),
    Column("error", Text),
    Column("finished_at", Instant),
    Column("seen_reads", Integer, nullable=False),
    Column("seen_at", Instant),
    UniqueConstraint("correction_id", "number"),
    Index(
        "uq_correction_attempts_one_open",
        "correction_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
    ),
)

leases = Table(
    "leases",
    metadata,
    Column("account", String(60), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("what", String(20), nullable=False),
    Column("amount_micro_usd", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("units", Integer, nullable=False),
    Column("post_id", _ID, index=True),
    Column("attempt_id", _ID, index=True),
)

# What X showed on which UTC day: shown again on that day it costs nothing.
billed_reads = Table(
    "billed_reads",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("resource", String(50), primary_key=True),
    Column("entry_id", _ID, nullable=False, index=True),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)

timeline = Table(
    "timeline",
    metadata,
    Column("remote_id", String(40), primary_key=True),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),
    Column("post_id", _ID),
    Column("foreign_post", Boolean, nullable=False),
    Column("link_key", Text),
    Column("acknowledged_at", Instant),
)

timeline_links = Table(
    "timeline_links",
    metadata,
    Column("name", String(500), primary_key=True),
    Column("remote_id", String(40), primary_key=True),
)
"""Where the posts on the timeline lead: all links of each, by the names that articles go by."""

inbox_messages = Table(
    "inbox_messages",
    metadata,
    Column("message_id", String(200), primary_key=True),
    Column("at", Instant, nullable=False),
)

pushes = Table(
    "pushes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("topic", String(500), primary_key=True),
    Column("hub", Text, nullable=False),
    Column("sealed_secret", Text),
    Column("path", String(80), nullable=False),
    Column("requested_at", Instant),
    Column("verified_at", Instant),
    Column("expires_at", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("message", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Index("ix_alerts_unsent", "id", sqlite_where=text("sent_at IS NULL")),
    Index("ix_alerts_kind", "kind", "subject", "sent_at"),
)

followed_posts = Table(
    "followed_posts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("remote_id", String(40), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False, index=True),
    Column("post_id", _ID, index=True),
    Column("state", String(12), nullable=False),
    Column("current_id", String(40), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("earlier", Text),
    Column("last_read_at", Instant, index=True),
    Column("reads", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Index(
        "ix_followed_posts_open",
        "created_at",
        sqlite_where=text("state IN ('followed', 'missing')"),
    ),
)


def _figure_columns() -> list[Column[Any]]:
    return [Column(name, Integer) for name in FIGURES]


# Ten of these stand beside each post for good: their key is the row, and their source a small number.
snapshots = Table(
    "snapshots",
    metadata,
    Column("followed_id", _ID, primary_key=True),
    Column("taken_at", Instant, primary_key=True),
    Column("source", SmallInteger, nullable=False),
    Column("version", SmallInteger, nullable=False),
    *_figure_columns(),
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("age_minutes", Integer, primary_key=True),
    Column("followed_id", _ID, primary_key=True),
    *_figure_columns(),
    sqlite_with_rowid=False,
)

digests = Table(
    "digests",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("period_on", String(10), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("name_key", String(60), nullable=False, unique=True),
    Column("role", String(12), nullable=False),
    Column("password_hash", Text),
    Column("language", String(12), nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("user_id", _ID, ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("address", String(60), nullable=False),
    Column("agent", String(200)),
)

entry_links = Table(
    "entry_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", _ID, ForeignKey("users.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("name_key", String(60), nullable=False),
    Column("address", String(60), nullable=False),
)

sheets = Table(
    "sheets",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("page", String(40), nullable=False),
    Column("post_id", _ID, ForeignKey("posts.id"), unique=True),
    Column("bases", Text, nullable=False),
    Column("parts", Text, nullable=False),
    Column("due_words", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

presences = Table(
    "presences",
    metadata,
    Column("subject", String(40), primary_key=True),
    Column("who", String(100), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(12), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("hint", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
)

# One row per Idempotency-Key; without a status its request is under way, or its process died meanwhile.
api_requests = Table(
    "api_requests",
    metadata,
    Column("token_id", _ID, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("status", Integer),
    Column("body", Text, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_try_at", Instant),
    Column("error", Text),
    Column("delivered_at", Instant),
    Column("stopped_at", Instant),
)
