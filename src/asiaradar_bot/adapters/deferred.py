"""Adapters that are made when first used, so that a start imports no library that it does not need yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

_Made = TypeVar("_Made")


class Deferred:
    """
    Stands for an adapter that is made (and its libraries imported) when first used.
    """

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: object | None = None

    def __getattr__(self, name: str) -> Any:
        """
        The adapter's own.
        """
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)


def later(make: Callable[[], _Made]) -> _Made:
    """
    What `make` gives, made when first used.
    """
    return cast("_Made", Deferred(make))
