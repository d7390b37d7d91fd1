"""Gives a waiting post its picture: fetched and made safe once, or gone without after a set time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.ports import ArticleSource, Clock, Store
from asiaradar_bot.rules.prices import price_of_waiting

_PER_TICK = 5


def illustrate(store: Store, site: ArticleSource, clock: Clock, *, limits: Limits, prices: Sequence[PriceList]) -> int:
    """
    Fetch the pictures of queued posts that still want one; how many posts were done with, picture or not.

    The price is written again, since the picture's description costs something and is paid for only with the picture.
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
                why = "has its picture"
            else:
                picture_id = None
                why = "goes without picture: " + ("it did not come in time" if answer is None else answer.detail)
            made = replace(post, picture_id=picture_id, picture_url=None)
            price = str(price_of_waiting(made, on=now.date(), lists=prices))
            fields = {"picture_id": picture_id, "picture_url": None, "price_usd": price}
            tx.posts.change(post, at=now, who="bot", why=why, **fields)
    return len(waiting)
