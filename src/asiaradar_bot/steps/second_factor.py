"""Second factors: set up, used at the sign-in and to confirm, taken away; each change and each failure is on record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.second_factor import (
    RECOVERY_CODES,
    Authenticator,
    Factors,
    Passkey,
    Place,
    Purpose,
    Step,
    Whom,
)
from asiaradar_bot.model.user import User, UserId
from asiaradar_bot.ports import Clock, OneTimeCodes, PasskeyChecker, SecretBox, Store, Transaction
from asiaradar_bot.rules.signing_in import (
    RECOVERY_LETTERS,
    as_recovery_code,
    check_label,
    digits_of,
    must_have_second,
)
from asiaradar_bot.steps.door import (
    Entered,
    check_tries,
    digest,
    enter,
    named,
    note,
    note_failed_try,
    note_failure,
    open_step,
    take_try,
)

_OVER = "this sign-in took too long, or was used already: start again"
_WRONG_CODE = "the code is not right, or was used already: wait for the next one"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSetup:
    """
    What an authenticator app needs to know, shown until a first code of it was given.
    """

    secret: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """
    The second lock of the door.
    """

    store: Store
    clock: Clock
    codes: OneTimeCodes
    passkeys: PasskeyChecker
    box: SecretBox
    whom: Whom = Whom.ADMINS

    def factors(self, user_id: int) -> Factors:
        """
        What somebody has.
        """
        with self.store.read() as tx:
            return _factors(tx, UserId(user_id))

    def with_any(self) -> frozenset[UserId]:
        """
        Who has a second factor.
        """
        with self.store.read() as tx:
            return frozenset(tx.factors.with_any())

    # --- signing in and confirming

    def sign_in(self, step: str, code: str, *, address: str, agent: str = "") -> Entered:
        """
        The second half of a sign-in: six digits of the app, or a recovery code.

        Raises:
            AccessError: the code is wrong or was used, the step is over, or too many tries.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            found = tx.factors.find_step(digest(step), at=now)
            if found is None or found.purpose is not Purpose.SIGN_IN or found.user_id is None:
                raise AccessError(_OVER)
            user = tx.access.get_user(found.user_id)
        number = take_try(self.store, user.name.casefold(), address, at=now)
        with self.store.begin() as tx:
            how = self._use_code(tx, user, code, at=now)
            if how is None:
                note_failed_try(tx, user.name.casefold(), address, at=now, what="login.second_failed")
            elif tx.factors.take_step(digest(step), at=now) is None:
                raise AccessError(_OVER)
            else:
                tx.access.forgive_failure(number)
                return enter(tx, user, at=now, address=address, agent=agent, how=f"password and {how}")
        raise AccessError(_WRONG_CODE)

    def sign_in_with_passkey(
        self, step: str, credential: str, *, place: Place, address: str, agent: str = ""
    ) -> Entered:
        """
        A session for whoever has the passkey; its device asked for a finger, a face or a PIN, so it is both factors.

        Raises:
            AccessError: it is not ours, or not for this step.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            check_tries(tx, _by_passkey(address), address, at=now)
        user = self._check_passkey(step, credential, Purpose.PASSKEY_SIGN_IN, place=place, address=address)
        with self.store.begin() as tx:
            return enter(tx, user, at=now, address=address, agent=agent, how="passkey")

    def confirm(self, user_id: int, session_id: int, code: str, *, address: str) -> None:
        """
        Give a code again, so that what asks for a fresh one is open for some minutes.

        Raises:
            AccessError: the code is wrong or was used, or too many tries.
        """
        now = self.clock.now()
        with self.store.read() as tx:
            user = tx.access.get_user(UserId(user_id))
        number = take_try(self.store, user.name.casefold(), address, at=now)
        with self.store.begin() as tx:
            how = self._use_code(tx, user, code, at=now)
            if how is None:
                note_failed_try(tx, user.name.casefold(), address, at=now, what="confirm.failed")
            else:
                tx.access.forgive_failure(number)
                _confirm(tx, user, session_id, at=now, how=how)
                return
        raise AccessError(_WRONG_CODE)

    def confirm_with_passkey(
        self, user_id: int, session_id: int, step: str, credential: str, *, place: Place, address: str
    ) -> None:
        """
        Use one's passkey again. Raises AccessError.
        """
        user = self._check_passkey(step, credential, Purpose.PASSKEY_CONFIRM, place=place, address=address)
        if user.id != user_id:
            raise AccessError("this passkey is somebody else's")
        with self.store.begin() as tx:
            _confirm(tx, user, session_id, at=self.clock.now(), how="passkey")

    def ask_passkey(self, purpose: Purpose, *, user_id: int | None, place: Place, address: str) -> tuple[str, str]:
        """
        The token of a step and what the browser needs to use a passkey (or make one), as JSON.
        """
        challenge = self.passkeys.new_challenge()
        with self.store.begin() as tx:
            user = None if user_id is None else tx.access.get_user(UserId(user_id))
            token = open_step(tx, purpose, user=user, challenge=challenge, address=address, at=self.clock.now())
            if purpose is not Purpose.PASSKEY_ADD or user is None:
                return token, self.passkeys.ask_options(place, challenge)
            known = [one.credential_id for one in tx.factors.list_passkeys(user.id)]
        return token, self.passkeys.add_options(place, challenge, user_id=user.id, name=user.name, known=known)

    # --- setting up and taking away

    def begin_app(self, user_id: int) -> AppSetup:
        """
        A new secret for an app; it counts only once a code of it was given.

        Raises:
            InputError: there is an app already.
        """
        secret = self.codes.new_secret()
        sealed = self.box.seal(secret)
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            old = tx.factors.find_app(user.id)
            if old is not None and old.confirmed_at is not None:
                raise InputError("you have an authenticator app already: take it away first")
            tx.factors.save_app(Authenticator(user_id=user.id, sealed=sealed, confirmed_at=None, last_step=0))
        return AppSetup(secret=secret, address=self.codes.address(secret, name=user.name))

    def pending_app(self, user_id: int) -> AppSetup | None:
        """
        The app that was begun and not finished, to be shown again; None: there is none.
        """
        with self.store.read() as tx:
            user = tx.access.get_user(UserId(user_id))
            app = tx.factors.find_app(user.id)
        if app is None or app.confirmed_at is not None:
            return None
        secret = self.box.open(app.sealed)
        return AppSetup(secret=secret, address=self.codes.address(secret, name=user.name))

    def finish_app(self, user_id: int, code: str) -> Sequence[str]:
        """
        The first code of the app: from now on it counts. New recovery codes, if these are the first; shown once.

        Raises:
            InputError: the code is not of this app, or nothing was begun.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            app = tx.factors.find_app(user.id)
            if app is None or app.confirmed_at is not None:
                raise InputError("no app was begun: start again")
            used = self.codes.step_of(self.box.open(app.sealed), digits_of(code), at=now)
            if used is None:
                raise InputError("the code does not fit: see that the phone's clock is right, and take the newest code")
            tx.factors.save_app(replace(app, confirmed_at=now, last_step=used))
            _note_change(tx, user, now, "factor.add", "authenticator app")
            return self._first_codes(tx, user, now)

    def add_passkey(self, user_id: int, step: str, credential: str, *, label: str, place: Place) -> Sequence[str]:
        """
        A passkey that the browser has just made. New recovery codes, if these are the first; shown once.

        Raises:
            AccessError: it was not made for this step and place.
            InputError: it is known already, or its label is none.
        """
        clean = check_label(label)
        now = self.clock.now()
        with self.store.begin() as tx:
            taken = tx.factors.take_step(digest(step), at=now)
        if taken is None or taken.purpose is not Purpose.PASSKEY_ADD or taken.user_id != user_id:
            raise AccessError(_OVER)
        made = self.passkeys.check_new(credential, challenge=taken.challenge or "", place=place)
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            if tx.factors.find_passkey(made.credential_id) is not None:
                raise InputError("this passkey is on record already")
            tx.factors.add_passkey(made, user.id, label=clean, at=now)
            _note_change(tx, user, now, "factor.add", f"passkey {clean}")
            return self._first_codes(tx, user, now)

    def new_codes(self, user_id: int) -> Sequence[str]:
        """
        New recovery codes, shown once; the old ones work no more.

        Raises:
            InputError: there is no second factor that they could stand for.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            if not tx.factors.has_any(user.id):
                raise InputError("set up an app or a passkey first: recovery codes stand in for them")
            _note_change(tx, user, now, "factor.codes", "new recovery codes")
            return _make_codes(tx, user)

    def remove_app(self, user_id: int) -> None:
        """
        Take the app away. Raises InputError: it is the last second factor of somebody who must have one.
        """
        self._remove(user_id, lambda tx, user: tx.factors.remove_app(user.id), "authenticator app")

    def remove_passkey(self, user_id: int, passkey_id: int) -> None:
        """
        Take a passkey away. Raises InputError: it is the last second factor of somebody who must have one.
        """
        self._remove(user_id, lambda tx, user: tx.factors.remove_passkey(user.id, passkey_id), f"passkey {passkey_id}")

    def reset(self, name: str, *, person: Person) -> None:
        """
        Take all second factors of somebody away (a lost phone); their sessions end.

        Raises:
            AccessError: the person's role does not reach, or it is their own.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            user = named(tx, name)
            if person.who.casefold() == f"desk:{user.name}".casefold():
                raise AccessError("another admin resets yours, or `asiaradar users reset-second NAME`")
            tx.factors.remove_app(user.id)
            for passkey in tx.factors.list_passkeys(user.id):
                tx.factors.remove_passkey(user.id, passkey.id)
            tx.factors.replace_codes(user.id, [])
            tx.access.end_sessions(user.id, only=None)
            note(tx, now, person.who, "factor.reset", f"user {user.name}", "all second factors were taken away")
            tx.inbox.raise_alert(
                "access",
                f"{person.who} took the second factors of {user.name} away",
                subject=f"user {user.name}",
                at=now,
            )

    # --- within

    def _use_code(self, tx: Transaction, user: User, code: str, *, at: datetime) -> str | None:
        """
        How the code was right, in words, and it is used up; None: it was not.
        """
        app = tx.factors.find_app(user.id)
        if app is not None and app.confirmed_at is not None:
            used = self.codes.step_of(self.box.open(app.sealed), digits_of(code), at=at)
            if used is not None and tx.factors.use_app_step(user.id, used):
                return "code"
        if tx.factors.use_code(user.id, digest(as_recovery_code(code))):
            left = tx.factors.count_codes(user.id)
            _note_change(tx, user, at, "factor.code_used", f"a recovery code was used, {left} are left")
            return "recovery code"
        return None

    def _check_passkey(self, step: str, credential: str, purpose: Purpose, *, place: Place, address: str) -> User:
        now = self.clock.now()
        with self.store.begin() as tx:
            taken = tx.factors.take_step(digest(step), at=now)
        if taken is None or taken.purpose is not purpose:
            raise AccessError(_OVER)
        try:
            return self._use_passkey(taken, credential, place=place, at=now)
        except AccessError:
            with self.store.begin() as tx:
                note_failure(tx, _by_passkey(address), address, at=now, what="login.passkey_failed")
            raise

    def _use_passkey(self, step: Step, credential: str, *, place: Place, at: datetime) -> User:
        with self.store.read() as tx:
            known = tx.factors.find_passkey(self.passkeys.id_of(credential))
        if known is None:
            raise AccessError("this passkey does not open this door: try another, or the password")
        count = self.passkeys.check_use(credential, known, challenge=step.challenge or "", place=place)
        with self.store.begin() as tx:
            if not tx.factors.use_passkey(known, sign_count=count, at=at):
                raise AccessError(_OVER)
            return tx.access.get_user(known.user_id)

    def _first_codes(self, tx: Transaction, user: User, now: datetime) -> Sequence[str]:
        if tx.factors.count_codes(user.id) > 0:
            return []
        _note_change(tx, user, now, "factor.codes", "the first recovery codes")
        return _make_codes(tx, user)

    def _remove(self, user_id: int, remove: Callable[[Transaction, User], bool], what: str) -> None:
        with self.store.begin() as tx:
            user = tx.access.get_user(UserId(user_id))
            if not remove(tx, user):
                raise InputError(f"you have no {what}")
            if not tx.factors.has_any(user.id):
                if must_have_second(user.role, self.whom):
                    raise InputError("it is your last second factor, and your role needs one: set up another first")
                tx.factors.replace_codes(user.id, [])
            _note_change(tx, user, self.clock.now(), "factor.remove", what)


def _by_passkey(address: str) -> str:
    """
    Stands where a name is counted: a passkey names nobody until it is right, and must not shut others out.
    """
    return f"passkey from {address}"


def _factors(tx: Transaction, user_id: UserId) -> Factors:
    app = tx.factors.find_app(user_id)
    passkeys: Sequence[Passkey] = tx.factors.list_passkeys(user_id)
    return Factors(
        has_app=app is not None and app.confirmed_at is not None,
        passkeys=tuple(passkeys),
        codes_left=tx.factors.count_codes(user_id),
    )


def _make_codes(tx: Transaction, user: User) -> list[str]:
    made = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(24)) for _ in range(RECOVERY_CODES)]
    tx.factors.replace_codes(user.id, [digest(one) for one in made])
    return ["-".join(one[at : at + 6] for at in range(0, len(one), 6)) for one in made]


def _confirm(tx: Transaction, user: User, session_id: int, *, at: datetime, how: str) -> None:
    tx.access.confirm_session(session_id, at=at)
    note(tx, at, f"desk:{user.name}", "confirm.ok", f"user {user.name}", how)


def _note_change(tx: Transaction, user: User, at: datetime, action: str, what: str) -> None:
    note(tx, at, f"desk:{user.name}", action, f"user {user.name}", what)
