"""What the results of steps come to for the meter."""

from __future__ import annotations

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    AnswerClass,
    GateClosed,
    Published,
    Refused,
    RetryLater,
    Unconfirmed,
)
from asiaradar_bot.model.post import PostId, PostKind
from asiaradar_bot.steps.publish import Sweep
from asiaradar_bot.steps.reconcile import Settled

_CLASSES: dict[type, AnswerClass] = {
    Published: AnswerClass.YES,
    RetryLater: AnswerClass.NO_RETRY_LATER,
    Refused: AnswerClass.NO_FINAL,
    AccountBlocked: AnswerClass.NO_AUTH,
    AlreadyThere: AnswerClass.ALREADY,
    Unconfirmed: AnswerClass.AMBIGUOUS,
    GateClosed: AnswerClass.GATE_CLOSED,
}


def count(app: App, result: object) -> None:
    """
    Count what a step did; results of other steps than sending and settling come to nothing.

    Raises:
        StorageError: the database can't be read.
    """
    if isinstance(result, Sweep):
        for post_id, outcome in result.outcomes:
            app.meter.count_attempt(_CLASSES[type(outcome)])
            if isinstance(outcome, Published):
                _count_news(app, post_id)
    elif isinstance(result, Settled):
        for name in ("found", "requeued", "unknown"):
            app.meter.count_settled(name, getattr(result, name))


def _count_news(app: App, post_id: PostId) -> None:
    with app.store.read() as tx:
        post = tx.posts.get(post_id)
        made = post.article_id if post.kind is PostKind.ARTICLE else None
        article = None if made is None else tx.articles.get(made)
    if article is not None and post.published_at is not None:
        app.meter.record_news((post.published_at - article.first_seen_at).total_seconds())
