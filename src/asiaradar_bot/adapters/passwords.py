"""Hashing passwords with Argon2id, at most two at once: each takes 64 MiB for a moment."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwdlib import PasswordHash

_AT_ONCE = 2


class Argon2Passwords:
    """
    Implements `ports.PasswordHasher`. Source: OWASP ASVS 5.0, 11.4.2.
    """

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    @cached_property
    def _hasher(self) -> PasswordHash:
        from pwdlib import PasswordHash
        from pwdlib.hashers.argon2 import Argon2Hasher

        return PasswordHash((Argon2Hasher(),))

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """The hash to store."""
        with self._room:
            return self._hasher.hash(password)

    def is_right(self, password: str, stored: str | None) -> bool:
        """Whether it is the password of that hash; without one as much work is done, and the answer is no."""
        nobodys = self._nobodys
        with self._room:
            right = self._hasher.verify(password, stored or nobodys)
        return right and stored is not None
