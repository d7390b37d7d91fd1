"""Which posts are under embargo, and the next free slot for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.policy import Policy, SlotTimes
from asiaradar_bot.model.post import (
    LIVE,
    Post,
    PostId,
    PostState,
)
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.steps.linked import Held, kept_alone

_MAY_WAIT = LIVE | {PostState.EXPIRED, PostState.REJECTED}


def embargoed_posts(tx: Transaction, posts: Collection[Post], *, policy: Policy) -> set[PostId]:
    """
    Those of the posts that are under embargo, whose article speaks of one by its newest decision, or that people let
    lead to an article under one.
    """
    waiting = [post for post in posts if post.state in _MAY_WAIT]
    articles = embargoed_articles(tx, [post.article_id for post in waiting])
    under = {post.id for post in posts if post.not_before_at is not None or post.article_id in articles}
    others = (post for post in waiting if post.id not in under)
    return under | {post.id for post in others if kept_alone(tx, post, policy=policy) != Held()}


def embargoed_articles(tx: Transaction, articles: Collection[ArticleId | None]) -> set[ArticleId]:
    """
    Those of the articles that speak of an embargo, by their newest decision.
    """
    asked = {one for one in articles if one is not None}
    decisions = tx.articles.newest_decisions(asked) if asked else {}
    return {article for article, one in decisions.items() if one.speaks_of_embargo}


def free_slot(tx: Transaction, parts: Sequence[Post], *, now: datetime, slots: SlotTimes) -> datetime:
    """
    The newsroom's next free slot for these posts, none before their embargo's end.
    """
    return next_slot(max(now, embargo_end(parts) or now), slots, tx.posts.taken_slots(now))


def embargo_end(parts: Sequence[Post]) -> datetime | None:
    """
    The last end among the parts; None: none is under an embargo whose end is known.
    """
    return max((part.not_before_at for part in parts if part.not_before_at is not None), default=None)
