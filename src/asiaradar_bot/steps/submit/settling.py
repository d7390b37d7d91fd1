"""What became of a post of which nobody knows whether X has it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import (
    InputError,
    WrongStateError,
)
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import RemotePost
from asiaradar_bot.model.post import (
    Post,
    PostId,
    PostState,
)
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.steps.press import remember_own
from asiaradar_bot.steps.submit.visit import Visit

_REMOTE_ID = re.compile(r"[1-9][0-9]{0,18}")
"""Source: docs.x.com/fundamentals/x-ids, 64-bit unsigned integers as decimal strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling(Visit):
    """
    An editor who looked at the account.
    """

    def settle(self, post_id: int, *, remote_id: str | None) -> Post:
        """
        Say what became of an unknown post: its id on X, or None if the account surely does not show it.

        The books follow: the request was billed, or not.

        Raises:
            InputError: that is no id of a post on X, or it is the id of another post of ours.
            WrongStateError, NotFoundError: there is no such unknown post.
        """
        self.person.check(Action.SETTLE)
        if remote_id is not None and not _REMOTE_ID.fullmatch(remote_id):
            raise InputError(f"«{remote_id}» is no post's id on X: it is the digits at the end of the post's address")
        now = self.clock.now()
        with self.store.begin() as tx:
            post = tx.posts.get(PostId(post_id))
            if post.state is not PostState.UNKNOWN:
                raise WrongStateError(
                    f"post {post_id} is {post.state}, and only an unknown post can be settled", post_id=post_id
                )
            spent = SpendState.RELEASED if remote_id is None else SpendState.SETTLED
            for attempt in tx.posts.list_attempts(post.id)[-1:]:
                tx.ledger.settle(attempt.id, spent)
            if remote_id is not None:
                _check_free(tx, remote_id)
                seen = RemotePost(id=remote_id, text=post.text, created_at=now, links=tuple(links(post.text)))
                remember_own(tx, post, seen, at=now)
                return tx.posts.move(
                    post,
                    PostState.PUBLISHED,
                    at=now,
                    who=self.who,
                    why=f"found on X by {self.who}",
                    by_person=True,
                    remote_id=remote_id,
                    published_at=now,
                )
            return tx.posts.move(
                post,
                PostState.QUEUED,
                at=now,
                who=self.who,
                why=f"not on X, as {self.who} saw",
                by_person=True,
                due_at=now,
            )


def _check_free(tx: Transaction, remote_id: str) -> None:
    """
    Return if no post of ours is known to have that id.

    Raises:
        InputError: one has it.
    """
    seen = tx.account.find_seen([remote_id]).get(remote_id)
    if seen is not None and seen.post_id is not None:
        raise InputError(f"{remote_id} is the id of post {seen.post_id} on X: look at the account once more")
