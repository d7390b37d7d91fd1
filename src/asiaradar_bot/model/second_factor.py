"""Second factors: authenticator apps, passkeys and recovery codes, and the half-way steps of signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.model.user import UserId

STEP_LIFE = timedelta(minutes=5)
"""How long the second half of a sign-in, or a passkey's answer, is waited for."""
RECOVERY_CODES = 10
"""Made at once; each works once."""
MOST_STEPS = 30
"""Open steps from one address; more is somebody filling the database."""


class Whom(StrEnum):
    """
    Who must have a second factor, as `access.second_factor` says.
    """

    ADMINS = "admins"
    EVERYONE = "everyone"
    NOBODY = "nobody"
    """For the demo, the sandbox and tests; refused in live mode."""


class Purpose(StrEnum):
    """
    What a step waits for.
    """

    SIGN_IN = "sign_in"
    """The password (or link) was right: now a code."""
    PASSKEY_SIGN_IN = "passkey_sign_in"
    PASSKEY_ADD = "passkey_add"
    PASSKEY_CONFIRM = "passkey_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    Half of something that needs two requests; its token is known to one browser only.
    """

    purpose: Purpose
    user_id: UserId | None
    """None: the passkey will say who it is."""
    challenge: str | None
    """What a passkey must sign, in base64url; None: no passkey is waited for."""
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticator:
    """
    Somebody's app that shows six digits every 30 seconds.
    """

    user_id: UserId
    sealed: str
    """The shared secret, sealed; only the key outside the database opens it."""
    confirmed_at: datetime | None
    """None: shown, but no code of it was given yet, so that it does not count."""
    last_step: int
    """The newest 30-second step of which a code was used: that one and older ones count no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """
    A passkey as the browser presented it.
    """

    credential_id: str
    """In base64url; unique in the world."""
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey(NewPasskey):
    """
    A passkey on record.
    """

    id: int
    user_id: UserId
    label: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """
    Everything that somebody has beside the password.
    """

    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """
        Whether there is a second factor; recovery codes alone are none.
        """
        return self.has_app or bool(self.passkeys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where the Desk stands, as browsers see it: passkeys are bound to it.
    """

    host: str
    """`rp_id` of WebAuthn: a name, never an address of digits."""
    origin: str
    """Scheme, host and port."""
