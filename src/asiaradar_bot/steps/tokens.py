"""Tokens that let programs in, and their requests that must not be done twice."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from asiaradar_bot.model.access import LEAST_ROLE, SCOPES, Action, Person, Role, Scope
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError, NotFoundError
from asiaradar_bot.model.program import ApiToken, KeptAnswer
from asiaradar_bot.ports import Clock, Store
from asiaradar_bot.rules.signing_in import check_name

_PREFIX = "arb_"
"""So that scanners of leaked secrets know what they found."""
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST = 100
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """
    The programs' door and its keys.
    """

    store: Store
    clock: Clock

    def make(self, name: str, scopes: Collection[Scope], *, days: int | None, person: Person) -> tuple[ApiToken, str]:
        """
        A new token and its secret, which is shown once; `days` is how long it lets in, None for good.

        Raises:
            AccessError: the person's role does not reach.
            InputError: the name is no name or taken, there is no scope, or the days are out of range.
        """
        person.check(Action.USERS)
        clean = check_name(name)
        if not scopes:
            raise InputError(f"say at least one scope of {', '.join(Scope)}: a token without one can do nothing")
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InputError(f"a token is good for 1 to {MOST_DAYS} days, or for good: give another number")
        now = self.clock.now()
        secret = _PREFIX + secrets.token_urlsafe(32)
        with self.store.begin() as tx:
            if any(one.name.casefold() == clean.casefold() for one in tx.programs.list_tokens()):
                raise InputError(f"there is a token {clean} already: choose another name, or revoke that one")
            token = tx.programs.add_token(
                _digest(secret),
                name=clean,
                role=_least_role(scopes),
                scopes=frozenset(scopes),
                hint=secret[-4:],
                at=now,
                by=person.who,
                expires_at=None if days is None else now + timedelta(days=days),
            )
            why = f"for {', '.join(sorted(scopes))}, {'for good' if days is None else f'for {days} days'}"
            tx.audit.record(AuditEntry(at=now, who=person.who, action="token.add", subject=f"token {clean}", why=why))
        return token, secret

    def revoke(self, name: str, *, person: Person) -> None:
        """
        Let this token in no more, at once.

        Raises:
            AccessError: the person's role does not reach.
            NotFoundError: there is no such token.
        """
        person.check(Action.USERS)
        with self.store.begin() as tx:
            found = [one for one in tx.programs.list_tokens() if one.name.casefold() == name.strip().casefold()]
            if not found:
                raise NotFoundError(f"there is no token {name}: look it up in the list of tokens")
            tx.programs.remove_token(found[0].id)
            tx.audit.record(
                AuditEntry(at=self.clock.now(), who=person.who, action="token.revoke", subject=f"token {found[0].name}")
            )

    def find(self, secret: str) -> ApiToken | None:
        """
        The token of this secret; None for one that never was, was revoked, or is over. It counts as used.
        """
        if not secret.startswith(_PREFIX) or len(secret) > _LONGEST:
            return None
        now = self.clock.now()
        with self.store.read() as tx:
            token = tx.programs.find_token(_digest(secret))
        if token is None or token.is_over(now):
            return None
        if token.used_at is None or now - token.used_at >= _SEEN_EVERY:
            with self.store.begin() as tx:
                tx.programs.touch_token(token.id, at=now)
        return token

    def list_tokens(self) -> Sequence[ApiToken]:
        """
        All of them, by name.
        """
        with self.store.read() as tx:
            return tx.programs.list_tokens()

    def take_key(self, token: ApiToken, key: str, fingerprint: str) -> KeptAnswer | None:
        """
        None the first time this token uses the key, and the request may be done; else what came of the first time.
        """
        with self.store.begin() as tx:
            return tx.programs.take_key(token.id, key, fingerprint, at=self.clock.now())

    def keep_answer(self, token: ApiToken, key: str, *, status: int, body: str) -> None:
        """
        Remember what was answered.
        """
        with self.store.begin() as tx:
            tx.programs.keep_answer(token.id, key, status=status, body=body)

    def free_key(self, token: ApiToken, key: str) -> None:
        """
        Let the key be used again, after a refusal that changed nothing.
        """
        with self.store.begin() as tx:
            tx.programs.free_key(token.id, key)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _least_role(scopes: Collection[Scope]) -> Role:
    """
    The lowest role that reaches for all that the scopes allow.
    """
    needed = {LEAST_ROLE[action] for scope in scopes for action in SCOPES[scope]}
    return max(needed, key=list(Role).index)
