"""Which passwords are good enough, and when somebody has tried too often."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.model.access import Role
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.second_factor import Whom
from asiaradar_bot.model.user import Failures

SHORTEST, LONGEST = 8, 128
"""Source: OWASP ASVS 5.0, 6.2.1 and 6.2.9."""
TRIES_WITHIN = timedelta(minutes=15)
_MOST = Failures(of_both=5, of_name=30, of_address=20)
_NAME_CHARS = 40
_LABEL_CHARS = 40
RECOVERY_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
"""None looks like another; 24 carry 117 bits, so that a plain digest will do. Source: OWASP ASVS 5.0, 6.5.2."""

_OURS = ("newsroom", "radarasia", "radar.asia", "asiaradar", "breakingnews", "editor", "woaini1314", "5201314520")
"""What is tried first at this door, beside what is tried first everywhere."""
_LEAST_SCORE = 2
"""Of 0 to 4: fewer than a million guesses are too few."""
_LOOKED_AT = 64
"""A longer text's first part is judged, so that judging stays fast."""


def check_password(password: str, *, name: str) -> str:
    """
    The password as it was given, if it may be used.

    Raises:
        InputError: it is too short, too long, among the 30,000 most common, easily guessed, or holds the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password has {SHORTEST} to {LONGEST} characters; 15 or more are better")
    plain = password.casefold()
    has_name = len(name) > 2 and name.casefold() in plain  # noqa: PLR2004 - shorter ones stand in many words
    if has_name or plain in _OURS or _is_guessed_soon(password, name):
        raise InputError("this password is among the first that others would try: take a longer one of your own")
    return password


def _is_guessed_soon(password: str, name: str) -> bool:
    """
    By zxcvbn's lists and patterns. Source: OWASP ASVS 5.0, 6.2.4; Wheeler, zxcvbn (USENIX Security 2016).
    """
    from zxcvbn import zxcvbn

    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=[name, *_OURS])["score"]) < _LEAST_SCORE


def check_name(name: str) -> str:
    """
    The name without blanks around it.

    Raises:
        InputError: it is empty, too long, or has characters that do not belong in a name.
    """
    clean = name.strip()
    if not clean or len(clean) > _NAME_CHARS or not all(char.isalnum() or char in "._-" for char in clean):
        raise InputError(f"a name has 1 to {_NAME_CHARS} letters, digits, dots, hyphens or underscores")
    return clean


def too_many(failures: Failures) -> bool:
    """
    Whether the next try must wait, before anything is hashed. Source: OWASP ASVS 5.0, 6.3.1.
    """
    return (
        failures.of_both >= _MOST.of_both
        or failures.of_name >= _MOST.of_name
        or failures.of_address >= _MOST.of_address
    )


def must_have_second(role: Role, whom: Whom) -> bool:
    """
    Whether somebody of this role needs a second factor. Source: OWASP ASVS 5.0, 6.3.3.
    """
    match whom:
        case Whom.EVERYONE:
            return True
        case Whom.ADMINS:
            return role is Role.ADMIN
        case Whom.NOBODY:
            return False


def digits_of(code: str) -> str:
    """
    The code of an app without the blanks that apps show in it.
    """
    return "".join(code.split())[:12]


def as_recovery_code(code: str) -> str:
    """
    A recovery code without hyphens, blanks and capitals.
    """
    return "".join(char for char in code.casefold() if char.isalnum())[:60]


def check_label(label: str) -> str:
    """
    What somebody calls a passkey, without blanks around it.

    Raises:
        InputError: it is empty, too long, or not printable.
    """
    clean = label.strip()
    if not clean or len(clean) > _LABEL_CHARS or not clean.isprintable():
        raise InputError(f"a passkey's name has 1 to {_LABEL_CHARS} printable characters, such as: my phone")
    return clean
