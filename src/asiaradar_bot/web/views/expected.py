"""When waiting posts will go out, for cards, queue and the bar alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.post import Post, PostId
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.lineup import MOST, expected_times


def expect(app: App, tx: Transaction, *, moved: Post | None = None) -> dict[PostId, datetime]:
    """
    When each queued post will go out, as the sender would choose now; `moved` stands in for the post of its id.
    """
    now = app.clock.now()
    sent = tx.posts.sent_times(now - timedelta(days=1), newest=app.limits.most_counted)
    queued = [post for post in tx.posts.list_queued(limit=MOST) if moved is None or post.id != moved.id]
    if moved is not None:
        queued.append(moved)
    return dict(expected_times(queued, sent, now=now, policy=app.policy, limits=app.limits))
