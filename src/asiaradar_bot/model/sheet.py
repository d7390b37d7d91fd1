"""A sheet: what an editor is writing, a post or a thread, before it is filed; and who is at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from asiaradar_bot.model.post import PostId, PostPicture

SheetId = NewType("SheetId", int)

PRESENCE = timedelta(seconds=60)
"""Somebody who was not heard of for so long has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """
    One part of a thread, or the whole of a single post.
    """

    text: str
    pictures: tuple[PostPicture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """
    The post that a part was written from, as it stood then.
    """

    post_id: PostId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    A sheet; nothing of it is sent before it is filed.
    """

    id: SheetId | None
    """None: it was never saved."""
    version: int
    """Counts up with each save; a save names the version it began from. 0: never saved."""
    page: str
    """The browser page that saved it last; its own saves never clash with each other."""
    post_id: PostId | None
    """The post, or first part of the thread, that it changes; None: it is a new one."""
    bases: tuple[Base, ...]
    parts: tuple[SheetPart, ...]
    due_words: str = ""
    """When it is to go out, as the editor wrote it."""
    saved_by: str = ""
    saved_at: datetime | None = None

    @property
    def subject(self) -> str:
        """
        What editors meet at: the post, or the sheet of a new one.
        """
        return f"post {self.post_id}" if self.post_id is not None else f"sheet {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """
    Somebody is at a post or sheet.
    """

    subject: str
    who: str
    since: datetime
    seen_at: datetime
