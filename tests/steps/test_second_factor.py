"""The second lock: codes that count once, recovery codes, steps that end, who may take it away; on both databases."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pyotp
import pytest

from asiaradar_bot.adapters.one_time_codes import TotpCodes
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.second_factor import (
    MOST_STEPS,
    RECOVERY_CODES,
    STEP_LIFE,
    Place,
    Purpose,
    Whom,
)
from asiaradar_bot.model.user import CONFIRMED
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.steps.access import Access
from asiaradar_bot.steps.door import Asked, Entered
from asiaradar_bot.steps.housekeep import prune
from asiaradar_bot.steps.second_factor import SecondFactor
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.keys import PlainBox, PlainPasskeys
from tests.fakes.outside import FakeClock
from tests.fakes.people import PlainPasswords
from tests.steps.test_access import GOOD, ROOT

HOME = Place(host="localhost", origin="http://localhost")
AT = "10.0.0.1"


@pytest.fixture
def door(store: SqlStore) -> Access:
    """The first lock."""
    return Access(store=store, clock=FakeClock(), passwords=PlainPasswords())


@pytest.fixture
def lock(door: Access) -> SecondFactor:
    """The second one, of the same door."""
    return SecondFactor(store=door.store, clock=door.clock, codes=TotpCodes(), passkeys=PlainPasskeys(), box=PlainBox())


def clock(lock: SecondFactor) -> FakeClock:
    """The door's clock."""
    assert isinstance(lock.clock, FakeClock)
    return lock.clock


def entered(door: Access, name: str = "mei", role: Role = Role.ADMIN) -> tuple[int, int]:
    """Somebody new with a password, signed in; the ids of user and session."""
    door.add_user(name, role, person=ROOT)
    came = door.use_link(door.make_link(name, person=ROOT), address=AT)
    assert isinstance(came, Entered)
    found = door.find(came.token)
    assert found is not None
    door.set_password(found.user.id, GOOD, old=None, session_id=found.session.id, address=AT)
    return found.user.id, found.session.id


def with_app(lock: SecondFactor, user_id: int) -> tuple[pyotp.TOTP, list[str]]:
    """The app of that user, set up, and the recovery codes; the clock has moved on to the next code."""
    app = pyotp.TOTP(lock.begin_app(user_id).secret)
    codes = lock.finish_app(user_id, code_of(app, lock))
    clock(lock).advance(seconds=60)
    return app, list(codes)


def code_of(app: pyotp.TOTP, lock: SecondFactor, *, at: datetime | None = None) -> str:
    """What the app shows now."""
    return app.at(at or lock.clock.now())


def asked(door: Access) -> str:
    """The token of the step after the right password."""
    answer = door.sign_in("mei", GOOD, address=AT)
    assert isinstance(answer, Asked)
    return answer.token


def audit(door: Access) -> list[str]:
    """What is on record, oldest first."""
    with door.store.read() as tx:
        return [entry.action for entry in reversed(tx.audit.list_recent())]


def test_a_password_alone_lets_nobody_in_who_has_an_app(door: Access, lock: SecondFactor) -> None:
    """Password, then a code: the step's token opens nothing by itself, and what was done is on record."""
    user_id, _ = entered(door)
    app, codes = with_app(lock, user_id)
    assert len(codes) == RECOVERY_CODES
    step = asked(door)
    assert door.find(step) is None
    came = lock.sign_in(step, code_of(app, lock), address=AT, agent="a browser")
    found = door.find(came.token)
    assert found is not None
    assert (found.must_set_up, found.confirmed) == (False, True)
    assert found.session.agent == "a browser"
    with pytest.raises(AccessError, match="start again"):
        lock.sign_in(step, code_of(app, lock), address=AT)
    assert [one for one in audit(door) if one.startswith(("factor", "login"))] == [
        "login.ok",
        "factor.add",
        "factor.codes",
        "login.ok",
    ]
    with door.store.read() as tx:
        stored = tx.factors.find_app(found.user.id)
    assert stored is not None
    assert stored.sealed.startswith("sealed ")


def test_a_code_counts_once_and_only_around_its_time(door: Access, lock: SecondFactor) -> None:
    """One step early or late is taken, two are not; a used code and any older one count no more."""
    user_id, _ = entered(door)
    app, _ = with_app(lock, user_id)
    now = lock.clock.now()
    for seconds in (-60, 60):
        with pytest.raises(AccessError, match="not right"):
            lock.sign_in(asked(door), code_of(app, lock, at=now + timedelta(seconds=seconds)), address=AT)
    late, early = (code_of(app, lock, at=now + timedelta(seconds=seconds)) for seconds in (-30, 30))
    lock.sign_in(asked(door), f"{early[:3]} {early[3:]}", address=AT)
    for used in (early, code_of(app, lock), late):
        with pytest.raises(AccessError, match="was used already"):
            lock.sign_in(asked(door), used, address="10.0.0.9")


def test_guessing_codes_is_slowed(door: Access, lock: SecondFactor) -> None:
    """After five wrong codes even the right one waits, and so does the password."""
    user_id, _ = entered(door)
    app, _ = with_app(lock, user_id)
    step = asked(door)
    for _ in range(5):
        with pytest.raises(AccessError, match="not right"):
            lock.sign_in(step, "000000", address=AT)
    with pytest.raises(AccessError, match="too many tries"):
        lock.sign_in(step, code_of(app, lock), address=AT)
    with pytest.raises(AccessError, match="too many tries"):
        door.sign_in("mei", GOOD, address=AT)
    assert audit(door).count("login.second_failed") == 5


def test_the_second_half_is_waited_for_five_minutes(door: Access, lock: SecondFactor) -> None:
    """Later the sign-in starts again, and housekeeping removes the step."""
    user_id, _ = entered(door)
    app, _ = with_app(lock, user_id)
    step = asked(door)
    clock(lock).advance(seconds=STEP_LIFE.total_seconds())
    with pytest.raises(AccessError, match="took too long"):
        lock.sign_in(step, code_of(app, lock), address=AT)
    clock(lock).advance(seconds=1)
    assert prune(lock.store, lock.clock) == 1


def test_a_link_stands_for_the_password_only(door: Access, lock: SecondFactor) -> None:
    """Whoever has a second factor is asked for it after a one-time link, too."""
    user_id, _ = entered(door)
    app, _ = with_app(lock, user_id)
    came = door.use_link(door.make_link("mei", person=ROOT), address=AT)
    assert isinstance(came, Asked)
    lock.sign_in(came.token, code_of(app, lock), address=AT)


def test_a_recovery_code_works_once(door: Access, lock: SecondFactor) -> None:
    """Typed with capitals and without hyphens, too; the count goes down; new ones end the old ones."""
    user_id, _ = entered(door)
    _, codes = with_app(lock, user_id)
    lock.sign_in(asked(door), codes[0].replace("-", "").upper(), address=AT)
    with pytest.raises(AccessError, match="was used already"):
        lock.sign_in(asked(door), codes[0], address="10.0.0.9")
    assert lock.factors(user_id).codes_left == RECOVERY_CODES - 1
    fresh = lock.new_codes(user_id)
    with pytest.raises(AccessError, match="not right"):
        lock.sign_in(asked(door), codes[1], address="10.0.0.9")
    lock.sign_in(asked(door), fresh[1], address=AT)
    assert len(set(codes) | set(fresh)) == 2 * RECOVERY_CODES


def test_an_app_counts_only_once_its_first_code_came(door: Access, lock: SecondFactor) -> None:
    """Begun and not finished is none; a wrong first code changes nothing; a second app wants the first taken away."""
    user_id, _ = entered(door)
    lock.begin_app(user_id)
    assert isinstance(door.sign_in("mei", GOOD, address=AT), Entered)
    with pytest.raises(InputError, match="phone's clock"):
        lock.finish_app(user_id, "000000")
    pending = lock.pending_app(user_id)
    assert pending is not None
    assert "otpauth://totp/asiaradar:mei?" in pending.address
    lock.finish_app(user_id, code_of(pyotp.TOTP(pending.secret), lock))
    assert lock.pending_app(user_id) is None
    with pytest.raises(InputError, match="already"):
        lock.begin_app(user_id)
    with pytest.raises(InputError, match="no app was begun"):
        lock.finish_app(user_id, "000000")


def test_admins_must_have_one_and_keep_one(door: Access, lock: SecondFactor) -> None:
    """An admin without one may only set one up, and can't take the last away; an editor needs none by default."""
    for whom, role, must in (
        (Whom.ADMINS, Role.ADMIN, True),
        (Whom.ADMINS, Role.PUBLISHER, False),
        (Whom.EVERYONE, Role.VIEWER, True),
        (Whom.NOBODY, Role.ADMIN, False),
    ):
        name = f"{whom}-{role}"
        door.add_user(name, role, person=ROOT)
        at = Access(store=door.store, clock=door.clock, passwords=door.passwords, second_factor=whom)
        came = at.use_link(at.make_link(name, person=ROOT), address=AT)
        found = at.find(came.token)
        assert found is not None
        assert found.must_set_up is must, name
    user_id, _ = entered(door)
    with_app(lock, user_id)
    with pytest.raises(InputError, match="your role needs one"):
        lock.remove_app(user_id)
    assert lock.factors(user_id).has_app
    other, _ = entered(door, "kim", Role.EDITOR)
    with_app(lock, other)
    lock.remove_app(other)
    assert lock.factors(other).codes_left == 0
    with pytest.raises(InputError, match="set up an app or a passkey first"):
        lock.new_codes(other)


def test_a_lost_phone_is_another_admins_matter(door: Access, lock: SecondFactor) -> None:
    """A reset takes everything away, ends sessions and raises an alert; one's own, and without the role, it is refused."""
    user_id, _ = entered(door)
    app, _ = with_app(lock, user_id)
    came = lock.sign_in(asked(door), code_of(app, lock), address=AT)
    with pytest.raises(AccessError, match="another admin resets yours"):
        lock.reset("mei", person=Person(who="desk:Mei", role=Role.ADMIN))
    with pytest.raises(AccessError, match="only an admin may"):
        lock.reset("mei", person=Person(who="desk:kim", role=Role.PUBLISHER))
    lock.reset("mei", person=Person(who="desk:kim", role=Role.ADMIN))
    assert door.find(came.token) is None
    assert not lock.factors(user_id).any
    assert isinstance(door.sign_in("mei", GOOD, address=AT), Entered)
    with door.store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["access"]
    assert "factor.reset" in audit(door)


def test_confirming_lasts_ten_minutes(door: Access, lock: SecondFactor) -> None:
    """By password without a second factor, by a fresh code with one; a wrong one counts as a failure."""
    user_id, session_id = entered(door)
    assert confirmed(door) is True
    clock(lock).advance(seconds=CONFIRMED.total_seconds())
    assert confirmed(door) is False
    with pytest.raises(AccessError, match="password is not right"):
        door.confirm(user_id, session_id, "wrong", address=AT)
    door.confirm(user_id, session_id, GOOD, address=AT)
    assert confirmed(door) is True
    app, _ = with_app(lock, user_id)
    clock(lock).advance(seconds=CONFIRMED.total_seconds())
    with pytest.raises(AccessError, match="confirm with that"):
        door.confirm(user_id, session_id, GOOD, address=AT)
    with pytest.raises(AccessError, match="not right"):
        lock.confirm(user_id, session_id, "000000", address=AT)
    lock.confirm(user_id, session_id, code_of(app, lock), address=AT)
    assert confirmed(door) is True
    assert [one for one in audit(door) if one.startswith("confirm")] == [
        "confirm.failed",
        "confirm.ok",
        "confirm.failed",
        "confirm.ok",
    ]


def confirmed(door: Access) -> bool:
    """Whether the first session needs no confirmation."""
    with door.store.read() as tx:
        user = tx.access.find_user("mei")
        assert user is not None
        (session,) = tx.access.list_sessions(user.id)
    return session.is_confirmed(door.clock.now())


def test_a_passkey_is_both_factors(door: Access, lock: SecondFactor) -> None:
    """Made for its challenge only, known once; it signs in without a name, its counter going up, each challenge once."""
    user_id, session_id = entered(door)
    step, options = lock.ask_passkey(Purpose.PASSKEY_ADD, user_id=user_id, place=HOME, address=AT)
    with pytest.raises(AccessError, match="not for this page"):
        lock.add_passkey(user_id, step, "id1 challenge9 0", label="phone", place=HOME)
    with pytest.raises(AccessError, match="start again"):
        lock.add_passkey(user_id, step, f"id1 {options} 0", label="phone", place=HOME)
    step, options = lock.ask_passkey(Purpose.PASSKEY_ADD, user_id=user_id, place=HOME, address=AT)
    assert len(lock.add_passkey(user_id, step, f"id1 {options} 0", label=" my phone ", place=HOME)) == RECOVERY_CODES
    step, options = lock.ask_passkey(Purpose.PASSKEY_ADD, user_id=user_id, place=HOME, address=AT)
    assert options.split()[1:] == ["id1"]
    with pytest.raises(InputError, match="on record already"):
        lock.add_passkey(user_id, step, f"id1 {options.split()[0]} 0", label="again", place=HOME)
    assert [one.label for one in lock.factors(user_id).passkeys] == ["my phone"]

    step, options = lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address=AT)
    came = lock.sign_in_with_passkey(step, f"id1 {options} 1", place=HOME, address=AT)
    assert came.user.name == "mei"
    with pytest.raises(AccessError, match="start again"):
        lock.sign_in_with_passkey(step, f"id1 {options} 2", place=HOME, address=AT)
    for wrong in ("id1 {} 1", "id2 {} 9", "id1 other 9"):
        step, options = lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address=AT)
        with pytest.raises(AccessError, match="does not open"):
            lock.sign_in_with_passkey(step, wrong.format(options), place=HOME, address=AT)
    step, options = lock.ask_passkey(Purpose.PASSKEY_CONFIRM, user_id=user_id, place=HOME, address=AT)
    lock.confirm_with_passkey(user_id, session_id, step, f"id1 {options} 5", place=HOME, address=AT)
    other, _ = entered(door, "kim")
    step, options = lock.ask_passkey(Purpose.PASSKEY_CONFIRM, user_id=other, place=HOME, address=AT)
    with pytest.raises(AccessError, match="somebody else's"):
        lock.confirm_with_passkey(other, session_id, step, f"id1 {options} 6", place=HOME, address=AT)


def test_steps_do_not_pile_up(door: Access, lock: SecondFactor) -> None:
    """One address can't fill the database with challenges; another is not hindered, and a step is for its purpose."""
    step, options = lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address="10.6.6.6")
    for _ in range(MOST_STEPS - 1):
        lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address="10.6.6.6")
    with pytest.raises(AccessError, match="too many"):
        lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address="10.6.6.6")
    lock.ask_passkey(Purpose.PASSKEY_SIGN_IN, user_id=None, place=HOME, address=AT)
    with pytest.raises(AccessError, match="start again"):
        lock.sign_in(step, "000000", address=AT)
    user_id, _ = entered(door)
    with pytest.raises(AccessError, match="start again"):
        lock.add_passkey(user_id, step, f"id1 {options} 0", label="x", place=HOME)


@pytest.mark.parametrize("label", ["", "  ", "x" * 41, "a\nb"])
def test_a_passkey_has_a_name_for_people(lock: SecondFactor, label: str) -> None:
    """Empty, long or unprintable names are refused before anything is used up."""
    with pytest.raises(InputError, match="1 to 40"):
        lock.add_passkey(1, "step", "c", label=label, place=HOME)


def test_a_removed_user_takes_everything_along(door: Access, lock: SecondFactor) -> None:
    """App, codes and steps go with the user, on both databases."""
    entered(door, "ada")
    user_id, _ = entered(door)
    with_app(lock, user_id)
    asked(door)
    door.remove_user("mei", person=ROOT)
    assert not lock.factors(user_id).any
    assert lock.factors(user_id).codes_left == 0
    assert lock.with_any() == frozenset()


def test_many_codes_at_once_are_not_many_guesses(door: Access, lock: SecondFactor) -> None:
    """Each code is counted before it is looked at: while five are under way, the sixth waits."""
    user_id, _ = entered(door)
    secret = lock.begin_app(user_id).secret
    lock.finish_app(user_id, pyotp.TOTP(secret).at(clock(lock).now()))
    asked = door.sign_in("mei", GOOD, address=AT)
    assert isinstance(asked, Asked)
    looked_at: list[int] = []

    class MeanwhileStore:
        """Another try comes in between a try's count and its look at the code."""

        def __init__(self, depth: int) -> None:
            self.depth, self.begun = depth, 0

        def read(self) -> AbstractContextManager[Transaction]:
            return door.store.read()

        def begin(self) -> AbstractContextManager[Transaction]:
            self.begun += 1
            if self.begun == 2:
                looked_at.append(self.depth)
                if self.depth < 9:
                    guess(self.depth + 1)
            return door.store.begin()

    def guess(depth: int) -> None:
        with pytest.raises(AccessError):
            replace(lock, store=cast("Store", MeanwhileStore(depth))).sign_in(asked.token, "000000", address=AT)

    guess(1)
    assert [depth for depth in looked_at if depth <= 5] == [1, 2, 3, 4, 5]
    with door.store.read() as tx:
        failed = [one for one in tx.audit.list_recent() if one.action == "login.second_failed"]
    assert len(failed) == 5
