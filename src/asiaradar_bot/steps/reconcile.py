"""Sending -> published, queued or unknown: what X did not tell is read from our own timeline (ADR 0002)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import AnswerClass, RemotePost
from asiaradar_bot.model.post import Attempt, Post, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.matching import CLOCK_TOLERANCE, find_match
from asiaradar_bot.rules.retries import back_off, wait_asked_for
from asiaradar_bot.steps.press import Press, remember_own

NEEDED_READS = 2
"""Reads that all miss a post before it counts as absent."""
_READ_AGAIN = timedelta(seconds=30)
_REST = "timeline_rest"
"""The mark that says how often in a row the timeline could not be read, when last, and how many seconds it is left."""
_REST_BASE = timedelta(seconds=10)
_REST_CAP = timedelta(minutes=5)
_LONGEST_REST = timedelta(minutes=15)
"""X's longest window of a rate limit; the hour at which an open attempt is given up must not slip by more."""
_OVERTAKEN = "overtaken"
"""Another process settled the attempt in the meantime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """
    How many open attempts were found, put back, left unknown, and are still open.
    """

    found: int = 0
    requeued: int = 0
    unknown: int = 0
    still_open: int = 0


def reconcile(press: Press) -> Settled:
    """
    Settle every open attempt that is old enough, by what our timeline on X shows.
    """
    now = press.clock.now()
    with press.store.read() as tx:
        pairs = tx.posts.list_sending()
        taken = set(tx.posts.remote_ids())
        jumped_at = tx.account.state().clock_jumped_at
    ready = [pair for pair in pairs if _is_ready(pair[1], now=now, press=press, jumped_at=jumped_at)]
    if not ready:
        return Settled(still_open=len(pairs))
    with press.store.read() as tx:
        mark = tx.account.get_mark(_REST)
    if _is_resting(mark, now=now):
        return Settled(still_open=len(pairs))
    since = min(attempt.started_at for _, attempt in ready) - CLOCK_TOLERANCE
    try:
        remote = press.own_posts(since=since)
    except CannotReadError as error:
        _rest(press, error, mark)
        return _give_up(press, ready, str(error), still_open=len(pairs) - len(ready))
    if mark is not None:
        with press.store.begin() as tx:
            tx.account.set_mark(_REST, None)
    counts = {"found": 0, "requeued": 0, "unknown": 0, _OVERTAKEN: 0, "open": len(pairs) - len(ready)}
    for post, attempt in ready:
        result = _settle_one(press, post, attempt, remote, taken=taken, read_at=now)
        counts[result] += 1
    return Settled(
        found=counts["found"], requeued=counts["requeued"], unknown=counts["unknown"], still_open=counts["open"]
    )


def _is_ready(attempt: Attempt, *, now: datetime, press: Press, jumped_at: datetime | None) -> bool:
    """
    Old enough by a clock that has not jumped since: otherwise the time is counted from the jump.
    """
    if attempt.answer_class == AnswerClass.ALREADY:
        return True
    began_at = attempt.started_at if jumped_at is None else max(attempt.started_at, jumped_at)
    if began_at + press.limits.settle > now:
        return False
    gap = max(press.limits.absent_gap, min(_READ_AGAIN, press.limits.settle))
    return attempt.absent_at is None or attempt.absent_at + gap <= now


def _is_resting(mark: str | None, *, now: datetime) -> bool:
    """
    Whether the timeline could not be read a moment ago; a clock that was put back ends the wait.
    """
    if mark is None:
        return False
    _, failed_at, seconds = mark.split("|")
    return timedelta(0) <= now - datetime.fromisoformat(failed_at) < timedelta(seconds=float(seconds))


def _rest(press: Press, error: CannotReadError, mark: str | None) -> None:
    """
    Leave X alone for as long as it asked, or twice as long as last time.
    """
    failures = 0 if mark is None else int(mark.partition("|")[0])
    doubled = back_off(failures, base=_REST_BASE, cap=_REST_CAP, spread=1.0)
    wait = min(wait_asked_for(error.wait, least=_REST_BASE, otherwise=doubled), _LONGEST_REST)
    with press.store.begin() as tx:
        tx.account.set_mark(_REST, f"{failures + 1}|{press.clock.now().isoformat()}|{wait.total_seconds()}")


def _settle_one(
    press: Press, post: Post, attempt: Attempt, remote: Sequence[RemotePost], *, taken: set[str], read_at: datetime
) -> str:
    match = find_match(attempt, post, remote, taken=taken)
    with press.store.begin() as tx:
        if match is not None:
            taken.add(match.id)
            return _record_found(tx, post, attempt, match, now=press.clock.now())
        if attempt.answer_class == AnswerClass.ALREADY:
            return _record_unknown(
                tx, post, attempt, "X calls it a duplicate, yet our timeline does not show it", now=press.clock.now()
            )
        return _record_absent(press, tx, post, attempt, read_at=read_at)


def _record_found(tx: Transaction, post: Post, attempt: Attempt, match: RemotePost, *, now: datetime) -> str:
    done = tx.posts.finish(
        attempt,
        PostState.PUBLISHED,
        at=now,
        answer_class=attempt.answer_class or AnswerClass.AMBIGUOUS,
        why="found on our timeline",
        remote_id=match.id,
        published_at=match.created_at,
        attempts=post.attempts + 1,
    )
    if not done:
        return _OVERTAKEN
    tx.ledger.settle(attempt.id, SpendState.SETTLED)
    remember_own(tx, post, match, at=now)
    return "found"


def _record_absent(press: Press, tx: Transaction, post: Post, attempt: Attempt, *, read_at: datetime) -> str:
    reads = attempt.absent_reads + 1
    if not tx.posts.update_attempt(attempt.id, absent_reads=reads, absent_at=read_at):
        return _OVERTAKEN
    if reads < NEEDED_READS:
        return "open"
    fresh = post.expires_at is None or post.expires_at > read_at
    if not fresh or not press.limits.requeue_absent:
        why = "two settled reads of our timeline did not find it"
        return _record_unknown(tx, post, attempt, why, now=read_at)
    tx.posts.finish(
        attempt,
        PostState.QUEUED,
        at=read_at,
        answer_class=attempt.answer_class or AnswerClass.AMBIGUOUS,
        why="surely not on X: two settled reads of our timeline did not find it",
        due_at=read_at,
        attempts=post.attempts + 1,
    )
    tx.ledger.settle(attempt.id, SpendState.RELEASED)
    return "requeued"


def _record_unknown(tx: Transaction, post: Post, attempt: Attempt, why: str, *, now: datetime) -> str:
    done = tx.posts.finish(
        attempt,
        PostState.UNKNOWN,
        at=now,
        answer_class=attempt.answer_class or AnswerClass.AMBIGUOUS,
        why=why,
        attempts=post.attempts + 1,
    )
    if not done:
        return _OVERTAKEN
    tx.ledger.settle(attempt.id, SpendState.UNKNOWN)
    tx.inbox.raise_alert(
        "unknown",
        f"{why}: look at the account and say with `asiaradar posts settle {post.id}` whether it is there",
        subject=f"post {post.id}",
        at=now,
    )
    return "unknown"


def _give_up(press: Press, ready: Sequence[tuple[Post, Attempt]], why: str, *, still_open: int) -> Settled:
    now = press.clock.now()
    unknown = 0
    for post, attempt in ready:
        if attempt.started_at + press.limits.give_up <= now:
            sentence = f"our timeline could not be read for long ({why})"
            with press.store.begin() as tx:
                unknown += _record_unknown(tx, post, attempt, sentence, now=now) == "unknown"
    return Settled(unknown=unknown, still_open=still_open + len(ready) - unknown)
