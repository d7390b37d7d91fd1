"""What lets posts go out: approve, publish now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import (
    AccessError,
    AsiaRadarError,
)
from asiaradar_bot.model.post import (
    Post,
    PostId,
    PostKind,
    PostState,
)
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.acts import Act
from asiaradar_bot.rules.four_eyes import check_other_eyes, hand_of, hands_of
from asiaradar_bot.rules.letting_out import (
    check_letting_out,
    is_at_once,
    to_be_approved,
)
from asiaradar_bot.steps.linked import article_behind
from asiaradar_bot.steps.submit.embargoed import embargoed_articles, free_slot
from asiaradar_bot.steps.submit.visit import Visit, as_kept, but_stays, parts_of

Leads = Mapping[PostId, Mapping[str, Any]]
"""What changes with where each part leads, worked out once for all that an approval asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LettingOut(Visit):
    """
    An editor who lets posts go out.
    """

    def approve(self, post_id: int, *, version: int | None = None) -> Post:
        """
        Let a draft, held, expired or rejected post go out at its time, or now if that has passed.

        What a person wrote goes into the next free slot instead of now if the same person approves it and may not send
        at once; so does all that a program approves without that right. All parts of its thread that wait for somebody
        are approved with it, but for those that X refused.

        Raises:
            TextError: its text, or that of another part, can't go out as it stands.
            PostError: its article speaks of an embargo, and nobody said yet when it ends.
        """
        self.person.check(Action.APPROVE)
        now = self.clock.now()
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.APPROVE, post_id, version)
            leads = self._leads(tx, parts, now)
            self._check_out(tx, Act.APPROVE, _led(parts, leads), now)
            return self._approve(tx, parts, leads, now).get(post.id, post)

    def why_refused(self, tx: Transaction, acts: Iterable[Act], post: Post) -> Mapping[Act, str]:
        """
        Those of these acts that would be refused just now, with the words that they would be refused with.

        Of acts that let posts out (approve, publish now): whoever offers one asks first.
        """
        now, refused = self.clock.now(), {}
        leads: dict[PostId, Mapping[str, Any]] = {}  # the same for all acts
        for act in acts:
            try:
                parts = parts_of(tx, act, post)
                leads |= self._leads(tx, [part for part in parts if part.id not in leads], now)
                self._check_out(tx, act, _led(parts, leads), now)
            except AsiaRadarError as error:
                refused[act] = str(error)
        return refused

    def _check_out(self, tx: Transaction, act: Act, parts: Sequence[Post], now: datetime) -> None:
        """
        Return if the act may let these parts out, which are led.

        Raises:
            AccessError: this person wrote or changed one of them, and another must approve it.
            PostError, TextError: they can't go out as they stand.
        """
        for post in to_be_approved(act, parts) if self.four_eyes else []:
            check_other_eyes(post.id, self.who, self._hands(tx, post))
        asked = to_be_approved(act, parts)
        own = [part for part in asked if part.kind is PostKind.ARTICLE and part.not_before_at is None]
        articles = embargoed_articles(tx, [part.article_id for part in own])
        embargoed = {part.id for part in own if part.article_id in articles}
        kept = self._kept(tx, parts)
        embargoed |= {part.id for part in asked if kept[part.id].is_open}
        check_letting_out(act, as_kept(parts, kept, now=now), now=now, policy=self.policy, embargoed=embargoed)
        for post in asked:
            self._check_leads(tx, post)
        if (link := self._unseen(tx, [post.text for post in asked if post.is_by_hand])) is not None:
            raise AccessError(
                f"no source ever showed {link}, which may be an article under embargo by another address: look there, "
                "and have it approved by somebody with the role publisher"
            )

    def _leads(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> Leads:
        return {part.id: self._leading(tx, part, part.text, now) for part in parts}

    def _approve(self, tx: Transaction, parts: Sequence[Post], leads: Leads, now: datetime) -> dict[PostId, Post]:
        led = _led(parts, leads)
        slot = self._slot_not_now(tx, led, now)
        why = f"approved by {self.who}"
        if slot is not None:
            why = f"approved by {self.who}, who may not send at once, for the next free slot"
        elif _is_taken(tx, led, now):
            slot = free_slot(tx, led, now=now, slots=self.policy.slots)
            why = f"approved by {self.who} for the next free slot, as its own was taken by then"
        why = but_stays(why, tx, parts)
        return {
            part.id: self._let_go(
                tx, part, leads[part.id], now, why=why, slot=slot, holds_slot=slot is not None and part is parts[0]
            )
            for part in parts
        }

    def _slot_not_now(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> datetime | None:
        """
        The next free slot, where an approval would send these parts at once and is no right to do that.

        What the bot wrote is the newsroom's news, which waited for an editor: that may go at once, said better too,
        while it leads to its article. The word of a program is none of an editor's.
        """
        if self.person.may(Action.PUBLISH_NOW):
            return None
        due = [part for part in parts if is_at_once(max(part.due_at, part.not_before_at or now), now=now)]
        if not any(self.person.scopes is not None or self._wrote(tx, part) for part in due):
            return None
        return free_slot(tx, parts, now=now, slots=self.policy.slots)

    def _wrote(self, tx: Transaction, post: Post) -> bool:
        return not _tells_its_article(tx, post) and hand_of(self.who) in self._hands(tx, post)

    def _hands(self, tx: Transaction, post: Post) -> frozenset[str]:
        """
        Everybody who wrote or changed what the post says; a program is the hand of whoever made its token, too.
        """
        entries = tx.audit.list_of([f"post {post.id}"])
        tokens = {f"token {one.who.removeprefix('api:')}" for one in entries if one.who.startswith("api:")}
        made = [one for one in tx.audit.list_of(sorted(tokens)) if one.action == "token.add"] if tokens else []
        return hands_of(entries) | {hand_of(one.who) for one in made}

    def _let_go(
        self,
        tx: Transaction,
        post: Post,
        lead: Mapping[str, Any],
        now: datetime,
        *,
        why: str,
        slot: datetime | None,
        holds_slot: bool,
    ) -> Post:
        led = replace(post, **lead)
        due = slot or max(now, led.due_at, led.not_before_at or now)
        expires_at = None if led.expires_at is not None and led.expires_at <= (slot or now) else led.expires_at
        in_slot = holds_slot or (led.in_slot and slot is None)
        return tx.posts.move(
            post,
            PostState.QUEUED,
            at=now,
            who=self.who,
            why=why,
            by_person=True,
            approved_by=self.who,
            text_frozen=True,
            **{**lead, "due_at": due, "in_slot": in_slot, "expires_at": expires_at},
        )

    def publish_now(self, post_id: int, *, version: int | None = None) -> Post:
        """
        Make a post due this moment, approving it if it waits for that; caps, quiet hours and guards still hold.

        All parts of its thread that are not out yet follow it.

        Raises:
            PostError: it is under embargo, or unknown.
        """
        self.person.check(Action.PUBLISH_NOW)
        now = self.clock.now()
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.NOW, post_id, version)
            waiting = to_be_approved(Act.NOW, parts)
            if waiting:
                self.person.check(Action.APPROVE)
            leads = self._leads(tx, parts, now)
            self._check_out(tx, Act.NOW, _led(parts, leads), now)
            approved = self._approve(tx, waiting, leads, now)
            why = but_stays("to go out now", tx, parts)
            return self._change_all(
                tx, post, [approved.get(part.id, part) for part in parts], at=now, why=why, due_at=now, in_slot=False
            )


def _led(parts: Sequence[Post], leads: Leads) -> list[Post]:
    """
    The parts with what is known by now of the articles to which people let them lead.
    """
    return [replace(part, **leads[part.id]) for part in parts]


def _is_taken(tx: Transaction, parts: Sequence[Post], now: datetime) -> bool:
    """
    Whether another post stands by now in the slot for which a draft was written: drafts keep none for themselves.
    """
    slots = {part.due_at for part in parts if part.state is PostState.DRAFT and part.in_slot}
    return bool(slots) and not slots.isdisjoint(tx.posts.taken_slots(now))


def _tells_its_article(tx: Transaction, post: Post) -> bool:
    """
    Whether the bot made it of an article to which its text leads still.
    """
    if post.kind is PostKind.MANUAL or post.link is None:
        return False
    article = article_behind(tx, post.link)
    return article is not None and article.id == post.article_id
