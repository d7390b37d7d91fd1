"""What commands, pages and programs look up alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.article import Article, ArticleId, SourceItem
from asiaradar_bot.model.correction import LIVE_CORRECTIONS
from asiaradar_bot.model.decision import Decision, TraceLine
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.post import Attempt, Post
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.addresses import canonical_url
from asiaradar_bot.rules.explaining import explain
from asiaradar_bot.rules.facts import merge_facts, names_of

_LONGEST_NUMBER = 18
"""Digits; what is longer is no number of ours, and costly to read as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    An article with all that says why it was posted, held or skipped.
    """

    article: Article
    decision: Decision | None
    """The newest; None while there is none."""
    posts: Sequence[Post]
    """Made of the article or by hand with a link to it, and what corrected those or took their place; oldest first."""
    attempts: Sequence[Attempt]
    """To send any of them, by post."""
    sentences: Sequence[str]
    """The answer first."""

    @property
    def trace(self) -> Sequence[TraceLine]:
        """
        The checks of the decision, in their order.
        """
        return () if self.decision is None else self.decision.trace


def story_of(tx: Transaction, article: Article, *, zone: str) -> Story:
    """
    Why the article was posted, held or skipped, as far as it is known; times in the newsroom's `zone` and UTC.
    """
    decision = tx.articles.newest_decisions([article.id]).get(article.id)
    own = tx.posts.list_for_article(article.id)
    chains = [tx.corrections.list_chain(post.id) for post in own]
    posts = [link.post for chain in chains for link in chain]
    attempts = [attempt for post in posts for attempt in tx.posts.list_attempts(post.id)]
    wrong = [one for one in tx.corrections.list_for_article(article.id) if one.state in LIVE_CORRECTIONS]
    sentences = [
        *explain(article, decision, posts=posts, attempts=attempts, zone=zone),
        *(f"Post {one.post_id} is to be corrected: {'; '.join(one.reasons)}." for one in wrong),
    ]
    return Story(article=article, decision=decision, posts=posts, attempts=attempts, sentences=sentences)


def list_decided(tx: Transaction, *, limit: int) -> Sequence[tuple[Article, Decision | None]]:
    """
    The newest articles, each with its newest decision.
    """
    articles = tx.articles.list_recent(limit=limit)
    decisions = tx.articles.newest_decisions([one.id for one in articles])
    return [(one, decisions.get(one.id)) for one in articles]


def find_article(tx: Transaction, text: str, now: datetime) -> Article:
    """
    The article of that number or address. Raises NotFoundError, InputError.
    """
    if text.isdecimal() and len(text) <= _LONGEST_NUMBER:
        return tx.articles.get(ArticleId(int(text)))
    found = None
    if not text.isdecimal():
        item = SourceItem(id=text, url=canonical_url(text))
        found = tx.articles.find_by_names(names_of(item, None, merge_facts(item, None, now=now)))
    if found is None:
        text = text[:200]  # whoever sent thousands of digits need not read them again
        raise NotFoundError(f"no source ever showed {text}: check the address, or look it up in the list of articles")
    return found
