"""What a source shows, put on record in portions, so that no long list keeps others from writing for long."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Facts, SourceItem
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import SourceRead, Validators
from asiaradar_bot.model.source import NEWS_AT, SHORTEST_GAP, Source, SourceHealth
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.rules.facts import merge_facts, names_of
from asiaradar_bot.steps.identity import find_known

PORTION = 500
"""Items that are put on record in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Poll:
    """
    What holds for all items of one answer.
    """

    source: Source
    now: datetime
    seeding: bool
    seeded: bool
    burst: int | None
    """None: the new ones of the portion are counted."""
    refused: list[tuple[SourceItem, InputError]]


def record_answer(
    store: Store,
    source: Source,
    health: SourceHealth,
    answer: SourceRead,
    *,
    asked_at: datetime,
    now: datetime,
    first_run_posts: bool,
) -> int:
    """
    Put what the source showed on record; how many articles were new.

    Each portion has a transaction of its own, and the last one keeps the validators: after a death in between the next
    poll gets the same list and takes the rest.
    """
    seeding = health.seeded_at is None
    with store.read() as tx:
        items = _unsettled(tx, source, answer.items)
        counted = not seeding and len(items) > PORTION
        poll = _Poll(
            source=source,
            now=now,
            seeding=seeding,
            seeded=seeding and not first_run_posts,
            burst=_count_new(tx, items, now=now) if counted else None,
            refused=[],
        )
    added = 0
    while len(items) > PORTION:
        with store.begin() as tx:
            added += _record_portion(tx, poll, items[:PORTION])
        items = items[PORTION:]
    with store.begin() as tx:
        added += _record_portion(tx, poll, items)
        _record_end(tx, poll, health, answer, added=added)
        poll_again_if_told(tx, source, asked_at=asked_at, now=now)
    return added


def _unsettled(tx: Transaction, source: Source, items: Sequence[SourceItem]) -> list[SourceItem]:
    """
    Those that the source shows for the first time, or otherwise than before.
    """
    known = tx.sources.find_sightings(source.name, [item.id for item in items])
    return [item for item in items if item.id not in known or known[item.id][1] != _digest(item)]


def _count_new(tx: Transaction, items: Sequence[SourceItem], *, now: datetime) -> int:
    urls = set()
    for item in items:
        with suppress(InputError):
            facts = merge_facts(item, None, now=now)
            if tx.articles.find_by_names(names_of(item, None, facts)) is None:
                urls.add(facts.url)
    return len(urls)


def _record_portion(tx: Transaction, poll: _Poll, items: Sequence[SourceItem]) -> int:
    name, now = poll.source.name, poll.now
    known = tx.sources.find_sightings(name, [item.id for item in items])
    fresh: list[tuple[SourceItem, Facts, tuple[str, ...]]] = []
    for item in items:
        digest = _digest(item)
        seen = known.get(item.id)
        if seen is not None:
            if seen[1] != digest:
                tx.sources.record_sighting(name, item.id, seen[0], digest=digest, at=now)
                read_again(tx, seen[0], now=now)
            continue
        try:
            facts = merge_facts(item, None, now=now)
        except InputError as error:
            poll.refused.append((item, error))
            continue
        names = names_of(item, None, facts)
        article_id = find_known(tx, facts, names, now=now)
        if article_id is not None:
            tx.sources.record_sighting(name, item.id, article_id, digest=digest, at=now)
            continue
        fresh.append((item, facts, names))
    burst = poll.burst
    if burst is None:
        burst = 0 if poll.seeding else len({facts.url for _, facts, _ in fresh})
    return sum(
        add_sighted(tx, name, item, facts, names, now=now, seeded=poll.seeded, burst=burst)
        for item, facts, names in fresh
    )


def _record_end(tx: Transaction, poll: _Poll, health: SourceHealth, answer: SourceRead, *, added: int) -> None:
    source, now = poll.source, poll.now
    moved = answer.moved_to
    if moved is not None and moved != health.url:
        tx.audit.record(
            AuditEntry(at=now, who="bot", action="source.moved", subject=f"source {source.name}", after={"url": moved})
        )
    _record_refused(tx, source, poll.refused, now=now)
    _record_warnings(tx, source, answer.warnings, now=now)
    _note_hub(tx, answer)
    saved = healthy(health, source, now=now, validators=answer.validators, items=len(answer.items))
    tx.sources.save(
        replace(
            saved,
            url=moved or health.url,
            seeded_at=health.seeded_at or now,
            new_at=now if added else health.new_at,
        )
    )


def healthy(
    health: SourceHealth, source: Source, *, now: datetime, validators: Validators, items: int | None = None
) -> SourceHealth:
    """
    The source as it stands after an answer.
    """
    return replace(
        health,
        validators=validators,
        polled_at=now,
        ok_at=now,
        failures=0,
        error=None,
        gone=False,
        next_poll_at=now + source.poll,
        items=health.items if items is None else items,
    )


def poll_again_if_told(tx: Transaction, source: Source, *, asked_at: datetime, now: datetime) -> None:
    """
    What a hub told of while the answer was under way may not be in it: the source is due again soon.
    """
    news_at = tx.account.get_mark(NEWS_AT)
    health = tx.sources.find(source.name)
    if news_at is None or datetime.fromisoformat(news_at) < asked_at or health is None:
        return
    soon = now + SHORTEST_GAP
    if health.next_poll_at is not None and health.next_poll_at > soon:
        tx.sources.save(replace(health, next_poll_at=soon))


def _record_refused(
    tx: Transaction, source: Source, refused: Sequence[tuple[SourceItem, InputError]], *, now: datetime
) -> None:
    """
    Each item that can't be used stands in the audit once, for as long as the source shows it.
    """
    key, subject = f"refused of {source.name}", f"source {source.name}"
    known = set((tx.account.get_mark(key) or "").split())
    shown = set()
    for item, error in refused:
        shown.add(digest := hashlib.sha256(item.id.encode("utf-8", "replace")).hexdigest()[:16])
        if digest not in known:
            after = {"id": item.id[:200], "title": item.title[:200]}
            tx.audit.record(
                AuditEntry(at=now, who="bot", action="item.refused", subject=subject, why=str(error), after=after)
            )
    if shown != known:
        tx.account.set_mark(key, " ".join(sorted(shown)) or None)


def _record_warnings(tx: Transaction, source: Source, warnings: Sequence[str], *, now: datetime) -> None:
    """
    What was wrong with the document stands in the audit, once until it changes.
    """
    key, said = f"warnings of {source.name}", "; ".join(warnings)[:1000] or None
    if tx.account.get_mark(key) == said:
        return
    tx.account.set_mark(key, said)
    why = said or "the document is sound again"
    tx.audit.record(AuditEntry(at=now, who="bot", action="source.warning", subject=f"source {source.name}", why=why))


def _note_hub(tx: Transaction, answer: SourceRead) -> None:
    if answer.hub is None or answer.topic is None:
        return
    known = tx.inbox.find_subscription(answer.topic)
    if known is None or known.hub != answer.hub:
        tx.inbox.save_subscription(Subscription(topic=answer.topic, hub=answer.hub, path=secrets.token_urlsafe(24)))


def add_sighted(
    tx: Transaction,
    source: str,
    item: SourceItem,
    facts: Facts,
    names: Sequence[str],
    *,
    now: datetime,
    seeded: bool,
    burst: int,
) -> int:
    """
    Put an item on record as an article, or as one more sight of the article that goes by its names; 1 if it is new.
    """
    known = tx.articles.find_by_names(names)
    if known is None:
        known = tx.articles.add(
            Article(
                id=ArticleId(0),
                url=facts.url,
                state=ArticleState.NOTICED,
                source=source,
                first_seen_at=now,
                facts=facts,
                revision=1,
                read_at=None,
                next_read_at=now,
                seeded=seeded,
                burst=burst,
            ),
            names=names,
        )
        added = 1
    else:
        added = 0
    tx.sources.record_sighting(source, item.id, known.id, digest=_digest(item), at=now)
    return added


def _digest(item: SourceItem) -> str:
    parts = (item.url, item.title, item.summary, item.updated_at.isoformat() if item.updated_at else "")
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def read_again(tx: Transaction, article_id: ArticleId, *, now: datetime) -> None:
    """
    Have the article's page read now.
    """
    article = tx.articles.get(article_id)
    if article.next_read_at is None or article.next_read_at > now:
        tx.articles.save(replace(article, next_read_at=now), was=article)
