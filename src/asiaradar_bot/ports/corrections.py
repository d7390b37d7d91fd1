"""What the steps ask of the storage about corrections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.correction import (
    ActKind,
    ChainPost,
    Correction,
    CorrectionAttempt,
    CorrectionId,
    CorrectionState,
    NewCorrection,
    WatchedPost,
)
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.post import PostId


class CorrectionRows(Protocol):
    """
    Corrections and their tries; every move goes through the state table and writes its audit row.
    """

    def add(self, correction: NewCorrection) -> Correction:
        """Insert, open; the post has no other live one."""

    def get(self, correction_id: CorrectionId) -> Correction:
        """The correction. Raises NotFoundError."""

    def list_in(self, states: Collection[CorrectionState], *, limit: int = 200) -> Sequence[Correction]:
        """Those in these states, oldest first."""

    def list_for_post(self, post_id: PostId) -> Sequence[Correction]:
        """Oldest first."""

    def list_for_article(self, article_id: ArticleId) -> Sequence[Correction]:
        """Oldest first."""

    def find_making(self, post_id: PostId) -> Correction | None:
        """The correction that this post was made by; None: it corrects nothing."""

    def list_chain(self, post_id: PostId) -> Sequence[ChainPost]:
        """
        The original, all that corrected it and all that took its place, from whichever of them; oldest first.

        What was made for a correction and never went out is left out.
        """

    def replaced_since(self, since: datetime) -> Collection[PostId]:
        """Posts whose place another one took since then."""

    def newest_of(self, post_ids: Collection[PostId]) -> Mapping[PostId, Correction]:
        """The newest correction of each of these posts that has any."""

    def plan_reading(self, article_id: ArticleId, at: datetime) -> None:
        """Have the article's page read again then, unless that is planned already."""

    def list_watched(self, since: datetime) -> Sequence[WatchedPost]:
        """Posts of articles, and those that took their place, that went out since then, oldest first."""

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
        """
        Change the state, and the named fields with it.

        Raises WrongStateError, VersionConflictError.
        """

    def change(self, correction: Correction, *, at: datetime, who: str, why: str, **changes: object) -> Correction:
        """Change fields of a live correction. Raises VersionConflictError."""

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

    def close_attempt(self, attempt: CorrectionAttempt, *, at: datetime, answer_class: str, why: str) -> bool:
        """Close it with its outcome; False if another result came first."""

    def update_attempt(self, attempt_id: int, **changes: object) -> None:
        """Note something on an attempt: signed_at, answer_class, error, seen reads."""

    def find_open_attempt(self, correction_id: CorrectionId) -> CorrectionAttempt | None:
        """The attempt whose outcome is not known yet."""

    def list_attempts(self, correction_id: CorrectionId) -> Sequence[CorrectionAttempt]:
        """Oldest first."""
