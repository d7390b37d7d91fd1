"""Gives a waiting post its picture: fetched and made safe once, or gone without after a set time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import ArticleSource, Clock, Store
from asiaradar_bot.rules.guards import picture_deadline
from asiaradar_bot.rules.prices import price_of_waiting

_PER_TICK = 5


def illustrate(store: Store, site: ArticleSource, clock: Clock, *, limits: Limits, prices: Sequence[PriceList]) -> int:
    """
    Fetch the pictures of posts that still want one; how many posts were done with, picture or not.

    A held post gets its picture while it is held, so that whoever approves it sees what goes out: a picture that is no
    use is told in its reason. The price is written again, since the picture's description costs something and is paid
    for only with the picture.
    """
    with store.read() as tx:
        waiting = tx.posts.list_wanting_picture(limit=_PER_TICK)
    for post in waiting:
        assert post.picture_url is not None
        late = post.state is PostState.QUEUED and clock.now() >= picture_deadline(post, limits)
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
            fields: dict[str, object] = {"picture_id": picture_id, "picture_url": None, "price_usd": price}
            if picture_id is None and post.state is PostState.HELD:
                fields["reason"] = f"{post.reason}; {why}"
            tx.posts.change(post, at=now, who="bot", why=why, **fields)
    return len(waiting)
