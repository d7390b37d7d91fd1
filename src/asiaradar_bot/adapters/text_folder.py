"""Digests as text files in a folder."""

from __future__ import annotations

from pathlib import Path

from asiaradar_bot.model.errors import StorageError


class TextFolder:
    """
    Implements ports.DigestFolder; without a folder nothing is written.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def write(self, name: str, text: str) -> None:
        """
        The whole file or none.

        Raises:
            StorageError: the folder can't be written; the digest was sent all the same.
        """
        if self._folder is None:
            return
        part = self._folder / f"{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(text, encoding="utf-8")
            part.replace(self._folder / name)
        except OSError as error:
            raise StorageError(
                f"the digest {self._folder / name} can't be written ({error.strerror}): "
                "check digest.folder and its rights"
            ) from error
