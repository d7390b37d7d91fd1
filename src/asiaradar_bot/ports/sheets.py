"""What the steps ask of the storage about sheets and who is at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.post import PostId
from asiaradar_bot.model.sheet import Presence, Sheet, SheetId


class SheetRows(Protocol):
    """
    Sheets that are being written.
    """

    def find(self, sheet_id: SheetId) -> Sheet | None:
        """The sheet; None once it is filed or thrown away."""

    def find_for_post(self, post_id: PostId) -> Sheet | None:
        """The sheet that changes this post (by the first part of a thread), or None."""

    def list_open(self, *, limit: int) -> Sequence[Sheet]:
        """Last saved first."""

    def add(self, sheet: Sheet) -> Sheet:
        """Insert with version 1."""

    def save(self, sheet: Sheet, *, version: int) -> Sheet | None:
        """Put it in place of this version and count up; None if that is not the newest any more."""

    def remove(self, sheet_id: SheetId) -> bool:
        """It is filed or thrown away; False if it was gone already."""

    def forget(self, *, before: datetime) -> int:
        """
        Remove those last saved before then; how many.

        Their pictures go with them, and others that somebody brought before then, if nothing shows them.
        """

    def note_presence(self, subject: str, who: str, *, at: datetime, gone_before: datetime) -> None:
        """They are at it; since when, is kept, unless they were last seen before `gone_before`."""

    def end_presence(self, subject: str, who: str) -> None:
        """They have left."""

    def list_presences(self, subjects: Collection[str], *, seen_since: datetime) -> Sequence[Presence]:
        """Who is at any of these, the longest first."""

    def present(self, *, seen_since: datetime) -> frozenset[tuple[str, str]]:
        """Who is at what now: pairs of subject and person."""

    def forget_presences(self, *, before: datetime) -> int:
        """Remove those last seen before then; how many."""
