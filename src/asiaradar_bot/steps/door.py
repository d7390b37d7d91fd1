"""What all ways in share: counted tries, steps that wait for a second factor, sessions, and the record of it all."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import AccessError, NotFoundError
from asiaradar_bot.model.second_factor import MOST_STEPS, STEP_LIFE, Purpose, Step
from asiaradar_bot.model.user import Session, User
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.rules.signing_in import TRIES_WITHIN, too_many

TOO_MANY = "too many tries: wait a quarter of an hour, or ask an admin for a one-time link"
_LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """
    A new session; the token goes into the cookie and is nowhere else.
    """

    token: str
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    The first half is done, and a second factor is waited for; the token belongs to that step alone.
    """

    token: str
    user: User


class Found(NamedTuple):
    """
    A session that is not over, and what stands to be asked of its user.
    """

    user: User
    session: Session
    must_set_up: bool
    """They need a second factor and have none: they may only set one up."""
    confirmed: bool
    """Password or second factor were given so lately that they are not asked again."""


def digest(token: str) -> str:
    """
    What the database keeps of a token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def check_tries(tx: Transaction, name_key: str, address: str, *, at: datetime) -> None:
    """
    Return if another try may be made now; asked before anything costly is done.

    Raises:
        AccessError: too many failed lately.
    """
    if too_many(tx.access.count_failures(name_key, address, since=at - TRIES_WITHIN)):
        raise AccessError(TOO_MANY)


def take_try(store: Store, name_key: str, address: str, *, at: datetime) -> int:
    """
    The number of a try that may be made now. It counts as failed until `forgive_failure` says that it did not.

    On record before anything costly is done, so that a hundred tries at once are not a hundred guesses.

    Raises:
        AccessError: too many failed lately, or are under way.
    """
    with store.begin() as tx:
        check_tries(tx, name_key, address, at=at)
        return tx.access.record_failure(name_key, address, at=at)


def note_failed_try(tx: Transaction, name_key: str, address: str, *, at: datetime, what: str) -> None:
    """
    Put a try that `take_try` counted already on record.
    """
    note(tx, at, "nobody", what, f"user {name_key[:60]}", f"from {address}")


def end_ways_in(tx: Transaction, user: User, *, but: int | None = None) -> None:
    """
    End all sessions of the user but this one, and what could become one: half-way steps and one-time links.
    """
    tx.access.end_sessions(user.id, only=None, but=but)
    tx.access.end_links(user.id)
    tx.factors.end_steps(user.id)


def note_failure(tx: Transaction, name_key: str, address: str, *, at: datetime, what: str) -> None:
    """
    Count a failed try, and put it on record.
    """
    tx.access.record_failure(name_key, address, at=at)
    note_failed_try(tx, name_key, address, at=at, what=what)


def open_step(
    tx: Transaction, purpose: Purpose, *, user: User | None, challenge: str | None, address: str, at: datetime
) -> str:
    """
    The token of a new step.

    Raises:
        AccessError: too many steps are open from this address.
    """
    if tx.factors.count_steps(address, at=at) >= MOST_STEPS:
        raise AccessError(TOO_MANY)
    token = secrets.token_urlsafe(32)
    user_id = None if user is None else user.id
    step = Step(purpose=purpose, user_id=user_id, challenge=challenge, address=address[:60], expires_at=at + STEP_LIFE)
    tx.factors.add_step(digest(token), step)
    return token


def enter(tx: Transaction, user: User, *, at: datetime, address: str, agent: str, how: str) -> Entered:
    """
    A new session, confirmed as of now.
    """
    token = secrets.token_urlsafe(32)
    tx.access.add_session(
        digest(token),
        user.id,
        csrf=secrets.token_urlsafe(24),
        at=at,
        address=address,
        agent=agent[:_LONGEST_AGENT] or None,
    )
    note(tx, at, f"desk:{user.name}", "login.ok", f"user {user.name}", f"{how}, from {address}")
    return Entered(token=token, user=user)


def named(tx: Transaction, name: str) -> User:
    """
    The user of that name. Raises NotFoundError.
    """
    user = tx.access.find_user(name.strip().casefold())
    if user is None:
        raise NotFoundError(f"there is no user {name}: look them up in the list of users")
    return user


def note(tx: Transaction, at: datetime, who: str, action: str, subject: str, why: str) -> None:
    """
    Put it on record.
    """
    tx.audit.record(AuditEntry(at=at, who=who, action=action, subject=subject, why=why))
