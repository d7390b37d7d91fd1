"""What every act of an editor needs: the tools, the post as it was looked at, all parts of its thread at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.errors import (
    PostError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import (
    Post,
    PostId,
    PostState,
)
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.acts import Act, stays, together
from asiaradar_bot.rules.linking import check_links
from asiaradar_bot.steps.linked import Held, kept_alone, known_articles, lead_of, unseen_link

_GONE = frozenset({PostState.PUBLISHED, PostState.SENDING, PostState.UNKNOWN, PostState.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    The tools of one editor's visit.
    """

    store: Store
    clock: Clock
    policy: Policy
    prices: Sequence[PriceList]
    person: Person
    four_eyes: bool = False
    """Whoever wrote or changed a post can't be the one who approves it."""

    @property
    def who(self) -> str:
        """
        The name as the audit shows it.
        """
        return self.person.who

    def _together(self, tx: Transaction, act: Act, post_id: int, version: int | None) -> tuple[Post, list[Post]]:
        """
        The post, and all parts of its thread to which the act is done, itself among them.
        """
        post = of_version(tx.posts.get(PostId(post_id)), version)
        return post, parts_of(tx, act, post)

    def _move_all(self, tx: Transaction, post: Post, parts: Sequence[Post], new: PostState, *, why: str) -> Post:
        now, because = self.clock.now(), but_stays(why, tx, parts)
        moved = {part.id: tx.posts.move(part, new, at=now, who=self.who, why=because, by_person=True) for part in parts}
        return moved.get(post.id, post)

    def _change_all(
        self, tx: Transaction, post: Post, parts: Sequence[Post], *, at: datetime, why: str, **changes: object
    ) -> Post:
        changed = {part.id: tx.posts.change(part, at=at, who=self.who, why=why, **changes) for part in parts}
        return changed.get(post.id, post)

    def _check_links(self, tx: Transaction, texts: Sequence[str]) -> None:
        """
        Return if what these texts by hand link to is still there, as far as anybody knows.

        Raises:
            TextError: an article is gone or was withdrawn.
        """
        check_links([one for text in texts for one in known_articles(tx, text)])

    def _check_leads(self, tx: Transaction, post: Post) -> None:
        """
        Return if this post may lead where people let it lead: one of the bot's own article answers to the sender alone.

        Raises:
            TextError: an article is gone or was withdrawn.
        """
        if post.corrects_id is None:
            records = known_articles(tx, post.text)
            check_links([one for one in records if post.is_by_hand or one.address != post.article_url])

    def _unseen(self, tx: Transaction, texts: Sequence[str]) -> str | None:
        """
        A link that no source ever showed, on a site that is read, where this person may not send at once: it may lead
        to an article under embargo by another address; None: there is none.
        """
        if self.person.scopes is None and self.person.may(Action.PUBLISH_NOW):
            return None
        return next((link for text in texts if (link := unseen_link(tx, text)) is not None), None)

    def _kept(self, tx: Transaction, parts: Sequence[Post]) -> dict[PostId, Held]:
        """
        What keeps each of the parts back by what is on record now.
        """
        return {part.id: kept_alone(tx, part, policy=self.policy) for part in parts}

    def _leading(self, tx: Transaction, post: Post, text: str, now: datetime) -> dict[str, Any]:
        """
        What changes with where a text leads: the article of one by hand, and when it is due if it is kept back by an
        embargo there of which no person said the end for this post.
        """
        end = kept_alone(tx, replace(post, text=text, text_frozen=True), policy=self.policy).ends_at
        lead = lead_of(tx, text, policy=self.policy, now=now).fields if post.is_by_hand else {}
        if end is None or end <= now or end == post.not_before_at:
            return lead
        news = post.expires_at and max(post.expires_at, end + self.policy.expiry[post.news_class])
        waits = {"due_at": end, "in_slot": False, "expires_at": news} if post.due_at < end else {}
        return {**lead, "not_before_at": end, **waits} if post.is_by_hand else waits


def as_kept(parts: Sequence[Post], kept: Mapping[PostId, Held], *, now: datetime) -> list[Post]:
    """
    The parts, each with the last known end of the embargoes that keep it back; None: there is none, or nobody knows it.
    """
    ends = {post: None if one.is_open and (one.ends_at or now) <= now else one.ends_at for post, one in kept.items()}
    return [replace(part, not_before_at=ends[part.id]) for part in parts]


def parts_of(tx: Transaction, act: Act, post: Post) -> list[Post]:
    """
    The parts of its thread to which the act is done when it is done to this post.

    Raises:
        PostError: it is unknown, and the act would send it once more.
    """
    if post.state is PostState.UNKNOWN and act in {Act.APPROVE, Act.NOW}:
        raise PostError(
            f"post {post.id} is unknown: look at the account first, then settle whether X has it", post_id=post.id
        )
    return together(act, post, tx.posts.thread_of(post))


def but_stays(why: str, tx: Transaction, parts: Sequence[Post]) -> str:
    """
    The reason, with what of the thread stays as it is because it is out, or on its way.
    """
    others = [one for one in tx.posts.thread_of(parts[0]) if one.state in _GONE] if parts else []
    return f"{why}; {stays(others)}" if others else why


def of_version(post: Post, version: int | None) -> Post:
    """
    The post, if it is as it was looked at; with None nobody looked.

    Raises:
        VersionConflictError, WrongStateError: it changed since, or is out by now.
    """
    if version is not None and post.version != version and post.state is PostState.PUBLISHED:
        raise WrongStateError(
            f"post {post.id} is on X already: what readers see there is changed by a correction", post_id=post.id
        )
    if version is not None and post.version != version:
        raise VersionConflictError(
            f"post {post.id} is at version {post.version}, not {version}: somebody changed it; look again, then repeat",
            post_id=post.id,
            changes=max(post.version - version, 0),
        )
    return post
