"""Tokens of programs, kept answers and webhooks; tokens are here as digests, secrets of webhooks sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from asiaradar_bot.model.access import Role, Scope
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.program import ApiToken, Event, KeptAnswer, Webhook
from asiaradar_bot.storage.audit_rows import entry_from_row
from asiaradar_bot.storage.inserting import inserting
from asiaradar_bot.storage.tables import api_requests, api_tokens, audit, webhooks

_CHANGED_BY_DELIVERY = ("cursor", "failures", "next_try_at", "error", "delivered_at", "stopped_at")


class SqlProgramRows:
    """
    Implements `ports.programs.ProgramRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
        self._connection.execute(
            insert(api_tokens).values(
                name=name,
                digest=digest,
                role=role,
                scopes=" ".join(sorted(scopes)),
                hint=hint,
                created_at=at,
                created_by=by,
                expires_at=expires_at,
            )
        )
        found = self.find_token(digest)
        assert found is not None
        return found

    def find_token(self, digest: str) -> ApiToken | None:
        """The token of that digest, whether over or not, or None."""
        row = self._connection.execute(select(api_tokens).where(api_tokens.c.digest == digest)).one_or_none()
        return None if row is None else _token(row)

    def list_tokens(self) -> Sequence[ApiToken]:
        """By name."""
        return [_token(row) for row in self._connection.execute(select(api_tokens).order_by(api_tokens.c.name))]

    def touch_token(self, token_id: int, *, at: datetime) -> None:
        """It was used."""
        self._connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at))

    def remove_token(self, token_id: int) -> None:
        """It lets nobody in any more."""
        self._connection.execute(delete(api_requests).where(api_requests.c.token_id == token_id))
        self._connection.execute(delete(api_tokens).where(api_tokens.c.id == token_id))

    def take_key(self, token_id: int, key: str, fingerprint: str, *, at: datetime) -> KeptAnswer | None:
        """None the first time, and the key is taken; else what is kept under it."""
        row = inserting(self._connection, api_requests).values(
            token_id=token_id, key=key, fingerprint=fingerprint, at=at, body=""
        )
        done = self._connection.execute(row.on_conflict_do_nothing(index_elements=["token_id", "key"]))
        if done.rowcount == 1:
            return None
        kept = self._connection.execute(select(api_requests).where(*_at(token_id, key))).one()
        return KeptAnswer(fingerprint=kept.fingerprint, status=kept.status, body=kept.body, at=kept.at)

    def keep_answer(self, token_id: int, key: str, *, status: int, body: str) -> None:
        """What was answered to the request that took the key."""
        self._connection.execute(update(api_requests).where(*_at(token_id, key)).values(status=status, body=body))

    def free_key(self, token_id: int, key: str) -> None:
        """The request that took the key was refused and changed nothing: the key may be used again."""
        self._connection.execute(delete(api_requests).where(*_at(token_id, key)))

    def forget_keys(self, *, before: datetime) -> int:
        """Forget keys taken before then; how many."""
        return int(self._connection.execute(delete(api_requests).where(api_requests.c.at < before)).rowcount)

    def add_webhook(
        self, url: str, *, sealed_secret: str, events: Sequence[str], cursor: int, at: datetime, by: str
    ) -> Webhook:
        """Insert."""
        done = self._connection.execute(
            insert(webhooks).values(
                url=url,
                sealed_secret=sealed_secret,
                events=" ".join(events),
                cursor=cursor,
                created_at=at,
                created_by=by,
                failures=0,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return self.get_webhook(key[0])

    def get_webhook(self, webhook_id: int) -> Webhook:
        """The webhook. Raises NotFoundError."""
        row = self._connection.execute(select(webhooks).where(webhooks.c.id == webhook_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no webhook {webhook_id}: look it up in the list of webhooks")
        return _webhook(row)

    def list_webhooks(self) -> Sequence[Webhook]:
        """Oldest first."""
        return [_webhook(row) for row in self._connection.execute(select(webhooks).order_by(webhooks.c.id))]

    def save_webhook(self, webhook: Webhook) -> None:
        """Write what deliveries change: cursor, failures, next try, error, times."""
        values = {name: getattr(webhook, name) for name in _CHANGED_BY_DELIVERY}
        self._connection.execute(update(webhooks).where(webhooks.c.id == webhook.id).values(**values))

    def remove_webhook(self, webhook_id: int) -> None:
        """It is told nothing any more."""
        self._connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))

    def list_events(self, *, after: int, limit: int) -> Sequence[Event]:
        """Entries of the audit with a number above `after`, in their order."""
        query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
        return [Event(number=row.id, entry=entry_from_row(row)) for row in self._connection.execute(query)]


def _at(token_id: int, key: str) -> tuple[Any, ...]:
    return api_requests.c.token_id == token_id, api_requests.c.key == key


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        scopes=frozenset(Scope(one) for one in row.scopes.split()),
        hint=row.hint,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def _webhook(row: Any) -> Webhook:
    values = {field.name: getattr(row, field.name) for field in fields(Webhook)}
    return Webhook(**{**values, "events": tuple(row.events.split())})
