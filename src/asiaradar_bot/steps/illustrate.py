"""Gives a waiting post its picture: fetched and made safe once, or gone without after a set time."""

from __future__ import annotations

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.ports import ArticleSource, Clock, Store

_PER_TICK = 5


def illustrate(store: Store, site: ArticleSource, clock: Clock, *, limits: Limits) -> int:
    """
    Fetch the pictures of queued posts that still want one; how many posts were done with, picture or not.
    """
    with store.read() as tx:
        queued = tx.posts.list_queued(limit=200)
    waiting = [post for post in queued if post.picture_url is not None][:_PER_TICK]
    for post in waiting:
        assert post.picture_url is not None
        late = clock.now() >= post.created_at + limits.picture_wait
        answer = None if late else site.read_picture(post.picture_url)
        now = clock.now()
        with store.begin() as tx:
            current = tx.posts.get(post.id)
            if current.version != post.version:
                continue
            if isinstance(answer, Picture):
                picture_id = tx.posts.add_picture(answer, source_url=post.picture_url)
                tx.posts.change(post, at=now, who="bot", why="has its picture", picture_id=picture_id, picture_url=None)
            else:
                why = "its picture did not come in time" if answer is None else answer.detail
                tx.posts.change(post, at=now, who="bot", why=f"goes without picture: {why}", picture_url=None)
    return len(waiting)
