"""What health checks and metrics ask of the storage beside the rest."""

from __future__ import annotations

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
