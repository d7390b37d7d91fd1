"""What health checks and metrics ask of the storage beside the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class VitalRows(Protocol):
    """
    Reads only.
    """

    def is_lease_held(self, *, now: datetime) -> bool:
        """Whether some process holds the right to publish."""

    def lease_changes(self) -> int:
        """How often the right to publish went to another process since the database was made."""

    def attempts_by_class(self) -> Mapping[str, int]:
        """Tries to send a post by answer class; those without an answer yet count as `open`."""
