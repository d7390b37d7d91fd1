"""What the steps ask of the storage: short transactions with one part per noun."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from asiaradar_bot.model.access import Role
from asiaradar_bot.model.account import AccountState, AlertNote, Headline, SeenPost, Subscription
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Revision
from asiaradar_bot.model.audit import AuditEntry, Topic
from asiaradar_bot.model.decision import Decision
from asiaradar_bot.model.engagement import Figures, FollowedPost, Snapshot
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.money import Billable, ClassCost, LedgerEntry, PostCost, SpendState
from asiaradar_bot.model.outcome import Picture, RemotePost
from asiaradar_bot.model.post import Attempt, AttemptId, NewPost, Post, PostId, PostKind, PostState
from asiaradar_bot.model.source import SourceHealth
from asiaradar_bot.model.user import Failures, Session, User, UserId
from asiaradar_bot.ports.corrections import CorrectionRows
from asiaradar_bot.ports.programs import ProgramRows
from asiaradar_bot.ports.replay import ReplayRows
from asiaradar_bot.ports.reports import DigestRows, ReportRows
from asiaradar_bot.ports.rulebook import RulebookRows
from asiaradar_bot.ports.second_factor import FactorRows
from asiaradar_bot.ports.secret_box import SealedRows
from asiaradar_bot.ports.sheets import SheetRows
from asiaradar_bot.ports.vitals import VitalRows


class SourceRows(Protocol):
    """
    Health and sightings of sources.
    """

    def find(self, name: str) -> SourceHealth | None:
        """The health on record, or None before the first poll."""

    def list_all(self) -> Sequence[SourceHealth]:
        """All health rows, by name."""

    def save(self, health: SourceHealth) -> None:
        """Insert or replace."""

    def find_sightings(self, name: str, item_ids: Collection[str]) -> Mapping[str, tuple[ArticleId, str]]:
        """Article and item digest by item id, for those items that the source showed before."""

    def last_new_at(self, name: str) -> datetime | None:
        """When the source last showed an item that it had not shown before, whether the article was known or not."""

    def record_sighting(self, name: str, item_id: str, article_id: ArticleId, *, digest: str, at: datetime) -> None:
        """Insert, or refresh digest and last-seen time."""


class ArticleRows(Protocol):
    """
    Articles, their names, revisions and decisions.
    """

    def find_by_names(self, names: Collection[str]) -> Article | None:
        """The article that goes by any of the names."""

    def list_published_at(self, at: datetime) -> Sequence[Article]:
        """Articles that carry this publication stamp, and whose page was read, oldest first."""

    def absorb(self, article_id: ArticleId, *, into: ArticleId) -> None:
        """
        Give names and sightings of a row that nothing was decided on to another, and remove the row.

        Posts that people wrote to it and their corrections go along; of its revisions none stays, so they are told
        by what the other says now.
        """

    def get(self, article_id: ArticleId) -> Article:
        """The article. Raises NotFoundError."""

    def add(self, article: Article, *, names: Collection[str]) -> Article:
        """Insert with its first revision; the id of the argument is ignored."""

    def add_names(self, article_id: ArticleId, names: Collection[str]) -> None:
        """More names for it; names that are taken already are left alone."""

    def list_names(self, article_id: ArticleId) -> Sequence[str]:
        """All names that it goes by."""

    def list_due_reading(self, now: datetime, *, limit: int) -> Sequence[Article]:
        """Articles whose page is to be read now, oldest appointment first; those that are done wait for the others."""

    def list_in_state(self, state: ArticleState, *, limit: int) -> Sequence[Article]:
        """Oldest first sighting first."""

    def list_outdated(self, *, limit: int) -> Sequence[Article]:
        """Those done with whose post waits and was made of an earlier revision, oldest first sighting first."""

    def list_recent(self, *, limit: int, state: ArticleState | None = None) -> Sequence[Article]:
        """Newest first."""

    def search(self, words: Sequence[str], *, limit: int) -> Sequence[Article]:
        """Articles whose headline, or whose address, holds all the words, in capitals or not; newest first."""

    def save(self, article: Article, *, was: Article) -> bool:
        """Write state, facts and reading marks if it is still as it was read; False if it moved on or was read anew."""

    def add_revision(self, revision: Revision) -> None:
        """Append."""

    def list_revisions(self, article_id: ArticleId) -> Sequence[Revision]:
        """Oldest first."""

    def add_decision(self, decision: Decision) -> Decision:
        """Append; the newest counts. The decision with its id."""

    def list_decisions(self, article_id: ArticleId) -> Sequence[Decision]:
        """Oldest first."""

    def titles(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, str]:
        """Headlines of these, as they are now."""

    def titles_at(self, at: Collection[tuple[ArticleId, int]]) -> Mapping[tuple[ArticleId, int], str]:
        """Headlines of articles as they were at these revisions; one that is not on record is left out."""

    def newest_decisions(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, Decision]:
        """The newest decision about each of these; an article without one is left out."""

    def recent_headlines(self, since: datetime) -> Sequence[Headline]:
        """Headlines first seen since then, with whether their article is posted or on its way."""


class PostRows(Protocol):
    """
    Posts and their attempts; every move goes through the state table and writes its audit row.
    """

    def add(self, post: NewPost, *, who: str) -> Post:
        """Insert."""

    def get(self, post_id: PostId) -> Post:
        """The post. Raises NotFoundError."""

    def find(self, post_id: PostId) -> Post | None:
        """The post, or None."""

    def find_by_marker(self, marker: str) -> Post | None:
        """The post that was made with this marker, in any state, or None."""

    def list_for_article(self, article_id: ArticleId, *, kind: PostKind | None = None) -> Sequence[Post]:
        """Oldest first: those made of it, and those by hand that lead to it, or only those of this kind."""

    def list_thread(self, thread_id: PostId) -> Sequence[Post]:
        """In order of parts."""

    def thread_of(self, post: Post) -> Sequence[Post]:
        """All parts of the post's thread in their order; the post alone, if it is no part of one."""

    def list_due(self, now: datetime, *, limit: int, skip: int = 0) -> Sequence[Post]:
        """
        Queued posts whose time has come and whose earlier parts are out, most urgent class and newest first.

        The first `skip` of them are left out.
        """

    def list_queued(self, *, limit: int = 1000, skip: int = 0) -> Sequence[Post]:
        """All queued posts by due time, the first `skip` left out."""

    def list_wanting_picture(self, *, limit: int) -> Sequence[Post]:
        """Queued and held posts whose picture is still to be fetched, by due time."""

    def times_between(self, since: datetime, until: datetime) -> Sequence[tuple[datetime, PostId]]:
        """When posts went out in this span, and when open ones are due in it that are not queued; in rising order."""

    def get_many(self, post_ids: Collection[PostId]) -> Mapping[PostId, Post]:
        """Those of these posts that there are."""

    def search(self, words: Sequence[str], *, limit: int) -> Sequence[Post]:
        """Posts whose text holds all the words, in capitals or not, newest first."""

    def list_posts(self, *, states: Collection[PostState] = (), limit: int = 200, skip: int = 0) -> Sequence[Post]:
        """Newest first, the first `skip` left out."""

    def list_sending(self) -> Sequence[tuple[Post, Attempt]]:
        """Posts on their way with their open attempt, oldest first."""

    def move(
        self,
        post: Post,
        new: PostState,
        *,
        at: datetime,
        who: str,
        why: str,
        by_person: bool = False,
        **changes: object,
    ) -> Post:
        """Change the state, and the named fields with it. Raises WrongStateError, VersionConflictError."""

    def change(self, post: Post, *, at: datetime, who: str, why: str, **changes: object) -> Post:
        """Change fields of a live post. Raises WrongStateError, VersionConflictError."""

    def amend(self, post: Post, *, at: datetime, who: str, why: str, **changes: object) -> Post:
        """Note what became of a published post on X: edited, deleted. Raises WrongStateError, VersionConflictError."""

    def claim(self, post: Post, lease: Lease, *, now: datetime, match_key: str, media_count: int) -> Attempt | None:
        """Queued -> sending with a new attempt row, if the lease still holds; None if not."""

    def finish(
        self,
        attempt: Attempt,
        new: PostState,
        *,
        at: datetime,
        answer_class: str,
        why: str,
        **changes: object,
    ) -> bool:
        """Sending -> new for the post of this open attempt, and close it; False if another result came first."""

    def update_attempt(self, attempt_id: AttemptId, **changes: object) -> bool:
        """Note something on an open attempt: signed_at, answer_class, error, absent reads; False if it is closed."""

    def list_attempts(self, post_id: PostId) -> Sequence[Attempt]:
        """Oldest first."""

    def sent_times(self, since: datetime, *, newest: int | None = None) -> Sequence[datetime]:
        """
        When posts went out, or may have gone out, since then, those made by hand included; oldest first.

        Of more than `newest` only so many, the latest.
        """

    def remote_ids(self) -> Collection[str]:
        """Ids on X of our posts of the last days."""

    def markers(self) -> Mapping[str, PostId]:
        """Link markers of posts that are not cancelled, of the last days."""

    def count_by_state(self, states: Collection[PostState] = ()) -> Mapping[str, int]:
        """Number of posts in each state, or each of these states, that has any."""

    def add_picture(self, picture: Picture, *, source_url: str | None, kept_at: datetime | None = None) -> int:
        """Its id; the same bytes are stored once. `kept_at`: brought by somebody, and not shown by anything yet."""

    def get_picture(self, picture_id: int) -> Picture:
        """The picture. Raises NotFoundError."""

    def taken_slots(self, since: datetime) -> Collection[datetime]:
        """
        Due times from then on of posts that hold a slot, or were put to that time by hand: a slot there is not free.
        """


class AccountRows(Protocol):
    """
    Lease, pause, switches and marks of the account.
    """

    def acquire_lease(self, owner: str, *, now: datetime, length: timedelta) -> Lease | None:
        """The lease, new or renewed; None while somebody else holds it."""

    def release_lease(self, owner: str) -> None:
        """Give it back, if this owner holds it, so that another need not wait until it runs out."""

    def state(self) -> AccountState:
        """Everything on record about the account."""

    def set_mark(self, key: str, value: str | None) -> None:
        """Store or (None) remove one mark; see `AccountState` for those that have a meaning."""

    def enter_safe_mode(self, why: str, *, at: datetime, restored: bool = False) -> None:
        """
        Nothing is sent before the timeline was read, the last time long enough after this instant.

        `restored`: an older database is in place, so that what was queued in it waits for a person afterwards.
        """

    def get_mark(self, key: str) -> str | None:
        """The mark, or None."""

    def next_epoch(self, *, after: int = 0) -> int:
        """Count up and return the database's epoch, which is then more than `after`, too."""

    def find_seen(self, remote_ids: Collection[str]) -> Mapping[str, SeenPost]:
        """What is on record of these posts on the timeline."""

    def record_seen(
        self, post: RemotePost, *, at: datetime, post_id: PostId | None, foreign: bool, link_key: str | None
    ) -> None:
        """
        Insert or update; `link_key` is the canonical address of the article it leads to. It is found by all its links.
        """

    def timeline_ids(self, since: datetime) -> Collection[str]:
        """Ids of the posts seen on the timeline that were created since then."""

    def find_on_timeline(self, names: Collection[str]) -> Sequence[SeenPost]:
        """
        Posts on the timeline of which a link leads to any of these names of articles (`rules.addresses.link_names`),
        oldest first; those that are gone from X left out.
        """

    def list_seen(self, *, since: datetime) -> Sequence[SeenPost]:
        """All posts seen on the timeline that were created since then, newest first."""

    def list_foreign(self) -> Sequence[SeenPost]:
        """Foreign posts that nobody has acknowledged yet."""

    def acknowledge_foreign(self, *, at: datetime) -> int:
        """Mark all as acknowledged; how many."""


class LedgerRows(Protocol):
    """
    What was spent.
    """

    def reserve(
        self, what: Billable, amount: Decimal, *, at: datetime, post_id: PostId | None, attempt_id: AttemptId | None
    ) -> int:
        """Write the entry before the request; its id."""

    def settle(self, attempt_id: AttemptId, state: SpendState) -> None:
        """Say how the request of an attempt ended."""

    def settle_entry(self, entry_id: int, state: SpendState) -> None:
        """Say how the request of an entry ended; for requests that belong to no attempt."""

    def reserve_read(self, what: Billable, price: Decimal, *, at: datetime, resources: Collection[str]) -> int | None:
        """
        Write the entry before a read that may show these posts (or this user); its id.

        None: all of them were shown on this UTC day already, so that the read is free as far as anyone knows.
        """

    def settle_read(
        self, entry_id: int | None, what: Billable, price: Decimal, *, at: datetime, resources: Collection[str]
    ) -> int:
        """
        The read showed these: what was not shown before on this UTC day is billed, `price` each; how many those are.

        What an earlier read without an answer may have shown is moved from its entry to this one.
        """

    def fail_read(self, entry_id: int | None, *, surely_unread: bool) -> None:
        """The read gave no answer: nothing is owed, or nobody knows and it counts as if billed."""

    def read_on(self, day_on: date) -> Collection[str]:
        """Ids of posts that were surely shown on that UTC day: reading them again on it is free."""

    def forget_reads(self, *, before_on: date) -> int:
        """Forget which posts were shown before that day; the entries stay. How many were forgotten."""

    def month_total(self, month_on: date) -> Decimal:
        """Settled, reserved and unknown of that UTC month, in USD."""

    def reads_total(self, month_on: date) -> Decimal:
        """What reading came to in that UTC month, doubtful reads included, in USD."""

    def daily(self, since_on: date, until_on: date) -> Mapping[date, Decimal]:
        """What each UTC day from `since_on` to before `until_on` came to, in USD; days without any are left out."""

    def reads_by_day(self, since_on: date, until_on: date) -> Mapping[date, int]:
        """Posts read on each UTC day of the span, doubtful ones included; days without reads are left out."""

    def by_class(self, month_on: date) -> Sequence[ClassCost]:
        """What the posts of each class came to in that UTC month, the dearest class first."""

    def by_post(self, month_on: date, *, limit: int) -> Sequence[PostCost]:
        """The dearest posts of that UTC month."""

    def list_month(self, month_on: date) -> Sequence[LedgerEntry]:
        """Entries of that UTC month, oldest first."""


class AuditRows(Protocol):
    """
    Who did what.
    """

    def record(self, entry: AuditEntry) -> None:
        """Append."""

    def newest_id(self) -> int:
        """Counts up with every entry; 0 before the first."""

    def list_recent(self, *, limit: int = 200, subject: str | None = None) -> Sequence[AuditEntry]:
        """Newest first."""

    def search(self, words: Mapping[str, Collection[str]], *, topic: Topic | None, limit: int) -> Sequence[AuditEntry]:
        """
        Entries that hold every word, in whatever case, newest first.

        Each word comes with the actions that it names in the reader's language; one of these will do in its stead.
        """

    def list_of(self, subjects: Collection[str]) -> Sequence[AuditEntry]:
        """Everything on record about these, oldest first."""


class InboxRows(Protocol):
    """
    Pushes that came in, WebSub subscriptions and alerts that are to go out.
    """

    def accept_message(self, message_id: str, *, at: datetime) -> bool:
        """True the first time, False for a replay."""

    def add_push(self, url: str, *, at: datetime) -> None:
        """Remember an address to be looked at at once."""

    def list_pushes(self) -> Sequence[tuple[int, str]]:
        """Id and address, oldest first."""

    def remove_push(self, push_id: int) -> None:
        """It has become an article, or was refused with a reason on record."""

    def find_subscription(self, topic: str) -> Subscription | None:
        """The subscription, or None."""

    def find_subscription_at(self, path: str) -> Subscription | None:
        """The subscription whose callback ends in this path, or None."""

    def list_subscriptions(self) -> Sequence[Subscription]:
        """All of them."""

    def save_subscription(self, subscription: Subscription) -> None:
        """Insert or replace."""

    def raise_alert(self, kind: str, message: str, *, subject: str, at: datetime) -> None:
        """Put an alert in line, in the same transaction as its cause."""

    def list_alerts(self, *, unsent_only: bool = True, limit: int = 100) -> Sequence[AlertNote]:
        """Oldest first."""

    def mark_alert_sent(self, alert_id: int, *, at: datetime) -> None:
        """It was passed on."""

    def last_alert_at(self, kind: str, subject: str) -> datetime | None:
        """When the like was last passed on."""


class EngagementRows(Protocol):
    """
    How posts do: the posts that are followed, their append-only snapshots, and their figures at set ages.
    """

    def save(self, post: FollowedPost) -> None:
        """Insert or replace, by `remote_id`."""

    def find(self, remote_ids: Collection[str]) -> Mapping[str, FollowedPost]:
        """Followed posts by the id of their first or newest version, as asked."""

    def merge(self, remote_id: str, other_id: str) -> None:
        """The other one was followed as a post of its own, and is a version of this one, which gets its snapshots."""

    def find_for_post(self, post_id: PostId) -> FollowedPost | None:
        """The followed post of one of ours; None before it was first read."""

    def list_open(self) -> Sequence[FollowedPost]:
        """Posts that are still measured or looked for, oldest first."""

    def list_unfollowed(self, since: datetime) -> Sequence[tuple[str, datetime, PostId | None]]:
        """
        Id, time and post of what is on our timeline since then and not followed yet: ours, and what others made there.

        Posts from before the bot watched the account are none of our business.
        """

    def list_followed(self, since: datetime, until: datetime) -> Sequence[FollowedPost]:
        """Posts created from `since` to before `until`, in any state, oldest first."""

    def add(self, snapshots_taken: Iterable[Snapshot]) -> None:
        """Append; the posts are followed already. Raises NotFoundError."""

    def latest(self, remote_ids: Collection[str]) -> Mapping[str, Snapshot]:
        """The newest snapshot of each of these posts that has any."""

    def last(self, remote_ids: Collection[str], *, count: int) -> Mapping[str, Sequence[Snapshot]]:
        """Up to `count` newest snapshots of each of these posts that has any, oldest first."""

    def series(self, remote_id: str) -> Sequence[Snapshot]:
        """All snapshots of a post by the id of its first version, oldest first."""

    def list_between(self, since: datetime, until: datetime) -> Sequence[Snapshot]:
        """Snapshots of all posts taken from `since` to before `until`, oldest first."""

    def thin_out(self, *, since: datetime | None, before: datetime) -> int:
        """
        Remove all but the last snapshot of posts created from `since` (None: ever) to before `before`; how many.
        """

    def record_checkpoint(self, remote_id: str, age: timedelta, figures: Figures) -> None:
        """Insert or replace the figures of a post at an age. Raises NotFoundError."""


class AccessRows(Protocol):
    """
    People at the Desk; tokens come and go as SHA-256 digests.
    """

    def add_user(self, name: str, role: Role, *, at: datetime) -> User:
        """Insert; the name is free."""

    def get_user(self, user_id: UserId) -> User:
        """The user. Raises NotFoundError."""

    def find_user(self, name_key: str) -> User | None:
        """The user of that name in lower case, or None."""

    def list_users(self) -> Sequence[User]:
        """By name."""

    def change_user(
        self,
        user_id: UserId,
        *,
        role: Role | None = None,
        password_hash: str | None = None,
        language: str | None = None,
    ) -> None:
        """Write what is given and nothing else: who changes a password must not bring back a role that was taken."""

    def remove_user(self, user_id: UserId) -> None:
        """The user with all sessions and links."""

    def add_session(
        self, digest: str, user_id: UserId, *, csrf: str, at: datetime, address: str, agent: str | None = None
    ) -> None:
        """Insert, with the sign-in as its confirmation."""

    def list_sessions(self, user_id: UserId | None = None) -> Sequence[Session]:
        """Of one user, or everybody's; last used first; those that are over may be among them."""

    def confirm_session(self, session_id: int, *, at: datetime) -> None:
        """Password or second factor were given again."""

    def find_session(self, digest: str) -> tuple[User, Session] | None:
        """The session of that token's digest with its user, or None."""

    def touch_session(self, session_id: int, *, at: datetime) -> None:
        """It was used."""

    def end_sessions(self, user_id: UserId, *, only: int | None, but: int | None = None) -> None:
        """Remove one session of the user, or all, or all but one."""

    def add_link(self, digest: str, user_id: UserId, *, expires_at: datetime) -> None:
        """Insert."""

    def use_link(self, digest: str, *, at: datetime) -> UserId | None:
        """Use the link up: whose it is, or None if it is unknown or over. Twice in the same moment lets one in."""

    def end_links(self, user_id: UserId) -> None:
        """Remove the one-time links of the user."""

    def record_failure(self, name_key: str, address: str, *, at: datetime) -> int:
        """A sign-in failed, or is about to be tried; the number of the record."""

    def forgive_failure(self, number: int) -> None:
        """It did not fail."""

    def count_failures(self, name_key: str, address: str, *, since: datetime) -> Failures:
        """Failures since then."""

    def forget(self, *, before: datetime) -> int:
        """Remove sessions, links and failures that were over before then; how many rows."""


class Transaction(Protocol):
    """
    One short transaction; nothing in it waits on a network.
    """

    @property
    def sources(self) -> SourceRows:
        """Sources."""

    @property
    def articles(self) -> ArticleRows:
        """Articles."""

    @property
    def posts(self) -> PostRows:
        """Posts."""

    @property
    def account(self) -> AccountRows:
        """The account."""

    @property
    def ledger(self) -> LedgerRows:
        """Spending."""

    @property
    def audit(self) -> AuditRows:
        """Audit."""

    @property
    def inbox(self) -> InboxRows:
        """Inbox."""

    @property
    def engagement(self) -> EngagementRows:
        """Engagement."""

    @property
    def reports(self) -> ReportRows:
        """Reports."""

    @property
    def digests(self) -> DigestRows:
        """Digests."""

    @property
    def access(self) -> AccessRows:
        """People at the Desk."""

    @property
    def sheets(self) -> SheetRows:
        """What editors are writing."""

    @property
    def vitals(self) -> VitalRows:
        """For health checks and metrics."""

    @property
    def replays(self) -> ReplayRows:
        """What decisions were made from."""

    @property
    def rulebooks(self) -> RulebookRows:
        """Rules and templates that people saved."""

    @property
    def programs(self) -> ProgramRows:
        """Programs that work with the bot."""

    @property
    def corrections(self) -> CorrectionRows:
        """Corrections."""

    @property
    def factors(self) -> FactorRows:
        """Second factors."""

    @property
    def sealed(self) -> SealedRows:
        """Secrets that stand sealed."""


class Store(Protocol):
    """
    The database.
    """

    def begin(self) -> AbstractContextManager[Transaction]:
        """
        A writing transaction: committed at the end of the block, rolled back by any exception.

        Raises:
            StorageError: the database is locked, full, damaged or gone.
        """

    def read(self) -> AbstractContextManager[Transaction]:
        """
        A reading transaction.
        """

    def back_up(self, *, now: datetime) -> Path | None:
        """
        A checked copy of the database; None where the database server sees to it.
        """

    def prune(self, *, before: datetime) -> int:
        """
        Remove replay ids and sent alerts from before then; how many rows.
        """

    def free_bytes(self) -> int | None:
        """
        Room left for the database file; None where it is not ours to know.
        """

    def free_backup_bytes(self) -> int | None:
        """
        Room left for backups; None where the database server makes them.
        """
