"""What the sending steps share: their tools in one value, the stop question, and reading the timeline at its price."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from asiaradar_bot.model.account import AccountState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import Billable, PriceList, SpendState
from asiaradar_bot.model.outcome import (
    AlreadyThere,
    Published,
    PublishOutcome,
    RemoteAccount,
    RemotePost,
    Unconfirmed,
)
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId
from asiaradar_bot.ports import Clock, Publisher, SideFiles, Store, TimelineReader, Transaction
from asiaradar_bot.rules.matching import link_key
from asiaradar_bot.rules.prices import price_of


def _spend_state(outcome: PublishOutcome) -> SpendState:
    match outcome:
        case Published():
            return SpendState.SETTLED
        case AlreadyThere() | Unconfirmed():
            return SpendState.UNKNOWN
        case _:
            return SpendState.RELEASED


Answer = TypeVar("Answer")


def remember_own(tx: Transaction, post: Post, remote: RemotePost, *, at: datetime) -> None:
    """
    Note that this post on the timeline is ours, and which article it leads to, so that nothing leads there twice.
    """
    key = post.article_url or link_key([post.link] if post.link else [])
    tx.account.record_seen(remote, at=at, post_id=post.id, foreign=False, link_key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """
    Everything that sending, reconciling and patrolling need.
    """

    store: Store
    x: Publisher
    timeline: TimelineReader
    clock: Clock
    files: SideFiles
    owner: str
    """Names this process in the lease; unique among all that share the database."""
    limits: Limits
    policy: Policy
    prices: Sequence[PriceList]

    def restored_reason(self, state: AccountState) -> str | None:
        """
        A sentence if the database is older than what this machine saw last, as after a restore; else None.
        """
        seen = self.files.read_epoch()
        if seen is None or state.epoch >= seen:
            return None
        return f"the database (epoch {state.epoch}) is older than this machine's side file (epoch {seen})"

    def release_lease(self) -> None:
        """
        Let another process send at once, instead of after the lease has run out.
        """
        with self.store.begin() as tx:
            tx.account.release_lease(self.owner)

    def stop_reason(self) -> str | None:
        """
        Why nothing may be sent: stop file, environment, or the switch in the database; None: sending is allowed.
        """
        reason = self.files.stop_reason()
        if reason is not None:
            return reason
        with self.store.read() as tx:
            stopped = tx.account.get_mark("stopped")
        return None if stopped is None else f"stopped: {stopped}"

    def price(self, what: Billable, *, at: datetime) -> Decimal:
        """
        USD for one unit on that day.
        """
        return price_of(what, on=at.date(), lists=self.prices)

    def own_posts(self, *, since: datetime) -> Sequence[RemotePost]:
        """
        Our posts on X since then, their price written to the ledger.

        Raises:
            CannotReadError: X gave no usable answer; nothing is known.
        """
        account_id = self.account_id()
        with self.store.read() as tx:
            expected = tx.account.timeline_ids(since)
        return self.paid_read(
            Billable.OWNED_READ,
            lambda: self.timeline.own_posts(account_id, since=since),
            expected=expected,
            shown=lambda found: [post.id for post in found],
        )

    def paid_read(
        self,
        what: Billable,
        read: Callable[[], Answer],
        *,
        expected: Collection[str],
        shown: Callable[[Answer], Collection[str]],
    ) -> Answer:
        """
        What the read gives, with its price in the ledger: reserved for what it may show, billed for what it showed.

        What X showed before on the same UTC day is free.

        Raises:
            CannotReadError: X gave no usable answer; what it may cost stands in the ledger.
        """
        now = self.clock.now()
        price = self.price(what, at=now)
        with self.store.begin() as tx:
            entry_id = tx.ledger.reserve_read(what, price, at=now, resources=expected)
        try:
            answer = read()
        except CannotReadError as error:
            with self.store.begin() as tx:
                tx.ledger.fail_read(entry_id, surely_unread=error.surely_unread)
            raise
        with self.store.begin() as tx:
            tx.ledger.settle_read(entry_id, what, price, at=now, resources=shown(answer))
        return answer

    def delete(self, remote_id: str, *, post_id: PostId | None) -> PublishOutcome:
        """
        What X said to deleting this post of ours, the price in the ledger; whether it may be deleted is for the caller.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            amount = self.price(Billable.DELETE, at=now)
            entry_id = tx.ledger.reserve(Billable.DELETE, amount, at=now, post_id=post_id, attempt_id=None)
        outcome = self.x.delete(remote_id)
        with self.store.begin() as tx:
            tx.ledger.settle_entry(entry_id, _spend_state(outcome))
        return outcome

    def account_id(self) -> str:
        """
        The account's id on X, asked once and remembered.

        Raises:
            CannotReadError: X gave no usable answer.
        """
        with self.store.read() as tx:
            known = tx.account.get_mark("remote_id")
        if known is not None:
            return known
        account = self.ask_account()
        with self.store.begin() as tx:
            tx.account.set_mark("remote_id", account.id)
        return account.id

    def ask_account(self) -> RemoteAccount:
        """
        The account behind the credentials, asked now.

        Raises:
            CannotReadError: X gave no usable answer.
        """
        return self.paid_read(Billable.USER_READ, self.timeline.me, expected=[], shown=lambda account: [account.id])
