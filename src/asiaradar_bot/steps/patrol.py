"""Looks our timeline through: after a restore before anything is sent, and always for posts that nobody explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.account import AccountState
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.correction import CorrectionState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import AnswerClass, RemotePost
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.matching import carries_marker, is_same_text, link_key, match_key
from asiaradar_bot.rules.prices import billable_of
from asiaradar_bot.steps.press import Press, last_said, remember_own, set_aside

_OVERLAP = timedelta(minutes=30)
"""X's timeline lags; this much is read twice."""
_MOST_UNSENT = 500
_MOST_RESTORED = 5000
_ADOPTABLE = frozenset({PostState.QUEUED, PostState.HELD, PostState.EXPIRED, PostState.REJECTED, PostState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrolled:
    """
    What a patrol saw.
    """

    read: int = 0
    foreign: int = 0
    adopted: int = 0
    """Posts that the database thought unsent, found to be out."""
    waiting: int = 0
    """Such posts that could not be marked yet, as another process holds the right to publish."""
    trouble: str | None = None


def enter_safe_mode_if_restored(press: Press) -> str | None:
    """
    At start-up and before each patrol: why safe mode is on, set now if the database is, or may be, an older one.
    """
    now = press.clock.now()
    with press.store.begin() as tx:
        state = tx.account.state()
        why = press.restored_reason(state)
        if why is None or why == state.safe_mode:
            return state.safe_mode
        # Also if safe mode is on already: a backup may have been made in it, and its time is of no use now.
        older = press.files.read_epoch() is not None  # without the file it may as well be a machine that joins
        tx.account.enter_safe_mode(why, at=now, restored=older)
        tx.inbox.raise_alert("safe_mode", why, subject="account", at=now)
        return why


def patrol(press: Press) -> Patrolled:
    """
    Read our timeline since the last patrol (in safe mode: much farther back) and account for every post on it.

    Safe mode ends with the first patrol that began SETTLE after it and left nothing open: what was sent just before the
    database was lost may not show earlier.
    """
    now = press.clock.now()
    enter_safe_mode_if_restored(press)
    with press.store.begin() as tx:
        state = tx.account.state()
        if state.watching_since is None:
            tx.account.set_mark("watching_since", now.isoformat())
            state_since = now
        else:
            state_since = state.watching_since
    since = (state.watched_until or state_since) - _OVERLAP
    if state.safe_mode is not None:
        since = min(since, now - press.limits.safe_mode_reach)
    try:
        remote = press.own_posts(since=since)
    except CannotReadError as error:
        return Patrolled(trouble=str(error))
    with press.store.begin() as tx:
        result = _account_for(press, tx, remote, watching_since=state_since, now=now)
        tx.account.set_mark("watched_until", now.isoformat())
        if state.safe_mode is not None and result.waiting == 0 and _is_settled(press, state, now=now):
            _leave_safe_mode(press, tx, now=now)
    return result


def _is_settled(press: Press, state: AccountState, *, now: datetime) -> bool:
    since = [at for at in (state.safe_mode_since, state.clock_jumped_at) if at is not None]
    return not since or max(since) + press.limits.settle <= now


def _account_for(
    press: Press, tx: Transaction, remote: Sequence[RemotePost], *, watching_since: datetime, now: datetime
) -> Patrolled:
    known = tx.account.find_seen([one for post in remote for one in (post.id, post.first_id) if one is not None])
    ours = set(tx.posts.remote_ids())
    # A post of ours that was edited in the app has a new id and is no stranger; `measure` follows its versions.
    unexplained = [one for one in remote if not {one.id, one.first_id or one.id} & (known.keys() | ours)]
    adopted = waiting = foreign = 0
    if not unexplained:
        return Patrolled(read=len(remote))
    owners = _Owners(tx)
    for post in unexplained:
        owner = owners.find(post)
        if owner is not None and owner.state is PostState.SENDING:
            continue  # left to the reconciler, which has the stricter rules
        if owner is not None and owner.state in _ADOPTABLE:
            done = _adopt(press, tx, owner, post, now=now)
            adopted, waiting = adopted + done, waiting + (not done)
            continue
        if _is_prepared_reply(tx, post, now=now):
            adopted += 1
            continue
        is_foreign = post.created_at >= watching_since
        tx.account.record_seen(post, at=now, post_id=None, foreign=is_foreign, link_key=link_key(post.links))
        if is_foreign:
            foreign += 1
            _raise_foreign(press, tx, post, now=now)
    return Patrolled(read=len(remote), foreign=foreign, adopted=adopted, waiting=waiting)


def _is_prepared_reply(tx: Transaction, post: RemotePost, *, now: datetime) -> bool:
    """
    A text that we prepared and a person posted in the app: linked to its correction, and no stranger's post.
    """
    for correction in tx.corrections.list_in([CorrectionState.BY_HAND]):
        original = tx.posts.get(correction.post_id)
        answers = post.in_reply_to is not None and post.in_reply_to in {
            original.remote_id,
            *(one.new_remote_id for one in tx.corrections.list_for_post(original.id)),
        }
        same = match_key(post.text, link=None) == match_key(correction.text or "", link=None)
        if post.created_at >= correction.opened_at and (answers or same):
            why = f"posted by hand as {post.id}"
            tx.corrections.move(correction, CorrectionState.REPLIED, at=now, who="bot", why=why, new_remote_id=post.id)
            tx.account.record_seen(post, at=now, post_id=None, foreign=False, link_key=link_key(post.links))
            return True
    return False


class _Owners:
    """
    Whose post something on the timeline is, by marker or words; looked up only when something is unexplained.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._markers = tx.posts.markers()
        self._sending = {attempt.match_key: post for post, attempt in tx.posts.list_sending()}
        self._unsent = tx.posts.list_posts(states=_ADOPTABLE, limit=_MOST_UNSENT)

    def find(self, remote: RemotePost) -> Post | None:
        """
        As it stands now; None: nobody's.
        """
        for marker, post_id in self._markers.items():
            if carries_marker(remote, marker):
                return self._tx.posts.get(post_id)
        sending = self._sending.get(match_key(remote.text, link=None))
        if sending is not None:
            return sending
        same = (post for post in self._unsent if _is_same(post, remote))
        return next((self._tx.posts.get(post.id) for post in same), None)


def _is_same(post: Post, remote: RemotePost) -> bool:
    if remote.created_at < post.created_at.replace(microsecond=0):
        return False
    key = match_key(post.text, link=post.link)
    return is_same_text(post, remote, key=key, media_count=len(post.pictures))


def _adopt(press: Press, tx: Transaction, post: Post, remote: RemotePost, *, now: datetime) -> bool:
    """
    A post of ours that is out although the database does not say so: from an older state of the database.

    False if another process holds the right to publish, so that only it may touch the post.
    """
    who = "reconciler"
    why = f"found on our timeline as {remote.id}"
    lease = tx.account.acquire_lease(press.owner, now=now, length=press.limits.lease)
    if lease is None:
        return False
    was_unknown = post.state is PostState.UNKNOWN
    if post.state is not PostState.QUEUED:
        post = tx.posts.move(post, PostState.QUEUED, at=now, who=who, why=why, by_person=True)
    key = match_key(post.text, link=post.link)
    attempt = tx.posts.claim(post, lease, now=now, match_key=key, media_count=remote.media_count)
    if attempt is None:
        return False
    if not was_unknown:  # the price of an unknown post stands in the ledger already
        what = billable_of(post.text)
        tx.ledger.reserve(what, press.price(what, at=now), at=now, post_id=post.id, attempt_id=attempt.id)
        tx.ledger.settle(attempt.id, SpendState.SETTLED)
    tx.posts.finish(
        attempt,
        PostState.PUBLISHED,
        at=now,
        answer_class=AnswerClass.YES,
        why=why,
        remote_id=remote.id,
        published_at=remote.created_at,
    )
    remember_own(tx, post, remote, at=now)
    return True


def _raise_foreign(press: Press, tx: Transaction, post: RemotePost, *, now: datetime) -> None:
    why = f"post {post.id} on our timeline was not sent by this bot"
    tx.inbox.raise_alert("foreign_post", f"{why}: {post.text[:120]}", subject=f"x {post.id}", at=now)
    tx.audit.record(AuditEntry(at=now, who="bot", action="account.foreign_post", subject="account", why=why))
    if press.limits.hold_foreign:
        tx.account.set_mark("paused", f"{why}; look at the account, then `asiaradar resume`")
        tx.account.set_mark("paused_until", None)


def _leave_safe_mode(press: Press, tx: Transaction, *, now: datetime) -> None:
    press.files.write_epoch(tx.account.next_epoch(after=press.files.read_epoch() or 0))
    tx.account.set_mark("safe_mode", None)
    tx.account.set_mark("safe_mode_since", None)
    _hold_restored(tx, now=now)
    tx.audit.record(
        AuditEntry(at=now, who="bot", action="safe_mode.off", subject="account", why="the timeline was read through")
    )


def _hold_restored(tx: Transaction, *, now: datetime) -> None:
    """
    After a restore what was queued before it waits for a person: since the backup it may have been cancelled, put off,
    or sent and deleted, of which this database knows nothing. What a person let go since then goes.
    """
    restored_at = tx.account.state().restored_at
    if restored_at is None:
        return
    tx.account.set_mark("restored_at", None)
    held = 0
    for one in tx.posts.list_posts(states={PostState.QUEUED}, limit=_MOST_RESTORED):
        post = tx.posts.get(one.id)  # as it stands now: the parts of a thread are held together
        if post.state is not PostState.QUEUED or post.created_at > restored_at:
            continue
        said = last_said(tx, post)
        if said is None or said <= restored_at:
            why = "restored from a backup: whether it was cancelled, moved or deleted since is not known; look first"
            set_aside(tx, post, PostState.HELD, at=now, why=why)
            held += 1
    if held:
        message = f"{held} of the posts that were queued before the restore are held: approve what is still right"
        tx.inbox.raise_alert("restored", message, subject="account", at=now)
