"""A chain of corrections as pages list it: the original, what corrected it, what took its place, which stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.correction import ChainPost, in_place_of
from asiaradar_bot.model.post import PostId
from asiaradar_bot.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """
    One post of the chain.
    """

    id: int
    corrects_id: int | None
    """The post that it corrects, or whose place it takes; None: it is the original."""
    in_place: bool
    """It takes the place of that post."""
    state: str
    gone_at: datetime | None
    headline: str
    here: bool
    """The page is about this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """
    All of it.
    """

    lines: Sequence[ChainLine]
    newest_id: int | None
    """The post that readers see in the place of the one that the page is about; None: that one stands itself."""
    article_id: int | None
    """Of the original."""


def show_chain(tx: Transaction, post_id: PostId) -> Chain | None:
    """
    The chain of this post; None: nothing corrected it, and it corrects nothing.
    """
    links = tx.corrections.list_chain(post_id)
    if len(links) == 1:
        return None
    newest = in_place_of(post_id, links)
    return Chain(
        lines=[_line(link, here=link.post.id == post_id) for link in links],
        newest_id=None if newest == post_id else newest,
        article_id=links[0].post.article_id,
    )


def _line(link: ChainPost, *, here: bool) -> ChainLine:
    post = link.post
    return ChainLine(
        id=post.id,
        corrects_id=post.corrects_id,
        in_place=link.takes_place,
        state=post.state,
        gone_at=post.deleted_remotely_at,
        headline=post.text.partition("\n")[0],
        here=here,
    )
