"""Queued -> sending -> what X said: intent on record before the wire, one try, no repeats (ADR 0002)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from asiaradar_bot.model.account import SeenPost
from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.money import Billable, SpendState, plain_usd
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    AnswerClass,
    GateClosed,
    Published,
    PublishOutcome,
    Refused,
    RemotePost,
    RetryLater,
    Unconfirmed,
    Uploaded,
)
from asiaradar_bot.model.post import Attempt, Post, PostId, PostKind, PostPicture, PostState, picture_fields
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.guards import Expire, Go, Guard, Hold, Wait, check_sendable
from asiaradar_bot.rules.matching import match_key
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import billable_of, budget_room, price_of_waiting
from asiaradar_bot.rules.retries import back_off
from asiaradar_bot.rules.slots import is_quiet, room
from asiaradar_bot.steps.linked import article_behind, kept_back, names_behind, why_lost
from asiaradar_bot.steps.press import Press, last_said, pause, remember_own, set_aside

_BACK_OFF_BASE = timedelta(seconds=15)
_BACK_OFF_CAP = timedelta(minutes=15)
_PAGE = 50
_SWEEP_MARK_EVERY = timedelta(seconds=20)
_BACKLOG = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """
    What one sweep did.
    """

    outcomes: tuple[tuple[PostId, PublishOutcome], ...] = ()
    idle: str | None = None
    """Why nothing (more) was sent; None: nothing more was due."""


def publish_due(press: Press) -> Sweep:
    """
    Send what is due, the most urgent and newest first, as far as limits allow.
    """
    outcomes: list[tuple[PostId, PublishOutcome]] = []
    for number in range(press.limits.posts_per_sweep):
        idle = press.stop_reason() or _account_idle(press)
        if idle is not None:
            return Sweep(outcomes=tuple(outcomes), idle=idle)
        if number == 0:
            _thin_out_backlog(press)
        step = _publish_next(press)
        if step is None or isinstance(step, str):
            return Sweep(outcomes=tuple(outcomes), idle=step)
        outcomes.append(step)
        if not isinstance(step[1], Published | Refused):
            break  # after doubt or a «later», look around again before the next one
    return Sweep(outcomes=tuple(outcomes))


def _publish_next(press: Press) -> tuple[PostId, PublishOutcome] | str | None:
    found = _find_next(press)
    if found is None or isinstance(found, str):
        return found
    if press.take_lease() is None:
        return "another process holds the right to publish"
    post, media_ids = _upload_pictures(press, found)
    taken = press.take_lease()  # anew: four pictures may take longer than a lease lasts
    if taken is None:
        return "another process took over while pictures were uploaded"
    lease, lease_ends = taken
    claimed = _claim(press, post, lease, media_count=len(media_ids))
    if claimed is None:
        return None
    attempt, reply_to = claimed
    outcome = press.x.publish(post.text, gate=press.gate(lease_ends), media_ids=media_ids, reply_to=reply_to)
    record_outcome(press, post, attempt, outcome)
    return post.id, outcome


def _account_idle(press: Press) -> str | None:
    now = press.clock.now()
    with press.store.read() as tx:
        state = tx.account.state()
        spent = tx.ledger.month_total(now.date())
    blocked = press.blocked_reason(state)
    if blocked is not None:
        return blocked
    if press.limits.breaking_passes:
        return None
    return press.budget_reason(spent, price=press.price(Billable.POST, at=now))


def _find_next(press: Press) -> Post | str | None:
    now, limits = press.clock.now(), press.limits
    with press.store.read() as tx:
        sent = tx.posts.sent_times(now - timedelta(days=1), newest=limits.most_counted)
        spent = tx.ledger.month_total(now.date())
    for post in _ready(press, now=now):
        return _no_room(press, post, sent, spent, now=now) or post
    return None


def _no_room(press: Press, post: Post, sent: Sequence[datetime], spent: Decimal, *, now: datetime) -> str | None:
    limits = press.limits
    free_at = room(now, sent, per_hour=limits.per_hour, per_day=limits.per_day, min_gap=limits.min_gap)
    if free_at > now:
        return f"the limits of posts per hour, day or gap are reached until {free_at:%H:%M:%S} UTC"
    price = price_of_waiting(post, on=now.date(), lists=press.prices)
    passes = limits.breaking_passes and post.news_class is NewsClass.BREAKING
    if not passes and not budget_room(spent, month_usd=limits.month_usd, price=price):
        return (
            f"the month's budget has no room for {plain_usd(price)} USD "
            f"({plain_usd(spent)} of {plain_usd(limits.month_usd or 0)} USD used)"
        )
    return None


def why_waiting(press: Press, post: Post) -> str | None:
    """
    Why a queued post that is due is not sent at this moment, by the sender's own questions.

    None: it is not queued, its time has not come, or it goes out with the next sweep. Changes nothing.
    """
    now = press.clock.now()
    if post.state is not PostState.QUEUED or post.due_at > now:
        return None
    idle = press.stop_reason() or _account_idle(press)
    if idle is not None:
        return idle
    with press.store.read() as tx:
        guard = _guard(press, tx, post, now=now)
        thread = tx.posts.list_thread(post.thread_id) if post.thread_id is not None else []
        sent = tx.posts.sent_times(now - timedelta(days=1), newest=press.limits.most_counted)
        spent = tx.ledger.month_total(now.date())
    if any(part.part < post.part and part.state is not PostState.PUBLISHED for part in thread):
        return "an earlier part of its thread is not out yet"
    if not isinstance(guard, Go):
        return guard.why
    if is_quiet(now, press.policy.quiet_hours, post.news_class):
        return "it is quiet hours"
    return _no_room(press, post, sent, spent, now=now)


def _ready(press: Press, *, now: datetime) -> Iterator[Post]:
    """
    What is due and may go out, a page at a time: however many wait for something, those behind them are seen too.
    """
    waiting = 0
    while True:
        with press.store.read() as tx:
            due = tx.posts.list_due(now, limit=_PAGE, skip=waiting)
            page = [(post, _guard(press, tx, post, now=now)) for post in due]
        for post, guard in page:
            if not isinstance(guard, Go):
                _put_aside(press, post, guard)
                waiting += isinstance(guard, Wait)
                continue
            waiting += 1
            if not is_quiet(now, press.policy.quiet_hours, post.news_class):
                yield post
        if len(page) < _PAGE:
            return


def _guard(press: Press, tx: Transaction, post: Post, *, now: datetime) -> Guard:
    held = kept_back(tx, post, policy=press.policy)
    other = _on_timeline(tx, post)
    guard = check_sendable(
        replace(post, not_before_at=held.ends_at),
        _article(tx, post),
        now=now,
        policy=press.policy,
        limits=press.limits,
        on_timeline=None if other is None else other.remote_id,
        embargoed=held.is_open or _is_embargoed(tx, post),
        by_hand=_hand_of(tx, other),
    )
    if not isinstance(guard, Go):
        return guard
    if (lost := why_lost(tx, post)) is not None:
        return Hold(why=lost)
    doubted = _in_doubt(tx, post)
    if doubted is not None:
        return Wait(why=f"post {doubted}, which leads there too, may be on X: its outcome is not known yet")
    return guard


def _in_doubt(tx: Transaction, post: Post) -> PostId | None:
    """
    Another post that leads to the same article, and may stand on X although the timeline does not show it yet.
    """
    if post.corrects_id is not None:
        return None
    doubted = tx.posts.list_posts(states=[PostState.SENDING, PostState.UNKNOWN])
    others = [one for one in doubted if one.id != post.id and (one.thread_id or one.id) != post.thread_id]
    mine = names_behind(tx, post) if others else set()
    return next((one.id for one in others if mine & names_behind(tx, one)), None)


def _is_embargoed(tx: Transaction, post: Post) -> bool:
    """
    Whether the bot's own article speaks of an embargo without an end, and no person said that it is over.
    """
    if post.article_id is None or post.kind is PostKind.MANUAL or post.not_before_at is not None:
        return False
    decision = tx.articles.newest_decisions([post.article_id]).get(post.article_id)
    return decision is not None and decision.speaks_of_embargo


def _article(tx: Transaction, post: Post) -> Article | None:
    """
    The article of the post. One by hand may have been written before any source showed where its link leads.
    """
    if post.article_id is not None:
        return tx.articles.get(post.article_id)
    if post.kind is PostKind.ARTICLE or post.link is None or post.corrects_id is not None:
        return None
    return article_behind(tx, post.link)


def _on_timeline(tx: Transaction, post: Post) -> SeenPost | None:
    """
    Another post of ours (or of a stranger in our name) that leads to the same article; later parts of a thread may.

    Where a person had their say about this post, only one that they could not know of then.
    """
    if post.article_url is None or post.kind is PostKind.MANUAL:
        return None
    others = [seen for seen in tx.account.find_on_timeline(names_behind(tx, post)) if seen.post_id != post.id]
    if others and post.text_frozen:
        said = last_said(tx, post)
        others = [seen for seen in others if said is not None and seen.created_at > said]
    return others[0] if others else None


def _hand_of(tx: Transaction, seen: SeenPost | None) -> PostId | None:
    other = None if seen is None or seen.post_id is None else tx.posts.find(seen.post_id)
    return other.id if other is not None and other.is_by_hand else None


def _put_aside(press: Press, post: Post, guard: Guard) -> None:
    now = press.clock.now()
    match guard:
        case Hold(why=why):
            with press.store.begin() as tx:
                set_aside(tx, post, PostState.HELD, at=now, why=why)
                tx.inbox.raise_alert("held", why, subject=f"post {post.id}", at=now)
        case Expire(why=why):
            with press.store.begin() as tx:
                set_aside(tx, post, PostState.EXPIRED, at=now, why=why)
                if post.approved_by is not None:  # who let it go out believes that it did
                    tx.inbox.raise_alert("expired", why, subject=f"post {post.id}", at=now)
        case Go() | Wait():
            pass
        case _:
            assert_never(guard)


def _upload_pictures(press: Press, post: Post) -> tuple[Post, tuple[str, ...]]:
    """
    Bring the pictures to X in their order; what fails is left out of the post, and the audit says so.
    """
    there: list[PostPicture] = []
    media_ids: list[str] = []
    failed: list[str] = []
    for one in post.pictures:
        answer = press.bring_picture(post, one)
        if isinstance(answer, Uploaded):
            there.append(one)
            media_ids.append(answer.media_id)
        else:
            failed.append(answer.detail)
    if failed:
        why = "; ".join(dict.fromkeys(failed))
        with press.store.begin() as tx:
            post = tx.posts.change(post, at=press.clock.now(), who="bot", why=why, **picture_fields(there))
    return post, tuple(media_ids)


def _claim(press: Press, post: Post, lease: Lease, *, media_count: int) -> tuple[Attempt, str | None] | None:
    """
    The intent, if all that was asked before the uploads still holds: they may have taken minutes.
    """
    now = press.clock.now()
    key = match_key(post.text, link=post.link)
    with press.store.begin() as tx:
        if press.blocked_reason(tx.account.state()) is not None or not isinstance(_guard(press, tx, post, now=now), Go):
            return None
        attempt = tx.posts.claim(post, lease, now=now, match_key=key, media_count=media_count)
        if attempt is None:
            return None
        what = billable_of(post.text)
        tx.ledger.reserve(what, press.price(what, at=now), at=now, post_id=post.id, attempt_id=attempt.id)
        epoch = tx.account.next_epoch()
        reply_to = _reply_to(tx, post)
    press.files.write_epoch(epoch)
    return attempt, reply_to


def _reply_to(tx: Transaction, post: Post) -> str | None:
    if post.reply_to is not None:
        return post.reply_to
    if post.thread_id is None or post.part == 1:
        return None
    earlier = [part for part in tx.posts.list_thread(post.thread_id) if part.part == post.part - 1]
    return earlier[0].remote_id if earlier else None


def record_outcome(press: Press, post: Post, attempt: Attempt, outcome: PublishOutcome) -> None:
    """
    Write down what X said; in doubt the post stays `sending`, and the reconciler settles it.
    """
    now = press.clock.now()
    with press.store.begin() as tx:
        tx.posts.update_attempt(attempt.id, signed_at=outcome.signed_at)
        match outcome:
            case Published():
                _record_published(tx, post, attempt, outcome, now=now)
            case RetryLater() | GateClosed() | AccountBlocked():
                _record_later(tx, post, attempt, outcome, now=now)
            case Refused():
                _record_refused(tx, attempt, outcome, now=now)
            case AlreadyThere():
                _record_doubt(tx, attempt, AnswerClass.ALREADY, outcome.detail)
            case Unconfirmed():
                _record_doubt(tx, attempt, AnswerClass.AMBIGUOUS, outcome.detail)
            case _:
                assert_never(outcome)


def _record_refused(tx: Transaction, attempt: Attempt, outcome: Refused, *, now: datetime) -> None:
    why = f"X refused it for good: {outcome.detail}"
    if tx.posts.finish(attempt, PostState.REJECTED, at=now, answer_class=AnswerClass.NO_FINAL, why=why):
        tx.ledger.settle(attempt.id, SpendState.RELEASED)
        tx.inbox.raise_alert("rejected", why, subject=f"post {attempt.post_id}", at=now)


def _record_doubt(tx: Transaction, attempt: Attempt, answer_class: AnswerClass, detail: str) -> None:
    """
    Note it on the attempt, unless the reconciler has settled that meanwhile.
    """
    if tx.posts.update_attempt(attempt.id, answer_class=answer_class, error=detail):
        tx.ledger.settle(attempt.id, SpendState.UNKNOWN)


def _record_published(tx: Transaction, post: Post, attempt: Attempt, outcome: Published, *, now: datetime) -> None:
    done = tx.posts.finish(
        attempt,
        PostState.PUBLISHED,
        at=now,
        answer_class=AnswerClass.YES,
        why="X has it",
        remote_id=outcome.remote_id,
        published_at=now,
        attempts=post.attempts + 1,
    )
    tx.ledger.settle(attempt.id, SpendState.SETTLED)  # billed, whoever settled the post
    if not done:
        return
    seen = RemotePost(id=outcome.remote_id, text=post.text, created_at=now, links=tuple(links(post.text)))
    remember_own(tx, post, seen, at=now)


def _record_later(
    tx: Transaction,
    post: Post,
    attempt: Attempt,
    outcome: RetryLater | GateClosed | AccountBlocked,
    *,
    now: datetime,
) -> None:
    match outcome:
        case GateClosed():
            done = tx.posts.finish(
                attempt, PostState.QUEUED, at=now, answer_class=AnswerClass.GATE_CLOSED, why=outcome.detail
            )
        case RetryLater():
            spread = (post.id * 7919 % 1000) / 1000  # neighbours do not come back in step
            wait = outcome.wait or back_off(post.attempts, base=_BACK_OFF_BASE, cap=_BACK_OFF_CAP, spread=spread)
            done = tx.posts.finish(
                attempt,
                PostState.QUEUED,
                at=now,
                answer_class=AnswerClass.NO_RETRY_LATER,
                why=f"not sent, tried again later: {outcome.detail}",
                due_at=now + wait,
                attempts=post.attempts + (1 if outcome.counts else 0),
            )
            if not outcome.counts:
                pause(tx, f"X's rate limit: {outcome.detail}", at=now, until=now + wait)
        case AccountBlocked():
            done = tx.posts.finish(
                attempt, PostState.QUEUED, at=now, answer_class=AnswerClass.NO_AUTH, why=f"not sent: {outcome.detail}"
            )
            pause(tx, outcome.detail, at=now, until=None)
            tx.inbox.raise_alert("auth_lost", outcome.detail, subject="account", at=now)
        case _:
            assert_never(outcome)
    if done:
        tx.ledger.settle(attempt.id, SpendState.RELEASED)


def _thin_out_backlog(press: Press) -> None:
    """
    After a long time in which nothing could be sent (the bot was down, stopped, paused or out of money): the newest due
    posts stay, the rest are held or expire, so that nothing is flushed.
    """
    now = press.clock.now()
    with press.store.read() as tx:
        last = tx.account.state().last_sweep_at
        due = list(tx.posts.list_due(now, limit=_BACKLOG)) if last and now - last > press.limits.downtime else []
    if last is not None and now - last < _SWEEP_MARK_EVERY:
        return
    keep = press.policy.burst_limit
    silent = [post for post in due if last is not None and post.due_at > last - press.limits.downtime]
    with press.store.begin() as tx:
        for post in sorted(silent, key=lambda post: post.due_at, reverse=True)[keep:]:
            expired = post.expires_at is not None and post.expires_at <= now
            state, why = (
                (PostState.EXPIRED, "too old to be news by the time that posts could be sent again")
                if expired
                else (
                    PostState.HELD,
                    f"came due while nothing could be sent; only the newest {keep} go out by themselves",
                )
            )
            set_aside(tx, post, state, at=now, why=why)
        tx.account.set_mark("last_sweep_at", now.isoformat())
