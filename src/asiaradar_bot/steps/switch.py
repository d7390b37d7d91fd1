"""The kill switch: a person stops all sending at once, and lets it go on again; each with its audit row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.ports import Clock, SideFiles, Store, Transaction
from asiaradar_bot.steps.press import set_aside

_BACKLOG = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """
    What waits now that sending is on again.
    """

    waiting: Mapping[str, int]
    """Number of posts by state."""
    still_stopped: str | None
    """Why nothing is sent nevertheless (stop file, environment); None: sending is on."""
    backlog: int = 0
    """Posts that came due meanwhile and are held now."""


def stop(store: Store, clock: Clock, *, person: Person, reason: str) -> None:
    """
    Nothing more is sent from this commit on, not even what is at the gate.

    Raises:
        AccessError: the person's role does not reach.
    """
    person.check(Action.STOP)
    now = clock.now()
    with store.begin() as tx:
        tx.account.set_mark("stopped", f"{reason} ({person.who})")
        tx.audit.record(AuditEntry(at=now, who=person.who, action="kill_switch.on", subject="account", why=reason))
        tx.inbox.raise_alert("kill_switch", f"sending was stopped: {reason}", subject="account", at=now)


def resume(
    store: Store, clock: Clock, files: SideFiles, *, person: Person, keep: Collection[PostId] | None = None
) -> Resumed:
    """
    Sending is on again: the switch and a pause are cleared, and foreign posts count as acknowledged.

    `keep`: of the posts that are due already, those that were approved again; the others are held. None: all go out.

    Raises:
        AccessError: the person's role does not reach.
    """
    person.check(Action.RESUME)
    now = clock.now()
    with store.begin() as tx:
        state = tx.account.state()
        for mark in ("stopped", "paused", "paused_until", "clock"):
            tx.account.set_mark(mark, None)
        # What waits was looked at: by this person, not by the bot.
        tx.account.set_mark("last_sweep_at", now.isoformat())
        foreign = tx.account.acknowledge_foreign(at=now)
        why = f"was: {state.stopped or state.paused or state.clock or 'running'}; {foreign} foreign posts acknowledged"
        tx.audit.record(AuditEntry(at=now, who=person.who, action="kill_switch.off", subject="account", why=why))
        backlog = 0 if keep is None else _hold_others(tx, keep, at=now, who=person.who)
        waiting = tx.posts.count_by_state()
    return Resumed(waiting=waiting, still_stopped=files.stop_reason(), backlog=backlog)


def _hold_others(tx: Transaction, keep: Collection[PostId], *, at: datetime, who: str) -> int:
    others = [post for post in tx.posts.list_due(at, limit=_BACKLOG) if post.id not in keep]
    for post in others:
        set_aside(tx, post, PostState.HELD, at=at, who=who, why="was due while sending was stopped")
    return len(others)
