"""What a person may do to a post just now, by its state and their role; pages and API offer only these."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import WrongStateError
from asiaradar_bot.model.post import LIVE, Post, PostState


class Act(StrEnum):
    """
    One button.
    """

    APPROVE = "approve"
    HOLD = "hold"
    EDIT = "edit"
    MOVE = "move"
    EMBARGO = "embargo"
    """Say when its embargo ends, or that it is over."""
    NOW = "now"
    BREAKING = "breaking"
    CALM = "calm"
    SKIP = "skip"
    RESTORE = "restore"
    REVIEW = "review"
    """Of an unknown post: look at the account and say what became of it. There is no button that sends it again."""


NEEDED: dict[Act, Action] = {
    Act.APPROVE: Action.APPROVE,
    Act.HOLD: Action.HOLD,
    Act.EDIT: Action.WRITE,
    Act.MOVE: Action.APPROVE,
    Act.EMBARGO: Action.APPROVE,
    Act.NOW: Action.PUBLISH_NOW,
    Act.BREAKING: Action.PUBLISH_NOW,
    Act.CALM: Action.PUBLISH_NOW,
    Act.SKIP: Action.HOLD,
    Act.RESTORE: Action.HOLD,
    Act.REVIEW: Action.SETTLE,
}

_FROM: dict[Act, frozenset[PostState]] = {
    Act.APPROVE: frozenset({PostState.DRAFT, PostState.HELD, PostState.REJECTED, PostState.EXPIRED}),
    Act.HOLD: frozenset({PostState.QUEUED}),
    Act.EDIT: LIVE,
    Act.MOVE: LIVE,
    Act.EMBARGO: LIVE | {PostState.REJECTED, PostState.EXPIRED},
    Act.NOW: LIVE | {PostState.REJECTED, PostState.EXPIRED},
    Act.BREAKING: LIVE,
    Act.CALM: LIVE,
    Act.SKIP: LIVE | {PostState.REJECTED},
    Act.RESTORE: frozenset({PostState.CANCELLED}),
    Act.REVIEW: frozenset({PostState.UNKNOWN}),
}


def open_acts(post: Post, person: Person, *, own_hand: bool = False, embargo: bool = False) -> tuple[Act, ...]:
    """
    The acts that this person may do to this post now, in the order in which they are offered.

    `own_hand`: they wrote or changed it, and four eyes are asked for, so that another must approve it. `embargo`: it is
    under one, or its article speaks of one.
    """
    return tuple(
        act
        for act in Act
        if post.state in _FROM[act]
        and person.may(NEEDED[act])
        and _fits(act, post)
        and not (own_hand and _lets_out(act, post))
        and (act is not Act.EMBARGO or embargo)
    )


_NOT_WITH_OTHERS: dict[Act, frozenset[PostState]] = {
    Act.APPROVE: frozenset({PostState.REJECTED}),
    Act.NOW: frozenset({PostState.REJECTED}),
}
"""What X refused for good is tried again only when somebody names it."""


def together(act: Act, post: Post, thread: Sequence[Post]) -> list[Post]:
    """
    The parts of its thread to which an act on a post is done, in their order: a thread is held, moved, sent as one.

    What has gone out, or is going out, stays as it is; so does a part that stands so already. The post alone, if it is
    no part of a thread, or if the act fits no part.

    Raises:
        WrongStateError: it can't be done to this part any more, but to others of its thread.
    """
    states = _FROM[act]
    others = states - _NOT_WITH_OTHERS.get(act, frozenset())
    parts = [part for part in thread if part.state in (states if part.id == post.id else others)]
    if not parts:
        return [post]
    if post.state in states | LIVE:
        return parts
    raise WrongStateError(
        f"post {post.id}, part {post.part} of {post.parts}, is {_STANDS.get(post.state, post.state)}: do it to post "
        f"{parts[0].id}, and every part that is not out yet goes with it",
        post_id=post.id,
    )


def stays(parts: Sequence[Post]) -> str:
    """
    A clause about parts of a thread that an act leaves as they are: `parts 1 and 2 are on X already`; empty: none.
    """
    clauses = []
    for state, found in groupby(parts, key=lambda part: part.state):
        numbers = [str(part.part) for part in found]
        named = (
            f"part {numbers[0]} is" if len(numbers) == 1 else f"parts {', '.join(numbers[:-1])} and {numbers[-1]} are"
        )
        clauses.append(f"{named} {_STANDS.get(state, state)}")
    return ", ".join(clauses)


_STANDS = {PostState.PUBLISHED: "on X already", PostState.SENDING: "just going out"}


def _lets_out(act: Act, post: Post) -> bool:
    return act is Act.APPROVE or (act is Act.NOW and post.state is not PostState.QUEUED)


def _fits(act: Act, post: Post) -> bool:
    is_breaking = post.news_class is NewsClass.BREAKING
    match act:
        case Act.BREAKING:
            return not is_breaking
        case Act.CALM:
            return is_breaking
        case Act.RESTORE:
            return post.attempts == 0
        case _:
            return True
