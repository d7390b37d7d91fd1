"""The door: passwords, links, sessions, roles and what is on record of them; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import timedelta

import pytest

from asiaradar_bot.adapters.passwords import Argon2Passwords
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.errors import AccessError, InputError, NotFoundError
from asiaradar_bot.model.user import ABSOLUTE, IDLE, LINK_LIFE
from asiaradar_bot.rules.signing_in import check_name, check_password
from asiaradar_bot.steps.access import Access
from asiaradar_bot.steps.door import Entered
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock
from tests.fakes.people import PlainPasswords

ROOT = Person(who="cli:root", role=Role.ADMIN)
GOOD = "correct horse battery"


@pytest.fixture
def door(store: SqlStore) -> Access:
    """A door with nobody behind it."""
    return Access(store=store, clock=FakeClock(), passwords=PlainPasswords())


def clock(door: Access) -> FakeClock:
    """The door's clock."""
    assert isinstance(door.clock, FakeClock)
    return door.clock


def user_with_password(door: Access, name: str = "mei", role: Role = Role.EDITOR) -> Entered:
    """Somebody new who came in by their link and chose a password."""
    door.add_user(name, role, person=ROOT)
    entered = door.use_link(door.make_link(name, person=ROOT), address="10.0.0.1")
    assert isinstance(entered, Entered)
    session = door.find(entered.token)
    assert session is not None
    door.set_password(entered.user.id, GOOD, old=None, session_id=session[1].id, address="10.0.0.1")
    return entered


def audit(door: Access) -> list[str]:
    """What is on record, oldest first."""
    with door.store.read() as tx:
        return [entry.action for entry in reversed(tx.audit.list_recent())]


def test_the_first_way_in_is_a_link_that_works_once(door: Access) -> None:
    """A new user has no password; the link lets them in once, within a day, and everything is on record."""
    entered = user_with_password(door)
    assert door.find(entered.token) is not None
    link = door.make_link("MEI", person=ROOT)
    door.use_link(link, address="a")
    with pytest.raises(AccessError, match="used already or is too old"):
        door.use_link(link, address="a")
    late = door.make_link("mei", person=ROOT)
    clock(door).advance(seconds=LINK_LIFE.total_seconds())
    with pytest.raises(AccessError, match="too old"):
        door.use_link(late, address="a")
    assert audit(door)[:4] == ["user.add", "user.link", "login.ok", "user.password"]


def test_wrong_names_and_wrong_passwords_sound_alike(door: Access) -> None:
    """Whoever guesses learns neither from the words nor from the work which of the two was wrong."""
    user_with_password(door)
    passwords = door.passwords
    assert isinstance(passwords, PlainPasswords)
    said = []
    for name in ("mei", "nobody"):
        before = passwords.checked
        with pytest.raises(AccessError) as refusal:
            door.sign_in(name, "wrong", address="10.0.0.2")
        said.append((str(refusal.value), passwords.checked - before))
    assert said[0] == said[1] == ("name and password do not fit together", 1)
    assert door.sign_in(" Mei ", GOOD, address="10.0.0.2").user.name == "mei"


def test_guessing_is_slowed_before_anything_is_hashed(door: Access) -> None:
    """After five failures from one address even the right password waits, others still come in, and time heals."""
    user_with_password(door)
    passwords = door.passwords
    assert isinstance(passwords, PlainPasswords)
    for _ in range(5):
        with pytest.raises(AccessError, match="do not fit"):
            door.sign_in("mei", "wrong", address="10.6.6.6")
    checked = passwords.checked
    with pytest.raises(AccessError, match="too many tries"):
        door.sign_in("mei", GOOD, address="10.6.6.6")
    assert passwords.checked == checked
    door.sign_in("mei", GOOD, address="10.0.0.1")
    clock(door).advance(minutes=16)
    door.sign_in("mei", GOOD, address="10.6.6.6")


def test_an_address_that_tries_many_names_is_slowed(door: Access) -> None:
    """Twenty failures from one address under different names stop it for all names."""
    user_with_password(door)
    for number in range(20):
        with pytest.raises(AccessError):
            door.sign_in(f"name{number}", "wrong", address="10.6.6.6")
    with pytest.raises(AccessError, match="too many tries"):
        door.sign_in("mei", GOOD, address="10.6.6.6")


def test_sessions_end(door: Access) -> None:
    """By idleness, by age however busy, by signing out, and a token that never was opens nothing."""
    token = user_with_password(door).token
    clock(door).advance(seconds=IDLE.total_seconds() - 60)
    assert door.find(token) is not None
    clock(door).advance(seconds=IDLE.total_seconds() - 60)
    assert door.find(token) is not None, "it was seen in between"
    clock(door).advance(seconds=IDLE.total_seconds())
    assert door.find(token) is None
    busy = door.sign_in("mei", GOOD, address="a").token
    seen = []
    for _ in range(int(ABSOLUTE / timedelta(hours=6))):
        clock(door).advance(hours=6)
        seen.append(door.find(busy) is not None)
    assert seen == [True] * (len(seen) - 1) + [False]
    assert door.find("never made") is None


def test_a_new_password_ends_all_other_sessions(door: Access) -> None:
    """The browser in which it was changed stays, the others are out; without the old one nothing changes."""
    user_with_password(door)
    here, there = (door.sign_in("mei", GOOD, address="a").token for _ in range(2))
    found = door.find(here)
    assert found is not None
    with pytest.raises(AccessError, match="old password"):
        door.set_password(found[0].id, "another long one", old="wrong", session_id=found[1].id, address="a")
    door.set_password(found[0].id, "another long one", old=GOOD, session_id=found[1].id, address="a")
    assert door.find(here) is not None
    assert door.find(there) is None


def test_role_and_removal_act_at_once(door: Access) -> None:
    """Another role or a removal ends open sessions; signing out everywhere does so too."""
    user_with_password(door)
    tokens = [door.sign_in("mei", GOOD, address="a").token]
    door.change_role("mei", Role.VIEWER, person=ROOT)
    assert door.find(tokens[0]) is None
    entered = door.sign_in("mei", GOOD, address="a")
    assert entered.user.role is Role.VIEWER
    door.sign_out(entered.user.id, session_id=None)
    assert door.find(entered.token) is None
    again = door.sign_in("mei", GOOD, address="a").token
    door.remove_user("mei", person=ROOT)
    assert door.find(again) is None
    with pytest.raises(AccessError, match="do not fit"):
        door.sign_in("mei", GOOD, address="a")


def test_one_admin_always_stays(door: Access) -> None:
    """The last admin can be neither removed nor made less."""
    door.add_user("ada", Role.ADMIN, person=ROOT)
    with pytest.raises(InputError, match="last admin"):
        door.remove_user("ada", person=ROOT)
    with pytest.raises(InputError, match="last admin"):
        door.change_role("ada", Role.EDITOR, person=ROOT)
    door.add_user("bob", Role.ADMIN, person=ROOT)
    door.change_role("ada", Role.EDITOR, person=ROOT)


def test_users_are_for_admins(door: Access) -> None:
    """A publisher can't make users, links or roles."""
    kim = Person(who="desk:kim", role=Role.PUBLISHER)
    with pytest.raises(AccessError, match="only an admin may"):
        door.add_user("x", Role.ADMIN, person=kim)
    with pytest.raises(AccessError, match="only an admin may"):
        door.make_link("x", person=kim)
    with pytest.raises(NotFoundError, match="there is no user x"):
        door.make_link("x", person=ROOT)
    door.add_user("Mei", Role.EDITOR, person=ROOT)
    with pytest.raises(InputError, match="already"):
        door.add_user("mei", Role.EDITOR, person=ROOT)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 129,
        "password123",
        "P@ssw0rd1",
        "qwertyuiop",
        "aaaaaaaa",
        "abababab",
        "my name is mei",
        "RadarAsia",
    ],
)
def test_poor_passwords_are_refused(password: str) -> None:
    """Too short, too long, among the first that are tried, guessed soon, or with the name in it."""
    with pytest.raises(InputError):
        check_password(password, name="mei")


def test_good_passwords_and_names_are_taken() -> None:
    """Blanks, scripts and length are welcome; names are trimmed, and markup is no name."""
    assert check_password("雨季过后 we ride again", name="mei") == "雨季过后 we ride again"
    assert check_name(" 李梅 ") == "李梅"
    for wrong in ("", "a b", "<b>", "x" * 41):
        with pytest.raises(InputError):
            check_name(wrong)


def test_old_traces_are_forgotten(door: Access) -> None:
    """Sessions, links and failures that are long over leave the database."""
    user_with_password(door)
    with pytest.raises(AccessError):
        door.sign_in("mei", "wrong", address="a")
    with door.store.begin() as tx:
        assert tx.access.forget(before=clock(door).now() + timedelta(days=2)) == 2


class MeanwhilePasswords(PlainPasswords):
    """Something happens while a password is being hashed: that takes a third of a second."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile: list[Callable[[], object]] = [meanwhile]

    def is_right(self, password: str, stored: str | None) -> bool:
        """Slowly."""
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().is_right(password, stored)


def test_a_new_password_brings_no_taken_role_back(door: Access) -> None:
    """Who is made less while their new password is hashed stays less, and is out; another language does not help."""
    found = door.find(user_with_password(door, role=Role.PUBLISHER).token)
    assert found is not None
    user, session = found.user, found.session
    slow = replace(door, passwords=MeanwhilePasswords(lambda: door.change_role("mei", Role.VIEWER, person=ROOT)))
    with pytest.raises(AccessError, match="signed out meanwhile"):
        slow.set_password(user.id, "another long one", old=GOOD, session_id=session.id, address="a")
    door.set_language(user.id, "ja")
    with door.store.read() as tx:
        now = tx.access.get_user(user.id)
    assert (now.role, now.language) == (Role.VIEWER, "ja")
    assert door.sign_in("mei", GOOD, address="a").user.role is Role.VIEWER, "the password is the old one"


def test_a_sign_in_under_way_does_not_outlive_the_password(door: Access) -> None:
    """Whoever signs in with a stolen password in the moment in which it is changed does not come in."""
    found = door.find(user_with_password(door).token)
    assert found is not None

    def change() -> None:
        door.set_password(found.user.id, "another long one", old=GOOD, session_id=found.session.id, address="here")

    slow = replace(door, passwords=MeanwhilePasswords(change))
    with pytest.raises(AccessError, match="do not fit"):
        slow.sign_in("mei", GOOD, address="thief")
    assert [one.id for one in door.list_sessions(found.user.id)] == [found.session.id]


@pytest.mark.parametrize("how", ["password", "put out", "out everywhere"])
def test_links_end_with_the_sessions(door: Access, how: str) -> None:
    """A one-time link that lies in a mailbox opens nothing after a new password, or after being put out everywhere."""
    found = door.find(user_with_password(door).token)
    assert found is not None
    link = door.make_link("mei", person=ROOT)
    if how == "password":
        door.set_password(found.user.id, "another long one", old=GOOD, session_id=found.session.id, address="a")
    elif how == "put out":
        door.end_sessions_of("mei", person=ROOT)
    else:
        door.sign_out(found.user.id, session_id=None)
    with pytest.raises(AccessError, match="used already or is too old"):
        door.use_link(link, address="thief")
    assert isinstance(door.use_link(door.make_link("mei", person=ROOT), address="a"), Entered)


def test_the_old_password_cannot_be_guessed_at_a_stolen_screen(door: Access) -> None:
    """Five wrong ones, then the right one waits as well, and each is on record."""
    found = door.find(user_with_password(door).token)
    assert found is not None
    for number in range(5):
        with pytest.raises(AccessError, match="old password"):
            door.set_password(
                found.user.id, "another long one", old=f"guess {number}", session_id=found.session.id, address="a"
            )
    with pytest.raises(AccessError, match="too many tries"):
        door.set_password(found.user.id, "another long one", old=GOOD, session_id=found.session.id, address="a")
    assert audit(door).count("confirm.failed") == 5


def test_many_tries_at_once_are_not_many_guesses(door: Access) -> None:
    """Each try is counted before its password is looked at: while five are under way, the sixth waits."""
    user_with_password(door)
    looked_at: list[int] = []

    def deeper(depth: int) -> None:
        looked_at.append(depth)
        slow = replace(door, passwords=MeanwhilePasswords(lambda: deeper(depth + 1)))
        with pytest.raises(AccessError):
            slow.sign_in("mei", f"guess {depth}", address="thief")

    deeper(1)
    assert looked_at == [1, 2, 3, 4, 5, 6]
    passwords = door.passwords
    assert isinstance(passwords, PlainPasswords)
    before = passwords.checked
    with pytest.raises(AccessError, match="too many tries"):
        door.sign_in("mei", GOOD, address="thief")
    assert passwords.checked == before
    assert audit(door).count("login.failed") == 5


class BusyPasswords(PlainPasswords):
    """So many wait that nothing is looked at."""

    def is_right(self, password: str, stored: str | None) -> bool:
        """Not now."""
        del password, stored
        raise AccessError("too many people sign in at this moment")


def test_a_crowd_at_the_door_shuts_nobody_out(door: Access) -> None:
    """A password that was not looked at, as too many wait, is no failed try."""
    user_with_password(door)
    busy = replace(door, passwords=BusyPasswords())
    for _ in range(9):
        with pytest.raises(AccessError, match="at this moment"):
            busy.sign_in("mei", GOOD, address="a")
    assert door.sign_in("mei", GOOD, address="a").user.name == "mei"


def test_a_flood_of_sign_ins_leaves_threads_for_the_pages() -> None:
    """Eight may wait for their hash; whoever comes then is told at once, and comes in when it is over."""
    passwords, go, waiting = Argon2Passwords(), threading.Event(), threading.Semaphore(0)

    class Slow:
        def hash(self, password: str) -> str:
            del password
            return "x"

        def verify(self, password: str, stored: str) -> bool:
            del password, stored
            waiting.release()
            return go.wait(30)

    passwords.__dict__["_hasher"] = Slow()
    refused = 0
    with ThreadPoolExecutor(20) as pool:
        tries = [pool.submit(passwords.is_right, "guess", "stored") for _ in range(20)]
        assert waiting.acquire(timeout=30)
        done = as_completed(tries, timeout=30)
        for _ in range(12):
            refused += isinstance(next(done).exception(), AccessError)
        go.set()
    assert refused == 12
    assert sum(one.exception() is None and one.result() for one in tries) == 8
    assert passwords.is_right("later", "stored")
