"""Whether an editor's word may let a post out as it stands; asked by the act, and by the buttons that offer it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.errors import AccessError, PostError, TextError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostKind, PostState
from asiaradar_bot.rules.acts import Act
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.guards import text_problem
from asiaradar_bot.rules.lints import lint_thread, picture_errors, text_errors

_AT_ONCE = timedelta(minutes=5)
"""What is due sooner is out before anybody else looks at the queue."""


def to_be_approved(act: Act, parts: Sequence[Post]) -> list[Post]:
    """
    Those parts that the act approves: all of them, or with «publish now» those that wait for somebody.
    """
    return [part for part in parts if act is Act.APPROVE or (act is Act.NOW and part.state is not PostState.QUEUED)]


def check_letting_out(
    act: Act, parts: Sequence[Post], *, now: datetime, policy: Policy, embargoed: Collection[PostId]
) -> None:
    """
    Return if the act may be done to these parts of a thread, of which it approves `to_be_approved`.

    `embargoed` are those that lead to an article which speaks of an embargo whose end nobody said.

    Raises:
        PostError: it is under embargo, or its article speaks of one and nobody said yet when it ends.
        TextError: what would be approved can't go out as it stands.
    """
    approved = to_be_approved(act, parts)
    for part in approved:
        if part.id in embargoed:
            raise PostError(
                f"the article of post {part.id} speaks of an embargo, and nobody knows when it ends: say its end "
                "first, or that it is over (Embargo at the Desk, asiaradar posts embargo)",
                post_id=part.id,
            )
    if act is Act.NOW:
        check_embargo(parts, now, zone=policy.wording.zone)
    _check_texts(approved, policy)


def check_embargo(parts: Sequence[Post], due_at: datetime, *, zone: str) -> None:
    """
    Return if all these parts may be due then.

    Raises:
        PostError: the embargo of one ends later.
    """
    for part in parts:
        if part.not_before_at is not None and part.not_before_at > due_at:
            raise PostError(
                f"post {part.id} is under embargo until {in_both_zones(part.not_before_at, zone)}: it cannot go "
                "earlier, unless somebody releases the embargo (Embargo at the Desk, asiaradar posts embargo "
                f"{part.id})",
                post_id=part.id,
            )


def check_embargo_change(
    parts: Sequence[Post], ends_at: datetime, *, now: datetime, zone: str, confirmed: bool
) -> None:
    """
    Return if the embargo of these parts may end then: whatever lets them out earlier than before is confirmed first.

    Raises:
        PostError: it is not confirmed; the sentence names the end that would be broken.
    """
    part = max(parts, key=lambda one: one.not_before_at or now)
    if confirmed:
        return
    if part.not_before_at is not None and ends_at < part.not_before_at and part.not_before_at > now:
        raise PostError(
            f"post {part.id} is under embargo until {in_both_zones(part.not_before_at, zone)}: confirm that it may go "
            "out before that (a tick at the Desk, --yes on the command line)",
            post_id=part.id,
        )
    if ends_at <= now and part.not_before_at is None:
        raise PostError(
            f"nobody knows when the embargo of post {part.id} ends: confirm that it is over (a tick at "
            "the Desk, --yes on the command line), or say its end",
            post_id=part.id,
        )


def check_not_sooner(parts: Sequence[Post], ends_at: datetime, *, who: str) -> None:
    """
    Return if the embargo of none of these parts, which all have one, ends earlier than was known; unknown is never.

    Raises:
        AccessError: one does, and it is a program that may not send at once which says so.
    """
    for part in parts:
        if part.not_before_at is None or ends_at < part.not_before_at:
            raise AccessError(
                f"{who} may only put the end of the embargo of post {part.id} off: that it ends sooner, or when one of "
                "unknown end does, is said by a person at the Desk, or by a token with the scope publish"
            )


def is_at_once(due_at: datetime, *, now: datetime) -> bool:
    """
    Whether what is due then goes out before anybody else could have seen it in the queue.
    """
    return due_at < now + _AT_ONCE


def check_haste(person: Person, due_at: datetime, *, now: datetime) -> None:
    """
    Return if this person may let a post out then.

    Raises:
        AccessError: that is at once, and they may not send at once.
    """
    if is_at_once(due_at, now=now) and not person.may(Action.PUBLISH_NOW):
        who = person.who
        raise AccessError(
            f"{who} may not send at once: give it a time that is 5 minutes ahead or the next free slot, "
            "or ask somebody with the role publisher (a token: the scope publish)"
        )


def check_text(text: str, policy: Policy) -> None:
    """
    Return if an editor's text can go out.

    Raises:
        TextError: it can't; all reasons in one sentence.
    """
    problems = text_errors(text, policy)
    if problems:
        raise TextError("the text cannot go out: " + "; ".join(problems))


def check_pictures(alt_texts: Sequence[str | None]) -> None:
    """
    Return if pictures with these descriptions can go out together.

    Raises:
        TextError: they can't; all reasons in one sentence.
    """
    problems = picture_errors(alt_texts)
    if problems:
        raise TextError("the pictures cannot go out: " + "; ".join(problems))


def check_thread(texts: Sequence[str]) -> None:
    """
    Return if these texts can go out one after the other.

    Raises:
        TextError: they can't; all reasons in one sentence.
    """
    problems = [lint.sentence for lint in lint_thread(texts)]
    if problems:
        raise TextError("the thread cannot go out: " + "; ".join(problems))


def check_parts(texts: Sequence[str], pictures: Sequence[int]) -> None:
    """
    Return if there is something in every part of a thread; `pictures` are how many each shows, from the first on.

    Raises:
        TextError: a part has neither words nor pictures, and nobody knows what it was to say.
    """
    for number, text in enumerate(texts, start=1):
        if len(texts) > 1 and not text.strip() and not any(pictures[number - 1 : number]):
            raise TextError(f"part {number} is empty: write it or take it away")


def _check_texts(posts: Sequence[Post], policy: Policy) -> None:
    for post in posts:
        if post.kind is PostKind.MANUAL:
            check_text(post.text, policy)
            check_pictures([one.alt_text for one in post.pictures])
        elif (problem := text_problem(replace(post, text_frozen=True), policy)) is not None:
            raise TextError(f"post {post.id} cannot go out: {problem}; edit it, then approve it")
    check_thread([post.text for post in posts])
