"""Where a tick's step runs: here and now, or wherever a worker on the shared PostgreSQL is free (ADR 0004)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Engine(Protocol):
    """
    Brings a step to run soon; it may run twice, late or not at all, and the tables come out right all the same.
    """

    def start(self, perform: Callable[[str], None]) -> None:
        """
        From now on `perform(name)` is called for what is asked.
        """

    def ask(self, name: str) -> None:
        """
        Have this step run once; asking again before it ran changes nothing.
        """

    def stop(self) -> None:
        """
        Take no new work and wait for what is running.
        """


class EmbeddedEngine:
    """
    Runs the step in the asking thread.
    """

    def start(self, perform: Callable[[str], None]) -> None:
        """
        From now on `perform(name)` is called for what is asked.
        """
        self._perform = perform

    def ask(self, name: str) -> None:
        """
        Run it now.
        """
        self._perform(name)

    def stop(self) -> None:
        """
        Nothing runs but in the asking thread, which its own scheduler waits for.
        """
