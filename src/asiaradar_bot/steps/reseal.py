"""Secrets of the database under an old key -> the same secrets under the first key, so that the old one can go."""

from __future__ import annotations

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import SealError
from asiaradar_bot.model.sealed import Resealed, SealedSecret
from asiaradar_bot.ports import Clock, SecretBox, Store


def reseal(store: Store, box: SecretBox, clock: Clock, *, person: Person) -> Resealed:
    """
    Open every sealed secret and seal it with the first key, in one transaction; what no key opens is left and named.

    Raises:
        AccessError: the person's role does not reach.
        SealError: the keys can't be used.
    """
    person.check(Action.USERS)
    box.seal("")  # keys that can't be used are no lost secrets
    done, lost = 0, []
    with store.begin() as tx:
        for secret in tx.sealed.list_sealed():
            try:
                text = box.open(secret.sealed)
            except SealError:
                lost.append(secret.owner)
                continue
            done += tx.sealed.reseal(secret, box.seal(text))
        tx.audit.record(
            AuditEntry(
                at=clock.now(),
                who=person.who,
                action="secrets.resealed",
                subject="database",
                after={"done": done, "lost": lost},
            )
        )
    return Resealed(done=done, lost=tuple(lost))


def first_lost(store: Store, box: SecretBox) -> tuple[int, SealedSecret | None, str]:
    """
    How many secrets stand sealed; the first that no key opens with the reason, else None and nothing.
    """
    with store.read() as tx:
        secrets = tx.sealed.list_sealed()
    for secret in secrets:
        try:
            box.open(secret.sealed)
        except SealError as error:
            return len(secrets), secret, str(error)
    return len(secrets), None, ""
