"""A secret that must stand in the database, sealed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """
    One secret where it stands.
    """

    place: str
    """The kind of its owner, as storage knows it."""
    key: str
    owner: str
    """Whose it is, in words: `webhook 3`."""
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """
    What sealing everything anew came to.
    """

    done: int
    lost: tuple[str, ...] = ()
    """Owners of secrets that no key at hand opens; they stand as they stood."""
