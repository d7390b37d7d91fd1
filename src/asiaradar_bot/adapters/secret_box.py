"""Secrets of the database under a key that lies outside it: in the settings, or in a file made on first use."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from asiaradar_bot.model.errors import SealError
from asiaradar_bot.rules.sealing import KEY_WORDS, are_keys

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class FernetBox:
    """
    Implements `ports.SecretBox` with Fernet: AES-128-CBC and HMAC-SHA256. The first key seals, every key opens.

    Source: OWASP ASVS 5.0, 13.3.1; the Fernet specification.
    """

    def __init__(self, file: Path, *, keys: str | None = None, may_make: Callable[[], bool] = lambda: True) -> None:
        """
        `keys` are parted by blanks or lines; without them those in `file`, which is made with a key on first use.

        `may_make` is asked before that: where secrets stand sealed already, another key would be the wrong one.
        """
        self._file = file
        self._keys = keys
        self._may_make = may_make

    def make_key(self) -> None:
        """
        Make the key file whatever stands sealed: the old key is lost for good. Raises SealError.
        """
        if self._keys:
            raise SealError("the keys stand in sealing.keys: put a new one in front there")
        if self._file.exists():
            raise SealError(f"there is a key file {self._file.absolute()}: take it away if its key is of no use")
        _read(self._file, may_make=lambda: True)

    def seal(self, text: str) -> str:
        """
        What to store. Raises SealError.
        """
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, text: str) -> str:
        """
        What was sealed. Raises SealError.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken as error:
            place = "in sealing.keys" if self._keys else f"in {self._file}"
            raise SealError(
                f"a secret of the database was sealed with a key that is not {place}, or was changed since: "
                "put the key back (each machine needs the same ones), or make that secret anew"
            ) from error

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        keys = self._keys or _read(self._file, may_make=self._may_make)
        if not are_keys(keys):
            raise SealError(f"{'sealing.keys' if self._keys else self._file} must hold {KEY_WORDS}")
        return MultiFernet([Fernet(key) for key in keys.split()])


def _read(file: Path, *, may_make: Callable[[], bool]) -> str:
    try:
        if not file.exists():
            if not may_make():
                raise SealError(
                    f"the database has secrets that were sealed with a key of another place, and {file.absolute()} is "
                    "not there: set storage.folder to the bot's folder, where its seal.key is (or sealing.keys); if "
                    "that key is lost for good, asiaradar db reseal --new-key makes another"
                )
            _make(file)
        if file.stat().st_mode & _OTHERS:
            raise SealError(f"the key file {file} may be read by others: `chmod 600 {file}`")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SealError(
            f"the key file {file} can't be made or read ({error}): check the folder and its rights"
        ) from error


def _make(file: Path) -> None:
    """
    A file with one key, whole from the first moment and never over another: two processes may start at once.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, base64.urlsafe_b64encode(os.urandom(32)) + b"\n")
        os.fsync(handle)
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        os.close(handle)
        part.unlink()
