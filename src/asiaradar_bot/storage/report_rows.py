"""Reports: thousands of posts in one statement, taken apart by place, and spans for exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, exists, func, or_, select, type_coerce

from asiaradar_bot.model.correction import CorrectionState
from asiaradar_bot.model.decision import Verdict
from asiaradar_bot.model.digest import DigestKind, HeldArticle
from asiaradar_bot.model.engagement import FollowState, Snapshot
from asiaradar_bot.model.money import READS, LedgerEntry, SpendState
from asiaradar_bot.model.post import Post, PostKind
from asiaradar_bot.model.report import PostFigures
from asiaradar_bot.storage.engagement_rows import SNAPSHOTS, snapshot_from_row
from asiaradar_bot.storage.inserting import inserting, portions
from asiaradar_bot.storage.ledger_rows import entry_from_row
from asiaradar_bot.storage.post_rows import post_from_row
from asiaradar_bot.storage.tables import (
    articles,
    checkpoints,
    corrections,
    decisions,
    digests,
    followed_posts,
    instant,
    ledger,
    posts,
    snapshots,
    timeline,
)

_MICRO = Decimal(1_000_000)
_AT_ONCE = 1000
_BY_HAND_LINKS = (
    select(timeline.c.link_key.is_not(None)).where(timeline.c.remote_id == followed_posts.c.remote_id).scalar_subquery()
)
_HAS_LINK = case((followed_posts.c.post_id.is_not(None), posts.c.link.is_not(None)), else_=_BY_HAND_LINKS)
_REPLACES = corrections.c.state == CorrectionState.REPOSTED
_COST = (
    select(func.sum(ledger.c.amount_micro_usd))
    .where(ledger.c.post_id == followed_posts.c.post_id, ledger.c.state != SpendState.RELEASED)
    .scalar_subquery()
)


class SqlReportRows:
    """
    Implements `ports.reports.ReportRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at_age(self, age: timedelta, *, since: datetime, until: datetime) -> Sequence[PostFigures]:
        """Every post on X created in the span, at one of `CHECKPOINTS`, oldest first."""
        query = (
            select(
                followed_posts.c.remote_id,
                type_coerce(followed_posts.c.created_at, BigInteger),
                followed_posts.c.post_id,
                posts.c.news_class,
                posts.c.template,
                posts.c.variant,
                posts.c.category,
                posts.c.language,
                or_(followed_posts.c.state == FollowState.DELETED, posts.c.deleted_remotely_at.is_not(None)),
                _HAS_LINK,
                _COST,
                checkpoints.c.impressions,
                checkpoints.c.engagements,
                checkpoints.c.link_clicks,
                posts.c.corrects_id,
            )
            .select_from(followed_posts)
            .outerjoin(
                checkpoints,
                and_(
                    checkpoints.c.followed_id == followed_posts.c.id,
                    checkpoints.c.age_minutes == int(age.total_seconds()) // 60,
                ),
            )
            .outerjoin(posts, posts.c.id == followed_posts.c.post_id)
            .where(followed_posts.c.created_at >= since, followed_posts.c.created_at < until)
            .order_by(followed_posts.c.created_at)
        )
        replaced = set(self._connection.scalars(select(corrections.c.post_id).where(_REPLACES)))
        return [_figures(row, replaced) for row in self._connection.execute(query).all()]

    def texts(self, remote_ids: Collection[str]) -> Mapping[str, str]:
        """The text of each of these posts that is on record."""
        found: dict[str, str] = {}
        for some in portions(set(remote_ids)):
            for table in (timeline, posts):
                query = select(table.c.remote_id, table.c.text).where(table.c.remote_id.in_(some))
                found |= {row.remote_id: row.text for row in self._connection.execute(query)}
        return found

    def spent_on_reads(self, *, since: datetime, until: datetime) -> Decimal:
        """What reading came to in the span, doubtful reads included, in USD."""
        return self._spent(since, until, ledger.c.what.in_(READS))

    def spent(self, *, since: datetime, until: datetime) -> Decimal:
        """What everything came to in the span, doubtful requests included, in USD."""
        return self._spent(since, until)

    def _spent(self, since: datetime, until: datetime, *conditions: ColumnElement[bool]) -> Decimal:
        query = select(func.coalesce(func.sum(ledger.c.amount_micro_usd), 0)).where(
            ledger.c.at >= since, ledger.c.at < until, ledger.c.state != SpendState.RELEASED, *conditions
        )
        return Decimal(int(self._connection.execute(query).scalar_one())) / _MICRO

    def held(self, *, since: datetime, until: datetime) -> Sequence[HeldArticle]:
        """Articles of the span whose newest decision was to hold, with what became of their post."""
        query = (
            select(articles.c.id, articles.c.title, decisions.c.detail, posts.c.state)
            .join_from(articles, decisions, decisions.c.article_id == articles.c.id)
            .outerjoin(posts, (posts.c.article_id == articles.c.id) & (posts.c.kind == PostKind.ARTICLE))
            .where(*_newest(since, until), decisions.c.verdict == Verdict.HOLD)
            .order_by(articles.c.first_seen_at, posts.c.id)
        )
        found = {
            row.id: HeldArticle(title=row.title, why=row.detail, post_state=row.state)
            for row in self._connection.execute(query)
        }
        return list(found.values())

    def skipped(self, *, since: datetime, until: datetime) -> Mapping[str, int]:
        """How many articles of the span were skipped, by reason."""
        query = (
            select(decisions.c.reason, func.count())
            .join_from(articles, decisions, decisions.c.article_id == articles.c.id)
            .where(*_newest(since, until), decisions.c.verdict == Verdict.SKIP)
            .group_by(decisions.c.reason)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def published(self, *, since: datetime, until: datetime) -> Sequence[Post]:
        """Our posts that went out in the span, oldest first."""
        query = (
            select(posts)
            .where(posts.c.published_at >= since, posts.c.published_at < until)
            .order_by(posts.c.published_at, posts.c.id)
        )
        return [post_from_row(row) for row in self._connection.execute(query)]

    def snapshots(self, *, since: datetime, until: datetime) -> Iterator[Snapshot]:
        """Snapshots of posts created in the span, post by post, oldest first; read as they are asked for."""
        query = SNAPSHOTS.where(followed_posts.c.created_at >= since, followed_posts.c.created_at < until).order_by(
            followed_posts.c.created_at, followed_posts.c.id, snapshots.c.taken_at
        )
        for row in self._connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            yield snapshot_from_row(row)

    def entries(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        """Ledger entries of the span, oldest first; read as they are asked for."""
        query = select(ledger).where(ledger.c.at >= since, ledger.c.at < until).order_by(ledger.c.at, ledger.c.id)
        for row in self._connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            yield entry_from_row(row)


class SqlDigestRows:
    """
    Implements `ports.reports.DigestRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: DigestKind, on: date, text: str, *, at: datetime) -> bool:
        """Keep it; False, and nothing is written, if the period has one already."""
        row = inserting(self._connection, digests).values(kind=kind, period_on=str(on), made_at=at, text=text)
        return self._connection.execute(row.on_conflict_do_nothing().returning(digests.c.kind)).first() is not None

    def find(self, kind: DigestKind, on: date) -> str | None:
        """Its text, or None."""
        query = select(digests.c.text).where(digests.c.kind == kind, digests.c.period_on == str(on))
        return self._connection.execute(query).scalar_one_or_none()


def _newest(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """
    The newest decision of articles first seen in the span.
    """
    later = decisions.alias("later")
    newest = ~exists().where(later.c.article_id == decisions.c.article_id, later.c.id > decisions.c.id)
    return articles.c.first_seen_at >= since, articles.c.first_seen_at < until, newest


def _figures(row: Sequence[Any], replaced: Collection[int]) -> PostFigures:
    # A report has thousands of these: by place, and without a call for what is mostly there.
    (
        remote_id, created, post_id, news_class, template, variant, category, language, deleted, has_link, cost,
        impressions, engagements, clicks, corrects_id,
    ) = row  # fmt: skip
    return PostFigures._make(
        (
            remote_id,
            instant(created),
            post_id,
            news_class,
            template,
            variant,
            category,
            language,
            deleted == 1,
            None if has_link is None else has_link == 1,
            None if cost is None else int(cost),  # PostgreSQL sums to a decimal
            impressions,
            engagements,
            clicks,
            corrects_id,
            post_id in replaced,
        )
    )
