"""What the steps ask of the keeper of secrets that must stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from asiaradar_bot.model.sealed import SealedSecret


class SecretBox(Protocol):
    """
    Seals texts, so that the database alone (or its backup) gives none of them away.
    """

    def seal(self, text: str) -> str:
        """
        What to store: printable ASCII, another each time, about a third longer than the text plus 100 characters.

        Raises:
            SealError: the keys can't be used.
        """

    def open(self, text: str) -> str:
        """
        What was sealed.

        Raises:
            SealError: it was sealed with a key that is not at hand, or changed since, or the keys can't be used.
        """


class SealedRows(Protocol):
    """
    Every sealed secret of the database, wherever it stands.
    """

    def list_sealed(self) -> Sequence[SealedSecret]:
        """All of them, in a fixed order."""

    def reseal(self, secret: SealedSecret, sealed: str) -> bool:
        """Put the new text in place of the old; False: it was changed meanwhile."""
