"""Which passwords are good enough, and when somebody has tried too often."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.user import Failures

SHORTEST, LONGEST = 8, 128
"""Source: OWASP ASVS 5.0, 6.2.1 and 6.2.9."""
TRIES_WITHIN = timedelta(minutes=15)
_MOST = Failures(of_both=5, of_name=30, of_address=20)
_NAME_CHARS = 40

_COMMON = frozenset(
    """
    12345678 123456789 1234567890 87654321 11111111 00000000 88888888 12341234 password password1 password12
    password123 passw0rd p@ssw0rd p@ssword qwertyui qwertyuiop qwerty123 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4
    zaq12wsx asdfghjk asdfghjkl zxcvbnm1 iloveyou iloveyou1 princess sunshine football baseball superman
    starwars trustno1 whatever letmein1 welcome1 welcome123 admin123 administrator changeme changeme1 default1
    computer internet samsung1 a1234567 aa123456 abc12345 abcd1234 abcdefgh abcdefg1 woaini1314 5201314520
    123123123 123321123 147258369 987654321 1234qwer qwer1234 asdf1234 zxcv1234 dragon123 monkey123 shadow12
    master12 michael1 jennifer jordan23 charlie1 newsroom radarasia radar.asia asiaradar asiaradar1 editor123
    editorial breakingnews
    """.split()  # noqa: SIM905 - a list would be pages long
)
"""The ones that are tried first, ours among them. Source: the heads of published lists; OWASP ASVS 5.0, 6.2.4."""


def check_password(password: str, *, name: str) -> str:
    """
    The password as it was given, if it may be used.

    Raises:
        InputError: it is too short, too long, common, or holds the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password has {SHORTEST} to {LONGEST} characters; 15 or more are better")
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 4 or (len(name) > 2 and name.casefold() in plain):  # noqa: PLR2004 - aaaabbbb
        raise InputError("this password is among the first that others would try: take a longer one of your own")
    return password


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
