"""The contract of `ports.PasswordHasher`, held by PlainPasswords and Argon2Passwords."""

from __future__ import annotations

import pytest

from asiaradar_bot.adapters.passwords import Argon2Passwords
from asiaradar_bot.ports import PasswordHasher
from tests.fakes.people import PlainPasswords


@pytest.fixture(scope="module", params=[PlainPasswords, Argon2Passwords])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    """Each implementation in turn."""
    made: PasswordHasher = request.param()
    return made


def test_only_the_right_password_fits(hasher: PasswordHasher) -> None:
    """Letter for letter, of any script and length; another hash is another password's."""
    stored = hasher.hash("四つの赤い電車 x7")
    assert stored != "四つの赤い電車 x7"
    assert hasher.is_right("四つの赤い電車 x7", stored)
    assert not hasher.is_right("四つの赤い電車 X7", stored)
    assert not hasher.is_right("", stored)
    assert not hasher.is_right("四つの赤い電車 x7", hasher.hash("another one"))


def test_without_a_hash_nothing_is_right(hasher: PasswordHasher) -> None:
    """Somebody who does not exist has no password that fits, the stand-in's own neither."""
    assert not hasher.is_right("the password of nobody", None)
    assert not hasher.is_right("", None)


def test_the_real_hash_tells_nothing() -> None:
    """Argon2id, and the same password gives two hashes that differ."""
    hasher = Argon2Passwords()
    one, two = hasher.hash("correct horse"), hasher.hash("correct horse")
    assert one.startswith("$argon2id$")
    assert one != two
    assert hasher.is_right("correct horse", two)
