"""Second factors and half-way steps of signing in; what is secret is here sealed or as a digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, union, update

from asiaradar_bot.model.second_factor import Authenticator, NewPasskey, Passkey, Purpose, Step
from asiaradar_bot.model.user import UserId
from asiaradar_bot.storage.factor_tables import authenticators, entry_steps, passkeys, recovery_codes
from asiaradar_bot.storage.inserting import put


class SqlFactorRows:
    """
    Implements `ports.second_factor.FactorRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find_app(self, user_id: UserId) -> Authenticator | None:
        """The app, confirmed or not, or None."""
        row = self._connection.execute(select(authenticators).where(authenticators.c.user_id == user_id)).one_or_none()
        if row is None:
            return None
        return Authenticator(
            user_id=UserId(row.user_id), sealed=row.sealed, confirmed_at=row.confirmed_at, last_step=row.last_step
        )

    def save_app(self, app: Authenticator) -> None:
        """Insert or replace."""
        values = {"sealed": app.sealed, "confirmed_at": app.confirmed_at, "last_step": app.last_step}
        put(self._connection, authenticators, key={"user_id": app.user_id}, values=values)

    def use_app_step(self, user_id: UserId, step: int) -> bool:
        """Mark a 30-second step as used; False: it or a later one was used before."""
        done = self._connection.execute(
            update(authenticators)
            .where(authenticators.c.user_id == user_id, authenticators.c.last_step < step)
            .values(last_step=step)
        )
        return done.rowcount == 1

    def list_passkeys(self, user_id: UserId) -> Sequence[Passkey]:
        """Oldest first."""
        query = select(passkeys).where(passkeys.c.user_id == user_id).order_by(passkeys.c.id)
        return [_passkey(row) for row in self._connection.execute(query)]

    def find_passkey(self, credential_id: str) -> Passkey | None:
        """The passkey of that id, or None."""
        row = self._connection.execute(select(passkeys).where(passkeys.c.credential_id == credential_id)).one_or_none()
        return None if row is None else _passkey(row)

    def add_passkey(self, passkey: NewPasskey, user_id: UserId, *, label: str, at: datetime) -> None:
        """Insert."""
        self._connection.execute(
            insert(passkeys).values(
                user_id=user_id,
                credential_id=passkey.credential_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                label=label,
                created_at=at,
            )
        )

    def use_passkey(self, passkey: Passkey, *, sign_count: int, at: datetime) -> bool:
        """Write its counter if it still is as it was; False: somebody used it in the same moment."""
        done = self._connection.execute(
            update(passkeys)
            .where(passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
            .values(sign_count=sign_count, used_at=at)
        )
        return done.rowcount == 1

    def remove_passkey(self, user_id: UserId, passkey_id: int) -> bool:
        """False: there is none of that user."""
        done = self._connection.execute(
            delete(passkeys).where(passkeys.c.id == passkey_id, passkeys.c.user_id == user_id)
        )
        return done.rowcount == 1

    def remove_app(self, user_id: UserId) -> bool:
        """False: there was none."""
        done = self._connection.execute(delete(authenticators).where(authenticators.c.user_id == user_id))
        return done.rowcount == 1

    def replace_codes(self, user_id: UserId, digests: Collection[str]) -> None:
        """New recovery codes; the old ones work no more."""
        self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        rows = [{"digest": digest, "user_id": user_id} for digest in digests]
        if rows:
            self._connection.execute(insert(recovery_codes), rows)

    def use_code(self, user_id: UserId, digest: str) -> bool:
        """Use a recovery code up; False: it is none of that user's. Twice in the same moment works once."""
        done = self._connection.execute(
            delete(recovery_codes).where(recovery_codes.c.digest == digest, recovery_codes.c.user_id == user_id)
        )
        return done.rowcount == 1

    def count_codes(self, user_id: UserId) -> int:
        """Recovery codes that are left."""
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        return int(self._connection.execute(query).scalar_one())

    def has_any(self, user_id: UserId) -> bool:
        """Whether there is a confirmed app or a passkey."""
        mine = _WITH_ANY.subquery()
        query = select(mine.c.user_id).where(mine.c.user_id == user_id).limit(1)
        return self._connection.execute(query).one_or_none() is not None

    def with_any(self) -> Collection[UserId]:
        """Users with a confirmed app or a passkey."""
        return {UserId(row.user_id) for row in self._connection.execute(_WITH_ANY)}

    def add_step(self, digest: str, step: Step) -> None:
        """Insert."""
        self._connection.execute(
            insert(entry_steps).values(
                digest=digest,
                purpose=step.purpose,
                user_id=step.user_id,
                challenge=step.challenge,
                address=step.address,
                expires_at=step.expires_at,
            )
        )

    def find_step(self, digest: str, *, at: datetime) -> Step | None:
        """The step if it is not over, or None."""
        query = select(entry_steps).where(entry_steps.c.digest == digest, entry_steps.c.expires_at > at)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _step(row)

    def take_step(self, digest: str, *, at: datetime) -> Step | None:
        """The step if it is not over, and remove it: twice in the same moment gives it once."""
        row = self._connection.execute(
            delete(entry_steps)
            .where(entry_steps.c.digest == digest, entry_steps.c.expires_at > at)
            .returning(*entry_steps.c)
        ).one_or_none()
        return None if row is None else _step(row)

    def end_steps(self, user_id: UserId) -> None:
        """Remove the open steps of the user."""
        self._connection.execute(delete(entry_steps).where(entry_steps.c.user_id == user_id))

    def count_steps(self, address: str, *, at: datetime) -> int:
        """Open steps from this address."""
        query = (
            select(func.count())
            .select_from(entry_steps)
            .where(entry_steps.c.address == address, entry_steps.c.expires_at > at)
        )
        return int(self._connection.execute(query).scalar_one())

    def forget_steps(self, *, before: datetime) -> int:
        """Remove steps that were over before then; how many."""
        return int(self._connection.execute(delete(entry_steps).where(entry_steps.c.expires_at < before)).rowcount)


_WITH_ANY = union(
    select(authenticators.c.user_id).where(authenticators.c.confirmed_at.is_not(None)), select(passkeys.c.user_id)
)


def _passkey(row: Any) -> Passkey:
    return Passkey(
        id=row.id,
        user_id=UserId(row.user_id),
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        label=row.label,
        created_at=row.created_at,
        used_at=row.used_at,
    )


def _step(row: Any) -> Step:
    return Step(
        purpose=Purpose(row.purpose),
        user_id=None if row.user_id is None else UserId(row.user_id),
        challenge=row.challenge,
        address=row.address,
        expires_at=row.expires_at,
    )
