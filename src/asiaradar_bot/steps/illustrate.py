"""Gives a waiting post its picture: fetched and made safe, or gone without if it is no use or does not come in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.outcome import Picture, PictureRefused
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.ports import ArticleSource, Clock, Store
from asiaradar_bot.rules.guards import picture_deadline
from asiaradar_bot.rules.prices import price_of_waiting

_PER_TICK = 5
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKED_AT = 100
"""Posts that wait for their next try don't stand in the way of others."""
_GAPS = (timedelta(seconds=2), timedelta(seconds=30), timedelta(minutes=5))
"""Between tries for a picture whose server failed; the first one still comes before a post that is due goes without."""


def illustrate(store: Store, site: ArticleSource, clock: Clock, *, limits: Limits, prices: Sequence[PriceList]) -> int:
    """
    Fetch the pictures of posts that still want one; how many posts were done with, picture or not.

    Where the server or the way to it failed, it is asked again a few times, as long as the post has time.

    A held post gets its picture while it is held, so that whoever approves it sees what goes out: a picture that is no
    use is told in its reason. The price is written again, since the picture's description costs something and is paid
    for only with the picture.
    """
    with store.read() as tx:
        wanting = tx.posts.list_wanting_picture(limit=_LOOKED_AT)
        tries = {post.id: _read_tries(tx.account.get_mark(_mark(post))) for post in wanting}
    now = clock.now()
    late = {post.id for post in wanting if post.state is PostState.QUEUED and now >= picture_deadline(post, limits)}
    waiting = [post for post in wanting if post.id in late or tries[post.id][1] <= now][:_PER_TICK]
    done = 0
    for post in waiting:
        assert post.picture_url is not None
        answer = None if post.id in late else site.read_picture(post.picture_url)
        now = clock.now()
        tried, _ = tries[post.id]
        if isinstance(answer, PictureRefused) and answer.passing and tried < len(_GAPS):
            with store.begin() as tx:
                tx.account.set_mark(_mark(post), f"{tried + 1}|{(now + _GAPS[tried]).isoformat()}")
            continue
        done += 1
        with store.begin() as tx:
            tx.account.set_mark(_mark(post), None)
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
    return done


def _mark(post: Post) -> str:
    return f"picture_of_{post.id}"


def _read_tries(mark: str | None) -> tuple[int, datetime]:
    """
    How often the picture was asked for in vain, and when it is asked for again.
    """
    count, _, after = (mark or f"0|{_ORIGIN.isoformat()}").partition("|")
    return int(count), datetime.fromisoformat(after)
