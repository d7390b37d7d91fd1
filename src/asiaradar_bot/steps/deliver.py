"""Audit -> webhooks: each is told of changes in their order, at least once, and tried again after a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import NotFoundError, SealError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.model.program import Delivery, Event, Message, Webhook
from asiaradar_bot.ports import Clock, Courier, SecretBox, Store, Transaction
from asiaradar_bot.rules.addresses import parse_address
from asiaradar_bot.rules.delivering import body_of, is_hopeless, is_wanted, settled
from asiaradar_bot.rules.retries import back_off
from asiaradar_bot.rules.rows import post_row

_AT_ONCE = 200
_MESSAGES = 20
"""Per webhook and round, so that a slow one does not hold up the others for long."""
_SECONDS = 10.0
"""After which no further message is begun for it in this round: one that takes nine seconds for each is slow, too."""
_BASE = timedelta(seconds=30)
_CAP = timedelta(hours=1)


def deliver(store: Store, courier: Courier, box: SecretBox, clock: Clock) -> int:
    """
    Tell every webhook whose time has come; how many messages were taken.
    """
    with store.read() as tx:
        waiting = [one for one in tx.programs.list_webhooks() if _is_due(one, clock.now())]
    return sum(_tell(store, courier, box, clock, webhook) for webhook in waiting)


def _is_due(webhook: Webhook, now: datetime) -> bool:
    return webhook.stopped_at is None and (webhook.next_try_at is None or webhook.next_try_at <= now)


def _tell(store: Store, courier: Courier, box: SecretBox, clock: Clock, webhook: Webhook) -> int:
    with store.read() as tx:
        events = list(
            settled(
                tx.programs.list_events(after=webhook.cursor, limit=_AT_ONCE), after=webhook.cursor, now=clock.now()
            )
        )
    if not events:
        return 0
    try:
        secret = box.open(webhook.sealed_secret)
    except SealError as error:
        _record_failure(store, clock, webhook, Delivery(error=str(error)))
        return 0
    told, known, begun = 0, webhook.cursor, clock.monotonic()
    for event in events:
        if is_wanted(webhook, event.entry.action):
            if told == _MESSAGES or clock.monotonic() - begun >= _SECONDS:
                break
            answer = courier.deliver(webhook.url, _message(store, clock, event), secret=secret)
            if answer.error is not None:
                _record_failure(store, clock, replace(webhook, cursor=known), answer)
                return told
            told += 1
            webhook = replace(
                webhook, failures=0, next_try_at=None, error=None, delivered_at=clock.now(), cursor=event.number
            )
            if not _save(store, webhook, known=known):
                return told
            known = event.number
        webhook = replace(webhook, cursor=event.number)
    _save(store, webhook, known=known)
    return told


def _message(store: Store, clock: Clock, event: Event) -> Message:
    kind, _, number = event.entry.subject.partition(" ")
    post = None
    if kind == "post" and number.isdecimal():
        with store.read() as tx:
            post = _find_post(tx, int(number))
    return Message(id=f"evt_{event.number}", at=clock.now(), body=body_of(event, post=post))


def _find_post(tx: Transaction, number: int) -> dict[str, object] | None:
    try:
        return post_row(tx.posts.get(PostId(number)))
    except NotFoundError:
        return None


def _save(store: Store, webhook: Webhook, *, known: int) -> bool:
    """
    Unless an admin set it back, or removed it, while the other side was told.
    """
    with store.begin() as tx:
        is_ours = any(one.id == webhook.id and one.cursor == known for one in tx.programs.list_webhooks())
        if is_ours:
            tx.programs.save_webhook(webhook)
    return is_ours


def _record_failure(store: Store, clock: Clock, webhook: Webhook, answer: Delivery) -> None:
    now = clock.now()
    wait = back_off(webhook.failures, base=_BASE, cap=_CAP, spread=webhook.id * 7919 % 1000 / 1000)
    failed = replace(webhook, failures=webhook.failures + 1, next_try_at=now + wait, error=answer.error)
    given_up = answer.gone or is_hopeless(failed, now)
    if not _save(store, replace(failed, stopped_at=now if given_up else None), known=webhook.cursor):
        return
    with store.begin() as tx:
        if given_up:
            subject = f"webhook {webhook.id}"
            mend = f"`asiaradar webhooks start {webhook.id}` tries again"
            why = f"{parse_address(webhook.url).host} is told nothing more: {answer.error}; {mend}"
            tx.inbox.raise_alert("webhook_stopped", why, subject=subject, at=now)
            tx.audit.record(AuditEntry(at=now, who="bot", action="webhook.stop", subject=subject, why=why))
