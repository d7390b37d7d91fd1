"""The stop file and the epoch file beside the database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

STOP_ENVIRONMENT = "ASIARADAR_STOP"
_MOST_DIGITS = 15
"""Of an epoch; it counts posts, so that more is damage."""


class FolderSideFiles:
    """
    Implements ports.SideFiles in a folder: `STOP` (its first line is the reason) and `epoch`.
    """

    def __init__(self, folder: Path, *, environment: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._environment = environment

    def stop_reason(self) -> str | None:
        """
        Why the stop file or the environment forbids sending; None: they do not.
        """
        if self._environment.get(STOP_ENVIRONMENT, "").lower() not in {"", "0", "no", "false"}:
            return f"stopped by the environment ({STOP_ENVIRONMENT})"
        file = self._folder / "STOP"
        try:
            text = file.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"stopped: the stop file {file} can't be read ({error.strerror})"
        return f"stopped by {file}" + (f": {text.splitlines()[0]}" if text else "")

    def read_epoch(self) -> int | None:
        """
        The last epoch this machine saw; None: no side file, or an unreadable one.
        """
        try:
            text = (self._folder / "epoch").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None

    def write_epoch(self, epoch: int) -> None:
        """
        Remember it, unless a higher one stands there: the highest ever seen is what tells a restored database.

        It is on the disk itself before this returns, so that a power cut does not take it back.

        A failure is passed over: without the file nothing is sent before the timeline was read.
        """
        seen = self.read_epoch()
        if seen is not None and seen >= epoch:
            return
        part = self._folder / f"epoch.{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="ascii") as file:
                file.write(str(epoch))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / "epoch")
            _settle_folder(self._folder)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _settle_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
