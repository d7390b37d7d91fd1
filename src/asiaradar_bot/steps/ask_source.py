"""A person asks a source to be looked at at once, whatever its turn, or its wait after trouble."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.ports import Clock, Store


def ask_source(store: Store, clock: Clock, name: str, *, person: Person, known: Collection[str]) -> None:
    """
    Make the source due now; the next tick of `watch` looks at it. `known` are the sources of the settings.

    Raises:
        AccessError: the person's role does not reach.
        NotFoundError: the settings name no such source.
    """
    person.check(Action.SOURCES)
    if name not in known:
        raise NotFoundError(f"there is no source {name} in the settings")
    now = clock.now()
    with store.begin() as tx:
        health = tx.sources.find(name)
        if health is not None:
            tx.sources.save(replace(health, next_poll_at=now))
        tx.audit.record(
            AuditEntry(at=now, who=person.who, action="source.ask", subject=f"source {name}", why="to be looked at now")
        )
