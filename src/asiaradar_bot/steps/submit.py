"""What editors do with posts: add, edit, approve, hold, cancel, move, settle; each change checked and audited."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import (
    AsiaRadarError,
    InputError,
    PostError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.money import PriceList, SpendState
from asiaradar_bot.model.outcome import Picture, RemotePost
from asiaradar_bot.model.policy import Policy, SlotTimes
from asiaradar_bot.model.post import (
    LIVE,
    NewPost,
    Post,
    PostId,
    PostKind,
    PostPicture,
    PostState,
    picture_fields,
)
from asiaradar_bot.model.sheet import Base, SheetId, SheetPart
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.acts import Act, stays, together
from asiaradar_bot.rules.embargoes import in_both_zones, is_of_embargo
from asiaradar_bot.rules.four_eyes import EYES, check_other_eyes, hand_of, hands_of
from asiaradar_bot.rules.letting_out import (
    check_embargo,
    check_embargo_change,
    check_haste,
    check_letting_out,
    check_not_sooner,
    check_parts,
    check_pictures,
    check_text,
    check_thread,
    to_be_approved,
)
from asiaradar_bot.rules.linking import check_links
from asiaradar_bot.rules.lints import check_amount
from asiaradar_bot.rules.post_text import links, normalise
from asiaradar_bot.rules.prices import price_of_post, price_of_waiting
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.rules.when import read_end, read_when
from asiaradar_bot.steps.linked import Lead, embargo_on, kept_until, known_links, lead_of, with_kept
from asiaradar_bot.steps.press import remember_own

_GONE = frozenset({PostState.PUBLISHED, PostState.SENDING, PostState.UNKNOWN, PostState.REJECTED})
_MAY_WAIT = LIVE | {PostState.EXPIRED, PostState.REJECTED}
_REMOTE_ID = re.compile(r"[1-9][0-9]{0,18}")
"""Source: docs.x.com/fundamentals/x-ids, 64-bit unsigned integers as decimal strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
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

    def check_text(self, text: str) -> str:
        """
        The text as it is sent.

        Raises:
            InputError: it is longer than anything that is read.
            TextError: it can't go out; all reasons in one sentence.
        """
        check_amount([text])
        clean = normalise(text)
        check_text(clean, self.policy)
        return clean

    def keep_picture(self, picture: Picture) -> int:
        """
        Store a picture that was made safe, for a post to show; its number. The same picture is stored once.

        If nothing shows it for 30 days, it goes.
        """
        self.person.check(Action.WRITE)
        with self.store.begin() as tx:
            return tx.posts.add_picture(picture, source_url=None, kept_at=self.clock.now())

    def add(
        self,
        texts: Sequence[str],
        *,
        due_at: datetime | None = None,
        slot: bool = False,
        draft: bool = False,
        pictures: Sequence[Sequence[PostPicture]] = (),
        sheet: SheetId | None = None,
    ) -> list[Post]:
        """
        A new manual post, or a thread of several; due now, at a time, or in the newsroom's next free slot.

        `pictures` has those of the first text, then those of the second, and so on. `sheet` is used up by it. A draft
        may hold what can't go out yet; it is checked when it is approved.

        It is queued if the person may let posts go out, else held until somebody does.

        Raises:
            TextError: a text can't go out, or with these pictures, or a part is empty; nothing is written.
            NotFoundError: there is no such picture.
            InputError: there is no text, or there are too many or too long ones; the sheet was filed already; or there
                are pictures for more texts than there are.
            AccessError: it would go out at once, and the person may not send at once.
        """
        self.person.check(Action.WRITE)
        clean = self._clean(texts, draft=draft, pictures=pictures)
        if len(pictures) > len(clean):
            raise InputError(f"there are pictures for {len(pictures)} texts, and {len(clean)} texts: give each its own")
        shown = [_checked(pictures[at]) if at < len(pictures) else () for at in range(len(clean))]
        now = self.clock.now()
        with self.store.begin() as tx:
            _use_up(tx, sheet, shown)
            self._check_links(tx, [] if draft else clean, now)
            leads = [lead_of(tx, text, policy=self.policy, now=now) for text in clean]
            end = kept_until(leads, now=now)
            due = max(due_at or now, end or now)
            if slot:
                due = next_slot(end or now, self.policy.slots, tx.posts.taken_slots(now))
            waits = "" if draft else self._waits
            if not draft and not waits:
                check_haste(self.person, due, now=now)
            is_open = any(lead.held.is_open for lead in leads) and not draft
            reason = with_kept(f"written by {self.who}{waits}", end, zone=self.policy.wording.zone, is_open=is_open)
            first = NewPost(
                kind=PostKind.MANUAL,
                state=PostState.DRAFT if draft else PostState.HELD if self._waits or is_open else PostState.QUEUED,
                news_class=NewsClass.NORMAL,
                text=clean[0],
                link=_link(clean[0]),
                marker=_marker(),
                due_at=due,
                expires_at=None,
                reason=reason,
                created_at=now,
                price_usd=self._price(clean[0], now, pictures=shown[0]),
                text_frozen=True,
                parts=len(clean),
                in_slot=slot,
                approved_by=None if self._waits or is_open else self.who,
                not_before_at=end,
                **leads[0].fields,
            )
            return self._insert_thread(tx, first, clean, shown, leads)

    def _check_links(self, tx: Transaction, texts: Sequence[str], now: datetime) -> None:
        """
        Return if what these texts by hand link to is still there, as far as anybody knows.

        Raises:
            TextError: an article is gone or was withdrawn.
        """
        check_links([one for text in texts for one in known_links(tx, text, policy=self.policy, now=now)])

    def _clean(self, texts: Sequence[str], *, draft: bool, pictures: Sequence[Sequence[PostPicture]]) -> list[str]:
        check_amount(texts)
        check_parts(texts, [len(shown) for shown in pictures])
        if draft and any(text.strip() for text in texts):
            return [normalise(text) for text in texts]
        clean = [self.check_text(text) for text in texts]
        check_thread(clean)
        return clean

    def _insert_thread(
        self,
        tx: Transaction,
        first: NewPost,
        texts: Sequence[str],
        shown: Sequence[Sequence[PostPicture]],
        leads: Sequence[Lead],
    ) -> list[Post]:
        added = [tx.posts.add(_with_pictures(first, shown[0]), who=self.who)]
        if len(texts) == 1:
            return added
        thread = added[0].id
        added[0] = tx.posts.change(
            added[0], at=first.created_at, who=self.who, why="first part of a thread", thread_id=thread
        )
        for number, (text, pictures) in enumerate(zip(texts[1:], shown[1:], strict=True), start=2):
            part = replace(
                first,
                text=text,
                link=_link(text),
                marker=_marker(),
                price_usd=self._price(text, first.created_at, pictures=pictures),
                thread_id=thread,
                part=number,
                in_slot=False,
                **leads[number - 1].fields,
            )
            added.append(tx.posts.add(_with_pictures(part, pictures), who=self.who))
        return added

    def edit(self, post_id: int, *, text: str, version: int | None = None) -> Post:
        """
        Put another text in place of the old one; from then on the bot does not touch it.

        Raises:
            TextError, WrongStateError, NotFoundError: nothing is written.
            VersionConflictError: the post changed since `version`.
        """
        self.person.check(Action.WRITE)
        clean = self.check_text(text)
        now = self.clock.now()
        with self.store.begin() as tx:
            post = _of_version(tx.posts.get(PostId(post_id)), version)
            if post.is_by_hand:
                self._check_links(tx, [clean], now)
            changed = self._revise(
                tx,
                post,
                at=now,
                why="text edited",
                text=clean,
                link=_link(clean),
                text_frozen=True,
                price_usd=self._price_of(replace(post, text=clean), now),
                **self._leading(tx, post, clean, now),
            )
            self._hold_rest(tx, [changed], now)
            return changed

    def show_pictures(self, post_id: int, pictures: Sequence[PostPicture], *, version: int | None = None) -> Post:
        """
        Let the post show these pictures in this order, each with its description, instead of those it has.

        From then on the bot does not touch it. Without any it goes out without.

        Raises:
            TextError: there are too many, or a description is too long; nothing is written.
            NotFoundError: there is no such post or picture.
            WrongStateError: it can't be changed any more.
            VersionConflictError: the post changed since `version`.
        """
        self.person.check(Action.WRITE)
        shown = _checked(pictures)
        now = self.clock.now()
        with self.store.begin() as tx:
            post = _of_version(tx.posts.get(PostId(post_id)), version)
            _check_there(tx, shown)
            fields = {**picture_fields(shown), "picture_url": None, "text_frozen": True}
            price = self._price(post.text, now, pictures=shown)
            changed = self._revise(tx, post, at=now, why="pictures changed", price_usd=price, **fields)
            self._hold_rest(tx, [changed], now)
            return changed

    @property
    def _waits(self) -> str:
        """
        Why what this person writes does not go out by itself, as the end of a reason; empty: it does.
        """
        if not self.person.may(Action.APPROVE):
            return ", waits for somebody to approve it"
        return EYES if self.four_eyes else ""

    def _revise(self, tx: Transaction, post: Post, *, at: datetime, why: str, **changes: object) -> Post:
        """
        Change what a post says or shows; a queued one is held if somebody else must let it go out so.
        """
        if post.state is not PostState.QUEUED or not self._waits:
            return tx.posts.change(post, at=at, who=self.who, why=why, **changes)
        why = f"changed by {self.who}{self._waits}"
        return tx.posts.move(
            post, PostState.HELD, at=at, who=self.who, why=why, by_person=True, approved_by=None, **changes
        )

    def _hold_rest(self, tx: Transaction, changed: Sequence[Post], now: datetime) -> None:
        """
        A thread of which a part waits for somebody waits as one.
        """
        waiting = next((post for post in changed if post.state is PostState.HELD), None)
        if waiting is None or not self._waits:
            return
        for part in tx.posts.thread_of(waiting):
            if part.state is PostState.QUEUED:
                tx.posts.move(part, PostState.HELD, at=now, who=self.who, why=waiting.reason, by_person=True)

    def rewrite(self, bases: Sequence[Base], parts: Sequence[SheetPart], *, sheet: SheetId | None = None) -> list[Post]:
        """
        Put other parts in place of a post or thread: all of them or none, each with its text and pictures.

        More parts than posts make new ones at the end; posts that no part is left for are withdrawn.

        Raises:
            TextError: a part can't go out. Parts of drafts are checked when they are approved.
            WrongStateError, NotFoundError, InputError: nothing is written.
            VersionConflictError: a post changed since its base.
        """
        self.person.check(Action.WRITE)
        now = self.clock.now()
        with self.store.begin() as tx:
            posts = [_of_version(tx.posts.get(base.post_id), base.version) for base in bases]
            _use_up(tx, sheet, [part.pictures for part in parts])
            clean = self._clean(
                [part.text for part in parts],
                draft=posts[0].state is PostState.DRAFT,
                pictures=[part.pictures for part in parts],
            )
            if posts[0].is_by_hand and posts[0].state is not PostState.DRAFT:
                self._check_links(tx, clean, now)
            whole = posts[0].parts == len(posts)
            changed = []
            for number, (text, part) in enumerate(zip(clean, parts, strict=True), start=1):
                fields = self._fields(text, _checked(part.pictures), now)
                if number <= len(posts) and posts[number - 1].picture_url is not None and not part.pictures:
                    fields.pop("alt_text")  # of the picture that is still to come
                    fields["price_usd"] = self._price_of(replace(posts[number - 1], text=text), now)
                if number <= len(posts):
                    fields |= self._leading(tx, posts[number - 1], text, now)
                    if whole:
                        fields |= {"parts": len(parts), "thread_id": posts[0].id if len(parts) > 1 else None}
                    post = posts[number - 1]
                    changed.append(self._revise(tx, post, at=now, why="text edited", **fields))
                else:
                    changed.append(self._append(tx, changed[0], number, len(parts), fields, now))
            for post in posts[len(parts) :]:
                alone = {"thread_id": None, "part": 1, "parts": 1}
                why = f"{self.who} took it out of the thread"
                tx.posts.move(post, PostState.CANCELLED, at=now, who=self.who, why=why, by_person=True, **alone)
            self._hold_rest(tx, changed, now)
            return changed

    def _fields(self, text: str, pictures: Sequence[PostPicture], now: datetime) -> dict[str, object]:
        price = self._price(text, now, pictures=pictures)
        fields: dict[str, object] = {"text": text, "link": _link(text), "text_frozen": True, "price_usd": price}
        return fields | picture_fields(pictures) | ({"picture_url": None} if pictures else {})

    def _leading(self, tx: Transaction, post: Post, text: str, now: datetime) -> dict[str, Any]:
        """
        What changes with where a text by hand leads: the article, and an embargo of that which the post did not keep.
        """
        if not post.is_by_hand:
            return {}
        lead = lead_of(tx, text, policy=self.policy, now=now)
        end, known = kept_until([lead], now=now), post.not_before_at
        if end is None or (known is not None and (known >= end or lead.fields["article_id"] == post.article_id)):
            return lead.fields
        return {**lead.fields, "not_before_at": end, "due_at": max(post.due_at, end), "in_slot": False}

    def _append(
        self, tx: Transaction, first: Post, number: int, parts: int, fields: dict[str, object], now: datetime
    ) -> Post:
        lead = lead_of(tx, str(fields["text"]), policy=self.policy, now=now)
        end = max(first.not_before_at or now, kept_until([lead], now=now) or now)
        new = NewPost(
            kind=PostKind.MANUAL,
            state=first.state,
            news_class=first.news_class,
            marker=_marker(),
            due_at=max(first.due_at, end),
            expires_at=first.expires_at,
            reason=f"written by {self.who}",
            created_at=now,
            thread_id=first.id,
            part=number,
            parts=parts,
            not_before_at=end if end > now else first.not_before_at,
            approved_by=first.approved_by,
            **fields,  # type: ignore[arg-type]  # of `_fields`
            **lead.fields,
        )
        return tx.posts.add(new, who=self.who)

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
            self._check_out(tx, Act.APPROVE, parts, now)
            return self._approve(tx, parts, now).get(post.id, post)

    def _together(self, tx: Transaction, act: Act, post_id: int, version: int | None) -> tuple[Post, list[Post]]:
        """
        The post, and all parts of its thread to which the act is done, itself among them.
        """
        post = _of_version(tx.posts.get(PostId(post_id)), version)
        return post, _parts(tx, act, post)

    def why_refused(self, tx: Transaction, act: Act, post: Post) -> str | None:
        """
        Why this act would be refused just now, in the words that it would be refused with; None: it would be done.

        Of acts that let posts out (approve, publish now): whoever offers one asks first.
        """
        try:
            self._check_out(tx, act, _parts(tx, act, post), self.clock.now())
        except AsiaRadarError as error:
            return str(error)
        return None

    def _check_out(self, tx: Transaction, act: Act, parts: Sequence[Post], now: datetime) -> None:
        """
        Return if the act may let these parts out.

        Raises:
            AccessError: this person wrote or changed one of them, and another must approve it.
            PostError, TextError: they can't go out as they stand.
        """
        for post in to_be_approved(act, parts) if self.four_eyes else []:
            check_other_eyes(post.id, self.who, hands_of(tx.audit.list_of([f"post {post.id}"])))
        parts = [self._led(tx, part, now) for part in parts]
        asked = [part for part in to_be_approved(act, parts) if part.not_before_at is None]
        embargoed = embargoed_articles(tx, [part.article_id for part in asked if part.kind is PostKind.ARTICLE])
        embargoed |= {
            part.article_id
            for part in asked
            if part.kind is PostKind.MANUAL
            and part.article_id is not None
            and embargo_on(tx, tx.articles.get(part.article_id), policy=self.policy, now=now).is_open
        }
        check_letting_out(act, parts, now=now, policy=self.policy, embargoed=embargoed)
        by_hand = [one for one in to_be_approved(act, parts) if one.is_by_hand]
        self._check_links(tx, [one.text for one in by_hand], now)

    def _led(self, tx: Transaction, post: Post, now: datetime) -> Post:
        """
        The post with what is known by now of the article to which a person let it lead.
        """
        return replace(post, **self._leading(tx, post, post.text, now))

    def _approve(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> dict[PostId, Post]:
        slot = self._slot_not_now(tx, parts, now)
        why = f"approved by {self.who}"
        if slot is not None:
            why = f"approved by {self.who}, who may not send at once, for the next free slot"
        why = _but(why, tx, parts)
        return {
            part.id: self._let_go(tx, part, now, why=why, slot=slot, holds_slot=slot is not None and part is parts[0])
            for part in parts
        }

    def _slot_not_now(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> datetime | None:
        """
        The next free slot, where an approval would send these parts at once and is no right to do that.

        What the bot wrote is the newsroom's news, which waited for an editor: that may go at once. The word of a
        program is none of an editor's.
        """
        if self.person.may(Action.PUBLISH_NOW):
            return None
        led = [self._led(tx, part, now) for part in parts]
        due = [part for part in led if max(part.due_at, part.not_before_at or now) <= now]
        if not any(self.person.scopes is not None or self._wrote(tx, part) for part in due):
            return None
        return free_slot(tx, led, now=now, slots=self.policy.slots)

    def _wrote(self, tx: Transaction, post: Post) -> bool:
        own = post.kind is PostKind.MANUAL
        return own and hand_of(self.who) in hands_of(tx.audit.list_of([f"post {post.id}"]))

    def _let_go(
        self, tx: Transaction, post: Post, now: datetime, *, why: str, slot: datetime | None, holds_slot: bool
    ) -> Post:
        leads = self._leading(tx, post, post.text, now)
        led = replace(post, **leads)
        due = slot or max(now, led.due_at, led.not_before_at or now)
        expires_at = None if post.expires_at is not None and post.expires_at <= (slot or now) else post.expires_at
        return tx.posts.move(
            post,
            PostState.QUEUED,
            at=now,
            who=self.who,
            why=why,
            by_person=True,
            approved_by=self.who,
            expires_at=expires_at,
            text_frozen=True,
            **{**leads, "due_at": due, "in_slot": holds_slot or (led.in_slot and slot is None)},
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
            self._check_out(tx, Act.NOW, parts, now)
            approved = self._approve(tx, waiting, now)
            why = _but("to go out now", tx, parts)
            return self._change_all(
                tx, post, [approved.get(part.id, part) for part in parts], at=now, why=why, due_at=now, in_slot=False
            )

    def reclass(self, post_id: int, news_class: NewsClass, *, version: int | None = None) -> Post:
        """
        Give a post, and its thread, another class: breaking goes first and may pierce quiet hours.
        """
        self.person.check(Action.PUBLISH_NOW)
        now = self.clock.now()
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.BREAKING, post_id, version)
            return self._change_all(tx, post, parts, at=now, why=f"made {news_class}", news_class=news_class)

    def _change_all(
        self, tx: Transaction, post: Post, parts: Sequence[Post], *, at: datetime, why: str, **changes: object
    ) -> Post:
        changed = {part.id: tx.posts.change(part, at=at, who=self.who, why=why, **changes) for part in parts}
        return changed.get(post.id, post)

    def restore(self, post_id: int, *, version: int | None = None) -> Post:
        """
        Take a withdrawal back: the post, and its thread, is held again, if it was never tried (it may stand on X).

        Raises:
            WrongStateError: it is not cancelled, or was tried.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.RESTORE, post_id, version)
            for part in parts:
                if tx.posts.list_attempts(part.id):
                    raise WrongStateError(
                        f"post {part.id} was tried before it was cancelled and may stand on X: write a new one",
                        post_id=part.id,
                    )
            return self._move_all(tx, post, parts, PostState.HELD, why=f"brought back by {self.who}")

    def hold(self, post_id: int, *, why: str = "", version: int | None = None) -> Post:
        """
        Keep a queued post back until somebody approves it, with all parts of its thread that are not out yet.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.HOLD, post_id, version)
            return self._move_all(tx, post, parts, PostState.HELD, why=why or f"held by {self.who}")

    def cancel(self, post_id: int, *, why: str = "", version: int | None = None) -> Post:
        """
        Withdraw a post that is not out yet, with all parts of its thread that are not out yet either.
        """
        self.person.check(Action.HOLD)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.SKIP, post_id, version)
            return self._move_all(tx, post, parts, PostState.CANCELLED, why=why or f"cancelled by {self.who}")

    def move(self, post_id: int, *, due_at: datetime | None, version: int | None = None) -> Post:
        """
        Another time for a post and its thread, of which one holds the slot; None is the newsroom's next free slot.

        Raises:
            AccessError: it would go out at once, approved if it waits for that, and the person may not send at once.
            PostError: it is under embargo then.
        """
        self.person.check(Action.APPROVE)
        now = self.clock.now()
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.MOVE, post_id, version)
            slot = due_at is None
            due = due_at or free_slot(tx, parts, now=now, slots=self.policy.slots)
            check_embargo([self._led(tx, part, now) for part in parts], due, zone=self.policy.wording.zone)
            check_haste(self.person, due, now=now)
            why = _but("moved", tx, parts)
            moved = {
                part.id: tx.posts.change(
                    part, at=now, who=self.who, why=why, due_at=due, in_slot=slot and part is parts[0]
                )
                for part in parts
            }
            return moved.get(post.id, post)

    def read_due(self, post_id: int, words: str) -> datetime:
        """
        The instant that an editor's words mean for this post: a year ahead at most, counted from its embargo's end.

        Raises:
            InputError: they name no time that can be taken.
        """
        with self.store.read() as tx:
            end = _embargo_end(_parts(tx, Act.MOVE, tx.posts.get(PostId(post_id))))
        return read_when(words, now=self.clock.now(), zone=self.policy.wording.zone, embargo=end)

    def embargo(self, post_id: int, *, until: str | None, confirmed: bool = False, version: int | None = None) -> Post:
        """
        Say in words when the embargo of a post, and its thread, ends; None: it is over, the post may go out.

        A post that is due before the end is due at its end. One that waited for another end alone is due at the new
        one; released, it is due now, or in the next free slot where it would go at once and the person may not send at
        once. What lets it out earlier than before must be confirmed.

        Raises:
            InputError: the words name no time to come.
            AccessError: it lets the post out earlier, and a program says so that may not send at once.
            PostError: it lets the post out earlier, and is not confirmed.
        """
        self.person.check(Action.APPROVE)
        now, zone = self.clock.now(), self.policy.wording.zone
        end = now if until is None else read_end(until, now=now, zone=zone)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.EMBARGO, post_id, version)
            if self.person.scopes is not None and not self.person.may(Action.PUBLISH_NOW):
                embargoed = embargoed_posts(tx, parts)
                check_not_sooner([part for part in parts if part.id in embargoed], end, who=self.who)
            check_embargo_change(parts, end, now=now, zone=zone, confirmed=confirmed)
            why = _but(f"embargo until {in_both_zones(end, zone)}" if end > now else _released(parts, zone), tx, parts)
            slot = self._slot_instead(tx, parts, now) if end <= now else None
            first = next((part for part in parts if _waits_for_embargo(part)), None)
            changed = {
                part.id: tx.posts.change(
                    part,
                    at=now,
                    who=self.who,
                    why=why,
                    not_before_at=end,
                    **self._times(part, end, slot=slot, holds_slot=slot is not None and part is first),
                    **({"reason": _standing(part, why)} if is_of_embargo(part.reason) else {}),
                )
                for part in parts
            }
            return changed.get(post.id, post)

    def due_if_released(self, tx: Transaction, post: Post) -> datetime:
        """
        When a post would be due if its embargo were released now, by the rule that the release follows.
        """
        now = self.clock.now()
        slot = self._slot_instead(tx, _parts(tx, Act.EMBARGO, post), now)
        return (slot or now) if _waits_for_embargo(post) else max(post.due_at, now)

    def _slot_instead(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> datetime | None:
        """
        The next free slot, where a release would send these parts at once and the person may not send at once.
        """
        at_once = any(part.state in LIVE and _waits_for_embargo(part) for part in parts)
        if not at_once or self.person.may(Action.PUBLISH_NOW):
            return None
        return next_slot(now, self.policy.slots, tx.posts.taken_slots(now))

    def _times(self, part: Post, end: datetime, *, slot: datetime | None, holds_slot: bool) -> dict[str, object]:
        """
        When a part is due, and how long it is news, once its embargo ends then.
        """
        news = self.policy.expiry[part.news_class]
        if _waits_for_embargo(part):
            due = slot or end
            return {"due_at": due, "in_slot": holds_slot, "expires_at": part.expires_at and due + news}
        return {
            "due_at": max(part.due_at, end),
            "in_slot": part.in_slot and part.due_at >= end,
            "expires_at": part.expires_at and max(part.expires_at, end + news),
        }

    def settle(self, post_id: int, *, remote_id: str | None) -> Post:
        """
        Say what became of an unknown post: its id on X, or None if the account surely does not show it.

        The books follow: the request was billed, or not.

        Raises:
            InputError: that is no id of a post on X, or it is the id of another post of ours.
            WrongStateError, NotFoundError: there is no such unknown post.
        """
        self.person.check(Action.SETTLE)
        if remote_id is not None and not _REMOTE_ID.fullmatch(remote_id):
            raise InputError(f"«{remote_id}» is no post's id on X: it is the digits at the end of the post's address")
        now = self.clock.now()
        with self.store.begin() as tx:
            post = tx.posts.get(PostId(post_id))
            if post.state is not PostState.UNKNOWN:
                raise WrongStateError(
                    f"post {post_id} is {post.state}, and only an unknown post can be settled", post_id=post_id
                )
            spent = SpendState.RELEASED if remote_id is None else SpendState.SETTLED
            for attempt in tx.posts.list_attempts(post.id)[-1:]:
                tx.ledger.settle(attempt.id, spent)
            if remote_id is not None:
                _check_free(tx, remote_id)
                seen = RemotePost(id=remote_id, text=post.text, created_at=now, links=tuple(links(post.text)))
                remember_own(tx, post, seen, at=now)
                return tx.posts.move(
                    post,
                    PostState.PUBLISHED,
                    at=now,
                    who=self.who,
                    why=f"found on X by {self.who}",
                    by_person=True,
                    remote_id=remote_id,
                    published_at=now,
                )
            return tx.posts.move(
                post,
                PostState.QUEUED,
                at=now,
                who=self.who,
                why=f"not on X, as {self.who} saw",
                by_person=True,
                due_at=now,
            )

    def _move_all(self, tx: Transaction, post: Post, parts: Sequence[Post], new: PostState, *, why: str) -> Post:
        now, because = self.clock.now(), _but(why, tx, parts)
        moved = {part.id: tx.posts.move(part, new, at=now, who=self.who, why=because, by_person=True) for part in parts}
        return moved.get(post.id, post)

    def _price_of(self, post: Post, at: datetime) -> str:
        return str(price_of_waiting(post, on=at.date(), lists=self.prices))

    def _price(self, text: str, at: datetime, *, pictures: Sequence[PostPicture]) -> str:
        described = sum(1 for one in pictures if one.alt_text)
        return str(price_of_post(text, on=at.date(), lists=self.prices, described=described))


def embargoed_posts(tx: Transaction, posts: Collection[Post]) -> set[PostId]:
    """
    Those of the posts that are under embargo, or whose article speaks of one by its newest decision.
    """
    articles = embargoed_articles(tx, [post.article_id for post in posts if post.state in _MAY_WAIT])
    return {post.id for post in posts if post.not_before_at is not None or post.article_id in articles}


def embargoed_articles(tx: Transaction, articles: Collection[ArticleId | None]) -> set[ArticleId]:
    """
    Those of the articles that speak of an embargo, by their newest decision.
    """
    asked = {one for one in articles if one is not None}
    decisions = tx.articles.newest_decisions(asked) if asked else {}
    return {article for article, one in decisions.items() if one.speaks_of_embargo}


def free_slot(tx: Transaction, parts: Sequence[Post], *, now: datetime, slots: SlotTimes) -> datetime:
    """
    The newsroom's next free slot for these posts, none before their embargo's end.
    """
    return next_slot(max(now, _embargo_end(parts) or now), slots, tx.posts.taken_slots(now))


def _embargo_end(parts: Sequence[Post]) -> datetime | None:
    return max((part.not_before_at for part in parts if part.not_before_at is not None), default=None)


def _waits_for_embargo(part: Post) -> bool:
    """
    Whether it is due when its embargo ends, and for no other reason.
    """
    return part.not_before_at is not None and part.due_at == part.not_before_at


def _standing(part: Post, why: str) -> str:
    return f"{why}: it waits until somebody approves it" if part.state is PostState.HELD else why


def _released(parts: Sequence[Post], zone: str) -> str:
    end = _embargo_end(parts)
    if end is None:
        return "embargo released, of which nobody knew the end"
    return f"embargo released, which was to end {in_both_zones(end, zone)}"


def _parts(tx: Transaction, act: Act, post: Post) -> list[Post]:
    if post.state is PostState.UNKNOWN and act in {Act.APPROVE, Act.NOW}:
        raise PostError(
            f"post {post.id} is unknown: look at the account first, then settle whether X has it", post_id=post.id
        )
    return together(act, post, tx.posts.thread_of(post))


def _but(why: str, tx: Transaction, parts: Sequence[Post]) -> str:
    """
    The reason, with what of the thread stays as it is because it is out, or on its way.
    """
    others = [one for one in tx.posts.thread_of(parts[0]) if one.state in _GONE] if parts else []
    return f"{why}; {stays(others)}" if others else why


def _check_free(tx: Transaction, remote_id: str) -> None:
    """
    Return if no post of ours is known to have that id.

    Raises:
        InputError: one has it.
    """
    seen = tx.account.find_seen([remote_id]).get(remote_id)
    if seen is not None and seen.post_id is not None:
        raise InputError(f"{remote_id} is the id of post {seen.post_id} on X: look at the account once more")


def _use_up(tx: Transaction, sheet: SheetId | None, shown: Sequence[Sequence[PostPicture]]) -> None:
    _check_there(tx, [one for pictures in shown for one in pictures])
    if sheet is not None and not tx.sheets.remove(sheet):
        raise InputError("this text was queued or thrown away already: look at the queue before you write it again")


def _check_there(tx: Transaction, pictures: Sequence[PostPicture]) -> None:
    for one in pictures:
        tx.posts.get_picture(one.picture_id)


def _checked(pictures: Sequence[PostPicture]) -> Sequence[PostPicture]:
    check_pictures([one.alt_text for one in pictures])
    return [replace(one, alt_text=(one.alt_text or "").strip() or None) for one in pictures]


def _with_pictures(post: NewPost, pictures: Sequence[PostPicture]) -> NewPost:
    return replace(post, **picture_fields(pictures))  # type: ignore[arg-type]  # its three fields


def _link(text: str) -> str | None:
    found = links(text)
    return found[0] if found else None


def _marker() -> str:
    return "m" + secrets.token_hex(6)


def _of_version(post: Post, version: int | None) -> Post:
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
