"""Looks at the articles of posts that are about to go out: still there, still the same headline, still welcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.outcome import PageFailed, PageGone, PageRead
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.model.source import Source
from asiaradar_bot.ports import ArticleSource, Clock, Store
from asiaradar_bot.rules.facts import changed_fields, item_of, merge_facts
from asiaradar_bot.rules.guards import needs_verifying
from asiaradar_bot.rules.page_source import page_source
from asiaradar_bot.rules.retries import back_off
from asiaradar_bot.steps.press import set_aside

_AHEAD = timedelta(seconds=30)
_PER_TICK = 5
_BASE = timedelta(seconds=30)
_CAP = timedelta(minutes=10)


def verify(store: Store, site: ArticleSource, clock: Clock, *, sources: Sequence[Source], limits: Limits) -> int:
    """
    Read the pages of posts that are due soon and were not looked at lately; how many were looked at.
    """
    with store.read() as tx:
        queued = tx.posts.list_queued(limit=200)
        due = [post for post in queued if needs_verifying(post, now=clock.now(), limits=limits, ahead=_AHEAD)]
        pairs = [(post, tx.articles.get(post.article_id)) for post in due[:_PER_TICK] if post.article_id is not None]
    for post, article in pairs:
        _verify_one(store, site, clock, post, article, source=page_source(article.source, article.url, sources))
    return len(pairs)


def _verify_one(
    store: Store, site: ArticleSource, clock: Clock, post: Post, article: Article, *, source: Source | None
) -> None:
    # As `watch` reads it: else a stamp without zone would be another stamp, and the article a changed one at each look.
    zone = source.zone if source else "UTC"
    answer = site.read_page(article.url, language=article.facts.language, zone=zone)
    now = clock.now()
    with store.begin() as tx:
        current = tx.posts.get(post.id)
        if current.version != post.version or current.state is not PostState.QUEUED:
            return
        article = tx.articles.get(article.id)
        match answer:
            case PageRead(page=page):
                item_facts = merge_facts(item_of(article.facts), page, now=now)
                if changed_fields(article.facts, item_facts):
                    # the watch step writes the revision and has the post decided and worded anew
                    tx.articles.save(replace(article, next_read_at=now), was=article)
                    tx.posts.change(current, at=now, who="bot", why="its article changed", next_verify_at=now + _BASE)
                else:
                    tx.articles.save(replace(article, read_failures=0), was=article)
                    tx.posts.change(current, at=now, who="bot", why="its article is still there", verified_at=now)
            case PageGone(status=status):
                why = f"its article answers {status}"
                set_aside(tx, current, PostState.HELD, at=now, why=why)
                tx.articles.save(replace(article, gone_at=now, read_at=now), was=article)
                tx.inbox.raise_alert("held", why, subject=f"post {post.id}", at=now)
            case PageFailed(detail=detail):
                failures = article.read_failures + 1
                wait = back_off(failures, base=_BASE, cap=_CAP, spread=1.0)
                tx.articles.save(replace(article, read_failures=failures), was=article)
                tx.posts.change(current, at=now, who="bot", why=detail, next_verify_at=now + wait, reason=detail)
            case _:
                assert_never(answer)
