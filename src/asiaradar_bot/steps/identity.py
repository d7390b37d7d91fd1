"""One article is one row, whatever it goes by: found by its names, or known again under a new address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from asiaradar_bot.model.article import Article, ArticleId, Facts
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.facts import is_respelt, renamed_match


def find_known(tx: Transaction, facts: Facts, names: Sequence[str], *, now: datetime) -> ArticleId | None:
    """
    The article that an item of a source is about, if it is on record; these are its names from now on.

    One that is known again under a new address has its page read there at once.
    """
    found = tx.articles.find_by_names(names)
    if found is None:
        found = find_renamed(tx, facts)
        if found is not None:
            found = _move(tx, found, facts.url, now=now)
            if found.url == facts.url:
                tx.articles.save(replace(found, next_read_at=now), was=found)
    if found is None:
        return None
    tx.articles.add_names(found.id, names)
    return found.id


def find_renamed(tx: Transaction, facts: Facts) -> Article | None:
    """
    The article that these facts show under a new address, by `rules.facts.renamed_match`; None: none, or nobody knows.
    """
    if facts.published_at is None:
        return None
    found = tx.articles.list_published_at(facts.published_at)
    known = {article.facts.url: article for article in reversed(found)}  # of two with one address, the first
    match = renamed_match(facts, [article.facts for article in known.values()])
    return None if match is None else known[match.url]


def _move(tx: Transaction, article: Article, url: str, *, now: datetime) -> Article:
    """
    The article under its new address; the old one stays a name of it. People are told if a post leads to the old one.

    One that is only spelt in other letter case is no new address, as long as the old one answers.
    """
    if article.gone_at is None and is_respelt(article.url, url):
        return article
    why = f"the same headline, time and image now stand at {url}"
    tx.audit.record(
        AuditEntry(
            at=now,
            who="bot",
            action="article.renamed",
            subject=f"article {article.id}",
            why=why,
            before={"url": article.url},
            after={"url": url},
        )
    )
    for post in tx.posts.list_for_article(article.id):
        article_url = post.article_url or article.url
        if post.state is PostState.PUBLISHED and article_url != url:  # one by hand may lead to the new address already
            message = f"the article of post {post.id} moved to {url}: the link on X leads to {article_url}"
            tx.inbox.raise_alert("moved_after_post", message, subject=f"post {post.id}", at=now)
    moved = replace(article, url=url, gone_at=None)
    tx.articles.save(moved, was=article)
    return moved


def absorb(tx: Transaction, article: Article, old: Article, url: str, *, now: datetime) -> Article:
    """
    A row that turned out to be another article under a new address becomes part of it; the article as it is now.
    """
    tx.articles.absorb(article.id, into=old.id)
    return _move(tx, old, url, now=now)
