"""Articles of posts that are out -> corrections: watches them for days, tells what changed, ends what is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.correction import (
    LIVE_CORRECTIONS,
    Change,
    ChangeKind,
    Correction,
    CorrectionState,
    CorrectionTerms,
    NewCorrection,
    Option,
    WatchedPost,
)
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.changes import classify
from asiaradar_bot.rules.correcting import alert_text, drafts_for, moved_to, next_look, offers_for, with_move

_OUT = {Option.POST: CorrectionState.CORRECTED, Option.DELETE_AND_REPOST: CorrectionState.REPOSTED}
_LOST = frozenset({PostState.REJECTED, PostState.CANCELLED, PostState.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """
    What one look at the articles of posts did.
    """

    opened: int = 0
    changed: int = 0
    """Open corrections whose article changed once more."""
    ended: int = 0
    planned: int = 0
    """Articles whose page is to be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """
    What an alert needs beside the correction.
    """

    terms: CorrectionTerms
    prices: Sequence[PriceList]
    desk_url: str


def spot(store: Store, clock: Clock, *, terms: CorrectionTerms, prices: Sequence[PriceList], desk_url: str) -> Spotted:
    """
    Judge what changed since each post of the last days, and plan the next look at its article.
    """
    telling = _Telling(terms=terms, prices=prices, desk_url=desk_url)
    ended = _end_posted(store, clock, telling)
    now = clock.now()
    with store.read() as tx:
        watched = tx.corrections.list_watched(now - terms.watch)
        newest = tx.corrections.newest_of([post.post_id for post in watched])
    planned = _plan(store, watched, now=now, terms=terms)
    counts = {"opened": 0, "changed": 0, "ended": ended}
    for post in watched:
        if _is_news(post, newest.get(post.post_id)):
            with store.begin() as tx:
                result = _judge(tx, post, telling, now=now)
            if result is not None:
                counts[result] += 1
    return Spotted(**counts, planned=planned)


def _plan(store: Store, watched: Sequence[WatchedPost], *, now: datetime, terms: CorrectionTerms) -> int:
    looks = [(post, next_look(post, now=now, terms=terms)) for post in watched]
    due = [(post, at) for post, at in looks if at is not None]
    if due:
        with store.begin() as tx:
            for post, at in due:
                tx.corrections.plan_reading(post.article_id, at)
    return len(due)


def _is_news(post: WatchedPost, newest: Correction | None) -> bool:
    """
    Whether the article is not as the newest correction (or the post itself) knows it.
    """
    if not post.is_gone and _move_is_news(post, newest):
        return True
    if newest is None:
        known = post.revision or 1, post.known_gone_at
        return not post.is_gone and (post.article_revision, post.article_gone_at) != known
    if newest.state is CorrectionState.OPEN and post.is_gone:
        return True
    if post.is_gone:
        return False
    return (post.article_revision, post.article_gone_at) != (newest.new_revision, newest.gone_at)


def _move_is_news(post: WatchedPost, newest: Correction | None) -> bool:
    url = moved_to(post.text, told_url=post.told_url, url=post.article_url)
    known = newest is not None and any(post.article_url in reason for reason in newest.reasons)
    if newest is not None and newest.state is CorrectionState.OPEN and newest.kind is ChangeKind.MOVED:
        return (url is not None) != known
    return url is not None and not known


def _judge(tx: Transaction, post: WatchedPost, telling: _Telling, *, now: datetime) -> str | None:
    """
    Open a correction, change the open one, or end it; what was chosen already is left to run its course.
    """
    newest = tx.corrections.newest_of([post.post_id]).get(post.post_id)
    live = newest if newest is not None and newest.state in LIVE_CORRECTIONS else None
    if live is not None and live.state is not CorrectionState.OPEN:
        return None
    if live is not None and post.is_gone:
        _end(tx, post, live, "the post is no longer on X", now=now)
        return "ended"
    old_revision, known_gone = _base(tx, post, live, newest)
    old, new = _facts(tx, post, old_revision), _facts(tx, post, post.article_revision)
    gone = post.article_gone_at is not None and post.article_gone_at != known_gone
    change = classify(old, new, gone=gone)
    url = moved_to(post.text, told_url=post.told_url, url=post.article_url)
    if url is not None:
        change = with_move(change, told_url=post.told_url or "", url=url)
    if live is None:
        return _open(tx, post, change, telling, old_revision=old_revision, now=now)
    if change is None and live.kind is not ChangeKind.ASKED:
        _end(tx, post, live, "the article is again as the post tells it", now=now)
        return "ended"
    return _change(tx, post, live, change, telling, now=now)


def _base(
    tx: Transaction, post: WatchedPost, live: Correction | None, newest: Correction | None
) -> tuple[int, datetime | None]:
    """
    The revision that readers of the post know, and since when they know the article to be gone.
    """
    if live is not None:
        before = [one for one in tx.corrections.list_for_post(post.post_id) if one.id != live.id]
        return live.old_revision or post.revision or 1, before[-1].gone_at if before else post.known_gone_at
    if newest is not None:
        return newest.new_revision or post.revision or 1, newest.gone_at
    return post.revision or 1, post.known_gone_at


def _facts(tx: Transaction, post: WatchedPost, revision: int) -> Facts:
    found = {one.number: one.facts for one in tx.articles.list_revisions(post.article_id)}
    return found.get(revision) or tx.articles.get(post.article_id).facts


def _open(
    tx: Transaction,
    post: WatchedPost,
    change: Change | None,
    telling: _Telling,
    *,
    old_revision: int,
    now: datetime,
) -> str | None:
    if change is None:
        return None
    added = tx.corrections.add(
        NewCorrection(
            post_id=post.post_id,
            article_id=post.article_id,
            kind=change.kind,
            reasons=change.reasons,
            old_revision=old_revision,
            new_revision=post.article_revision,
            gone_at=post.article_gone_at,
            opened_at=now,
            opened_by="bot",
        )
    )
    _tell(tx, added, telling, now=now)
    return "opened"


def _change(
    tx: Transaction, post: WatchedPost, live: Correction, change: Change | None, telling: _Telling, *, now: datetime
) -> str:
    values: dict[str, object] = {"new_revision": post.article_revision, "gone_at": post.article_gone_at}
    if change is not None:
        values |= {"kind": change.kind, "reasons": change.reasons}
    changed = tx.corrections.change(live, at=now, who="bot", why="the article changed once more", **values)
    if change is not None and (change.kind, change.reasons) != (live.kind, live.reasons):
        _tell(tx, changed, telling, now=now)
    return "changed"


def _end(tx: Transaction, post: WatchedPost, live: Correction, why: str, *, now: datetime) -> None:
    """
    Nothing is to be done any more; later changes are judged against the article as it is now.
    """
    tx.corrections.move(
        live,
        CorrectionState.DISMISSED,
        at=now,
        who="bot",
        why=why,
        new_revision=post.article_revision,
        gone_at=post.article_gone_at,
    )


def _tell(tx: Transaction, correction: Correction, telling: _Telling, *, now: datetime) -> None:
    post = tx.posts.get(correction.post_id)
    edits = sum(one.state is CorrectionState.EDITED for one in tx.corrections.list_for_post(post.id))
    old = new = address = None
    if correction.article_id is not None:
        address = tx.articles.get(correction.article_id).url
        revisions = {one.number: one.facts for one in tx.articles.list_revisions(correction.article_id)}
        old = revisions.get(correction.old_revision or 1)
        new = revisions.get(correction.new_revision or 1)
    offers = offers_for(
        post,
        correction,
        drafts_for(post, correction, old, new, address=address),
        edits=edits,
        now=now,
        terms=telling.terms,
        prices=telling.prices,
    )
    message = alert_text(correction, post, offers, desk_url=telling.desk_url)
    tx.inbox.raise_alert("correction", message, subject=f"post {post.id}", at=now)


def _end_posted(store: Store, clock: Clock, telling: _Telling) -> int:
    """
    Corrections whose new post is out are done; those whose post will not go out are open again.
    """
    with store.read() as tx:
        waiting = tx.corrections.list_in([CorrectionState.POSTING])
    ended = 0
    for correction in waiting:
        assert correction.new_post_id is not None
        with store.begin() as tx:
            ended += _end_one(tx, correction, correction.new_post_id, telling, now=clock.now())
    return ended


def _end_one(tx: Transaction, correction: Correction, new_post_id: PostId, telling: _Telling, *, now: datetime) -> int:
    new = tx.posts.get(new_post_id)
    if new.state is PostState.PUBLISHED:
        state = _OUT[correction.option or Option.POST]
        why = f"post {new.id} is out"
        tx.corrections.move(correction, state, at=now, who="bot", why=why, new_remote_id=new.remote_id)
        return 1
    if new.state in _LOST:
        why = f"its post {new.id} is {new.state}: {new.reason}"
        reopened = tx.corrections.move(
            correction, CorrectionState.OPEN, at=now, who="bot", why=why, option=None, new_post_id=None
        )
        _tell(tx, reopened, telling, now=now)
    return 0
