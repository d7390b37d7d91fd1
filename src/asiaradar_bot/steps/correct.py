"""What people do about a post whose article changed: look, choose, agree as the second person, take back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.article import Article, ArticleId, Facts
from asiaradar_bot.model.correction import (
    LIVE_CORRECTIONS,
    ChainPost,
    ChangeKind,
    Correction,
    CorrectionState,
    CorrectionTerms,
    NewCorrection,
    Offer,
    Option,
    in_place_of,
)
from asiaradar_bot.model.errors import AccessError, InputError, TextError, VersionConflictError, WrongStateError
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.correcting import (
    check_destination,
    correcting_post,
    drafts_for,
    offers_for,
    own_marker,
    price_of_option,
    with_own_marker,
)
from asiaradar_bot.rules.four_eyes import EYES, NOT_AT_ONCE
from asiaradar_bot.rules.lints import text_errors
from asiaradar_bot.rules.post_text import normalise

NEEDED_FOR: dict[Option, Action] = {
    Option.EDIT: Action.PUBLISH_NOW,
    Option.POST: Action.WRITE,
    Option.DELETE_AND_REPOST: Action.DELETE,
    Option.REPLY: Action.WRITE,
    Option.DISMISS: Action.HOLD,
}
_NEXT: dict[Option, CorrectionState] = {
    Option.EDIT: CorrectionState.DUE,
    Option.POST: CorrectionState.POSTING,
    Option.DELETE_AND_REPOST: CorrectionState.DUE,
    Option.REPLY: CorrectionState.BY_HAND,
    Option.DISMISS: CorrectionState.DISMISSED,
}
_TAKEN_BACK = frozenset({CorrectionState.ASKED, CorrectionState.DUE, CorrectionState.BY_HAND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    A post with what can be done about it now.
    """

    post: Post
    correction: Correction | None
    """The one that is not over; None: nobody and nothing asked for one."""
    past: tuple[Correction, ...]
    offers: tuple[Offer, ...]
    drafts: Mapping[Option, str]
    old: Facts | None
    """The article as readers of the post know it."""
    new: Facts | None
    """The article now."""
    chain: tuple[ChainPost, ...]
    """The original with all that corrected it or took its place, oldest first; the post alone where nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrector:
    """
    The tools of one person.
    """

    store: Store
    clock: Clock
    policy: Policy
    prices: Sequence[PriceList]
    terms: CorrectionTerms
    person: Person

    def look(self, post_id: int) -> Look:
        """
        What stands, and the options with price and whether X allows them now.

        Raises:
            NotFoundError: there is no such post.
        """
        self.person.check(Action.LOOK)
        with self.store.read() as tx:
            return self._look(tx, PostId(post_id))

    def choose(
        self, post_id: int, option: Option, *, text: str = "", why: str = "", version: int | None = None
    ) -> Correction:
        """
        Decide on an option; where nothing was open, the choice itself opens a correction.

        Nothing is asked of X here: an edit or deletion is due and goes out by the step `amend`, a post by the queue.

        Raises:
            WrongStateError: the option is not open; the sentence says why.
            TextError, InputError: the text can't go out, or is missing; a dismissal without a reason.
            VersionConflictError: the correction changed since `version`.
        """
        self.person.check(NEEDED_FOR[option])
        now = self.clock.now()
        with self.store.begin() as tx:
            look = self._look(tx, PostId(post_id))
            offer = next(one for one in look.offers if one.option is option)
            if not offer.is_open:
                raise WrongStateError(f"post {post_id} cannot be corrected that way: {offer.why}", post_id=post_id)
            clean = self._check(option, look.post, text, why)
            self._check_destination(tx, look, clean)
            correction = look.correction or self._open(tx, look.post, why, now=now)
            _check_version(correction, version if look.correction is not None else None)
            return self._store_choice(tx, look.post, correction, option, text=clean, why=why, now=now)

    def agree(self, post_id: int, *, version: int | None = None) -> Correction:
        """
        Agree, as the second person, that the post is deleted.

        Raises:
            WrongStateError: nobody asked for it.
            AccessError: the person is the one who asked.
        """
        self.person.check(Action.DELETE)
        now = self.clock.now()
        with self.store.begin() as tx:
            correction = self._live(tx, PostId(post_id), CorrectionState.ASKED, "no deletion waits for a second person")
            _check_version(correction, version)
            if _name(correction.asked_by or "") == _name(self.person.who):
                raise AccessError(f"{self.person.who} asked to delete post {post_id}: a second person must agree")
            why = f"to be deleted: asked by {correction.asked_by}, agreed by {self.person.who}"
            return tx.corrections.move(
                correction,
                CorrectionState.DUE,
                at=now,
                who=self.person.who,
                why=why,
                by_person=True,
                confirmed_by=self.person.who,
                next_try_at=now,
            )

    def take_back(self, post_id: int, *, why: str = "", version: int | None = None) -> Correction:
        """
        Open the correction again, as long as X was not asked.

        Raises:
            WrongStateError: nothing was chosen, or it is on its way.
        """
        self.person.check(Action.HOLD)
        now = self.clock.now()
        with self.store.begin() as tx:
            correction = self._live(tx, PostId(post_id), None, "nothing was chosen")
            _check_version(correction, version)
            if correction.state not in _TAKEN_BACK:
                hint = " (cancel its post instead)" if correction.state is CorrectionState.POSTING else ""
                raise WrongStateError(
                    f"the correction of post {post_id} is {correction.state} and cannot be taken back{hint}",
                    post_id=post_id,
                )
            return tx.corrections.move(
                correction,
                CorrectionState.OPEN,
                at=now,
                who=self.person.who,
                why=why or f"taken back by {self.person.who}",
                by_person=True,
                option=None,
                asked_by=None,
                confirmed_by=None,
            )

    def price(self, post: Post, option: Option, text: str) -> str:
        """
        USD for the option with this text.
        """
        return str(price_of_option(option, post, normalise(text), now=self.clock.now(), prices=self.prices))

    def check_text(self, option: Option, post: Post, text: str, why: str) -> str:
        """
        The text as it would be sent.

        Raises:
            TextError, InputError: it can't be, or something is missing.
        """
        return self._check(option, post, text, why)

    def _look(self, tx: Transaction, post_id: PostId) -> Look:
        post = tx.posts.get(post_id)
        past = tx.corrections.list_for_post(post_id)
        live = past[-1] if past and past[-1].state in LIVE_CORRECTIONS else None
        old, new = self._facts(tx, post, live, past)
        article = self._article(tx, post, live)
        drafts = drafts_for(post, live, old, new, address=None if article is None else article.url)
        chain = tx.corrections.list_chain(post_id)
        newest = in_place_of(post_id, chain)
        offers = offers_for(
            post,
            live,
            drafts,
            edits=sum(one.state is CorrectionState.EDITED for one in past),
            now=self.clock.now(),
            terms=self.terms,
            prices=self.prices,
            place_taken_by=None if newest == post_id else newest,
        )
        done = tuple(one for one in past if live is None or one.id != live.id)
        return Look(
            post=post,
            correction=live,
            past=done,
            offers=offers,
            drafts=drafts,
            old=old,
            new=new,
            chain=tuple(chain),
        )

    def _article(self, tx: Transaction, post: Post, live: Correction | None) -> Article | None:
        article_id = live.article_id if live is not None and live.article_id is not None else _told_by(tx, post)[0]
        return None if article_id is None else tx.articles.get(article_id)

    def _check_destination(self, tx: Transaction, look: Look, text: str) -> None:
        article = self._article(tx, look.post, look.correction)
        if article is not None:
            told_url = look.post.article_url or look.post.link
            check_destination(text, told_url=told_url, url=article.url, gone=article.gone_at is not None)

    def _facts(
        self, tx: Transaction, post: Post, live: Correction | None, past: Sequence[Correction]
    ) -> tuple[Facts | None, Facts | None]:
        article_id, told = _told_by(tx, post)
        if live is not None and live.article_id is not None:
            article_id = live.article_id
        if article_id is None:
            return None, None
        revisions = {one.number: one.facts for one in tx.articles.list_revisions(article_id)}
        newest = max(revisions, default=1)
        known = past[-1].new_revision if past and live is None else (live.old_revision if live else told)
        return revisions.get(known or told or 1), revisions.get(newest)

    def _check(self, option: Option, post: Post, text: str, why: str) -> str:
        if option is Option.DISMISS:
            if not why.strip():
                raise InputError("say why the post stays as it is (--why)")
            return ""
        clean = normalise(text)
        if option in {Option.POST, Option.DELETE_AND_REPOST}:
            clean = with_own_marker(clean, post, fresh="c" + secrets.token_hex(5))
        problems = text_errors(clean, self.policy)
        if problems:
            raise TextError("the text cannot go out: " + "; ".join(problems))
        if option is Option.EDIT and clean == post.text:
            raise TextError("the text is the same as before: change it, or dismiss the correction")
        return clean

    def _open(self, tx: Transaction, post: Post, why: str, *, now: datetime) -> Correction:
        article_id, told = _told_by(tx, post)
        article = None if article_id is None else tx.articles.get(article_id)
        return tx.corrections.add(
            NewCorrection(
                post_id=post.id,
                article_id=article_id,
                kind=ChangeKind.ASKED,
                reasons=(why.strip() or f"asked for by {self.person.who}",),
                old_revision=told,
                new_revision=None if article is None else article.revision,
                gone_at=None if article is None else article.gone_at,
                opened_at=now,
                opened_by=self.person.who,
            )
        )

    def _store_choice(
        self,
        tx: Transaction,
        post: Post,
        correction: Correction,
        option: Option,
        *,
        text: str,
        why: str,
        now: datetime,
    ) -> Correction:
        state = _NEXT[option]
        who = self.person.who
        if option is Option.DELETE_AND_REPOST and self.terms.two_person_delete:
            state = CorrectionState.ASKED
        changes: dict[str, object] = {"option": option, "text": text or None, "asked_by": who, "next_try_at": now}
        if option is Option.POST:
            changes["new_post_id"] = self._queue(tx, post, replace(correction, option=option), text, now=now).id
        return tx.corrections.move(
            correction,
            state,
            at=now,
            who=who,
            why=why.strip() or f"{option} chosen by {who}",
            by_person=True,
            **changes,
        )

    def _queue(self, tx: Transaction, post: Post, correction: Correction, text: str, *, now: datetime) -> Post:
        answers = self.terms.answer_original and post.deleted_remotely_at is None
        followed = tx.engagement.find_for_post(post.id)
        newest = followed.current_id if followed is not None else post.remote_id
        new = correcting_post(
            correction,
            post,
            text=text,
            marker=own_marker(text, correction, taken=tx.posts.markers()),
            reply_to=newest if answers else None,
            now=now,
            prices=self.prices,
            who=self.person.who,
        )
        waits = EYES if self.terms.four_eyes else "" if self.person.may(Action.PUBLISH_NOW) else NOT_AT_ONCE
        if waits:
            new = replace(new, state=PostState.HELD, approved_by=None, reason=f"{new.reason}{waits}")
        return tx.posts.add(new, who=self.person.who)

    def _live(self, tx: Transaction, post_id: PostId, state: CorrectionState | None, otherwise: str) -> Correction:
        tx.posts.get(post_id)
        found = tx.corrections.list_for_post(post_id)
        if found and found[-1].state in LIVE_CORRECTIONS and state in {None, found[-1].state}:
            return found[-1]
        raise WrongStateError(f"{otherwise} for post {post_id}", post_id=post_id)


def _told_by(tx: Transaction, post: Post) -> tuple[ArticleId | None, int | None]:
    """
    The article that the post tells and in which revision; a correcting post tells that of its correction.
    """
    if post.article_id is not None:
        return post.article_id, post.revision
    made_by = tx.corrections.find_making(post.id)
    return (None, None) if made_by is None else (made_by.article_id, made_by.new_revision)


def _check_version(correction: Correction, version: int | None) -> None:
    if version is not None and correction.version != version:
        raise VersionConflictError(
            f"the correction of post {correction.post_id} is at version {correction.version}, not {version}: "
            "somebody changed it; look again, then repeat",
            post_id=correction.post_id,
        )


def _name(who: str) -> str:
    """
    The person behind `desk:mei` and `cli:mei`.
    """
    return who.partition(":")[2].casefold() or who.casefold()
