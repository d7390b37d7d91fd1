"""Sheets that are being written: each save is a compare-and-set on the version; and who is at them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, insert, literal, select, update

from asiaradar_bot.model.post import PostId, PostPicture
from asiaradar_bot.model.sheet import Base, Presence, Sheet, SheetId, SheetPart
from asiaradar_bot.storage.encoding import to_json
from asiaradar_bot.storage.inserting import portions, put
from asiaradar_bot.storage.tables import pictures, posts, presences, sheets


class SqlSheetRows:
    """
    Implements `ports.sheets.SheetRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, sheet_id: SheetId) -> Sheet | None:
        """The sheet; None once it is filed or thrown away."""
        row = self._connection.execute(select(sheets).where(sheets.c.id == sheet_id)).one_or_none()
        return None if row is None else _sheet(row)

    def find_for_post(self, post_id: PostId) -> Sheet | None:
        """The sheet that changes this post, or None."""
        row = self._connection.execute(select(sheets).where(sheets.c.post_id == post_id)).one_or_none()
        return None if row is None else _sheet(row)

    def list_open(self, *, limit: int) -> Sequence[Sheet]:
        """Last saved first."""
        query = select(sheets).order_by(sheets.c.saved_at.desc(), sheets.c.id.desc()).limit(limit)
        return [_sheet(row) for row in self._connection.execute(query)]

    def add(self, sheet: Sheet) -> Sheet:
        """Insert with version 1."""
        done = self._connection.execute(insert(sheets).values(**_values(sheet), version=1, post_id=sheet.post_id))
        key = done.inserted_primary_key
        assert key is not None
        return _found(self.find(SheetId(int(key[0]))))

    def save(self, sheet: Sheet, *, version: int) -> Sheet | None:
        """Put it in place of this version and count up; None if that is not the newest any more."""
        assert sheet.id is not None
        done = self._connection.execute(
            update(sheets)
            .where(sheets.c.id == sheet.id, sheets.c.version == version)
            .values(**_values(sheet), version=version + 1)
        )
        return _found(self.find(sheet.id)) if done.rowcount == 1 else None

    def remove(self, sheet_id: SheetId) -> bool:
        """It is filed or thrown away; False if it was gone already."""
        return self._connection.execute(delete(sheets).where(sheets.c.id == sheet_id)).rowcount == 1

    def forget(self, *, before: datetime) -> int:
        """
        Remove those last saved before then; how many.

        Their pictures go with them, and others that somebody brought before then, if nothing shows them.
        """
        old = [_sheet(row) for row in self._connection.execute(select(sheets).where(sheets.c.saved_at < before))]
        self._connection.execute(delete(sheets).where(sheets.c.saved_at < before))
        unused = {one.picture_id for sheet in old for part in sheet.parts for one in part.pictures}
        unused |= set(self._connection.scalars(select(pictures.c.id).where(pictures.c.kept_at < before)))
        if unused:
            unused -= self._shown()
            unused -= set(self._connection.scalars(select(pictures.c.id).where(pictures.c.kept_at >= before)))
            self._connection.execute(delete(pictures).where(pictures.c.id.in_(unused)))
        return len(old)

    def _shown(self) -> set[int]:
        """Pictures of posts and of the sheets that are left."""
        first = select(posts.c.picture_id).where(posts.c.picture_id.is_not(None))
        more = select(posts.c.more_pictures).where(posts.c.more_pictures.is_not(None))
        written = [_sheet(row) for row in self._connection.execute(select(sheets))]
        return {
            *self._connection.scalars(first),
            *(one.picture_id for shown in self._connection.scalars(more) for one in shown),
            *(one.picture_id for sheet in written for part in sheet.parts for one in part.pictures),
        }

    def note_presence(self, subject: str, who: str, *, at: datetime, gone_before: datetime) -> None:
        """They are at it; since when, is kept, unless they were last seen before `gone_before`."""
        has_left = presences.c.seen_at < gone_before
        since = case((has_left, literal(at, presences.c.since.type)), else_=presences.c.since)
        put(
            self._connection,
            presences,
            key={"subject": subject, "who": who},
            values={"since": since, "seen_at": at},
            at_first={"since": at},
        )

    def end_presence(self, subject: str, who: str) -> None:
        """They have left."""
        self._connection.execute(delete(presences).where(presences.c.subject == subject, presences.c.who == who))

    def list_presences(self, subjects: Collection[str], *, seen_since: datetime) -> Sequence[Presence]:
        """Who is at any of these, the longest first."""
        found: list[Presence] = []
        for some in portions(subjects):
            query = select(presences).where(presences.c.subject.in_(some), presences.c.seen_at >= seen_since)
            found += [
                Presence(subject=row.subject, who=row.who, since=row.since, seen_at=row.seen_at)
                for row in self._connection.execute(query)
            ]
        return sorted(found, key=lambda one: (one.since, one.who))

    def present(self, *, seen_since: datetime) -> frozenset[tuple[str, str]]:
        """Who is at what now: pairs of subject and person."""
        query = select(presences.c.subject, presences.c.who).where(presences.c.seen_at >= seen_since)
        return frozenset((row.subject, row.who) for row in self._connection.execute(query))

    def forget_presences(self, *, before: datetime) -> int:
        """Remove those last seen before then; how many."""
        return int(self._connection.execute(delete(presences).where(presences.c.seen_at < before)).rowcount)


def _values(sheet: Sheet) -> dict[str, object]:
    return {
        "page": sheet.page,
        "bases": to_json([[base.post_id, base.version] for base in sheet.bases]),
        "parts": to_json(
            [[part.text, [[one.picture_id, one.alt_text] for one in part.pictures]] for part in sheet.parts]
        ),
        "due_words": sheet.due_words,
        "saved_by": sheet.saved_by,
        "saved_at": sheet.saved_at,
    }


def _found(sheet: Sheet | None) -> Sheet:
    assert sheet is not None
    return sheet


def _sheet(row: Any) -> Sheet:
    return Sheet(
        id=SheetId(row.id),
        version=row.version,
        page=row.page,
        post_id=row.post_id,
        bases=tuple(Base(post_id=PostId(number), version=version) for number, version in json.loads(row.bases)),
        parts=tuple(
            SheetPart(text=text, pictures=tuple(PostPicture(picture_id=one, alt_text=alt) for one, alt in shown))
            for text, shown in json.loads(row.parts)
        ),
        due_words=row.due_words,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
    )
