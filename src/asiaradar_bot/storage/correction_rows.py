"""Corrections: every move is a compare-and-set along the state table and writes its audit row."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.correction import (
    LIVE_CORRECTIONS,
    ActKind,
    ChainPost,
    ChangeKind,
    Correction,
    CorrectionAttempt,
    CorrectionId,
    CorrectionState,
    NewCorrection,
    Option,
    WatchedPost,
    check_correction_move,
)
from asiaradar_bot.model.errors import NotFoundError, VersionConflictError
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.storage.audit_rows import SqlAuditRows
from asiaradar_bot.storage.encoding import to_json
from asiaradar_bot.storage.instants import lease_instant
from asiaradar_bot.storage.post_rows import post_from_row
from asiaradar_bot.storage.tables import articles, correction_attempts, corrections, leases, posts

_NEVER_OUT = (PostState.REJECTED, PostState.CANCELLED, PostState.EXPIRED)
_FIELDS = tuple(field.name for field in fields(Correction))
_ATTEMPT_FIELDS = tuple(field.name for field in fields(CorrectionAttempt))


class SqlCorrectionRows:
    """
    Implements `ports.corrections.CorrectionRows`.
    """

    def __init__(self, connection: Connection, *, server_time: bool) -> None:
        self._connection = connection
        self._server_time = server_time
        self._audit = SqlAuditRows(connection)

    def add(self, correction: NewCorrection) -> Correction:
        """Insert, open; the post has no other live one."""
        values = {field.name: getattr(correction, field.name) for field in fields(NewCorrection)}
        values["reasons"] = to_json(list(correction.reasons))
        why = "; ".join(correction.reasons)
        done = self._connection.execute(
            insert(corrections).values(**values, state=CorrectionState.OPEN, version=1, why=why)
        )
        key = done.inserted_primary_key
        assert key is not None
        added = self.get(CorrectionId(key[0]))
        self._write_audit(added, correction.opened_at, correction.opened_by, "open", why, {}, {"kind": added.kind})
        return added

    def get(self, correction_id: CorrectionId) -> Correction:
        """The correction. Raises NotFoundError."""
        row = self._connection.execute(select(corrections).where(corrections.c.id == correction_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no correction {correction_id}")
        return _correction(row)

    def list_in(self, states: Collection[CorrectionState], *, limit: int = 200) -> Sequence[Correction]:
        """Those in these states, oldest first."""
        query = select(corrections).where(corrections.c.state.in_(list(states)))
        if set(states) <= LIVE_CORRECTIONS:
            query = query.where(corrections.c.closed_at.is_(None))
        rows = self._connection.execute(query.order_by(corrections.c.id).limit(limit))
        return [_correction(row) for row in rows]

    def list_for_post(self, post_id: PostId) -> Sequence[Correction]:
        """Oldest first."""
        query = select(corrections).where(corrections.c.post_id == post_id).order_by(corrections.c.id)
        return [_correction(row) for row in self._connection.execute(query)]

    def list_for_article(self, article_id: ArticleId) -> Sequence[Correction]:
        """Oldest first."""
        query = select(corrections).where(corrections.c.article_id == article_id).order_by(corrections.c.id)
        return [_correction(row) for row in self._connection.execute(query)]

    def find_making(self, post_id: PostId) -> Correction | None:
        """The correction that this post was made by; None: it corrects nothing."""
        return self._makers([post_id]).get(post_id)

    def list_chain(self, post_id: PostId) -> Sequence[ChainPost]:
        """The original, all that corrected it and all that took its place, from whichever of them; oldest first."""
        first = post_id
        found: dict[PostId, Post] = {}
        while (above := self._connection.scalar(select(posts.c.corrects_id).where(posts.c.id == first))) is not None:
            first = PostId(above)
        below = select(posts).where(posts.c.id == first)
        while rows := self._connection.execute(below).all():
            found |= {PostId(row.id): post_from_row(row) for row in rows}
            below = select(posts).where(
                posts.c.corrects_id.in_([row.id for row in rows]), posts.c.state.not_in(_NEVER_OUT)
            )
        makers = self._makers(found)
        return [ChainPost(post=found[one], made_by=makers.get(one)) for one in sorted(found)]

    def _makers(self, post_ids: Collection[PostId]) -> Mapping[PostId, Correction]:
        query = select(corrections).where(corrections.c.new_post_id.in_(list(post_ids))).order_by(corrections.c.id)
        return {PostId(row.new_post_id): _correction(row) for row in self._connection.execute(query)}

    def replaced_since(self, since: datetime) -> Collection[PostId]:
        """Posts whose place another one took since then."""
        query = select(corrections.c.post_id).where(
            corrections.c.state == CorrectionState.REPOSTED, corrections.c.closed_at >= since
        )
        return {PostId(found) for found in self._connection.scalars(query)}

    def newest_of(self, post_ids: Collection[PostId]) -> Mapping[PostId, Correction]:
        """The newest correction of each of these posts that has any."""
        newest = select(func.max(corrections.c.id)).where(corrections.c.post_id.in_(list(post_ids)))
        query = select(corrections).where(corrections.c.id.in_(newest.group_by(corrections.c.post_id)))
        return {PostId(row.post_id): _correction(row) for row in self._connection.execute(query)}

    def plan_reading(self, article_id: ArticleId, at: datetime) -> None:
        """Have the article's page read again then, unless that is planned already."""
        self._connection.execute(
            update(articles)
            .where(articles.c.id == article_id, articles.c.next_read_at.is_(None))
            .values(next_read_at=at)
        )

    def list_watched(self, since: datetime) -> Sequence[WatchedPost]:
        """Posts of articles, and those that took their place, that went out since then, oldest first."""
        instead = corrections.alias("instead")
        same = (instead.c.new_post_id == posts.c.id) & (instead.c.state == CorrectionState.REPOSTED)
        query = (
            select(
                posts.c.id,
                posts.c.published_at,
                posts.c.deleted_remotely_at,
                func.coalesce(posts.c.revision, instead.c.new_revision).label("post_revision"),
                instead.c.gone_at.label("known_gone_at"),
                articles.c.id.label("article_id"),
                articles.c.revision.label("article_revision"),
                articles.c.gone_at,
                articles.c.url.label("article_url"),
                func.coalesce(posts.c.article_url, posts.c.link).label("told_url"),
                posts.c.text,
                articles.c.read_at,
                articles.c.next_read_at,
                articles.c.read_failures,
            )
            .outerjoin(instead, same)
            .join(articles, articles.c.id == func.coalesce(posts.c.article_id, instead.c.article_id))
            .where(posts.c.published_at >= since)
            .order_by(posts.c.published_at)
        )
        return [_watched(row) for row in self._connection.execute(query)]

    def move(
        self,
        correction: Correction,
        new: CorrectionState,
        *,
        at: datetime,
        who: str,
        why: str,
        by_person: bool = False,
        **changes: object,
    ) -> Correction:
        """Change the state, and the named fields with it. Raises WrongStateError, VersionConflictError."""
        check_correction_move(correction.state, new, number=correction.id, by_person=by_person)
        values = {"state": new, "why": why, "closed_at": None if new in LIVE_CORRECTIONS else at, **changes}
        return self._write(correction, values, at=at, who=who, why=why, action=new.value)

    def change(self, correction: Correction, *, at: datetime, who: str, why: str, **changes: object) -> Correction:
        """Change fields of a live correction. Raises VersionConflictError."""
        return self._write(correction, dict(changes), at=at, who=who, why=why, action="change")

    def claim(
        self,
        correction: Correction,
        lease: Lease,
        *,
        now: datetime,
        act: ActKind,
        remote_id: str,
        match_key: str,
        ledger_id: int,
    ) -> CorrectionAttempt | None:
        """Due -> acting with a new attempt row, if the lease still holds; None if not."""
        held = exists().where(
            leases.c.account == lease.account,
            leases.c.owner == lease.owner,
            leases.c.fence == lease.fence,
            leases.c.expires_at > lease_instant(now, server_time=self._server_time),
        )
        post_id, is_edit = correction.post_id, act is ActKind.EDIT
        why = f"X is being asked to {'edit' if is_edit else 'delete'} post {post_id}"
        done = self._connection.execute(
            update(corrections)
            .where(
                corrections.c.id == correction.id,
                corrections.c.state == CorrectionState.DUE,
                corrections.c.version == correction.version,
                held,
            )
            .values(state=CorrectionState.ACTING, version=correction.version + 1, why=why)
        )
        if done.rowcount != 1:
            return None
        number = self._connection.execute(
            select(func.coalesce(func.max(correction_attempts.c.number), 0) + 1).where(
                correction_attempts.c.correction_id == correction.id
            )
        ).scalar_one()
        self._write_audit(
            correction,
            now,
            "bot",
            "acting",
            why=f"X is being asked to {'edit' if is_edit else 'delete'} post {post_id}, try {number}",
            before={"state": correction.state},
            after={"state": "acting"},
        )
        added = self._connection.execute(
            insert(correction_attempts).values(
                correction_id=correction.id,
                number=number,
                act=act,
                remote_id=remote_id,
                started_at=now,
                fence=lease.fence,
                owner=lease.owner,
                match_key=match_key,
                ledger_id=ledger_id,
                seen_reads=0,
            )
        )
        key = added.inserted_primary_key
        assert key is not None
        row = self._connection.execute(select(correction_attempts).where(correction_attempts.c.id == key[0])).one()
        return _attempt(row)

    def close_attempt(self, attempt: CorrectionAttempt, *, at: datetime, answer_class: str, why: str) -> bool:
        """Close it with its outcome; False if another result came first."""
        done = self._connection.execute(
            update(correction_attempts)
            .where(correction_attempts.c.id == attempt.id, correction_attempts.c.finished_at.is_(None))
            .values(finished_at=at, answer_class=answer_class, error=why)
        )
        return done.rowcount == 1

    def update_attempt(self, attempt_id: int, **changes: object) -> None:
        """Note something on an attempt: signed_at, answer_class, error, seen reads."""
        self._connection.execute(
            update(correction_attempts).where(correction_attempts.c.id == attempt_id).values(**changes)
        )

    def find_open_attempt(self, correction_id: CorrectionId) -> CorrectionAttempt | None:
        """The attempt whose outcome is not known yet."""
        return next((one for one in self.list_attempts(correction_id) if one.finished_at is None), None)

    def list_attempts(self, correction_id: CorrectionId) -> Sequence[CorrectionAttempt]:
        """Oldest first."""
        query = select(correction_attempts).where(correction_attempts.c.correction_id == correction_id)
        return [_attempt(row) for row in self._connection.execute(query.order_by(correction_attempts.c.number))]

    def _write(
        self, correction: Correction, changes: dict[str, object], *, at: datetime, who: str, why: str, action: str
    ) -> Correction:
        values = dict(changes)
        if "reasons" in values:
            values["reasons"] = to_json(values["reasons"])
        done = self._connection.execute(
            update(corrections)
            .where(
                corrections.c.id == correction.id,
                corrections.c.state == correction.state,
                corrections.c.version == correction.version,
            )
            .values(**values, version=correction.version + 1)
        )
        if done.rowcount != 1:
            raise VersionConflictError(
                f"the correction of post {correction.post_id} was changed by somebody else meanwhile: "
                "look at it again, then repeat",
                post_id=correction.post_id,
            )
        before = {name: getattr(correction, name) for name in changes}
        self._write_audit(correction, at, who, action, why, before, changes)
        return self.get(correction.id)

    def _write_audit(
        self,
        correction: Correction,
        at: datetime,
        who: str,
        action: str,
        why: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        entry = AuditEntry(
            at=at,
            who=who,
            action=f"correction.{action}",
            subject=f"post {correction.post_id}",
            why=why,
            before=dict(before),
            after={"correction": correction.id, **after},
        )
        self._audit.record(entry)


def _correction(row: Any) -> Correction:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = ChangeKind(row.kind)
    values["state"] = CorrectionState(row.state)
    values["option"] = None if row.option is None else Option(row.option)
    values["reasons"] = tuple(json.loads(row.reasons))
    return Correction(**values)


def _attempt(row: Any) -> CorrectionAttempt:
    values = {name: getattr(row, name) for name in _ATTEMPT_FIELDS}
    return CorrectionAttempt(**{**values, "act": ActKind(row.act)})


def _watched(row: Any) -> WatchedPost:
    return WatchedPost(
        post_id=PostId(row.id),
        published_at=row.published_at,
        is_gone=row.deleted_remotely_at is not None,
        revision=row.post_revision,
        article_id=ArticleId(row.article_id),
        article_revision=row.article_revision,
        article_gone_at=row.gone_at,
        article_url=row.article_url,
        told_url=row.told_url,
        text=row.text,
        read_at=row.read_at,
        next_read_at=row.next_read_at,
        read_failures=row.read_failures,
        known_gone_at=row.known_gone_at,
    )
