"""What the sending steps share: their tools in one value, the stop question, and reading the timeline at its price."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from asiaradar_bot.model.account import AccountState
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.engagement import Figures, FollowedPost, FollowState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import Billable, PriceList, SpendState, plain_usd
from asiaradar_bot.model.outcome import RemoteAccount, RemotePost, Uploaded, UploadOutcome
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostPicture, PostState
from asiaradar_bot.ports import Clock, Publisher, SideFiles, Store, TimelineReader, Transaction
from asiaradar_bot.rules.acts import Act, together
from asiaradar_bot.rules.matching import link_key
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import budget_room, price_of


def _alt_text_state(answer: UploadOutcome) -> SpendState:
    if isinstance(answer, Uploaded):
        return SpendState.SETTLED
    return SpendState.UNKNOWN if answer.described else SpendState.RELEASED


Answer = TypeVar("Answer")


def _stopped(tx: Transaction) -> str | None:
    stopped = tx.account.get_mark("stopped")
    return None if stopped is None else f"stopped: {stopped}"


def remember_own(tx: Transaction, post: Post, remote: RemotePost, *, at: datetime) -> None:
    """
    Note that this post on the timeline is ours, and which article it leads to, so that nothing leads there twice.

    From now on it is followed, so that reports have it at once, figures or not.
    """
    key = post.article_url or link_key([post.link] if post.link else [])
    remote = replace(remote, links=(*remote.links, *links(post.text)))  # X may show them otherwise, or not yet
    tx.account.record_seen(remote, at=at, post_id=post.id, foreign=False, link_key=key)
    follow(tx, remote.id, remote.created_at, post.id)


def follow(tx: Transaction, remote_id: str, created_at: datetime, post_id: PostId | None) -> bool:
    """
    Follow a post on the timeline; False if that is so already, or if its id is not one of X's (a dry run's).
    """
    if not remote_id.isdigit():
        return False
    known = tx.engagement.find([remote_id]).get(remote_id)
    if known is None:
        tx.engagement.save(
            FollowedPost(remote_id=remote_id, current_id=remote_id, created_at=created_at, post_id=post_id)
        )
    elif known.post_id is None and post_id is not None:  # taken for one made by hand until now
        tx.engagement.save(replace(known, post_id=post_id))
    return known is None


def pause(tx: Transaction, why: str, *, at: datetime, until: datetime | None) -> None:
    """
    Nothing is written to the account for now; None: until a person mends it, which no shorter pause cuts short.
    """
    state = tx.account.state()
    if until is not None and state.paused is not None and state.paused_until is None:
        return
    tx.account.set_mark("paused", why)
    tx.account.set_mark("paused_until", None if until is None else until.isoformat())
    tx.audit.record(AuditEntry(at=at, who="bot", action="account.pause", subject="account", why=why))


def last_said(tx: Transaction, post: Post) -> datetime | None:
    """
    When a person last did something with the post; None: nobody did.
    """
    entries = tx.audit.list_of([f"post {post.id}"])
    return max((entry.at for entry in entries if ":" in entry.who), default=None)


def set_aside(tx: Transaction, post: Post, state: PostState, *, at: datetime, why: str, who: str = "bot") -> None:
    """
    Hold a queued post or let it expire, with all parts of its thread that are queued too.

    What is out stays; a part alone would leave those behind it waiting for a post that does not come.

    Raises:
        VersionConflictError: somebody changed it since it was read.
    """
    parts = together(Act.HOLD, post, tx.posts.thread_of(post))
    for part in (post, *(part for part in parts if part.id != post.id)):
        tx.posts.move(part, state, at=at, who=who, why=why)


def follow_edit(tx: Transaction, post: FollowedPost, newest_id: str, version: int) -> FollowedPost:
    """
    The post goes on under another id; what its earlier versions had is carried along.
    """
    if newest_id == post.current_id:
        return post
    other = tx.engagement.find([newest_id]).get(newest_id)
    if other is not None and other.remote_id != post.remote_id:  # X showed the version once as if it were no edit
        tx.engagement.merge(post.remote_id, other.remote_id)
    last = tx.engagement.latest([post.remote_id]).get(post.remote_id)
    earlier = Figures() if last is None else last.figures
    changed = replace(post, current_id=newest_id, version=version, earlier=earlier, state=FollowState.FOLLOWED)
    tx.engagement.save(changed)
    return changed


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
        A sentence if the database is, or may be, older than what this machine saw last, as after a restore; else None.

        A database that has sent before and a machine that never saw it: a backup on a new machine looks like that.
        """
        seen = self.files.read_epoch()
        if seen is None and state.epoch > 0:
            return (
                f"this machine has no readable side file `epoch` to tell whether the database (epoch {state.epoch}) "
                "is an older one"
            )
        if seen is None or state.epoch >= seen:
            return None
        return f"the database (epoch {state.epoch}) is older than this machine's side file (epoch {seen})"

    def remember_epoch(self) -> None:
        """
        Keep on this machine how far the database is, also while another machine sends.
        """
        with self.store.read() as tx:
            epoch = tx.account.state().epoch
        self.files.write_epoch(epoch)

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
            return _stopped(tx)

    def closed_reason(self) -> str | None:
        """
        Why nothing may be sent at this very moment: all that `stop_reason` and `blocked_reason` know; None: it may.
        """
        reason = self.files.stop_reason()
        if reason is not None:
            return reason
        with self.store.read() as tx:
            return _stopped(tx) or self.blocked_reason(tx.account.state())

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

    def blocked_reason(self, state: AccountState) -> str | None:
        """
        Why the account may not be written to: safe mode, a restored database, a pause, the clock; None: it may.
        """
        if state.safe_mode is not None:
            return f"safe mode: {state.safe_mode}; the timeline is read first"
        restored = self.restored_reason(state)
        if restored is not None:
            return f"safe mode: {restored}; the timeline is read first"
        if state.paused is not None and (state.paused_until is None or state.paused_until > self.clock.now()):
            return f"paused: {state.paused}"
        return None if state.clock is None else f"paused: {state.clock}"

    def budget_reason(self, spent: Decimal, *, price: Decimal) -> str | None:
        """
        Why X is asked for nothing that costs `price` USD, with `spent` USD used this month; None: there is room.
        """
        if budget_room(spent, month_usd=self.limits.month_usd, price=price):
            return None
        return f"the month's budget of {plain_usd(self.limits.month_usd or 0)} USD is used up ({plain_usd(spent)} USD)"

    def take_lease(self) -> tuple[Lease, float] | None:
        """
        The right to write to the account with the monotonic second at which it ends; None while another holds it.
        """
        ends = self.clock.monotonic() + self.limits.lease.total_seconds()
        with self.store.begin() as tx:
            lease = tx.account.acquire_lease(self.owner, now=self.clock.now(), length=self.limits.lease)
        return None if lease is None else (lease, ends)

    def gate(self, lease_ends: float) -> Callable[[datetime], str | None]:
        """
        The last check before the wire: kill switch, pause, safe mode, and whether the lease outlasts the call.
        """

        def gate(signed_at: datetime) -> str | None:
            del signed_at  # its age is held by the adapter, which has the monotonic instant of signing
            reason = self.closed_reason()
            if reason is not None:
                return reason
            if self.clock.monotonic() + self.limits.http_timeout.total_seconds() > lease_ends:
                return "the lease may run out before X answers"
            return None

        return gate

    def bring_picture(self, post: Post, one: PostPicture) -> UploadOutcome:
        """
        What X said to one picture of the post; its description is in the ledger before X hears of it.
        """
        with self.store.read() as tx:
            picture = tx.posts.get_picture(one.picture_id)
        entry_id = None
        if one.alt_text:
            now = self.clock.now()
            amount = self.price(Billable.ALT_TEXT, at=now)
            with self.store.begin() as tx:
                entry_id = tx.ledger.reserve(Billable.ALT_TEXT, amount, at=now, post_id=post.id, attempt_id=None)
        answer = self.x.upload(picture.content, media_type=picture.media_type, alt_text=one.alt_text)
        if entry_id is not None:
            with self.store.begin() as tx:
                tx.ledger.settle_entry(entry_id, _alt_text_state(answer))
        return answer

    def shown_between(self, since: datetime, until: datetime) -> Sequence[RemotePost]:
        """
        Our posts on X that were created in that span, their price written to the ledger.

        Raises:
            CannotReadError: X gave no usable answer; nothing is known.
        """
        account_id = self.account_id()
        with self.store.read() as tx:
            expected = [seen.remote_id for seen in tx.account.list_seen(since=since) if seen.created_at < until]
        return self.paid_read(
            Billable.OWNED_READ,
            lambda: self.timeline.own_posts(account_id, since=since, until=until),
            expected=expected,
            shown=lambda found: [post.id for post in found],
        )

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
        with self.store.read() as tx:
            known = tx.account.get_mark("remote_id")
        return self.paid_read(
            Billable.USER_READ,
            self.timeline.me,
            expected=[known or "me"],  # its id is what is asked for the first time; the price is the same
            shown=lambda account: [account.id],
        )
