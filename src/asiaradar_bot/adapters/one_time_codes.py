"""Codes of authenticator apps, by pyotp."""

from __future__ import annotations

from datetime import datetime

_ISSUER = "asiaradar"


class TotpCodes:
    """
    Implements `ports.OneTimeCodes`: SHA-1, six digits, 30 seconds, as every app reads them. Source: RFC 6238.
    """

    def new_secret(self) -> str:
        """A secret of 160 bits, in Base32."""
        import pyotp

        return pyotp.random_base32()

    def address(self, secret: str, *, name: str) -> str:
        """The `otpauth://` address that apps read from a QR code."""
        import pyotp

        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)

    def step_of(self, secret: str, code: str, *, at: datetime) -> int | None:
        """The 30-second step the code belongs to, one earlier and one later allowed; None: it is none of this time."""
        import pyotp
        from pyotp.exceptions import OTPVerificationError

        try:
            return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=1)
        except OTPVerificationError:
            return None
