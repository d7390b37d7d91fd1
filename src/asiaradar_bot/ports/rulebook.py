"""What the steps ask of the storage about rules and templates that people save."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.rulebook import RulesVersion


class RulebookRows(Protocol):
    """
    Versions of the policy and of templates; append only.
    """

    def newest_id(self) -> int:
        """Id of the newest save of any name; 0: there is none."""

    def list_newest(self) -> Sequence[RulesVersion]:
        """The newest version of each name, by name."""

    def list_versions(self, name: str, *, limit: int = 100) -> Sequence[RulesVersion]:
        """Newest first."""

    def get(self, name: str, number: int) -> RulesVersion:
        """That version. Raises NotFoundError."""

    def add(
        self, name: str, number: int, text: str | None, *, note: str, who: str, at: datetime
    ) -> RulesVersion | None:
        """Append; None if the name has a version of this number already."""
