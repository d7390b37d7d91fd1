"""Looks our timeline through: after a restore before anything is sent, and always for posts that nobody explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.correction import CorrectionState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import AnswerClass, RemotePost
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.matching import carries_marker, link_key, match_key
from asiaradar_bot.steps.press import Press, remember_own

_OVERLAP = timedelta(minutes=30)
"""X's timeline lags; this much is read twice."""
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
    trouble: str | None = None


def enter_safe_mode_if_restored(press: Press) -> str | None:
    """
    At start-up: the reason for safe mode if the database is older than this machine's side file, else None.
    """
    with press.store.begin() as tx:
        state = tx.account.state()
        why = press.restored_reason(state)
        if state.safe_mode is None and why is not None:
            tx.account.set_mark("safe_mode", why)
            tx.inbox.raise_alert("safe_mode", why, subject="account", at=press.clock.now())
            return why
        return state.safe_mode


def patrol(press: Press) -> Patrolled:
    """
    Read our timeline since the last patrol (in safe mode: much farther back) and account for every post on it.
    """
    now = press.clock.now()
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
        if state.safe_mode is not None:
            _leave_safe_mode(press, tx, now=now)
    return result


def _account_for(
    press: Press, tx: Transaction, remote: Sequence[RemotePost], *, watching_since: datetime, now: datetime
) -> Patrolled:
    known = tx.account.find_seen([one for post in remote for one in (post.id, post.first_id) if one is not None])
    markers = tx.posts.markers()
    ours = set(tx.posts.remote_ids())
    open_keys = {attempt.match_key: post.id for post, attempt in tx.posts.list_sending()}
    foreign = adopted = 0
    for post in remote:
        # A post of ours that was edited in the app has a new id and is no stranger; `measure` follows its versions.
        if any(one in known or one in ours for one in (post.id, post.first_id)):
            continue
        owner_id = _owner(post, markers, open_keys)
        if owner_id is not None:
            adopted += _adopt(tx, tx.posts.get(owner_id), post, now=now)
            continue
        if _is_prepared_reply(tx, post, now=now):
            adopted += 1
            continue
        is_foreign = post.created_at >= watching_since
        tx.account.record_seen(post, at=now, post_id=None, foreign=is_foreign, link_key=link_key(post.links))
        if is_foreign:
            foreign += 1
            _raise_foreign(press, tx, post, now=now)
    return Patrolled(read=len(remote), foreign=foreign, adopted=adopted)


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


def _owner(post: RemotePost, markers: Mapping[str, PostId], open_keys: Mapping[str, PostId]) -> PostId | None:
    for marker, post_id in markers.items():
        if carries_marker(post, marker):
            return post_id
    return open_keys.get(match_key(post.text, link=None))


def _adopt(tx: Transaction, post: Post, remote: RemotePost, *, now: datetime) -> int:
    """
    A post of ours that is out although the database does not say so: from an older state of the database.

    An open attempt is left to the reconciler, which has the stricter rules.
    """
    if post.state not in _ADOPTABLE:
        return 0
    who = "reconciler"
    why = f"found on our timeline as {remote.id}"
    if post.state is not PostState.QUEUED:
        post = tx.posts.move(post, PostState.QUEUED, at=now, who=who, why=why, by_person=True)
    lease = tx.account.acquire_lease(who, now=now, length=timedelta(seconds=1))
    attempt = None
    if lease is not None:
        attempt = tx.posts.claim(
            post, lease, now=now, match_key=match_key(post.text, link=post.link), media_count=remote.media_count
        )
        tx.account.release_lease(who)
    if attempt is None:
        return 0
    tx.posts.finish(
        attempt,
        PostState.PUBLISHED,
        at=now,
        answer_class=AnswerClass.YES,
        why=why,
        remote_id=remote.id,
        published_at=remote.created_at,
    )
    tx.ledger.settle(attempt.id, SpendState.SETTLED)
    remember_own(tx, post, remote, at=now)
    return 1


def _raise_foreign(press: Press, tx: Transaction, post: RemotePost, *, now: datetime) -> None:
    why = f"post {post.id} on our timeline was not sent by this bot"
    tx.inbox.raise_alert("foreign_post", f"{why}: {post.text[:120]}", subject=f"x {post.id}", at=now)
    tx.audit.record(AuditEntry(at=now, who="bot", action="account.foreign_post", subject="account", why=why))
    if press.limits.hold_foreign:
        tx.account.set_mark("paused", f"{why}; look at the account, then `asiaradar resume`")
        tx.account.set_mark("paused_until", None)


def _leave_safe_mode(press: Press, tx: Transaction, *, now: datetime) -> None:
    seen = press.files.read_epoch() or 0
    while tx.account.next_epoch() < seen:
        pass
    tx.account.set_mark("safe_mode", None)
    tx.audit.record(
        AuditEntry(at=now, who="bot", action="safe_mode.off", subject="account", why="the timeline was read through")
    )
