"""Published posts -> snapshots: the next reads by plan, their price in the ledger, and what they showed on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from asiaradar_bot.model.engagement import (
    CHECKPOINTS,
    PRIVATE_AGE,
    Figures,
    FollowedPost,
    FollowState,
    Reading,
    Readings,
    Snapshot,
    SnapshotSource,
)
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import Billable
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import MetricsReader, Transaction
from asiaradar_bot.rules.checkpoints import STOP_AGE, ReadPlan, is_old, plan_reads
from asiaradar_bot.rules.growth import add_up, figures_at, stands_still
from asiaradar_bot.steps.press import Press, follow, follow_edit

_REST = "measure_rest_until"
_REST_FIRST = timedelta(minutes=5)
_STILL_AGE = timedelta(days=3)
_STILL_GAP = timedelta(hours=20)
_LAG = timedelta(minutes=30)
"""X's timeline lags; a younger post that it does not show is not missing."""
_MOST_PAGES = 20
_PRIVATE_UNTIL = PRIVATE_AGE - timedelta(hours=1)
_GONE_MISSES = 4
"""Looks in a row that did not find a post, minutes apart: X forgets a post for a moment now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    What one round of measuring did.
    """

    new: int = 0
    """Posts that are followed from now on; ours are since they went out."""
    snapshots: int = 0
    settled: int = 0
    """Posts that need no more reads."""
    deleted: int = 0
    put_off: int = 0
    """Posts that wait for money."""
    idle: str | None = None
    """Why nothing (more) was read; None: nothing more was worth it."""


def measure(press: Press, reader: MetricsReader) -> Measured:
    """
    Look at the posts whose figures are worth their price now; the kill switch does not matter, the budget does.
    """
    now = press.clock.now()
    new, settled = _follow(press, now)
    done = Measured(new=new, settled=settled)
    idle = _idle_reason(press, now)
    if idle is not None:
        return replace(done, idle=idle)
    plan = _plan(press, now)
    done = replace(done, put_off=plan.put_off)
    try:
        account_id = press.account_id()
        for page in plan.pages[:_MOST_PAGES]:
            for part in _parts(page, now):
                done = _read_page(press, reader, account_id, part, done)
    except CannotReadError as error:
        _rest(press, error)
        return replace(done, idle=str(error))
    if plan.pages:
        with press.store.begin() as tx:
            tx.account.set_mark(_REST, None)
    return done


def _follow(press: Press, now: datetime) -> tuple[int, int]:
    """
    Begin to follow what is new on the timeline and not followed since it went out; end it for what is old.
    """
    new = settled = 0
    with press.store.begin() as tx:
        for remote_id, created_at, post_id in tx.engagement.list_unfollowed(now - STOP_AGE):
            new += follow(tx, remote_id, created_at, post_id)
        for post in tx.engagement.list_open():
            if is_old(post, now):
                tx.engagement.save(replace(post, state=FollowState.SETTLED))
                settled += 1
    return new, settled


def _idle_reason(press: Press, now: datetime) -> str | None:
    with press.store.read() as tx:
        rest = (tx.account.get_mark(_REST) or "").partition("|")[0]
        spent = tx.ledger.month_total(now.date())
    if rest and datetime.fromisoformat(rest) > now:
        return f"X could not be read; tried again at {rest}"
    return press.budget_reason(spent, price=press.price(Billable.OWNED_READ, at=now))


def _plan(press: Press, now: datetime) -> ReadPlan:
    with press.store.read() as tx:
        posts = tx.engagement.list_followed(now - STOP_AGE, now)
        read_today = set(tx.ledger.read_on(now.date()))
    spent, budget = _read_money(press, now)
    return plan_reads(
        posts,
        now=now,
        read_today=read_today,
        spent_usd=spent,
        month_usd=budget,
        price_usd=press.price(Billable.OWNED_READ, at=now),
    )


def _read_money(press: Press, now: datetime) -> tuple[Decimal, Decimal]:
    """
    What reading has cost this month, and what it may come to: its own budget, or what the month's leaves.
    """
    with press.store.read() as tx:
        spent = tx.ledger.reads_total(now.date())
        total = tx.ledger.month_total(now.date())
    budget = press.limits.reads_usd
    if press.limits.month_usd is not None:
        budget = min(budget, spent + press.limits.month_usd - total)
    return spent, budget


def _parts(page: Sequence[FollowedPost], now: datetime) -> Sequence[Sequence[FollowedPost]]:
    """
    The page as requests: posts whose private figures X no longer tells would cost the younger ones theirs.
    """
    parts = (
        [post for post in page if not _has_private(post, now)],
        [post for post in page if _has_private(post, now)],
    )
    return [part for part in parts if part]


def _has_private(post: FollowedPost, now: datetime) -> bool:
    return now - post.created_at < _PRIVATE_UNTIL


def _read_page(
    press: Press, reader: MetricsReader, account_id: str, page: Sequence[FollowedPost], done: Measured
) -> Measured:
    ids = [post.current_id for post in page]
    private = all(_has_private(post, press.clock.now()) for post in page)
    answer = press.paid_read(
        Billable.OWNED_READ,
        lambda: reader.read_timeline(account_id, oldest_id=ids[0], newest_id=ids[-1], private=private),
        expected=ids,
        shown=_shown,
    )
    now = press.clock.now()
    found = _by_post(answer, page)
    for post in page:
        if post.remote_id in found:
            _record(press, post, found[post.remote_id], SnapshotSource.TIMELINE, now)
    absent = [post for post in page if post.remote_id not in found and now - post.created_at > _LAG]
    done = replace(done, snapshots=done.snapshots + len(found))
    return _look_for(press, reader, absent, done) if absent and answer.complete else done


def _by_post(answer: Readings, posts: Sequence[FollowedPost]) -> Mapping[str, Reading]:
    """
    What was read of these posts, by their first version; X leaves the versions out at times, and then the id tells.
    """
    by_first = {reading.versions[0]: reading for reading in answer.posts}
    by_id = {reading.id: reading for reading in answer.posts}
    both = ((post, by_first.get(post.remote_id) or by_id.get(post.current_id)) for post in posts)
    return {post.remote_id: reading for post, reading in both if reading is not None}


def _look_for(press: Press, reader: MetricsReader, absent: Sequence[FollowedPost], done: Measured) -> Measured:
    """
    What our timeline does not show where it should be: asked for by id. It was edited, or is deleted.

    That costs five times as much, unless X showed them today already: only what there is money for is asked for.
    """
    now = press.clock.now()
    asked = _affordable(press, absent, now)
    done = replace(done, put_off=done.put_off + len(absent) - len(asked))
    if not asked:
        return done
    ids = [post.current_id for post in asked]
    answer = press.paid_read(
        Billable.POST_READ,
        lambda: reader.look_up(ids, private=all(_has_private(post, now) for post in asked)),
        expected=ids,
        shown=_shown,
    )
    if not answer.complete:
        return done
    found = _by_post(answer, asked)
    deleted = 0
    for post in asked:
        reading = found.get(post.remote_id)
        if reading is not None:
            seen = _record(press, post, reading, SnapshotSource.LOOKUP, press.clock.now())
            with press.store.begin() as tx:
                follow_edit(tx, seen, reading.versions[-1], len(reading.versions))
        else:
            deleted += _miss(press, post)
    return replace(done, snapshots=done.snapshots + len(found), deleted=done.deleted + deleted)


def _affordable(press: Press, posts: Sequence[FollowedPost], now: datetime) -> Sequence[FollowedPost]:
    """
    Those of the posts that can be looked up without going over the budget of reads, the first ones first.
    """
    spent, budget = _read_money(press, now)
    price = press.price(Billable.POST_READ, at=now)
    with press.store.read() as tx:
        read_today = set(tx.ledger.read_on(now.date()))
    chosen: list[FollowedPost] = []
    for post in posts:
        cost = Decimal(0) if post.current_id in read_today else price
        if cost == 0 or spent + cost <= budget:
            spent += cost
            chosen.append(post)
    return chosen


def _miss(press: Press, post: FollowedPost) -> bool:
    """
    Neither timeline nor lookup show the post; True if that was so often enough in a row for it to be deleted.
    """
    misses = post.misses + 1
    gone = misses >= _GONE_MISSES
    with press.store.begin() as tx:
        state = FollowState.DELETED if gone else FollowState.MISSING
        tx.engagement.save(replace(post, state=state, misses=misses))
        if gone:
            _note_gone(tx, post, press.clock.now())
    return gone


def _note_gone(tx: Transaction, followed: FollowedPost, now: datetime) -> None:
    """
    Somebody deleted a post of ours in the app: lists and pages show it, and people are told.
    """
    if followed.post_id is None:
        return
    post = tx.posts.get(followed.post_id)
    if post.state is PostState.PUBLISHED and post.deleted_remotely_at is None:
        why = "gone from X, and not deleted by this bot"
        tx.posts.amend(post, at=now, who="bot", why=why, deleted_remotely_at=now)
        tx.inbox.raise_alert("deleted_on_x", f"post {post.id} is {why}", subject=f"post {post.id}", at=now)


def _shown(answer: Readings) -> list[str]:
    return [reading.id for reading in answer.posts]


def _record(press: Press, post: FollowedPost, reading: Reading, source: SnapshotSource, now: datetime) -> FollowedPost:
    with press.store.begin() as tx:
        post = follow_edit(tx, post, reading.id, reading.versions.index(reading.id) + 1)
        figures = reading.figures if post.version == 1 else add_up(reading.figures, post.earlier)
        snapshot = Snapshot(
            remote_id=post.remote_id, taken_at=now, source=source, figures=figures, version=post.version
        )
        tx.engagement.add([snapshot])
        series = tx.engagement.last([post.remote_id], count=2)[post.remote_id]
        still = now - post.created_at >= _STILL_AGE and stands_still(series, least=_STILL_GAP)
        state = FollowState.SETTLED if still else FollowState.FOLLOWED
        post = replace(post, state=state, last_read_at=now, reads=post.reads + 1, misses=0)
        tx.engagement.save(post)
        _record_checkpoints(tx, post, series, held=figures if still else None)
    return post


def _record_checkpoints(
    tx: Transaction, post: FollowedPost, series: Sequence[Snapshot], *, held: Figures | None
) -> None:
    """
    The figures at the set ages that lie between the last two looks; a post that stands still keeps its last ones.
    """
    seen = timedelta(0) if len(series) == 1 else series[0].taken_at - post.created_at
    reached = series[-1].taken_at - post.created_at
    for age in CHECKPOINTS:
        figures: Figures | None = None
        if seen < age <= reached:
            figures = figures_at(age, series, created_at=post.created_at)
        elif age > reached:
            figures = held
        if figures is not None:
            tx.engagement.record_checkpoint(post.remote_id, age, figures)


def _rest(press: Press, error: CannotReadError) -> None:
    """
    Leave X alone for as long as it asked, or twice as long as last time, up to six hours.
    """
    now = press.clock.now()
    with press.store.begin() as tx:
        before = float((tx.account.get_mark(_REST) or "").partition("|")[2] or 0)
        rest = error.wait or timedelta(seconds=min(max(_REST_FIRST.total_seconds(), before * 2), 6 * 3600))
        tx.account.set_mark(_REST, f"{(now + rest).isoformat()}|{rest.total_seconds()}")
