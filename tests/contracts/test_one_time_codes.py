"""The contract of `ports.OneTimeCodes`, held by TotpCodes with the vectors of RFC 6238."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from asiaradar_bot.adapters.one_time_codes import TotpCodes
from asiaradar_bot.ports import OneTimeCodes

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture
def codes() -> OneTimeCodes:
    """The one implementation."""
    return TotpCodes()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(codes: OneTimeCodes, seconds: int, code: str) -> None:
    """The last six digits of the vectors in appendix B belong to the step of their time."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert codes.step_of(SECRET, code, at=at) == seconds // 30


def test_one_step_early_or_late_is_taken(codes: OneTimeCodes) -> None:
    """And no more; letters, blanks and nothing are no codes."""
    at = datetime(2026, 11, 24, 12, 0, 15, tzinfo=UTC)
    app = pyotp.TOTP(SECRET)
    now = int(at.timestamp()) // 30
    for steps, taken in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        found = codes.step_of(SECRET, app.at(at + timedelta(seconds=30 * steps)), at=at)
        assert found == (now + steps if taken else None)
    for wrong in ("", "abcdef", "１２３４５６", "12345"):
        assert codes.step_of(SECRET, wrong, at=at) is None


def test_secrets_are_new_and_long(codes: OneTimeCodes) -> None:
    """160 bits, another each time, and the address holds secret, name and issuer."""
    one, two = codes.new_secret(), codes.new_secret()
    assert one != two
    assert len(base64.b32decode(one)) == 20
    address = codes.address(one, name="李梅")
    assert address.startswith("otpauth://totp/asiaradar:%E6%9D%8E%E6%A2%85?secret=" + one)
    assert "issuer=asiaradar" in address
