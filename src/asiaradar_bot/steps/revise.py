"""What people do with rules and templates: save a version, go back to an earlier one or to the file; all audited."""

from __future__ import annotations

from dataclasses import dataclass

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError, RulesConflictError
from asiaradar_bot.model.rulebook import RulesVersion
from asiaradar_bot.ports import Clock, Store

_LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviser:
    """
    The tools of one person who changes rules and templates; the texts are checked by whoever calls.
    """

    store: Store
    clock: Clock
    person: Person

    def save(self, name: str, text: str | None, *, note: str, after: int) -> RulesVersion:
        """
        A new version, which counts from the next tick of every process on; None for the text: the file counts again.

        `after` is the number of the version that it was made from, 0 for the file.

        Raises:
            AccessError: the role does not reach.
            InputError: there is no note, or it is too long.
            RulesConflictError: somebody saved another version since; nothing is written.
        """
        self.person.check(Action.RULES)
        note = " ".join(note.split())
        if not note or len(note) > _LONGEST_NOTE:
            raise InputError(f"say in a note of up to {_LONGEST_NOTE} letters why it is changed")
        now = self.clock.now()
        with self.store.begin() as tx:
            versions = tx.rulebooks.list_versions(name, limit=1)
            newest = versions[0].number if versions else 0
            saved = None
            if newest == after:
                saved = tx.rulebooks.add(name, after + 1, text, note=note, who=self.person.who, at=now)
            if saved is None:
                by = f" by {versions[0].who}" if versions else ""
                raise RulesConflictError(
                    f"{name} was saved{by} meanwhile (version {newest}, not {after}): compare, then save again",
                    name=name,
                )
            tx.audit.record(
                AuditEntry(
                    at=now,
                    who=self.person.who,
                    action="rules.saved" if text is not None else "rules.file",
                    subject=name,
                    why=note,
                    before={"version": after},
                    after={"version": saved.number},
                )
            )
        return saved

    def bring_back(self, name: str, number: int, *, after: int) -> RulesVersion:
        """
        An earlier version as the newest one; 0 is the file.

        Raises:
            NotFoundError: there is no such version.
            AccessError, RulesConflictError: as in `save`.
        """
        self.person.check(Action.RULES)
        if number == 0:
            return self.save(name, None, note="back to the file", after=after)
        with self.store.read() as tx:
            old = tx.rulebooks.get(name, number)
        return self.save(name, old.text, note=f"back to version {number}: {old.note}"[:_LONGEST_NOTE], after=after)
