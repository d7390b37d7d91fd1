"""
Due -> acting -> what X said: edits and deletes posts as durably as they were sent (ADR 0007).

Lease, intent on record, one try through the gate, result. What X did not tell is read from our timeline; a time-out
decides nothing. A deletion may be repeated, as a post can be gone but once; an edit only when it is surely absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from asiaradar_bot.model.correction import (
    ActKind,
    Correction,
    CorrectionAttempt,
    CorrectionState,
    Option,
    answered_by,
)
from asiaradar_bot.model.engagement import FollowedPost, FollowState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.lease import Lease
from asiaradar_bot.model.money import Billable, SpendState
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    AnswerClass,
    Deleted,
    DeleteOutcome,
    GateClosed,
    Published,
    PublishOutcome,
    Refused,
    RemotePost,
    RetryLater,
    Unconfirmed,
    Uploaded,
)
from asiaradar_bot.model.post import Post
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.correcting import correcting_post, offers_for, own_marker, price_of_option
from asiaradar_bot.rules.matching import carries_marker, match_key
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import billable_of
from asiaradar_bot.rules.retries import back_off
from asiaradar_bot.steps.press import Press, follow_edit, pause, remember_own

NEEDED_READS = 2
"""Reads that agree before an absence counts, as for posts."""
_SKEW = timedelta(seconds=5)
_AROUND = timedelta(minutes=10)
"""X's stamp of a post is looked for this far before and after ours."""
_BASE, _CAP = timedelta(seconds=15), timedelta(minutes=15)
_PER_SWEEP = 5
_NOT_OURS = "another process holds the right to publish"
_RESULTS = ("edited", "deleted", "put_off", "still_open")

Outcome = PublishOutcome | DeleteOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """
    What one sweep did.
    """

    edited: int = 0
    deleted: int = 0
    put_off: int = 0
    """Tried again later, or open again for a person."""
    still_open: int = 0
    """On their way, outcome not known yet."""
    idle: str | None = None
    """Why nothing (more) was asked of X; None: nothing more was due."""


def amend(press: Press) -> Amended:
    """
    Settle what is on its way, then ask X for what is due, oldest first.
    """
    counts = dict.fromkeys(_RESULTS, 0)
    with press.store.read() as tx:
        acting = tx.corrections.list_in([CorrectionState.ACTING])
    for correction in acting:
        counts[_settle(press, correction)] += 1
    now = press.clock.now()
    with press.store.read() as tx:
        waiting = tx.corrections.list_in([CorrectionState.DUE])
    due = [one for one in waiting if one.next_try_at is None or one.next_try_at <= now]
    idle = None
    for correction in due[:_PER_SWEEP]:
        result = _act(press, correction)
        if result not in counts:
            idle = result
            break
        counts[result] += 1
    return Amended(
        edited=counts["edited"],
        deleted=counts["deleted"],
        put_off=counts["put_off"],
        still_open=counts["still_open"],
        idle=idle,
    )


def _act(press: Press, correction: Correction) -> str:
    """
    One of the counts, or a sentence that says why nothing can be asked of X now.
    """
    with press.store.read() as tx:
        post = tx.posts.get(correction.post_id)
    what = Billable.DELETE if correction.option is Option.DELETE_AND_REPOST else billable_of(correction.text or "")
    idle = _idle_reason(press, _price(press, post, correction))
    if idle is not None:
        return idle
    if not _still_open(press, post, correction):
        return "put_off"
    if press.take_lease() is None:
        return _NOT_OURS
    media_ids = _media(press, post, correction)
    taken = press.take_lease()  # anew: uploads may take longer than a lease lasts
    if media_ids is None or taken is None:
        return "put_off"
    lease, ends = taken
    attempt = _claim(press, post, correction, lease, what)
    if attempt is None:
        return "put_off"
    gate = press.gate(ends)
    outcome: Outcome
    if attempt.act is ActKind.DELETE:
        outcome = press.x.delete(attempt.remote_id, gate=gate)
    else:
        outcome = press.x.edit(
            correction.text or "", previous_id=attempt.remote_id, gate=gate, media_ids=media_ids or ()
        )
    return _record(press, attempt, outcome)


def _price(press: Press, post: Post, correction: Correction) -> Decimal:
    """
    USD for what X is asked now; the post that takes a deleted one's place is paid when it is sent.
    """
    now = press.clock.now()
    if correction.option is Option.DELETE_AND_REPOST:
        return press.price(Billable.DELETE, at=now)
    return price_of_option(Option.EDIT, post, correction.text or "", now=now, prices=press.prices)


def _idle_reason(press: Press, price: Decimal) -> str | None:
    now = press.clock.now()
    with press.store.read() as tx:
        state = tx.account.state()
        spent = tx.ledger.month_total(now.date())
    return press.stop_reason() or press.blocked_reason(state) or press.budget_reason(spent, price=price)


def _still_open(press: Press, post: Post, correction: Correction) -> bool:
    """
    Whether X still allows what was chosen; if not, the correction is open again and people are told.
    """
    now = press.clock.now()
    with press.store.begin() as tx:
        past = tx.corrections.list_for_post(post.id)
        offers = offers_for(
            post,
            replace(correction, state=CorrectionState.OPEN),
            {},
            edits=sum(one.state is CorrectionState.EDITED for one in past),
            now=now,
            terms=press.limits.corrections,
            prices=press.prices,
        )
        offer = next(one for one in offers if one.option is correction.option)
        if offer.is_open:
            return True
        _reopen(tx, correction, offer.why, now=now)
        return False


def _media(press: Press, post: Post, correction: Correction) -> tuple[str, ...] | None:
    """
    The post's pictures, brought to X once more, as nobody promises that an edit keeps them; None: that failed for now.
    """
    if correction.option is Option.DELETE_AND_REPOST:
        return ()
    media_ids: list[str] = []
    for one in post.pictures:
        answer = press.bring_picture(post, one)
        if not isinstance(answer, Uploaded):
            now = press.clock.now()
            with press.store.begin() as tx:
                why = f"not edited yet: {answer.detail}"
                tx.corrections.change(correction, at=now, who="bot", why=why, next_try_at=now + _BASE * 2)
            return None
        media_ids.append(answer.media_id)
    return tuple(media_ids)


def _claim(press: Press, post: Post, correction: Correction, lease: Lease, what: Billable) -> CorrectionAttempt | None:
    now = press.clock.now()
    is_delete = correction.option is Option.DELETE_AND_REPOST
    with press.store.begin() as tx:
        if press.blocked_reason(tx.account.state()) is not None:
            return None  # paused, or restored, while pictures were uploaded
        entry = tx.ledger.reserve(what, press.price(what, at=now), at=now, post_id=post.id, attempt_id=None)
        attempt = tx.corrections.claim(
            correction,
            lease,
            now=now,
            act=ActKind.DELETE if is_delete else ActKind.EDIT,
            remote_id=_newest_id(tx, post),
            match_key="" if is_delete else match_key(correction.text or "", link=None),
            ledger_id=entry,
        )
        if attempt is None:
            tx.ledger.settle_entry(entry, SpendState.RELEASED)
            return None
        epoch = tx.account.next_epoch()
    press.files.write_epoch(epoch)
    return attempt


def _newest_id(tx: Transaction, post: Post) -> str:
    followed = tx.engagement.find_for_post(post.id)
    assert post.remote_id is not None
    return post.remote_id if followed is None else followed.current_id


def _record(press: Press, attempt: CorrectionAttempt, outcome: Outcome) -> str:
    """
    Write down what X said; in doubt the correction stays on its way, and the timeline settles it.
    """
    now = press.clock.now()
    with press.store.begin() as tx:
        tx.corrections.update_attempt(attempt.id, signed_at=outcome.signed_at)
        match outcome:
            case Deleted():
                spend = SpendState.RELEASED if outcome.was_gone else SpendState.SETTLED
                why = "it was gone from X already" if outcome.was_gone else "deleted on X"
                return _record_deleted(press, tx, attempt, why, spend, now=now)
            case Published():
                return _record_edited(tx, attempt, outcome.remote_id, SpendState.SETTLED, at=now, now=now)
            case RetryLater() | GateClosed() | AccountBlocked():
                return _record_later(tx, attempt, outcome, now=now)
            case Refused():
                return _record_undone(tx, attempt, f"X refused it for good: {outcome.detail}", now=now)
            case AlreadyThere():
                return _record_doubt(tx, attempt, AnswerClass.ALREADY, outcome.detail)
            case Unconfirmed():
                return _record_doubt(tx, attempt, AnswerClass.AMBIGUOUS, outcome.detail)
            case _:
                assert_never(outcome)


def _record_doubt(tx: Transaction, attempt: CorrectionAttempt, answer: AnswerClass, detail: str) -> str:
    tx.corrections.update_attempt(attempt.id, answer_class=answer, error=detail)
    _settle_money(tx, attempt, SpendState.UNKNOWN)
    return "still_open"


def _record_deleted(
    press: Press, tx: Transaction, attempt: CorrectionAttempt, why: str, spend: SpendState, *, now: datetime
) -> str:
    """
    The post is known to be gone: only now may the one that takes its place be queued, in the same transaction.
    """
    if not tx.corrections.close_attempt(attempt, at=now, answer_class=AnswerClass.YES, why=why):
        return "put_off"
    _settle_money(tx, attempt, spend)
    correction = tx.corrections.get(attempt.correction_id)
    post = tx.posts.get(correction.post_id)
    if post.deleted_remotely_at is None:
        post = tx.posts.amend(post, at=now, who="bot", why=why, deleted_remotely_at=now)
    _stop_following(tx, post)
    text = correction.text or ""
    who = correction.confirmed_by or correction.asked_by or "bot"
    marker = own_marker(text, correction, taken=tx.posts.markers())
    new = tx.posts.add(
        correcting_post(
            correction,
            post,
            text=text,
            marker=marker,
            reply_to=_still_answered(tx, post),
            now=now,
            prices=press.prices,
            who=who,
        ),
        who=who,
    )
    tx.corrections.move(
        correction,
        CorrectionState.POSTING,
        at=now,
        who="bot",
        why=f"{why}; post {new.id} is queued",
        new_post_id=new.id,
    )
    return "deleted"


def _still_answered(tx: Transaction, post: Post) -> str | None:
    """
    What a correction post that goes out anew answers: the post that it corrects, or the one in the place of that.
    """
    answered = answered_by(post.id, tx.corrections.list_chain(post.id))
    if post.reply_to is None or answered is None:
        return None
    corrected = tx.posts.get(answered)
    return None if corrected.deleted_remotely_at is not None else _newest_id(tx, corrected)


def _stop_following(tx: Transaction, post: Post) -> None:
    followed = tx.engagement.find_for_post(post.id)
    if followed is not None:
        tx.engagement.save(replace(followed, state=FollowState.DELETED))
    elif post.remote_id is not None and post.published_at is not None and post.remote_id.isdigit():
        tx.engagement.save(_followed(post, state=FollowState.DELETED))


def _followed(post: Post, *, state: FollowState) -> FollowedPost:
    assert post.remote_id is not None
    assert post.published_at is not None
    return FollowedPost(
        remote_id=post.remote_id,
        current_id=post.remote_id,
        created_at=post.published_at,
        post_id=post.id,
        state=state,
    )


def _record_edited(
    tx: Transaction, attempt: CorrectionAttempt, new_id: str, spend: SpendState, *, at: datetime, now: datetime
) -> str:
    if not tx.corrections.close_attempt(attempt, at=now, answer_class=AnswerClass.YES, why=f"X has it as {new_id}"):
        return "put_off"
    _settle_money(tx, attempt, spend)
    correction = tx.corrections.get(attempt.correction_id)
    text = correction.text or ""
    post = tx.posts.get(correction.post_id)
    found = links(text)
    link = post.link if post.link in found or not found else found[0]
    post = tx.posts.amend(post, at=now, who="bot", why=f"edited on X: {correction.why}", text=text, link=link)
    if new_id.isdigit():
        followed = tx.engagement.find_for_post(post.id)
        if followed is None:
            followed = _followed(post, state=FollowState.FOLLOWED)
            tx.engagement.save(followed)
        follow_edit(tx, followed, new_id, followed.version + 1)
    remember_own(tx, post, RemotePost(id=new_id, text=text, created_at=at, links=tuple(found)), at=now)
    why = f"X shows the new text as {new_id}"
    tx.corrections.move(correction, CorrectionState.EDITED, at=now, who="bot", why=why, new_remote_id=new_id)
    return "edited"


def _record_later(
    tx: Transaction, attempt: CorrectionAttempt, outcome: RetryLater | GateClosed | AccountBlocked, *, now: datetime
) -> str:
    match outcome:
        case RetryLater():
            answer, wait = AnswerClass.NO_RETRY_LATER, outcome.wait
            if not outcome.counts and wait is not None:
                pause(tx, f"X's rate limit: {outcome.detail}", at=now, until=now + wait)
        case GateClosed():
            answer, wait = AnswerClass.GATE_CLOSED, timedelta(0)
        case AccountBlocked():
            answer, wait = AnswerClass.NO_AUTH, timedelta(0)
            pause(tx, outcome.detail, at=now, until=None)
            tx.inbox.raise_alert("auth_lost", outcome.detail, subject="account", at=now)
        case _:
            assert_never(outcome)
    if wait is None:
        wait = back_off(attempt.number - 1, base=_BASE, cap=_CAP, spread=1.0)
    return _put_back(tx, attempt, answer, f"not done, tried again later: {outcome.detail}", at=now + wait, now=now)


def _put_back(
    tx: Transaction, attempt: CorrectionAttempt, answer: str, why: str, *, at: datetime, now: datetime
) -> str:
    if tx.corrections.close_attempt(attempt, at=now, answer_class=answer, why=why):
        _settle_money(tx, attempt, SpendState.RELEASED)
        correction = tx.corrections.get(attempt.correction_id)
        tx.corrections.move(correction, CorrectionState.DUE, at=now, who="bot", why=why, next_try_at=at)
    return "put_off"


def _record_undone(tx: Transaction, attempt: CorrectionAttempt, why: str, *, now: datetime) -> str:
    """
    X surely did not do it and will not: a person chooses again.
    """
    answer = attempt.answer_class or AnswerClass.NO_FINAL
    if tx.corrections.close_attempt(attempt, at=now, answer_class=answer, why=why):
        _settle_money(tx, attempt, SpendState.RELEASED)
        _reopen(tx, tx.corrections.get(attempt.correction_id), why, now=now)
    return "put_off"


def _reopen(tx: Transaction, correction: Correction, why: str, *, now: datetime) -> None:
    tx.corrections.move(correction, CorrectionState.OPEN, at=now, who="bot", why=why, option=None)
    message = f"the correction of post {correction.post_id} is open again ({correction.option} was not done): {why}"
    tx.inbox.raise_alert("correction", message, subject=f"post {correction.post_id}", at=now)


def _settle_money(tx: Transaction, attempt: CorrectionAttempt, state: SpendState) -> None:
    if attempt.ledger_id is not None:
        tx.ledger.settle_entry(attempt.ledger_id, state)


def _settle(press: Press, correction: Correction) -> str:
    """
    What became of a try without a clear answer, by what our timeline shows.
    """
    with press.store.read() as tx:
        attempt = tx.corrections.find_open_attempt(correction.id)
        post = tx.posts.get(correction.post_id)
        seen = tx.account.find_seen([attempt.remote_id]) if attempt is not None else {}
    if attempt is None or not _is_ready(press, attempt):
        return "still_open"
    try:
        if attempt.act is ActKind.DELETE:
            version = seen.get(attempt.remote_id)
            created_at = version.created_at if version is not None else post.published_at or attempt.started_at
            shown = press.shown_between(created_at - _AROUND, created_at + _AROUND)
            return _settle_deletion(press, post, attempt, shown)
        shown = press.own_posts(since=attempt.started_at.replace(microsecond=0) - _SKEW)
        return _settle_edit(press, post, attempt, shown)
    except CannotReadError as error:
        return _give_up(press, correction, attempt, str(error))


def _is_ready(press: Press, attempt: CorrectionAttempt) -> bool:
    """
    A deletion may be looked for soon, as repeating it is harmless; an edit only when X's lag is surely over.
    """
    now = press.clock.now()
    gap = press.limits.absent_gap
    wait = gap if attempt.act is ActKind.DELETE else press.limits.settle
    if attempt.started_at + wait > now:
        return False
    return attempt.seen_at is None or attempt.seen_at + gap <= now


def _settle_deletion(press: Press, post: Post, attempt: CorrectionAttempt, shown: Sequence[RemotePost]) -> str:
    now = press.clock.now()
    ours = {attempt.remote_id, post.remote_id}
    with press.store.begin() as tx:
        if any(one.id in ours or one.first_id in ours for one in shown):
            answer = attempt.answer_class or AnswerClass.AMBIGUOUS
            why = "still on our timeline: it is deleted once more, which is harmless"
            return _put_back(tx, attempt, answer, why, at=now, now=now)
        if attempt.seen_reads + 1 < NEEDED_READS:
            tx.corrections.update_attempt(attempt.id, seen_reads=attempt.seen_reads + 1, seen_at=now)
            return "still_open"
        why = "gone from our timeline in two reads"
        return _record_deleted(press, tx, attempt, why, SpendState.SETTLED, now=now)


def _settle_edit(press: Press, post: Post, attempt: CorrectionAttempt, shown: Sequence[RemotePost]) -> str:
    now = press.clock.now()
    made = next((one for one in shown if _is_edit(one, post, attempt)), None)
    with press.store.begin() as tx:
        if made is not None:
            return _record_edited(tx, attempt, made.id, SpendState.SETTLED, at=made.created_at, now=now)
        if attempt.seen_reads + 1 < NEEDED_READS:
            tx.corrections.update_attempt(attempt.id, seen_reads=attempt.seen_reads + 1, seen_at=now)
            return "still_open"
        return _record_undone(tx, attempt, "two settled reads of our timeline did not show the edit", now=now)


def _is_edit(shown: RemotePost, post: Post, attempt: CorrectionAttempt) -> bool:
    if shown.id in {attempt.remote_id, post.remote_id} or match_key(shown.text, link=None) != attempt.match_key:
        return False
    is_version = shown.first_id in {attempt.remote_id, post.remote_id}
    return is_version or carries_marker(shown, post.marker) or shown.first_id is None


def _give_up(press: Press, correction: Correction, attempt: CorrectionAttempt, why: str) -> str:
    now = press.clock.now()
    if attempt.started_at + press.limits.give_up > now:
        return "still_open"
    with press.store.begin() as tx:
        said = f"our timeline could not be read for long ({why})"
        answer = attempt.answer_class or AnswerClass.AMBIGUOUS
        if tx.corrections.close_attempt(attempt, at=now, answer_class=answer, why=said):
            _settle_money(tx, attempt, SpendState.UNKNOWN)
            tx.corrections.move(correction, CorrectionState.UNKNOWN, at=now, who="bot", why=said)
            message = (
                f"nobody knows whether X did {attempt.act} post {correction.post_id}: {said}; look at the account, "
                f"then choose with `asiaradar posts correct {correction.post_id}`"
            )
            tx.inbox.raise_alert("correction_unknown", message, subject=f"post {correction.post_id}", at=now)
    return "put_off"
