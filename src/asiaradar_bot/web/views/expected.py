"""When waiting posts will go out, for cards, queue and the bar alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.lineup import MOST, expected_times

_COMES = frozenset({PostState.PUBLISHED, PostState.SENDING, PostState.QUEUED})


def expect(app: App, tx: Transaction, *, moved: Sequence[Post] = ()) -> dict[PostId, datetime]:
    """
    When each queued post will go out, as the sender would choose now; `moved` stand in for the posts of their ids.

    A part of a thread is not in it while an earlier part is kept from going out.
    """
    if tx.account.state().stopped is not None or app.files.stop_reason() is not None:
        return {}  # whatever time one named would be wrong
    now = app.clock.now()
    sent = tx.posts.sent_times(now - timedelta(days=1), newest=app.limits.most_counted)
    stand_in = {post.id for post in moved}
    queued = [post for post in tx.posts.list_queued(limit=MOST) if post.id not in stand_in]
    kept = _kept(tx, queued)
    queued = [*(post for post in queued if post.id not in kept), *moved]
    return dict(expected_times(queued, sent, now=now, policy=app.policy, limits=app.limits))


def _kept(tx: Transaction, queued: Sequence[Post]) -> set[PostId]:
    kept: set[PostId] = set()
    for thread_id in {post.thread_id for post in queued if post.thread_id is not None and post.part > 1}:
        parts = iter(tx.posts.list_thread(thread_id))
        for part in parts:
            if part.state not in _COMES:
                kept.update(later.id for later in parts)
    return kept
