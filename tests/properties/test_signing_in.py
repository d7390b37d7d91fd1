"""Passwords and names: what is refused, what is taken, and that nothing else happens to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.user import Failures
from asiaradar_bot.rules.signing_in import check_name, check_password, too_many


@given(password=st.text(max_size=140), name=st.text(max_size=20))
def test_a_password_is_taken_as_it_is_or_refused(password: str, name: str) -> None:
    """It comes back letter for letter, with 8 to 128 characters, at least four different ones, and without the name."""
    try:
        check_password(password, name=name)
    except InputError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert "password" in said
        assert len(password) < 8 or password not in said
    else:
        assert check_password(password, name=name) == password
        assert 8 <= len(password) <= 128
        assert len(set(password.casefold())) >= 4
        assert len(name) <= 2 or name.casefold() not in password.casefold()


@pytest.mark.parametrize("password", ["Password123", "12345678", "aaaabbbb", "RADARASIA", "mei-likes-noodles", "short"])
def test_passwords_that_others_would_try_are_refused(password: str) -> None:
    """The common ones, in any case, those of few characters, and those that hold the name."""
    with pytest.raises(InputError, match="password"):
        check_password(password, name="mei")


@pytest.mark.parametrize("password", ["correct horse battery", "四つの赤い電車が走る", "x7 !Q  zp"])
def test_good_passwords_of_any_script_are_taken(password: str) -> None:
    """Spaces, other scripts and signs are welcome."""
    assert check_password(password, name="mei") == password


@given(name=st.text(max_size=60))
def test_a_name_is_clean_or_refused(name: str) -> None:
    """A name that is taken has 1 to 40 letters, digits, dots, hyphens, underscores, and cleaning it again changes nothing."""
    try:
        clean = check_name(name)
    except InputError:
        return
    assert clean == name.strip() == check_name(clean)
    assert 1 <= len(clean) <= 40
    assert not any(char.isspace() or char in "<>\"'&/:@" for char in clean)


@given(both=st.integers(0, 40), more_name=st.integers(0, 40), more_address=st.integers(0, 40))
def test_more_failures_never_open_the_door(both: int, more_name: int, more_address: int) -> None:
    """Once there were too many, each further one keeps it so; a first mistake never locks anybody out."""
    failures = Failures(of_both=both, of_name=both + more_name, of_address=both + more_address)
    more = Failures(of_both=both + 1, of_name=failures.of_name + 1, of_address=failures.of_address + 1)
    assert too_many(more) or not too_many(failures)
    assert not too_many(Failures(of_both=1, of_name=1, of_address=1))
    assert too_many(Failures(of_both=5, of_name=5, of_address=5))
