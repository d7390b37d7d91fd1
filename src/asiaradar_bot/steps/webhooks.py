"""Webhooks: an admin says which addresses are told of which changes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.program import Event, Webhook
from asiaradar_bot.ports import Clock, SecretBox, Store
from asiaradar_bot.rules.addresses import parse_address
from asiaradar_bot.rules.delivering import DeliveryState, check_events, deliveries

_PREFIX = "whsec_"
_LONGEST = 500
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """
    Who is told.
    """

    store: Store
    clock: Clock
    box: SecretBox
    http_allowed: bool
    """Whether addresses without TLS may be told: only where private addresses may be fetched from."""

    def add(self, url: str, events: Sequence[str], *, person: Person) -> tuple[Webhook, str]:
        """
        A new webhook, told of what happens from now on, and its secret, which is shown once.

        Raises:
            AccessError: the person's role does not reach.
            InputError: the address or a name of a change is none, or there are too many.
            SealError: the secret cannot be sealed.
        """
        person.check(Action.USERS)
        address = parse_address(url)
        if len(url) > _LONGEST or address.protocol not in ({"https:", "http:"} if self.http_allowed else {"https:"}):
            raise InputError(f"a webhook's address begins with https:// and has at most {_LONGEST} characters")
        names = check_events(events)
        secret = _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
        now = self.clock.now()
        with self.store.begin() as tx:
            if len(tx.programs.list_webhooks()) >= _MOST:
                raise InputError(f"there are {_MOST} webhooks already: remove one first")
            webhook = tx.programs.add_webhook(
                address.href,
                sealed_secret=self.box.seal(secret),
                events=names,
                cursor=tx.audit.newest_id(),
                at=now,
                by=person.who,
            )
            why = f"{address.host} for {', '.join(names) or 'all changes'}"  # paths are often what lets in
            tx.audit.record(
                AuditEntry(at=now, who=person.who, action="webhook.add", subject=f"webhook {webhook.id}", why=why)
            )
        return webhook, secret

    def remove(self, webhook_id: int, *, person: Person) -> None:
        """
        Tell it nothing any more.

        Raises:
            AccessError: the person's role does not reach.
            NotFoundError: there is no such webhook.
        """
        person.check(Action.USERS)
        with self.store.begin() as tx:
            webhook = tx.programs.get_webhook(webhook_id)
            tx.programs.remove_webhook(webhook_id)
            entry = AuditEntry(
                at=self.clock.now(),
                who=person.who,
                action="webhook.remove",
                subject=f"webhook {webhook_id}",
                why=parse_address(webhook.url).host,
            )
            tx.audit.record(entry)

    def start(self, webhook_id: int, *, person: Person) -> Webhook:
        """
        Try one again that was given up, or is waiting after a failure; it is told all it missed.

        Raises:
            AccessError: the person's role does not reach.
            NotFoundError: there is no such webhook.
        """
        person.check(Action.USERS)
        now = self.clock.now()
        with self.store.begin() as tx:
            webhook = tx.programs.get_webhook(webhook_id)
            webhook = replace(webhook, failures=0, next_try_at=None, stopped_at=None)
            tx.programs.save_webhook(webhook)
            tx.audit.record(AuditEntry(at=now, who=person.who, action="webhook.start", subject=f"webhook {webhook_id}"))
        return webhook

    def tell_again(self, webhook_id: int, number: int, *, person: Person) -> Webhook:
        """
        Tell all changes from this entry of the audit on once more; each keeps its id, so that repeats are known.

        Raises:
            AccessError: the person's role does not reach.
            InputError: it was not told of that one yet.
            NotFoundError: there is no such webhook.
        """
        person.check(Action.USERS)
        with self.store.begin() as tx:
            webhook = tx.programs.get_webhook(webhook_id)
            if not 0 < number <= webhook.cursor:
                raise InputError(f"webhook {webhook_id} was not told of change {number} yet: it will be, in its turn")
            webhook = replace(webhook, cursor=number - 1, failures=0, next_try_at=None, stopped_at=None)
            tx.programs.save_webhook(webhook)
            entry = AuditEntry(
                at=self.clock.now(),
                who=person.who,
                action="webhook.again",
                subject=f"webhook {webhook_id}",
                why=f"from change {number} on",
            )
            tx.audit.record(entry)
        return webhook

    def recent(self, limit: int) -> Mapping[int, Sequence[tuple[Event, DeliveryState]]]:
        """
        By webhook, its last deliveries within the last `limit` changes, the newest first.
        """
        with self.store.read() as tx:
            events = tx.programs.list_events(after=max(0, tx.audit.newest_id() - limit), limit=limit)
            found = tx.programs.list_webhooks()
        return {one.id: deliveries(one, events)[::-1] for one in found}

    def list_webhooks(self) -> Sequence[Webhook]:
        """
        Oldest first.
        """
        with self.store.read() as tx:
            return tx.programs.list_webhooks()
