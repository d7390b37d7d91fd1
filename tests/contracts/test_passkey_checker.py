"""The contract of `ports.PasskeyChecker`, held by PlainPasskeys and by WebAuthnPasskeys with a device of software."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Protocol

import pytest

from asiaradar_bot.adapters.passkeys import WebAuthnPasskeys
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.second_factor import NewPasskey, Passkey, Place
from asiaradar_bot.model.user import UserId
from asiaradar_bot.ports import PasskeyChecker
from tests.fakes.keys import PlainPasskeys, SoftDevice

HOME = Place(host="localhost", origin="http://localhost")


class Device(Protocol):
    """What a browser does."""

    count: int
    host: str

    def make(self, challenge: str) -> str:
        """A passkey."""

    def use(self, challenge: str) -> str:
        """A signature."""


class PlainDevice:
    """The browser of PlainPasskeys."""

    def __init__(self) -> None:
        self.count = 0
        self.host = "localhost"

    def make(self, challenge: str) -> str:
        """A passkey."""
        return f"id1 {challenge} {self.count} {self.host}"

    def use(self, challenge: str) -> str:
        """A signature."""
        self.count += 1
        return self.make(challenge)


@pytest.fixture(params=["plain", "webauthn"])
def pair(request: pytest.FixtureRequest) -> tuple[PasskeyChecker, Device]:
    """Each implementation with its browser."""
    return (PlainPasskeys(), PlainDevice()) if request.param == "plain" else (WebAuthnPasskeys(), SoftDevice())


def known(made: NewPasskey) -> Passkey:
    """As it stands on record."""
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Passkey(**asdict(made), id=1, user_id=UserId(1), label="x", created_at=at, used_at=None)


def test_made_and_used(pair: tuple[PasskeyChecker, Device]) -> None:
    """A passkey for this challenge is taken, known by its id, and signs the next challenge with a higher counter."""
    checker, device = pair
    challenge, other = checker.new_challenge(), checker.new_challenge()
    assert challenge != other
    made = checker.check_new(device.make(challenge), challenge=challenge, place=HOME)
    credential = device.use(other)
    assert checker.id_of(credential) == made.credential_id
    assert checker.check_use(credential, known(made), challenge=other, place=HOME) > made.sign_count


def test_another_challenge_or_place_is_refused(pair: tuple[PasskeyChecker, Device]) -> None:
    """What was signed for another moment, or on another host, opens nothing."""
    checker, device = pair
    challenge, other = checker.new_challenge(), checker.new_challenge()
    with pytest.raises(AccessError):
        checker.check_new(device.make(other), challenge=challenge, place=HOME)
    made = checker.check_new(device.make(challenge), challenge=challenge, place=HOME)
    with pytest.raises(AccessError):
        checker.check_use(device.use(other), known(made), challenge=challenge, place=HOME)
    device.host = "evil.example"
    with pytest.raises(AccessError):
        checker.check_use(device.use(challenge), known(made), challenge=challenge, place=HOME)


def test_a_counter_that_goes_back_is_a_copy(pair: tuple[PasskeyChecker, Device]) -> None:
    """Somebody cloned the device: refused."""
    checker, device = pair
    device.count = 7
    challenge = checker.new_challenge()
    made = checker.check_new(device.make(challenge), challenge=challenge, place=HOME)
    device.count = 3
    with pytest.raises(AccessError):
        checker.check_use(device.use(challenge), known(made), challenge=challenge, place=HOME)


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"id": 1}', "null", "x" * 30_000])
def test_what_is_broken_is_refused(pair: tuple[PasskeyChecker, Device], broken: str) -> None:
    """Never a traceback, whatever a program sends instead of a browser."""
    checker, device = pair
    challenge = checker.new_challenge()
    made = checker.check_new(device.make(challenge), challenge=challenge, place=HOME)
    with pytest.raises(AccessError):
        checker.check_new(broken, challenge=challenge, place=HOME)
    with pytest.raises(AccessError):
        checker.check_use(broken, known(made), challenge=challenge, place=HOME)


def test_the_real_one_wants_origin_finger_and_signature() -> None:
    """Another port, a device that verified nobody, and another device's signature under the same id are refused."""
    checker = WebAuthnPasskeys()
    device = SoftDevice()
    challenge = checker.new_challenge()
    made = checker.check_new(device.make(challenge), challenge=challenge, place=HOME)
    for wrong in (
        SoftDevice(key=device.key, id=device.id, origin="http://localhost:9"),
        SoftDevice(key=device.key, id=device.id, verifies=False),
        SoftDevice(id=device.id),
    ):
        with pytest.raises(AccessError):
            checker.check_use(wrong.use(challenge), known(made), challenge=challenge, place=HOME)
        assert checker.check_use(device.use(challenge), known(made), challenge=challenge, place=HOME)
    with pytest.raises(AccessError):
        checker.check_new(SoftDevice(verifies=False).make(challenge), challenge=challenge, place=HOME)


def test_browsers_are_told_what_they_need() -> None:
    """A passkey that the device keeps, its user verified, none made twice, no name of a person as its handle."""
    checker = WebAuthnPasskeys()
    told = json.loads(checker.add_options(HOME, "AAAA", user_id=7, name="mei", known=["BBBB"]))
    assert told["rp"] == {"name": "asiaradar", "id": "localhost"}
    assert (told["challenge"], told["excludeCredentials"][0]["id"]) == ("AAAA", "BBBB")
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert told["authenticatorSelection"]["residentKey"] == "required"
    assert "mei" not in told["user"]["id"]
    asked = json.loads(checker.ask_options(HOME, "CCCC"))
    assert (asked["rpId"], asked["challenge"], asked["userVerification"]) == ("localhost", "CCCC", "required")
