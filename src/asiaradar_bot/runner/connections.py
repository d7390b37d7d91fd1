"""Connections of the web server: never so many, and none so slow, that files and sockets run out for the bot itself."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 300
"""A process may have 1024 files open, mostly; the bot needs a few dozen for its database, its sources and X."""
PATIENCE_SECONDS = 60.0
"""How long a client may take for its request; between this and twice as long, as it is looked at so often."""


class BoundedConnection(H11Protocol):
    """
    One connection; beyond `MOST` it ends at once, and whoever still owes a request ends after `PATIENCE_SECONDS`.

    Uvicorn waits for ever for a request that comes by the byte, or not at all.
    """

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """
        Take it, or end it.
        """
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._looking = self.loop.call_later(PATIENCE_SECONDS, self._look, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """
        It is over.
        """
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def _look(self, seen: object) -> None:
        """
        End it if its client owed the same request at the last look already.
        """
        cycle = self.cycle
        owes = cycle is None or cycle.more_body or cycle.response_complete
        if owes and cycle is seen:
            self.transport.abort()
            return
        self._looking = self.loop.call_later(PATIENCE_SECONDS, self._look, cycle)
