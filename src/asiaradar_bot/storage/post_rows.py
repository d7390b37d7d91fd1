"""Posts: every move is a compare-and-set along the state table and writes its audit row."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, union_all, update

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import NotFoundError, VersionConflictError, WrongStateError
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import (
    LIVE,
    Attempt,
    NewPost,
    Post,
    PostId,
    PostKind,
    PostState,
    check_move,
)
from asiaradar_bot.rules.searching import sought
from asiaradar_bot.storage.attempt_rows import SqlAttemptRows, attempt_from_row
from asiaradar_bot.storage.audit_rows import SqlAuditRows
from asiaradar_bot.storage.inserting import portions
from asiaradar_bot.storage.instants import lease_instant
from asiaradar_bot.storage.searching import holds
from asiaradar_bot.storage.tables import attempts, leases, pictures, posts, timeline

_FIELDS = tuple(field.name for field in fields(Post))
_URGENCY = {NewsClass.BREAKING: 0, NewsClass.NORMAL: 1, NewsClass.EVERGREEN: 2}
_RECENT = timedelta(days=8)
_OPEN = ("draft", "held", "queued", "sending", "unknown")


class SqlPostRows(SqlAttemptRows):
    """
    Implements `ports.storage.PostRows`.
    """

    def __init__(self, connection: Connection, *, server_time: bool) -> None:
        super().__init__(connection)
        self._audit = SqlAuditRows(connection)
        self._server_time = server_time

    def add(self, post: NewPost, *, who: str) -> Post:
        """Insert."""
        values = {field.name: getattr(post, field.name) for field in fields(NewPost)}
        done = self._connection.execute(
            insert(posts).values(
                **values, sought=sought(post.text), urgency=_URGENCY[post.news_class], version=1, attempts=0
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        self._write_audit(
            key[0], post.created_at, who, "post.add", post.reason, {}, {"state": post.state, "text": post.text}
        )
        return self.get(PostId(key[0]))

    def get(self, post_id: PostId) -> Post:
        """The post. Raises NotFoundError."""
        found = self.find(post_id)
        if found is None:
            raise NotFoundError(f"there is no post {post_id}: look it up in the list of posts")
        return found

    def find(self, post_id: PostId) -> Post | None:
        """The post, or None."""
        row = self._connection.execute(select(posts).where(posts.c.id == post_id)).one_or_none()
        return None if row is None else post_from_row(row)

    def find_by_marker(self, marker: str) -> Post | None:
        """The post that was made with this marker, in any state, or None."""
        row = self._connection.execute(select(posts).where(posts.c.marker == marker)).one_or_none()
        return None if row is None else post_from_row(row)

    def list_for_article(self, article_id: ArticleId, *, kind: PostKind | None = None) -> Sequence[Post]:
        """Oldest first: those made of it, and those by hand that lead to it, or only those of this kind."""
        query = select(posts).where(posts.c.article_id == article_id).order_by(posts.c.id)
        if kind is not None:
            query = query.where(posts.c.kind == kind)
        return [post_from_row(row) for row in self._connection.execute(query)]

    def list_thread(self, thread_id: PostId) -> Sequence[Post]:
        """In order of parts."""
        query = select(posts).where(posts.c.thread_id == thread_id).order_by(posts.c.part)
        return [post_from_row(row) for row in self._connection.execute(query)]

    def thread_of(self, post: Post) -> Sequence[Post]:
        """All parts of the post's thread in their order; the post alone, if it is no part of one."""
        return [post] if post.thread_id is None else self.list_thread(post.thread_id)

    def list_due(self, now: datetime, *, limit: int, skip: int = 0) -> Sequence[Post]:
        """Queued posts whose time has come and whose earlier parts are out, most urgent class and newest first."""
        earlier = posts.alias("earlier")
        waits = exists().where(
            earlier.c.thread_id == posts.c.thread_id,
            earlier.c.part < posts.c.part,
            earlier.c.state != PostState.PUBLISHED,
        )
        query = (
            select(posts)
            .where(posts.c.state == PostState.QUEUED, posts.c.due_at <= now)
            .where(or_(posts.c.thread_id.is_(None), ~waits))
            .order_by(posts.c.urgency, posts.c.due_at.desc(), posts.c.id)
            .limit(limit)
            .offset(skip)
        )
        return [post_from_row(row) for row in self._connection.execute(query)]

    def list_queued(self, *, limit: int = 1000, skip: int = 0) -> Sequence[Post]:
        """All queued posts by due time, the first `skip` left out."""
        query = select(posts).where(posts.c.state == PostState.QUEUED).order_by(posts.c.due_at, posts.c.id)
        return [post_from_row(row) for row in self._connection.execute(query.limit(limit).offset(skip))]

    def list_wanting_picture(self, *, limit: int) -> Sequence[Post]:
        """Queued and held posts whose picture is still to be fetched, by due time."""
        query = (
            select(posts)
            .where(posts.c.state.in_([PostState.QUEUED, PostState.HELD]), posts.c.picture_url.is_not(None))
            .order_by(posts.c.due_at, posts.c.id)
        )
        return [post_from_row(row) for row in self._connection.execute(query.limit(limit))]

    def times_between(self, since: datetime, until: datetime) -> Sequence[tuple[datetime, PostId]]:
        """When posts went out in this span, and when open ones are due in it that are not queued; in rising order."""
        sent = select(posts.c.published_at, posts.c.id).where(
            posts.c.published_at >= since, posts.c.published_at < until
        )
        waiting = select(posts.c.due_at, posts.c.id).where(
            posts.c.state.in_(_OPEN), posts.c.state != PostState.QUEUED, posts.c.due_at >= since, posts.c.due_at < until
        )
        found = [(row[0], PostId(row[1])) for query in (sent, waiting) for row in self._connection.execute(query)]
        return sorted(found)

    def get_many(self, post_ids: Collection[PostId]) -> Mapping[PostId, Post]:
        """Those of these posts that there are."""
        rows = [
            row
            for some in portions({int(one) for one in post_ids})
            for row in self._connection.execute(select(posts).where(posts.c.id.in_(some)))
        ]
        return {PostId(row.id): post_from_row(row) for row in rows}

    def list_posts(self, *, states: Collection[PostState] = (), limit: int = 200, skip: int = 0) -> Sequence[Post]:
        """Newest first, the first `skip` left out."""
        query = select(posts).order_by(posts.c.created_at.desc(), posts.c.id.desc())
        # A state at a time: each is read along its index, where several would be sought among all posts.
        queries = [query.where(posts.c.state == state) for state in set(states)] or [query]
        if len(queries) == 1:
            return [post_from_row(row) for row in self._connection.execute(queries[0].limit(limit).offset(skip))]
        found = [post_from_row(row) for one in queries for row in self._connection.execute(one.limit(skip + limit))]
        return sorted(found, key=lambda post: (post.created_at, post.id), reverse=True)[skip : skip + limit]

    def search(self, words: Sequence[str], *, limit: int) -> Sequence[Post]:
        """Posts whose text holds all the words, as `rules.searching` compares them, newest first."""
        query = select(posts).where(holds(self._connection, posts.c.sought, words)).order_by(posts.c.id.desc())
        return [post_from_row(row) for row in self._connection.execute(query.limit(limit))]

    def list_sending(self) -> Sequence[tuple[Post, Attempt]]:
        """Posts on their way with their open attempt, oldest first."""
        sending = self._connection.execute(
            select(posts).where(posts.c.state == PostState.SENDING, posts.c.state.in_(_OPEN)).order_by(posts.c.id)
        ).all()
        if not sending:
            return []
        query = select(attempts).where(
            attempts.c.post_id.in_([row.id for row in sending]), attempts.c.finished_at.is_(None)
        )
        open_attempts = {row.post_id: attempt_from_row(row) for row in self._connection.execute(query)}
        # Another machine may have closed one between the two queries.
        pairs = [(post_from_row(row), open_attempts[row.id]) for row in sending if row.id in open_attempts]
        return sorted(pairs, key=lambda pair: pair[1].started_at)

    def move(
        self,
        post: Post,
        new: PostState,
        *,
        at: datetime,
        who: str,
        why: str,
        by_person: bool = False,
        **changes: object,
    ) -> Post:
        """Change the state, and the named fields with it. Raises WrongStateError, VersionConflictError."""
        check_move(post.state, new, post_id=post.id, by_person=by_person)
        return self._write(
            post, {"state": new, "reason": why, **changes}, at=at, who=who, why=why, action=f"post.{new}"
        )

    def change(self, post: Post, *, at: datetime, who: str, why: str, **changes: object) -> Post:
        """Change fields of a live post. Raises WrongStateError, VersionConflictError."""
        if post.state not in LIVE:
            raise WrongStateError(f"post {post.id} is {post.state} and cannot be changed any more", post_id=post.id)
        return self._write(post, dict(changes), at=at, who=who, why=why, action="post.change")

    def amend(self, post: Post, *, at: datetime, who: str, why: str, **changes: object) -> Post:
        """Note what became of a published post on X: edited, deleted. Raises WrongStateError, VersionConflictError."""
        if post.state is not PostState.PUBLISHED:
            raise WrongStateError(f"post {post.id} is {post.state}, so nothing of it is on X", post_id=post.id)
        return self._write(post, {"reason": why, **changes}, at=at, who=who, why=why, action="post.amend")

    def claim(self, post: Post, lease: Lease, *, now: datetime, match_key: str, media_count: int) -> Attempt | None:
        """Queued -> sending with a new attempt row, if the lease still holds; None if not."""
        held = exists().where(
            leases.c.account == lease.account,
            leases.c.owner == lease.owner,
            leases.c.fence == lease.fence,
            leases.c.expires_at > lease_instant(now, server_time=self._server_time),
        )
        done = self._connection.execute(
            update(posts)
            .where(posts.c.id == post.id, posts.c.state == PostState.QUEUED, posts.c.version == post.version, held)
            .values(state=PostState.SENDING, version=post.version + 1, reason="on its way to X")
        )
        if done.rowcount != 1:
            return None
        number = self._connection.execute(
            select(func.coalesce(func.max(attempts.c.number), 0) + 1).where(attempts.c.post_id == post.id)
        ).scalar_one()
        self._write_audit(
            post.id,
            now,
            "bot",
            "post.sending",
            why=f"attempt {number}",
            before={"state": post.state},
            after={"state": PostState.SENDING},
        )
        return self.add_attempt(
            post.id, number=number, lease=lease, now=now, match_key=match_key, media_count=media_count
        )

    def finish(
        self,
        attempt: Attempt,
        new: PostState,
        *,
        at: datetime,
        answer_class: str,
        why: str,
        **changes: object,
    ) -> bool:
        """Sending -> new for the post of this open attempt, and close it; False if another result came first."""
        check_move(PostState.SENDING, new, post_id=attempt.post_id, by_person=False)
        remote_id = changes.get("remote_id")
        if not self.close_attempt(
            attempt.id, at=at, answer_class=answer_class, why=why, remote_id=str(remote_id) if remote_id else None
        ):
            return False
        done = self._connection.execute(
            update(posts)
            .where(posts.c.id == attempt.post_id, posts.c.state == PostState.SENDING)
            .values(state=new, reason=why, version=posts.c.version + 1, **changes)
        )
        if done.rowcount != 1:
            raise WrongStateError(
                f"post {attempt.post_id} left its attempt {attempt.number} behind", post_id=attempt.post_id
            )
        self._write_audit(
            attempt.post_id, at, "bot", f"post.{new}", why, {"state": PostState.SENDING}, {"state": new, **changes}
        )
        return True

    def sent_times(self, since: datetime, *, newest: int | None = None) -> Sequence[datetime]:
        """
        When posts went out, or may have gone out, since then, those made by hand included; oldest first.

        Of more than `newest` only so many, the latest.
        """
        out = select(posts.c.published_at.label("at")).where(posts.c.published_at >= since)
        doubtful = (
            select(func.max(attempts.c.started_at).label("at"))
            .join(posts, posts.c.id == attempts.c.post_id)
            .where(posts.c.state.in_(["sending", "unknown"]), posts.c.state.in_(_OPEN), attempts.c.started_at >= since)
            .group_by(attempts.c.post_id)
        )
        by_hand = select(timeline.c.created_at.label("at")).where(
            timeline.c.created_at >= since, timeline.c.foreign_post.is_(True), timeline.c.post_id.is_(None)
        )
        latest = out.order_by(posts.c.published_at.desc()).limit(newest).subquery()
        both = union_all(select(latest.c.at), doubtful, by_hand).subquery()
        found = list(self._connection.scalars(select(both.c.at).order_by(both.c.at)))
        return found if newest is None else found[-newest:]

    def remote_ids(self) -> Collection[str]:
        """Ids on X of our posts of the last days."""
        newest = self._connection.execute(select(func.max(posts.c.published_at))).scalar_one()
        if newest is None:
            return set()
        query = select(posts.c.remote_id).where(posts.c.published_at >= newest - _RECENT)
        return {remote_id for remote_id in self._connection.scalars(query) if remote_id}

    def markers(self) -> Mapping[str, PostId]:
        """Link markers of posts that are not cancelled, of the last days."""
        newest = self._connection.execute(select(func.max(posts.c.created_at))).scalar_one()
        if newest is None:
            return {}
        query = select(posts.c.marker, posts.c.id).where(
            posts.c.created_at >= newest - _RECENT, posts.c.state != PostState.CANCELLED
        )
        return {row.marker: PostId(row.id) for row in self._connection.execute(query)}

    def count_by_state(self, states: Collection[PostState] = ()) -> Mapping[str, int]:
        """Number of posts in each state, or each of these states, that has any."""
        query = select(posts.c.state, func.count()).group_by(posts.c.state)
        if states:
            query = query.where(posts.c.state.in_(list(states)))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def add_picture(self, picture: Picture, *, source_url: str | None, kept_at: datetime | None = None) -> int:
        """Its id; the same bytes are stored once. `kept_at`: brought by somebody, and not shown by anything yet."""
        digest = hashlib.sha256(picture.content).hexdigest()
        known = self._connection.execute(select(pictures.c.id).where(pictures.c.digest == digest)).scalar_one_or_none()
        if known is not None:
            if kept_at is not None:
                self._connection.execute(update(pictures).where(pictures.c.id == known).values(kept_at=kept_at))
            return int(known)
        done = self._connection.execute(
            insert(pictures).values(
                digest=digest,
                content=picture.content,
                media_type=picture.media_type,
                width_pixels=picture.width_pixels,
                height_pixels=picture.height_pixels,
                source_url=source_url,
                kept_at=kept_at,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return int(key[0])

    def get_picture(self, picture_id: int) -> Picture:
        """The picture. Raises NotFoundError."""
        row = self._connection.execute(select(pictures).where(pictures.c.id == picture_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no picture {picture_id}: it was never brought, or went unused for 30 days")
        return Picture(
            content=row.content,
            media_type=row.media_type,
            width_pixels=row.width_pixels,
            height_pixels=row.height_pixels,
        )

    def taken_slots(self, since: datetime) -> Collection[datetime]:
        """Due times from then on at which a post stands."""
        stands = or_(
            and_(posts.c.in_slot.is_(True), posts.c.state.not_in([PostState.CANCELLED, PostState.DRAFT])),
            posts.c.state.in_([PostState.HELD, PostState.QUEUED]),
        )
        query = select(posts.c.due_at).where(and_(posts.c.due_at >= since, stands))
        return set(self._connection.scalars(query))

    def _write(self, post: Post, changes: dict[str, object], *, at: datetime, who: str, why: str, action: str) -> Post:
        values = dict(changes)
        if "news_class" in values:
            values["urgency"] = _URGENCY[NewsClass(str(values["news_class"]))]
        if "text" in values:
            values["sought"] = sought(str(values["text"]))
        done = self._connection.execute(
            update(posts)
            .where(posts.c.id == post.id, posts.c.state == post.state, posts.c.version == post.version)
            .values(**values, version=post.version + 1)
        )
        if done.rowcount != 1:
            raise VersionConflictError(
                f"post {post.id} was changed by somebody else meanwhile: look at it again, then repeat",
                post_id=post.id,
            )
        before = {name: getattr(post, name) for name in changes}
        self._write_audit(post.id, at, who, action, why, before, changes)
        return self.get(post.id)

    def _write_audit(
        self,
        post_id: int,
        at: datetime,
        who: str,
        action: str,
        why: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        self._audit.record(
            AuditEntry(
                at=at,
                who=who,
                action=action,
                subject=f"post {post_id}",
                why=why,
                before=dict(before),
                after=dict(after),
            )
        )


def post_from_row(row: Any) -> Post:
    """
    The post of a row of `posts`.
    """
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = PostKind(row.kind)
    values["state"] = PostState(row.state)
    values["news_class"] = NewsClass(row.news_class)
    return Post(**values)
