"""What posts by hand say and show: add, edit, show pictures, rewrite."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import (
    InputError,
)
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import (
    NewPost,
    Post,
    PostId,
    PostKind,
    PostPicture,
    PostState,
    picture_fields,
)
from asiaradar_bot.model.sheet import Base, SheetId, SheetPart
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.four_eyes import EYES, NOT_AT_ONCE
from asiaradar_bot.rules.letting_out import (
    check_haste,
    check_parts,
    check_pictures,
    check_text,
    check_thread,
)
from asiaradar_bot.rules.lints import check_amount
from asiaradar_bot.rules.post_text import links, normalise
from asiaradar_bot.rules.prices import price_of_post, price_of_waiting
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.steps.linked import Lead, kept_alone, kept_until, lead_of, tells_of_embargo, with_kept, with_unseen
from asiaradar_bot.steps.submit.visit import Visit, of_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(Visit):
    """
    An editor who writes.
    """

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
            self._check_links(tx, [] if draft else clean)
            leads = [lead_of(tx, text, policy=self.policy, now=now) for text in clean]
            end = kept_until(leads, now=now)
            due = max(due_at or now, end or now)
            if slot:
                due = next_slot(end or now, self.policy.slots, tx.posts.taken_slots(now))
            waits = "" if draft else self._waits
            if not draft and not waits:
                check_haste(self.person, due, now=now)
            is_open = any(lead.held.is_open for lead in leads) and not draft
            unseen = None if draft else self._unseen(tx, clean)
            is_held = bool(self._waits) or is_open or unseen is not None
            reason = with_kept(f"written by {self.who}{waits}", end, zone=self.policy.wording.zone, is_open=is_open)
            reason = with_unseen(reason, unseen)
            first = NewPost(
                kind=PostKind.MANUAL,
                state=PostState.DRAFT if draft else PostState.HELD if is_held else PostState.QUEUED,
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
                approved_by=None if is_held else self.who,
                not_before_at=end,
                **leads[0].fields,
            )
            return self._insert_thread(tx, first, clean, shown, leads)

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
            post = of_version(tx.posts.get(PostId(post_id)), version)
            self._check_leads(tx, replace(post, text=clean))
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
            post = of_version(tx.posts.get(PostId(post_id)), version)
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
            return NOT_AT_ONCE
        return EYES if self.four_eyes else ""

    def _revise(self, tx: Transaction, post: Post, *, at: datetime, why: str, **changes: object) -> Post:
        """
        Change what a post says or shows; a queued one is held if somebody else must let it go out so, or if it leads to
        an embargo whose end nobody knows.
        """
        led = replace(post, **{"text_frozen": True, **changes})  # type: ignore[arg-type]  # fields of a post
        held = kept_alone(tx, led, policy=self.policy)
        end = held.ends_at if held.ends_at is not None and held.ends_at > at else None
        unseen = self._unseen(tx, [led.text]) if led.is_by_hand and led.text != post.text else None
        reason = with_kept(
            f"changed by {self.who}{self._waits}", end, zone=self.policy.wording.zone, is_open=held.is_open
        )
        reason = with_unseen(reason, unseen)
        if post.state is PostState.QUEUED and (self._waits or held.is_open or unseen is not None):
            return tx.posts.move(
                post, PostState.HELD, at=at, who=self.who, why=reason, by_person=True, approved_by=None, **changes
            )
        if led.text != post.text and (tells_of_embargo(post.reason) or (end is not None and post.is_by_hand)):
            changes["reason"] = reason
        return tx.posts.change(post, at=at, who=self.who, why=why, **changes)

    def _hold_rest(self, tx: Transaction, changed: Sequence[Post], now: datetime) -> None:
        """
        A thread of which a part waits for somebody waits as one.
        """
        waiting = next((post for post in changed if post.state is PostState.HELD), None)
        if waiting is None:
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
            posts = [of_version(tx.posts.get(base.post_id), base.version) for base in bases]
            _use_up(tx, sheet, [part.pictures for part in parts])
            clean = self._clean(
                [part.text for part in parts],
                draft=posts[0].state is PostState.DRAFT,
                pictures=[part.pictures for part in parts],
            )
            if posts[0].state is not PostState.DRAFT:
                for text in clean:
                    self._check_leads(tx, replace(posts[0], text=text))
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

    def _price_of(self, post: Post, at: datetime) -> str:
        return str(price_of_waiting(post, on=at.date(), lists=self.prices))

    def _price(self, text: str, at: datetime, *, pictures: Sequence[PostPicture]) -> str:
        described = sum(1 for one in pictures if one.alt_text)
        return str(price_of_post(text, on=at.date(), lists=self.prices, described=described))


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
