"""Source -> article: polls what is due, takes pushes, reads pages; every item shown ends as an article on record."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Facts, Revision, SourceItem
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError, StorageError
from asiaradar_bot.model.outcome import (
    PageFailed,
    PageGone,
    PageRead,
    SourceFailed,
    SourceRead,
    SourceUnchanged,
    Validators,
)
from asiaradar_bot.model.post import LIVE, Post, PostKind
from asiaradar_bot.model.source import Source, SourceHealth
from asiaradar_bot.ports import ArticleSource, Clock, Store, Transaction
from asiaradar_bot.rules.facts import changed_fields, item_of, merge_facts, names_of
from asiaradar_bot.rules.page_source import page_source
from asiaradar_bot.rules.retries import FAILURES_TOLD, back_off, wait_asked_for
from asiaradar_bot.steps.identity import absorb, find_renamed
from asiaradar_bot.steps.sighting import add_sighted, healthy, poll_again_if_told, read_again, record_answer

_log = logging.getLogger("asiaradar.watch")
_READ_BASE = timedelta(seconds=20)
_READ_CAP = timedelta(minutes=30)
_GONE_BASE = timedelta(seconds=5)
_POLL_CAP = timedelta(hours=1)
_GONE_POLL = timedelta(days=1)
_PAGES_PER_TICK = 25
_MOST_WAITING = 200
"""Among so many pages that are to be read, those wanted are looked for."""
_ADDRESS_OF = "address_of_"
"""The mark that says which address the settings gave a source, by its name."""
PUSHED = "push"
"""Name of the source that pushed articles are said to come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    What one look around found.
    """

    polled: int = 0
    new: int = 0
    read: int = 0
    failed: int = 0


def watch(
    store: Store,
    site: ArticleSource,
    clock: Clock,
    *,
    sources: Sequence[Source],
    max_age: timedelta,
    first_run_posts: bool = False,
    now_all: bool = False,
) -> Watched:
    """
    Poll the sources that are due (or all), take what was pushed, then read the pages that wait.
    """
    polled = new = failed = 0
    for source in sources:
        health = _health(store, source, now=clock.now())
        due = health.next_poll_at is None or health.next_poll_at <= clock.now()
        if not due and not now_all:
            continue
        polled += 1
        fresh, ok = _poll(store, site, clock, source, health, first_run_posts=first_run_posts)
        if health.polled_at is None:  # only now, so that the first poll does not wait for it
            with store.begin() as tx:
                tx.account.set_mark(_ADDRESS_OF + source.name, source.url)
        new += fresh
        failed += not ok
    new += len(_take_pushes(store, clock).new)
    read = _read_pages(store, site, clock, sources=sources, max_age=max_age)
    return Watched(polled=polled, new=new, read=read, failed=failed)


def take_pushed(
    store: Store, site: ArticleSource, clock: Clock, *, sources: Sequence[Source], max_age: timedelta
) -> Watched:
    """
    Take what was pushed and read its pages, and no others: `watch` does so too, but only when its polls are through,
    and a feed that is slow to answer must not keep a push waiting.
    """
    pushed = _take_pushes(store, clock)

    def wanted(article: Article) -> bool:
        return article.source == PUSHED or article.id in pushed.known

    read = _read_pages(store, site, clock, sources=sources, max_age=max_age, wanted=wanted)
    return Watched(new=len(pushed.new), read=read)


def _health(store: Store, source: Source, *, now: datetime) -> SourceHealth:
    """
    What is on record of the source. Where the settings give it another address than before, it is asked there, at once:
    no redirect of the old address and no wait after its trouble counts any more, and what it showed stays known.
    """
    with store.read() as tx:
        health, said = tx.sources.find(source.name), tx.account.get_mark(_ADDRESS_OF + source.name)
    fresh = _first_health(source)
    if health is None or said == source.url:
        return health or fresh
    with store.begin() as tx:
        tx.account.set_mark(_ADDRESS_OF + source.name, source.url)
        if said is None and health.url == source.url:
            return health
        fresh = replace(fresh, seeded_at=health.seeded_at, ok_at=health.ok_at, new_at=health.new_at, items=health.items)
        tx.sources.save(fresh)
        tx.audit.record(
            AuditEntry(
                at=now,
                who="bot",
                action="source.address",
                subject=f"source {source.name}",
                why="the settings name another address",
                before={"url": said or health.url},
                after={"url": source.url},
            )
        )
    return fresh


def _first_health(source: Source) -> SourceHealth:
    return SourceHealth(
        name=source.name,
        url=source.url,
        validators=Validators(),
        seeded_at=None,
        polled_at=None,
        ok_at=None,
        new_at=None,
        failures=0,
        next_poll_at=None,
        error=None,
        gone=False,
        items=0,
    )


def _poll(
    store: Store,
    site: ArticleSource,
    clock: Clock,
    source: Source,
    health: SourceHealth,
    *,
    first_run_posts: bool,
) -> tuple[int, bool]:
    asked_at = clock.now()
    answer = site.read_source(source, url=health.url, validators=health.validators, now=asked_at)
    now = clock.now()
    match answer:
        case SourceFailed():
            with store.begin() as tx:
                _record_failure(tx, source, health, answer, now=now)
            return 0, False
        case SourceUnchanged():
            with store.begin() as tx:
                tx.sources.save(healthy(health, source, now=now, validators=answer.validators))
                poll_again_if_told(tx, source, asked_at=asked_at, now=now)
            return 0, True
        case SourceRead():
            new = record_answer(
                store, source, health, answer, asked_at=asked_at, now=now, first_run_posts=first_run_posts
            )
            return new, True
        case _:
            assert_never(answer)


def _record_failure(
    tx: Transaction, source: Source, health: SourceHealth, answer: SourceFailed, *, now: datetime
) -> None:
    wait = back_off(health.failures, base=source.poll, cap=_POLL_CAP, spread=_spread(source, now))
    # However short it is, trouble has nobody asked more often than all is well.
    wait = wait_asked_for(answer.retry_after, least=source.poll, otherwise=wait)
    if answer.gone:
        wait = _GONE_POLL
    tx.sources.save(
        replace(
            health,
            polled_at=now,
            failures=health.failures + 1,
            next_poll_at=now + wait,
            error=answer.detail,
            gone=answer.gone,
        )
    )
    if health.failures == 2 or (answer.gone and not health.gone):  # noqa: PLR2004 - the third failure in a row
        tx.inbox.raise_alert("source", answer.detail, subject=f"source {source.name}", at=now)


def _spread(source: Source, now: datetime) -> float:
    digest = hashlib.sha256(f"{source.name}{now.isoformat()}".encode()).digest()
    return digest[0] / 255


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pushed:
    """
    Addresses that became articles, and articles that are to be read again.
    """

    new: Sequence[str] = ()
    known: Collection[ArticleId] = ()


def _take_pushes(store: Store, clock: Clock) -> _Pushed:
    with store.read() as tx:
        waiting = tx.inbox.list_pushes()
    if not waiting:
        return _Pushed()
    now = clock.now()
    new, again = [], set()
    with store.begin() as tx:
        for push_id, url in waiting:
            tx.inbox.remove_push(push_id)
            item = SourceItem(id=url, url=url)
            try:
                facts = merge_facts(item, None, now=now)
            except InputError as error:
                tx.audit.record(
                    AuditEntry(at=now, who="push", action="push.refused", subject=url[:120], why=str(error))
                )
                continue
            known = tx.articles.find_by_names(names_of(item, None, facts))
            if known is not None:
                read_again(tx, known.id, now=now)
                again.add(known.id)
            elif add_sighted(tx, PUSHED, item, facts, names_of(item, None, facts), now=now, seeded=False, burst=1):
                new.append(url)
    return _Pushed(new=new, known=again)


def _read_pages(
    store: Store,
    site: ArticleSource,
    clock: Clock,
    *,
    sources: Sequence[Source],
    max_age: timedelta,
    wanted: Callable[[Article], bool] = lambda _: True,
) -> int:
    done: set[ArticleId] = set()
    while len(done) < _PAGES_PER_TICK:
        with store.read() as tx:  # each time anew: reading one page may move or absorb the row of another
            waiting = tx.articles.list_due_reading(clock.now(), limit=_MOST_WAITING)
        article = next((one for one in waiting if one.id not in done and wanted(one)), None)
        if article is None:
            break
        done.add(article.id)
        try:
            _look_at(store, site, clock, article, sources=sources, max_age=max_age)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - it concerns this article alone; told below
            _log.error("article %s could not be read", article.id, exc_info=error)
            _put_off(store, clock, article, error, max_age=max_age)
    return len(done)


def _look_at(
    store: Store,
    site: ArticleSource,
    clock: Clock,
    article: Article,
    *,
    sources: Sequence[Source],
    max_age: timedelta,
) -> None:
    if article.seeded and article.state is ArticleState.NOTICED:
        _settle_seeded(store, article, clock)
        return
    source = page_source(article.source, article.url, sources)
    read_article(store, site, clock, article=article, source=source, max_age=max_age)


def _put_off(store: Store, clock: Clock, article: Article, error: Exception, *, max_age: timedelta) -> None:
    """
    An article that the bot itself stumbles over waits as one whose page gives no answer, so that those behind it are
    read; people hear of it when it lasts.
    """
    now = clock.now()
    why = f"the bot could not take in what its page says: {error}"
    with store.begin() as tx:
        _record_unread(tx, article, PageFailed(detail=why), now=now, max_age=max_age)
        if article.read_failures + 1 >= FAILURES_TOLD:
            tx.inbox.raise_alert("step", f"{article.url}: {why}", subject=f"article {article.id}", at=now)


def _settle_seeded(store: Store, article: Article, clock: Clock) -> None:
    """
    What a source held when the bot first looked is decided by its feed facts; hundreds of pages are not fetched.
    """
    with store.begin() as tx:
        seen = replace(article, state=ArticleState.READ, next_read_at=None, read_at=clock.now())
        tx.articles.save(seen, was=article)


def read_article(
    store: Store,
    site: ArticleSource,
    clock: Clock,
    *,
    article: Article,
    source: Source | None,
    max_age: timedelta,
) -> None:
    """
    Read the article's page and write down what it says now: a new revision, its disappearance, or a later try.
    """
    answer = site.read_page(
        article.url, language=source.language if source else None, zone=source.zone if source else "UTC"
    )
    now = clock.now()
    with store.begin() as tx:
        match answer:
            case PageRead(page=page):
                item = item_of(article.facts)
                facts = merge_facts(item, page, now=now)
                _record_facts(tx, article, facts, names_of(item, page, facts), now=now)
            case PageGone():
                _record_gone(tx, article, now=now, max_age=max_age)
            case PageFailed():
                _record_unread(tx, article, answer, now=now, max_age=max_age)
            case _:
                assert_never(answer)


def _record_facts(tx: Transaction, article: Article, facts: Facts, names: Sequence[str], *, now: datetime) -> None:
    owner = tx.articles.find_by_names(names[:1]) or tx.articles.find_by_names(names) or article
    if owner.id == article.id and article.state is ArticleState.NOTICED:
        old = find_renamed(tx, facts)
        if old is not None:
            owner = article = absorb(tx, article, old, facts.url, now=now)
            facts = replace(facts, url=article.url)
    tx.articles.add_names(owner.id, names)
    seen = replace(article, read_at=now, next_read_at=None, read_failures=0, gone_at=None)
    first = article.read_at is None
    back = article.gone_at is not None and not _made_of(tx, article)
    changed = changed_fields(article.facts, facts)
    if not changed and not first and not back:
        tx.articles.save(seen, was=article)
        return
    revision = article.revision + 1 if changed else article.revision
    state = ArticleState.READ if first or back or _is_open(tx, article) else article.state
    url = facts.url if owner.id == article.id else article.url
    read = replace(seen, url=url, facts=facts, revision=revision, state=state, updated_at=now)
    if not tx.articles.save(read, was=article):
        return  # somebody else read or judged it meanwhile; it is read again at its next time
    if changed:
        tx.articles.add_revision(
            Revision(article_id=article.id, number=revision, seen_at=now, facts=facts, changed=changed)
        )
    if owner.id != article.id:
        # Its facts are those of the other row from now on, by which it is decided as the same story.
        why = f"its page names the address of article {owner.id}"
        subject = f"article {article.id}"
        tx.audit.record(AuditEntry(at=now, who="bot", action="article.same_as", subject=subject, why=why))


def _made_of(tx: Transaction, article: Article) -> Sequence[Post]:
    return tx.posts.list_for_article(article.id, kind=PostKind.ARTICLE)


def _is_open(tx: Transaction, article: Article) -> bool:
    """
    True if a decision on the new facts can still change anything: no post yet but one could be, or one still here.
    """
    if article.state is not ArticleState.DONE:
        return True
    posts = _made_of(tx, article)
    return any(post.state in LIVE for post in posts)


def _record_gone(tx: Transaction, article: Article, *, now: datetime, max_age: timedelta) -> None:
    """
    It is decided as gone, and as long as it would be news it is looked at again where nothing was made of it.

    A push may come a moment before the page does, and an editor may take an article back and publish it again.
    """
    state = ArticleState.READ if article.state is not ArticleState.DONE or _is_open(tx, article) else article.state
    waits = now - article.first_seen_at <= max_age and not _made_of(tx, article)
    wait = back_off(article.read_failures, base=_GONE_BASE, cap=_READ_CAP, spread=1.0)
    tx.articles.save(
        replace(
            article,
            gone_at=article.gone_at or now,
            read_at=now,
            next_read_at=now + wait if waits else None,
            read_failures=article.read_failures + 1,
            state=state,
        ),
        was=article,
    )


def _record_unread(tx: Transaction, article: Article, answer: PageFailed, *, now: datetime, max_age: timedelta) -> None:
    too_late = answer.lasting or now - article.first_seen_at > max_age
    wait = back_off(article.read_failures, base=_READ_BASE, cap=_READ_CAP, spread=1.0)
    wait = wait_asked_for(answer.retry_after, least=_READ_BASE, otherwise=wait)
    first = article.read_at is None
    tx.articles.save(
        replace(
            article,
            read_failures=article.read_failures + 1,
            next_read_at=None if too_late else now + wait,
            state=ArticleState.READ if too_late and first else article.state,
        ),
        was=article,
    )
    if too_late:
        tx.audit.record(
            AuditEntry(
                at=now, who="bot", action="article.unreadable", subject=f"article {article.id}", why=answer.detail
            )
        )
