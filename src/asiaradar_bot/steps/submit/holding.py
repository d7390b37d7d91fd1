"""What keeps posts back or brings them back: hold, cancel, restore; and their class."""

from __future__ import annotations

from dataclasses import dataclass

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import (
    WrongStateError,
)
from asiaradar_bot.model.post import (
    Post,
    PostState,
)
from asiaradar_bot.rules.acts import Act
from asiaradar_bot.steps.submit.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding(Visit):
    """
    An editor who keeps posts back.
    """

    def hold(self, post_id: int, *, why: str = "", version: int | None = None) -> Post:
        """
        Keep a queued post back until somebody approves it, with all parts of its thread that are not out yet.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.HOLD, post_id, version)
            return self._move_all(tx, post, parts, PostState.HELD, why=why or f"held by {self.who}")

    def cancel(self, post_id: int, *, why: str = "", version: int | None = None) -> Post:
        """
        Withdraw a post that is not out yet, with all parts of its thread that are not out yet either.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.SKIP, post_id, version)
            return self._move_all(tx, post, parts, PostState.CANCELLED, why=why or f"cancelled by {self.who}")

    def restore(self, post_id: int, *, version: int | None = None) -> Post:
        """
        Take a withdrawal back: the post, and its thread, is held again, if it was never tried (it may stand on X).

        Raises:
            WrongStateError: it is not cancelled, or was tried.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.RESTORE, post_id, version)
            for part in parts:
                if tx.posts.list_attempts(part.id):
                    raise WrongStateError(
                        f"post {part.id} was tried before it was cancelled and may stand on X: write a new one",
                        post_id=part.id,
                    )
            return self._move_all(tx, post, parts, PostState.HELD, why=f"brought back by {self.who}")

    def reclass(self, post_id: int, news_class: NewsClass, *, version: int | None = None) -> Post:
        """
        Give a post, and its thread, another class: breaking goes first and may pierce quiet hours.
        """
        self.person.check(Action.PUBLISH_NOW)
        now = self.clock.now()
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.BREAKING, post_id, version)
            return self._change_all(tx, post, parts, at=now, why=f"made {news_class}", news_class=news_class)
