"""Articles, their names, revisions and decisions."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, tuple_, update

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Revision
from asiaradar_bot.model.decision import Decision, DecisionId, NewsClass, Reason, Verdict
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.post import PostKind, PostState
from asiaradar_bot.rules.searching import sought
from asiaradar_bot.storage.encoding import (
    facts_from_json,
    facts_to_json,
    to_json,
    trace_from_json,
    trace_to_json,
)
from asiaradar_bot.storage.inserting import inserting, portions, short_key
from asiaradar_bot.storage.searching import holds
from asiaradar_bot.storage.tables import article_names, articles, corrections, decisions, posts, revisions, sightings

_ON_ITS_WAY = (
    PostState.DRAFT,
    PostState.QUEUED,
    PostState.HELD,
    PostState.SENDING,
    PostState.PUBLISHED,
    PostState.UNKNOWN,
)
_RECENT = 2000
"""Of the newest articles, which a search tries first: most that are sought are among them."""
_TITLE_CHARS = 600
"""Of the column that pages read; the facts have the whole."""
_SOUGHT_BYTES = 2600
"""Of the column that is looked through: PostgreSQL indexes no more than 2704 bytes."""


class SqlArticleRows:
    """
    Implements `ports.storage.ArticleRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find_by_names(self, names: Collection[str]) -> Article | None:
        """The article that goes by any of the names."""
        query = (
            select(articles)
            .join(article_names, article_names.c.article_id == articles.c.id)
            .where(article_names.c.name.in_(_cut(names)))
            .order_by(articles.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else article_from_row(row)

    def list_published_at(self, at: datetime) -> Sequence[Article]:
        """Articles that carry this publication stamp, and whose page was read, oldest first."""
        query = select(articles).where(articles.c.published_at == at, articles.c.state != ArticleState.NOTICED)
        return [article_from_row(row) for row in self._connection.execute(query.order_by(articles.c.id))]

    def absorb(self, article_id: ArticleId, *, into: ArticleId) -> None:
        """
        Give names and sightings of a row that nothing was decided on to another, and remove the row.

        Posts that people wrote to it and their corrections go along; of its revisions none stays, so they are told
        by what the other says now.
        """
        now = select(articles.c.revision).where(articles.c.id == into).scalar_subquery()
        for table, told in (
            (article_names, {}),
            (sightings, {}),
            (posts, {"revision": now}),
            (corrections, {"old_revision": now, "new_revision": now}),
        ):
            gone = table.c.article_id == article_id
            self._connection.execute(update(table).where(gone).values(article_id=into, **told))
        self._connection.execute(delete(revisions).where(revisions.c.article_id == article_id))
        self._connection.execute(delete(articles).where(articles.c.id == article_id))

    def get(self, article_id: ArticleId) -> Article:
        """The article. Raises NotFoundError."""
        row = self._connection.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no article {article_id}: look it up in the list of articles")
        return article_from_row(row)

    def add(self, article: Article, *, names: Collection[str]) -> Article:
        """Insert with its first revision; the id of the argument is ignored."""
        done = self._connection.execute(insert(articles).values(_values(article)))
        key = done.inserted_primary_key
        assert key is not None
        added = replace(article, id=ArticleId(key[0]))
        self.add_names(added.id, names)
        self.add_revision(
            Revision(
                article_id=added.id,
                number=article.revision,
                seen_at=article.first_seen_at,
                facts=article.facts,
                changed=(),
            )
        )
        return added

    def add_names(self, article_id: ArticleId, names: Collection[str]) -> None:
        """More names for it; names that are taken already are left alone."""
        rows = [{"name": name, "article_id": article_id} for name in _cut(names)]
        if rows:
            self._connection.execute(inserting(self._connection, article_names).on_conflict_do_nothing(), rows)

    def list_due_reading(self, now: datetime, *, limit: int) -> Sequence[Article]:
        """Articles whose page is to be read now, oldest appointment first; those that are done wait for the others."""
        query = select(articles).where(articles.c.next_read_at.is_not(None), articles.c.next_read_at <= now)
        in_order = query.order_by(articles.c.state == ArticleState.DONE, articles.c.next_read_at).limit(limit)
        return [article_from_row(row) for row in self._connection.execute(in_order)]

    def list_in_state(self, state: ArticleState, *, limit: int) -> Sequence[Article]:
        """Oldest first sighting first."""
        query = select(articles).where(articles.c.state == state)
        if state is not ArticleState.DONE:
            query = query.where(articles.c.state != ArticleState.DONE)
        query = query.order_by(articles.c.first_seen_at, articles.c.id).limit(limit)
        return [article_from_row(row) for row in self._connection.execute(query)]

    def list_outdated(self, *, limit: int) -> Sequence[Article]:
        """Those done with whose post waits and was made of an earlier revision, oldest first sighting first."""
        query = (
            select(articles)
            .join(posts, posts.c.article_id == articles.c.id)
            .where(
                posts.c.state.in_([PostState.QUEUED, PostState.HELD]),
                posts.c.kind == PostKind.ARTICLE,
                posts.c.revision != articles.c.revision,
                articles.c.state == ArticleState.DONE,
            )
            .order_by(articles.c.first_seen_at, articles.c.id)
            .limit(limit)
        )
        return [article_from_row(row) for row in self._connection.execute(query)]

    def list_recent(self, *, limit: int, state: ArticleState | None = None) -> Sequence[Article]:
        """Newest first."""
        query = select(articles).order_by(articles.c.first_seen_at.desc(), articles.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(articles.c.state == state)
        return [article_from_row(row) for row in self._connection.execute(query)]

    def search(self, words: Sequence[str], *, limit: int) -> Sequence[Article]:
        """Articles whose headline and address hold all the words, as `rules.searching` compares them; newest first."""
        query = select(articles).order_by(articles.c.id.desc()).limit(limit)
        named = holds(self._connection, articles.c.sought, words)
        newest_id = self._connection.execute(select(func.max(articles.c.id))).scalar_one() or 0
        recent = query.where(named, articles.c.id > newest_id - _RECENT)
        found = self._connection.execute(recent).all()
        if len(found) < limit:
            # An index holds all that is asked; a condition on the rows themselves would read them with their facts.
            found = self._connection.execute(query.where(articles.c.id.in_(select(articles.c.id).where(named)))).all()
        return [article_from_row(row) for row in found]

    def save(self, article: Article, *, was: Article) -> bool:
        """Write state, facts and reading marks if it is still as it was read; False if it moved on or was read anew."""
        done = self._connection.execute(
            update(articles)
            .where(articles.c.id == article.id, articles.c.state == was.state, articles.c.revision == was.revision)
            .values(_values(article))
        )
        return done.rowcount == 1

    def list_names(self, article_id: ArticleId) -> Sequence[str]:
        """All names that it goes by."""
        query = select(article_names.c.name).where(article_names.c.article_id == article_id)
        return list(self._connection.scalars(query.order_by(article_names.c.name)))

    def add_revision(self, revision: Revision) -> None:
        """Append."""
        self._connection.execute(
            insert(revisions).values(
                article_id=revision.article_id,
                number=revision.number,
                seen_at=revision.seen_at,
                facts=facts_to_json(revision.facts),
                changed=to_json(list(revision.changed)),
            )
        )

    def list_revisions(self, article_id: ArticleId) -> Sequence[Revision]:
        """Oldest first."""
        query = select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.number)
        return [
            Revision(
                article_id=ArticleId(row.article_id),
                number=row.number,
                seen_at=row.seen_at,
                facts=facts_from_json(row.facts),
                changed=tuple(json.loads(row.changed)),
            )
            for row in self._connection.execute(query)
        ]

    def add_decision(self, decision: Decision) -> Decision:
        """Append; the newest counts. The decision with its id."""
        done = self._connection.execute(
            insert(decisions).values(
                article_id=decision.article_id,
                revision=decision.revision,
                verdict=decision.verdict,
                news_class=decision.news_class,
                reason=decision.reason,
                detail=decision.detail,
                rule=decision.rule,
                template=decision.template,
                not_before_at=decision.not_before_at,
                expires_at=decision.expires_at,
                trace=trace_to_json(decision.trace),
                decided_at=decision.decided_at,
                decided_by=decision.decided_by,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return replace(decision, id=DecisionId(key[0]))

    def list_decisions(self, article_id: ArticleId) -> Sequence[Decision]:
        """Oldest first."""
        query = select(decisions).where(decisions.c.article_id == article_id).order_by(decisions.c.id)
        return [decision_from_row(row) for row in self._connection.execute(query)]

    def titles(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, str]:
        """Headlines of these, as they are now."""
        return {
            ArticleId(row.id): row.title
            for some in portions({int(one) for one in article_ids})
            for row in self._connection.execute(select(articles.c.id, articles.c.title).where(articles.c.id.in_(some)))
        }

    def titles_at(self, at: Collection[tuple[ArticleId, int]]) -> Mapping[tuple[ArticleId, int], str]:
        """Headlines of articles as they were at these revisions; one that is not on record is left out."""
        key = tuple_(revisions.c.article_id, revisions.c.number)
        return {
            (ArticleId(row.article_id), row.number): facts_from_json(row.facts).title
            for some in portions({(int(article_id), number) for article_id, number in at})
            for row in self._connection.execute(select(revisions).where(key.in_(some)))
        }

    def newest_decisions(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Decision]:
        """The newest decision about each of these; an article without one is left out."""
        rows = [
            row
            for some in portions({int(one) for one in article_ids})
            for row in self._connection.execute(select(decisions).where(decisions.c.id.in_(_newest_of(some))))
        ]
        return {ArticleId(row.article_id): decision_from_row(row) for row in rows}

    def recent_headlines(self, since: datetime) -> Sequence[Headline]:
        """Headlines first seen since then, with whether their article is posted or on its way."""
        on_its_way = exists().where(posts.c.article_id == articles.c.id, posts.c.state.in_(_ON_ITS_WAY))
        query = (
            select(
                articles.c.id,
                articles.c.title,
                articles.c.url,
                articles.c.first_seen_at,
                articles.c.revision,
                on_its_way.label("posted"),
            )
            .where(articles.c.first_seen_at >= since)
            .order_by(articles.c.first_seen_at, articles.c.id)
        )
        return [
            Headline(
                article_id=ArticleId(row.id),
                title=row.title,
                url=row.url,
                first_seen_at=row.first_seen_at,
                posted=bool(row.posted),
                revision=row.revision,
            )
            for row in self._connection.execute(query)
        ]


def _newest_of(article_ids: Collection[int]) -> Select[Any]:
    newest = select(func.max(decisions.c.id)).where(decisions.c.article_id.in_(article_ids))
    return newest.group_by(decisions.c.article_id)


def _cut(names: Collection[str]) -> list[str]:
    return sorted({short_key(name) for name in names})


def sought_of_article(title: str, url: str) -> str:
    """
    What articles are found by.
    """
    return f"{sought(title)} {sought(url)}".encode()[:_SOUGHT_BYTES].decode(errors="ignore")


def _values(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "state": article.state,
        "source": article.source,
        "first_seen_at": article.first_seen_at,
        "title": article.facts.title[:_TITLE_CHARS],
        "sought": sought_of_article(article.facts.title, article.url),
        "published_at": article.facts.published_at,
        "facts": facts_to_json(article.facts),
        "revision": article.revision,
        "read_at": article.read_at,
        "next_read_at": article.next_read_at,
        "read_failures": article.read_failures,
        "seeded": article.seeded,
        "burst": article.burst,
        "gone_at": article.gone_at,
        "updated_at": article.updated_at,
    }


def article_from_row(row: Any) -> Article:
    """
    The article of a row of its table.
    """
    return Article(
        id=ArticleId(row.id),
        url=row.url,
        state=ArticleState(row.state),
        source=row.source,
        first_seen_at=row.first_seen_at,
        facts=facts_from_json(row.facts),
        revision=row.revision,
        read_at=row.read_at,
        next_read_at=row.next_read_at,
        read_failures=row.read_failures,
        seeded=row.seeded,
        burst=row.burst,
        gone_at=row.gone_at,
        updated_at=row.updated_at,
    )


def decision_from_row(row: Any) -> Decision:
    """
    The decision of a row of its table.
    """
    return Decision(
        article_id=ArticleId(row.article_id),
        revision=row.revision,
        verdict=Verdict(row.verdict),
        news_class=NewsClass(row.news_class),
        reason=Reason(row.reason),
        detail=row.detail,
        rule=row.rule,
        template=row.template,
        not_before_at=row.not_before_at,
        expires_at=row.expires_at,
        trace=trace_from_json(row.trace),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        id=DecisionId(row.id),
    )
