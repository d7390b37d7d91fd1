"""Who may come in: people, passwords, one-time links and sessions; every change and every failure is on record."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from asiaradar_bot.model.access import Action, Person, Role
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.second_factor import Purpose, Whom
from asiaradar_bot.model.user import LINK_LIFE, Session, User, UserId
from asiaradar_bot.ports import Clock, PasswordHasher, Store, Transaction
from asiaradar_bot.rules.signing_in import check_name, check_password, must_have_second
from asiaradar_bot.steps.door import (
    Asked,
    Entered,
    Found,
    digest,
    end_ways_in,
    enter,
    named,
    note,
    note_failed_try,
    open_step,
    take_try,
)

_SEEN_EVERY = timedelta(minutes=1)
_REFUSED = "name and password do not fit together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    The door and its keys.
    """

    store: Store
    clock: Clock
    passwords: PasswordHasher
    second_factor: Whom = Whom.ADMINS
    """Who must have one."""

    def sign_in(self, name: str, password: str, *, address: str, agent: str = "") -> Entered | Asked:
        """
        A session for whoever gives the right password, or the question for the second factor of whoever has one.

        Raises:
            AccessError: they do not fit together (the same words for a name that does not exist), or too many tries.
        """
        now = self.clock.now()
        key = name.strip().casefold()
        number = take_try(self.store, key, address, at=now)
        with self.store.read() as tx:
            user = tx.access.find_user(key)
        stored = None if user is None else user.password_hash
        right = self._is_right(number, password, stored)
        with self.store.begin() as tx:
            # Hashing takes a while, and meanwhile they may have changed the password to shut somebody out.
            user = tx.access.find_user(key)
            if user is not None and right and user.password_hash == stored:
                tx.access.forgive_failure(number)
                return self._enter_or_ask(tx, user, address=address, agent=agent, how="password")
            note_failed_try(tx, key, address, at=now, what="login.failed")
        raise AccessError(_REFUSED)

    def use_link(self, token: str, *, address: str, agent: str = "") -> Entered | Asked:
        """
        A session for whoever has a one-time link that is not used up; it stands for the password, not for the rest.

        Raises:
            AccessError: it is unknown, used or too old.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user_id = tx.access.use_link(digest(token), at=now)
            user = None if user_id is None else tx.access.get_user(user_id)
            if user is not None:
                return self._enter_or_ask(tx, user, address=address, agent=agent, how="one-time link")
        raise AccessError("this link was used already or is too old: ask an admin for another")

    def _enter_or_ask(self, tx: Transaction, user: User, *, address: str, agent: str, how: str) -> Entered | Asked:
        now = self.clock.now()
        if tx.factors.has_any(user.id):
            token = open_step(tx, Purpose.SIGN_IN, user=user, challenge=None, address=address, at=now)
            return Asked(token=token, user=user)
        return enter(tx, user, at=now, address=address, agent=agent, how=how)

    def find(self, token: str) -> Found | None:
        """
        Who this token belongs to; None once the session is over. It counts as seen, at most once a minute.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            found = tx.access.find_session(digest(token))
            has_second = found is not None and tx.factors.has_any(found[0].id)
        if found is None or found[1].is_over(now):
            return None
        user, session = found
        if now - session.seen_at >= _SEEN_EVERY:
            with self.store.begin() as tx:
                tx.access.touch_session(session.id, at=now)
        # Whoever need not have anything, and has nothing to give again, is not asked for it: the demo's visitor.
        nothing_to_ask = self.second_factor is Whom.NOBODY and not has_second and user.password_hash is None
        return Found(
            user=user,
            session=session,
            must_set_up=not has_second and must_have_second(user.role, self.second_factor),
            confirmed=nothing_to_ask or session.is_confirmed(now),
        )

    def confirm(self, user_id: int, session_id: int, password: str, *, address: str) -> None:
        """
        Give the password again, so that what asks for a fresh one is open for some minutes.

        Raises:
            AccessError: it is not right, too many tries, or a second factor is to be given instead.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            user = tx.access.get_user(UserId(user_id))
            if tx.factors.has_any(user.id):
                raise AccessError("you have a second factor: confirm with that")
        if not self._knows_password(user, password, address=address):
            raise AccessError("the password is not right")
        with self.store.begin() as tx:
            tx.access.confirm_session(session_id, at=now)
            note(tx, now, f"desk:{user.name}", "confirm.ok", f"user {user.name}", "password")

    def _is_right(self, number: int, password: str, stored: str | None) -> bool:
        """
        Whether it is; a password that was not looked at, as too many wait, is no failed try.
        """
        try:
            return self.passwords.is_right(password[:1024], stored)
        except AccessError:
            with self.store.begin() as tx:
                tx.access.forgive_failure(number)
            raise

    def list_sessions(self, user_id: int) -> Sequence[Session]:
        """
        Where somebody is signed in, the newest sign of life first.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            return [one for one in tx.access.list_sessions(UserId(user_id)) if not one.is_over(now)]

    def sign_out(self, user_id: int, *, session_id: int | None) -> None:
        """
        End this session, or all of them with all that could become one.
        """
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            if session_id is None:
                end_ways_in(tx, user)
            else:
                tx.access.end_sessions(user.id, only=session_id)
            what = "login.end" if session_id is not None else "login.end_all"
            note(tx, self.clock.now(), f"desk:{user.name}", what, f"user {user.name}", "signed out")

    def end_sessions_of(self, name: str, *, person: Person) -> None:
        """
        Put somebody out everywhere, at once; one-time links that were made for them work no more.
        """
        person.check(Action.USERS)
        with self.store.begin() as tx:
            user = named(tx, name)
            end_ways_in(tx, user)
            note(tx, self.clock.now(), person.who, "user.sessions", f"user {user.name}", "all sessions were ended")

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
            note(tx, now, person.who, "user.add", f"user {clean}", f"added as {role}")
        return user

    def make_link(self, name: str, *, person: Person) -> str:
        """
        The token of a new one-time link; it is shown once and good for `LINK_LIFE`.
        """
        person.check(Action.USERS)
        token = secrets.token_urlsafe(32)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = named(tx, name)
            tx.access.add_link(digest(token), user.id, expires_at=now + LINK_LIFE)
            note(tx, now, person.who, "user.link", f"user {user.name}", "a one-time link was made")
        return token

    def change_role(self, name: str, role: Role, *, person: Person) -> None:
        """
        Give somebody another role; their sessions end. The last admin stays one.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = named(tx, name)
            _keep_an_admin(tx, user, role)
            tx.access.change_user(user.id, role=role)
            tx.access.end_sessions(user.id, only=None)
            note(tx, now, person.who, "user.role", f"user {user.name}", f"{user.role} -> {role}")

    def remove_user(self, name: str, *, person: Person) -> None:
        """
        Take somebody's access away; their sessions and links end at once. The last admin stays.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = named(tx, name)
            _keep_an_admin(tx, user, None)
            tx.access.remove_user(user.id)
            note(tx, now, person.who, "user.remove", f"user {user.name}", f"the role was {user.role}")

    def set_password(self, user_id: int, new: str, *, old: str | None, session_id: int | None, address: str) -> None:
        """
        Another password for oneself; all other sessions and ways in end. `old` is needed once there is one.

        Raises:
            AccessError: the old one is not right, too many tries, or the session ended or the password changed
                meanwhile.
            InputError: the new one is not good enough.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            user = tx.access.get_user(UserId(user_id))
        if user.password_hash is not None and not self._knows_password(user, old or "", address=address):
            raise AccessError("the old password is not right")
        hashed = self.passwords.hash(check_password(new, name=user.name))
        with self.store.begin() as tx:
            is_in = session_id is None or any(one.id == session_id for one in tx.access.list_sessions(user.id))
            if not is_in or tx.access.get_user(user.id).password_hash != user.password_hash:
                raise AccessError("you were signed out meanwhile, or your password was changed: sign in again")
            tx.access.change_user(user.id, password_hash=hashed)
            end_ways_in(tx, user, but=session_id)
            note(tx, now, f"desk:{user.name}", "user.password", f"user {user.name}", "changed")

    def _knows_password(self, user: User, password: str, *, address: str) -> bool:
        """
        Whether somebody who is in gives their password; a wrong one counts as a failed try.

        Raises:
            AccessError: too many tries, or too many wait.
        """
        now = self.clock.now()
        number = take_try(self.store, user.name.casefold(), address, at=now)
        right = self._is_right(number, password, user.password_hash)
        with self.store.begin() as tx:
            if right:
                tx.access.forgive_failure(number)
            else:
                note_failed_try(tx, user.name.casefold(), address, at=now, what="confirm.failed")
        return right

    def set_language(self, user_id: int, language: str) -> None:
        """
        The language of somebody's pages.
        """
        with self.store.begin() as tx:
            tx.access.change_user(UserId(user_id), language=language)

    def count_sessions(self) -> Mapping[UserId, int]:
        """
        How many open sessions each user has; those without any are left out.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            open_ones = [one for one in tx.access.list_sessions() if not one.is_over(now)]
        return Counter(one.user_id for one in open_ones)

    def list_users(self) -> Sequence[User]:
        """
        Everybody, by name.
        """
        with self.store.read() as tx:
            return tx.access.list_users()


def _keep_an_admin(tx: Transaction, user: User, role: Role | None) -> None:
    others = [one for one in tx.access.list_users() if one.role is Role.ADMIN and one.id != user.id]
    if user.role is Role.ADMIN and role is not Role.ADMIN and not others:
        raise InputError(f"{user.name} is the last admin: make somebody else admin first")
