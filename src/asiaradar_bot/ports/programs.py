"""What the steps ask of storage and of the outside for the programs that work with the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from asiaradar_bot.model.access import Role, Scope
from asiaradar_bot.model.program import ApiToken, Delivery, Event, KeptAnswer, Message, Webhook


class ProgramRows(Protocol):
    """
    Tokens (as SHA-256 digests), kept answers, and webhooks.
    """

    def add_token(
        self,
        digest: str,
        *,
        name: str,
        role: Role,
        scopes: frozenset[Scope],
        hint: str,
        at: datetime,
        by: str,
        expires_at: datetime | None,
    ) -> ApiToken:
        """Insert; the name is free."""

    def find_token(self, digest: str) -> ApiToken | None:
        """The token of that digest, whether over or not, or None."""

    def list_tokens(self) -> Sequence[ApiToken]:
        """By name."""

    def touch_token(self, token_id: int, *, at: datetime) -> None:
        """It was used."""

    def remove_token(self, token_id: int) -> None:
        """It lets nobody in any more."""

    def take_key(self, token_id: int, key: str, fingerprint: str, *, at: datetime) -> KeptAnswer | None:
        """None the first time, and the key is taken; else what is kept under it."""

    def keep_answer(self, token_id: int, key: str, *, status: int, body: str) -> None:
        """What was answered to the request that took the key."""

    def free_key(self, token_id: int, key: str) -> None:
        """The request that took the key was refused and changed nothing: the key may be used again."""

    def forget_keys(self, *, before: datetime) -> int:
        """Forget keys taken before then; how many."""

    def add_webhook(
        self, url: str, *, sealed_secret: str, events: Sequence[str], cursor: int, at: datetime, by: str
    ) -> Webhook:
        """Insert."""

    def get_webhook(self, webhook_id: int) -> Webhook:
        """The webhook. Raises NotFoundError."""

    def list_webhooks(self) -> Sequence[Webhook]:
        """Oldest first."""

    def save_webhook(self, webhook: Webhook) -> None:
        """Write what deliveries change: cursor, failures, next try, error, times."""

    def remove_webhook(self, webhook_id: int) -> None:
        """It is told nothing any more."""

    def list_events(self, *, after: int, limit: int) -> Sequence[Event]:
        """Entries of the audit with a number above `after`, in their order."""


class Courier(Protocol):
    """
    Brings messages to webhooks.
    """

    def deliver(self, url: str, message: Message, *, secret: str) -> Delivery:
        """
        One signed try, bounded in time and size; never raises.
        """
