"""What editors do with a sheet before it is filed: open, save (never over a newer one), throw away; who is at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.errors import NotFoundError, SheetConflictError, WrongStateError
from asiaradar_bot.model.post import LIVE, Post, PostId, PostState
from asiaradar_bot.model.sheet import PRESENCE, Base, Presence, Sheet, SheetId, SheetPart
from asiaradar_bot.ports import Clock, Store, Transaction

_MOST_OPEN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """
    The desk drawer of one editor's visit; every editor of the newsroom sees the same sheets.
    """

    store: Store
    clock: Clock
    person: Person

    def open(self, sheet_id: int) -> Sheet | None:
        """
        A sheet that was saved; None once it is filed or thrown away.
        """
        self.person.check(Action.WRITE)
        with self.store.read() as tx:
            return tx.sheets.find(SheetId(sheet_id))

    def open_post(self, post_id: int) -> Sheet:
        """
        The sheet that changes this post with its thread: as it was left, or a fresh one, which is not saved yet.

        Raises:
            NotFoundError: there is no such post.
            WrongStateError: it can't be changed any more.
        """
        self.person.check(Action.WRITE)
        with self.store.read() as tx:
            posts = changeable(tx, tx.posts.get(PostId(post_id)))
            return tx.sheets.find_for_post(posts[0].id) or sheet_of(posts)

    def list_open(self) -> Sequence[Sheet]:
        """
        Sheets that nobody has filed yet, last saved first.
        """
        with self.store.read() as tx:
            return tx.sheets.list_open(limit=_MOST_OPEN)

    def save(self, sheet: Sheet) -> Sheet:
        """
        Keep what was written; `sheet.version` is the one it began from.

        Raises:
            NotFoundError: it was filed or thrown away meanwhile; nothing is written.
            SheetConflictError: somebody else, or the same person on another page, saved it since; nothing is written.
        """
        self.person.check(Action.WRITE)
        now = self.clock.now()
        mine = replace(sheet, saved_by=self.person.who, saved_at=now)
        with self.store.begin() as tx:
            newest = _newest(tx, sheet)
            if newest is None and sheet.id is not None:
                raise NotFoundError(
                    "this text was queued or thrown away meanwhile: look at the queue; what is written here is "
                    "saved as a new one if you go on"
                )
            if newest is None:
                saved = tx.sheets.add(mine)
            elif (newest.parts, newest.due_words, newest.bases) == (sheet.parts, sheet.due_words, sheet.bases):
                saved = newest
            elif newest.version == sheet.version or newest.page == sheet.page:
                found = tx.sheets.save(replace(mine, id=newest.id), version=newest.version)
                assert found is not None  # nobody writes between, in one writing transaction
                saved = found
            else:
                raise SheetConflictError(
                    f"{newest.saved_by} saved this text meanwhile: look at both, then keep one", theirs=newest
                )
            tx.sheets.note_presence(saved.subject, self.person.who, at=now, gone_before=now - PRESENCE)
        return saved

    def discard(self, sheet_id: int) -> None:
        """
        Throw a sheet away; posts stay as they are.
        """
        self.person.check(Action.WRITE)
        with self.store.begin() as tx:
            tx.sheets.remove(SheetId(sheet_id))

    def enter(self, subject: str) -> None:
        """
        Say that this editor is at the post or sheet; it blocks nobody and runs out by itself.
        """
        self.person.check(Action.WRITE)
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.sheets.note_presence(subject, self.person.who, at=now, gone_before=now - PRESENCE)

    def others(self, subjects: Collection[str]) -> Sequence[Presence]:
        """
        Who else is at these now.
        """
        with self.store.read() as tx:
            found = tx.sheets.list_presences(subjects, seen_since=self.clock.now() - PRESENCE)
        return [one for one in found if one.who != self.person.who]


def changeable(tx: Transaction, post: Post) -> Sequence[Post]:
    """
    The post with the other parts of its thread, as far as one sheet may change them together.

    Raises:
        WrongStateError: it, or another part, is going out or out, so that the whole can't be changed any more.
    """
    thread = [post]
    if post.thread_id is not None:
        thread = [part for part in tx.posts.list_thread(post.thread_id) if part.state is not PostState.CANCELLED]
    if post not in thread or post.state not in LIVE:
        raise WrongStateError(f"post {post.id} is {post.state} and cannot be changed any more", post_id=post.id)
    return thread if all(part.state in LIVE for part in thread) else [post]


def sheet_of(posts: Sequence[Post]) -> Sheet:
    """
    A fresh sheet of these posts as they stand.
    """
    return Sheet(
        id=None,
        version=0,
        page="",
        post_id=posts[0].id,
        bases=tuple(Base(post_id=post.id, version=post.version) for post in posts),
        parts=tuple(SheetPart(text=post.text, pictures=post.pictures) for post in posts),
    )


def _newest(tx: Transaction, sheet: Sheet) -> Sheet | None:
    if sheet.id is not None:
        return tx.sheets.find(sheet.id)
    return tx.sheets.find_for_post(sheet.post_id) if sheet.post_id is not None else None
