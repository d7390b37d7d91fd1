"""Who may come in: people, passwords, one-time links and sessions; every change and every failure is on record."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asiaradar_bot.model.access import Action, Person, Role
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import AccessError, InputError, NotFoundError
from asiaradar_bot.model.user import LINK_LIFE, Session, User, UserId
from asiaradar_bot.ports import Clock, PasswordHasher, Store, Transaction
from asiaradar_bot.rules.signing_in import TRIES_WITHIN, check_name, check_password, too_many

_SEEN_EVERY = timedelta(minutes=1)
_REFUSED = "name and password do not fit together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """
    A new session; the token goes into the cookie and is nowhere else.
    """

    token: str
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    The door and its keys.
    """

    store: Store
    clock: Clock
    passwords: PasswordHasher

    def sign_in(self, name: str, password: str, *, address: str) -> Entered:
        """
        A session for whoever gives the right password.

        Raises:
            AccessError: they do not fit together (the same words for a name that does not exist), or too many tries.
        """
        now = self.clock.now()
        key = name.strip().casefold()
        with self.store.read() as tx:
            failures = tx.access.count_failures(key, address, since=now - TRIES_WITHIN)
            user = tx.access.find_user(key)
        if too_many(failures):
            raise AccessError("too many tries: wait a quarter of an hour, or ask an admin for a one-time link")
        right = self.passwords.is_right(password[:1024], user.password_hash if user is not None else None)
        if user is None or not right:
            with self.store.begin() as tx:
                tx.access.record_failure(key, address, at=now)
                _note(tx, now, "nobody", "login.failed", f"user {key[:60]}", f"from {address}")
            raise AccessError(_REFUSED)
        with self.store.begin() as tx:
            return self._enter(tx, user, address=address, how="password")

    def use_link(self, token: str, *, address: str) -> Entered:
        """
        A session for whoever has a one-time link that is not used up.

        Raises:
            AccessError: it is unknown, used or too old.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user_id = tx.access.use_link(_digest(token), at=now)
            user = None if user_id is None else tx.access.get_user(user_id)
            entered = None if user is None else self._enter(tx, user, address=address, how="one-time link")
        if entered is None:
            raise AccessError("this link was used already or is too old: ask an admin for another")
        return entered

    def _enter(self, tx: Transaction, user: User, *, address: str, how: str) -> Entered:
        now = self.clock.now()
        token = secrets.token_urlsafe(32)
        tx.access.add_session(_digest(token), user.id, csrf=secrets.token_urlsafe(24), at=now, address=address)
        _note(tx, now, f"desk:{user.name}", "login.ok", f"user {user.name}", f"{how}, from {address}")
        return Entered(token=token, user=user)

    def find(self, token: str) -> tuple[User, Session] | None:
        """
        Who this token belongs to; None once the session is over. It counts as seen, at most once a minute.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            found = tx.access.find_session(_digest(token))
        if found is None or found[1].is_over(now):
            return None
        if now - found[1].seen_at >= _SEEN_EVERY:
            with self.store.begin() as tx:
                tx.access.touch_session(found[1].id, at=now)
        return found

    def sign_out(self, user_id: int, *, session_id: int | None) -> None:
        """
        End this session, or all of them.
        """
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            tx.access.end_sessions(user.id, only=session_id)
            what = "login.end" if session_id is not None else "login.end_all"
            _note(tx, self.clock.now(), f"desk:{user.name}", what, f"user {user.name}", "signed out")

    def add_user(self, name: str, role: Role, *, person: Person) -> User:
        """
        Somebody new, without a password: a one-time link lets them in the first time.

        Raises:
            AccessError: the person's role does not reach.
            InputError: the name is no name, or taken.
        """
        person.check(Action.USERS)
        clean = check_name(name)
        now = self.clock.now()
        with self.store.begin() as tx:
            if tx.access.find_user(clean.casefold()) is not None:
                raise InputError(f"there is a user {clean} already: choose another name")
            user = tx.access.add_user(clean, role, at=now)
            _note(tx, now, person.who, "user.add", f"user {clean}", f"as {role}")
        return user

    def make_link(self, name: str, *, person: Person) -> str:
        """
        The token of a new one-time link; it is shown once and good for `LINK_LIFE`.
        """
        person.check(Action.USERS)
        token = secrets.token_urlsafe(32)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = _named(tx, name)
            tx.access.add_link(_digest(token), user.id, expires_at=now + LINK_LIFE)
            _note(tx, now, person.who, "user.link", f"user {user.name}", "a one-time link was made")
        return token

    def change_role(self, name: str, role: Role, *, person: Person) -> None:
        """
        Give somebody another role; their sessions end. The last admin stays one.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = _named(tx, name)
            _keep_an_admin(tx, user, role)
            tx.access.save_user(replace(user, role=role))
            tx.access.end_sessions(user.id, only=None)
            _note(tx, now, person.who, "user.role", f"user {user.name}", f"{user.role} -> {role}")

    def remove_user(self, name: str, *, person: Person) -> None:
        """
        Take somebody's access away; their sessions and links end at once. The last admin stays.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = _named(tx, name)
            _keep_an_admin(tx, user, None)
            tx.access.remove_user(user.id)
            _note(tx, now, person.who, "user.remove", f"user {user.name}", f"was {user.role}")

    def set_password(self, user_id: int, new: str, *, old: str | None, session_id: int | None) -> None:
        """
        Another password for oneself; all other sessions end. `old` is needed once there is one.

        Raises:
            AccessError: the old one is not right.
            InputError: the new one is not good enough.
        """
        with self.store.read() as tx:
            user = tx.access.get_user(UserId(user_id))
        if user.password_hash is not None and not self.passwords.is_right(old or "", user.password_hash):
            raise AccessError("the old password is not right")
        hashed = self.passwords.hash(check_password(new, name=user.name))
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.access.save_user(replace(user, password_hash=hashed))
            tx.access.end_sessions(user.id, only=None, but=session_id)
            _note(tx, now, f"desk:{user.name}", "user.password", f"user {user.name}", "changed")

    def set_language(self, user_id: int, language: str) -> None:
        """
        The language of somebody's pages.
        """
        with self.store.begin() as tx:
            tx.access.save_user(replace(tx.access.get_user(UserId(user_id)), language=language))

    def list_users(self) -> Sequence[User]:
        """
        Everybody, by name.
        """
        with self.store.read() as tx:
            return tx.access.list_users()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _named(tx: Transaction, name: str) -> User:
    user = tx.access.find_user(name.strip().casefold())
    if user is None:
        raise NotFoundError(f"there is no user {name}: see `asiaradar users list`")
    return user


def _keep_an_admin(tx: Transaction, user: User, role: Role | None) -> None:
    others = [one for one in tx.access.list_users() if one.role is Role.ADMIN and one.id != user.id]
    if user.role is Role.ADMIN and role is not Role.ADMIN and not others:
        raise InputError(f"{user.name} is the last admin: make somebody else admin first")


def _note(tx: Transaction, at: datetime, who: str, action: str, subject: str, why: str) -> None:
    tx.audit.record(AuditEntry(at=at, who=who, action=action, subject=subject, why=why))
