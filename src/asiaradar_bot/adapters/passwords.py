"""Hashing passwords with Argon2id, at most two at once: each takes 64 MiB for a moment; few may wait for their turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from asiaradar_bot.model.errors import AccessError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

_AT_ONCE = 2
_IN_LINE = 8
"""Those that hash among them. Each waits in a thread that pages need too: a flood of them must not take all threads."""


class Argon2Passwords:
    """
    Implements `ports.PasswordHasher`. Source: OWASP ASVS 5.0, 11.4.2.
    """

    def __init__(self) -> None:
        self._line = threading.BoundedSemaphore(_IN_LINE)
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
        """The hash to store. Raises AccessError: too many wait already."""
        with self._turn():
            return self._hasher.hash(password)

    def is_right(self, password: str, stored: str | None) -> bool:
        """
        Whether it is the password of that hash; without one as much work is done, and the answer is no.

        Raises:
            AccessError: too many wait already.
        """
        with self._turn():
            right = self._hasher.verify(password, stored or self._nobodys)
        return right and stored is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise AccessError("too many people sign in at this moment: try again in some seconds")
        try:
            with self._room:
                yield
        finally:
            self._line.release()
