"""What a person may do to a post just now, by its state and their role; pages and API offer only these."""

from __future__ import annotations

from enum import StrEnum

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.post import LIVE, Post, PostState


class Act(StrEnum):
    """
    One button.
    """

    APPROVE = "approve"
    HOLD = "hold"
    EDIT = "edit"
    MOVE = "move"
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
    Act.NOW: LIVE | {PostState.REJECTED, PostState.EXPIRED},
    Act.BREAKING: LIVE,
    Act.CALM: LIVE,
    Act.SKIP: LIVE | {PostState.REJECTED},
    Act.RESTORE: frozenset({PostState.CANCELLED}),
    Act.REVIEW: frozenset({PostState.UNKNOWN}),
}


def open_acts(post: Post, person: Person, *, own_hand: bool = False) -> tuple[Act, ...]:
    """
    The acts that this person may do to this post now, in the order in which they are offered.

    `own_hand`: they wrote or changed it, and four eyes are asked for, so that another must approve it.
    """
    return tuple(
        act
        for act in Act
        if post.state in _FROM[act]
        and person.may(NEEDED[act])
        and _fits(act, post)
        and not (own_hand and _lets_out(act, post))
    )


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
