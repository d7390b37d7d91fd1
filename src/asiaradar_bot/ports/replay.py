"""What the steps ask of the storage about decisions that are made again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.basis import Basis, Recorded
from asiaradar_bot.model.decision import Decision, DecisionId
from asiaradar_bot.model.draft import Draft


class ReplayRows(Protocol):
    """
    What decisions were made from, and how they were worded.
    """

    def record_basis(self, decision: Decision, basis: Basis) -> None:
        """Append, for a decision that was just stored."""

    def record_draft(self, decision_id: DecisionId, draft: Draft) -> None:
        """Add the wording to the decision's record; one without a record is passed over."""

    def list_recorded(
        self, since: datetime, until: datetime | None, *, after: DecisionId, limit: int
    ) -> Sequence[Recorded]:
        """Decisions made from `since` to before `until` (None: now) that have a record, oldest first."""

    def list_newest(self, *, articles: int) -> Sequence[Recorded]:
        """The newest recorded decision of each of the newest articles that have one, oldest first."""

    def count_unrecorded(self, since: datetime, until: datetime | None) -> int:
        """How many decisions of that span have no record."""

    def headlines(self, article_ids: Collection[ArticleId]) -> Sequence[Headline]:
        """The headline of every revision of these articles, as if not posted."""

    def forget(self, *, before: datetime) -> int:
        """Remove records of decisions made before then; the decisions stay. How many were removed."""
