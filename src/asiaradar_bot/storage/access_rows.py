"""Users, sessions, one-time links and failed sign-ins; secrets are here as digests only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from asiaradar_bot.model.access import Role
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.user import Failures, Session, User, UserId
from asiaradar_bot.storage.tables import entry_links, sessions, sign_in_failures, users


class SqlAccessRows:
    """
    Implements `ports.storage.AccessRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_user(self, name: str, role: Role, *, at: datetime) -> User:
        """Insert; the name is free."""
        done = self._connection.execute(
            insert(users).values(name=name, name_key=name.casefold(), role=role, language="en", created_at=at)
        )
        key = done.inserted_primary_key
        assert key is not None
        return self.get_user(UserId(key[0]))

    def get_user(self, user_id: UserId) -> User:
        """The user. Raises NotFoundError."""
        row = self._connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"there is no user {user_id}")
        return _user(row)

    def find_user(self, name_key: str) -> User | None:
        """The user of that name in lower case, or None."""
        row = self._connection.execute(select(users).where(users.c.name_key == name_key)).one_or_none()
        return None if row is None else _user(row)

    def list_users(self) -> Sequence[User]:
        """By name."""
        return [_user(row) for row in self._connection.execute(select(users).order_by(users.c.name_key))]

    def change_user(
        self,
        user_id: UserId,
        *,
        role: Role | None = None,
        password_hash: str | None = None,
        language: str | None = None,
    ) -> None:
        """Write what is given and nothing else."""
        given = {"role": role, "password_hash": password_hash, "language": language}
        values = {name: value for name, value in given.items() if value is not None}
        self._connection.execute(update(users).where(users.c.id == user_id).values(**values))

    def remove_user(self, user_id: UserId) -> None:
        """The user with all sessions and links."""
        for table in (sessions, entry_links):
            self._connection.execute(delete(table).where(table.c.user_id == user_id))
        self._connection.execute(delete(users).where(users.c.id == user_id))

    def add_session(
        self, digest: str, user_id: UserId, *, csrf: str, at: datetime, address: str, agent: str | None = None
    ) -> None:
        """Insert, with the sign-in as its confirmation."""
        stamps = {"created_at": at, "seen_at": at, "confirmed_at": at}
        self._connection.execute(
            insert(sessions).values(digest=digest, user_id=user_id, csrf=csrf, address=address, agent=agent, **stamps)
        )

    def list_sessions(self, user_id: UserId | None = None) -> Sequence[Session]:
        """Of one user, or everybody's; last used first; those that are over may be among them."""
        query = select(sessions).order_by(sessions.c.seen_at.desc())
        if user_id is not None:
            query = query.where(sessions.c.user_id == user_id)
        return [_session(row) for row in self._connection.execute(query)]

    def confirm_session(self, session_id: int, *, at: datetime) -> None:
        """Password or second factor were given again."""
        self._connection.execute(update(sessions).where(sessions.c.id == session_id).values(confirmed_at=at))

    def find_session(self, digest: str) -> tuple[User, Session] | None:
        """The session of that token's digest with its user, or None."""
        row = self._connection.execute(select(sessions).where(sessions.c.digest == digest)).one_or_none()
        if row is None:
            return None
        return self.get_user(UserId(row.user_id)), _session(row)

    def touch_session(self, session_id: int, *, at: datetime) -> None:
        """It was used."""
        self._connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=at))

    def end_sessions(self, user_id: UserId, *, only: int | None, but: int | None = None) -> None:
        """Remove one session of the user, or all, or all but one."""
        query = delete(sessions).where(sessions.c.user_id == user_id)
        if only is not None:
            query = query.where(sessions.c.id == only)
        if but is not None:
            query = query.where(sessions.c.id != but)
        self._connection.execute(query)

    def add_link(self, digest: str, user_id: UserId, *, expires_at: datetime) -> None:
        """Insert."""
        self._connection.execute(insert(entry_links).values(digest=digest, user_id=user_id, expires_at=expires_at))

    def use_link(self, digest: str, *, at: datetime) -> UserId | None:
        """Use the link up: whose it is, or None if it is unknown or over. Twice in the same moment lets one in."""
        row = self._connection.execute(
            delete(entry_links)
            .where(entry_links.c.digest == digest, entry_links.c.expires_at > at)
            .returning(entry_links.c.user_id)
        ).one_or_none()
        return None if row is None else UserId(row.user_id)

    def end_links(self, user_id: UserId) -> None:
        """Remove the one-time links of the user."""
        self._connection.execute(delete(entry_links).where(entry_links.c.user_id == user_id))

    def record_failure(self, name_key: str, address: str, *, at: datetime) -> int:
        """A sign-in failed, or is about to be tried; the number of the record."""
        row = insert(sign_in_failures).values(at=at, name_key=name_key[:60], address=address)
        return int(self._connection.execute(row.returning(sign_in_failures.c.id)).scalar_one())

    def forgive_failure(self, number: int) -> None:
        """It did not fail."""
        self._connection.execute(delete(sign_in_failures).where(sign_in_failures.c.id == number))

    def count_failures(self, name_key: str, address: str, *, since: datetime) -> Failures:
        """Failures since then."""
        by_name = sign_in_failures.c.name_key == name_key[:60]
        by_address = sign_in_failures.c.address == address
        counts = [
            self._connection.execute(
                select(func.count()).select_from(sign_in_failures).where(sign_in_failures.c.at >= since, which)
            ).scalar_one()
            for which in (and_(by_name, by_address), by_name, by_address)
        ]
        return Failures(of_both=counts[0], of_name=counts[1], of_address=counts[2])

    def forget(self, *, before: datetime) -> int:
        """Remove sessions, links and failures that were over before then; how many rows."""
        gone = 0
        for table, stamp in (
            (sessions, sessions.c.seen_at),
            (entry_links, entry_links.c.expires_at),
            (sign_in_failures, sign_in_failures.c.at),
        ):
            gone += self._connection.execute(delete(table).where(stamp < before)).rowcount
        return gone


def _user(row: Any) -> User:
    return User(
        id=UserId(row.id),
        name=row.name,
        role=Role(row.role),
        password_hash=row.password_hash,
        language=row.language,
        created_at=row.created_at,
    )


def _session(row: Any) -> Session:
    return Session(
        id=row.id,
        user_id=UserId(row.user_id),
        csrf=row.csrf,
        created_at=row.created_at,
        seen_at=row.seen_at,
        confirmed_at=row.confirmed_at,
        address=row.address,
        agent=row.agent,
    )
