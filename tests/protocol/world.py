"""
A newsroom in a box: real steps on a real database, an X that fails in every way, processes that die or freeze anywhere.

Moves are methods of `World`; `check` holds what must be true after each of them, `finish` what must be true in the end.
"""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy import event

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import CorrectionState, CorrectionTerms, Option
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import AsiaRadarError, PostError, VersionConflictError, WrongStateError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import Billable, LedgerEntry, SpendState
from asiaradar_bot.model.outcome import (
    AlreadyThere,
    Deleted,
    DeleteOutcome,
    GateClosed,
    Published,
    PublishOutcome,
    Refused,
    RemotePost,
    RetryLater,
)
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import MOVES, Attempt, NewPost, Post, PostKind, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.prices import PRICES, price_of, price_of_post
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.correct import Corrector
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.switch import resume, stop
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock, FakeSideFiles, FakeX, SimulatedCrash

_TERMS = CorrectionTerms(premium=True)
TOLERANCE = timedelta(minutes=5)
"""X refuses a signature older than this."""
SIGNATURE = 5.0
"""Seconds after which our own adapter lets a signature go no farther; see adapters/x_account/session.py."""
CREATED = frozenset({"yes", "yes_but_lost"})
ANSWERS = ("yes", "yes_but_lost", "lost", "refused_connection", "rate_limited", "no_auth", "no_final", "duplicate")
"""Every class of answer that an X can give to one create call; see tests/adapters/x_account for the same on the wire."""
_NOT_THERE = "there is no such post"
_NUMBER = re.compile(r"^Story (\d+)")


class Fuse:
    """
    Counts the points at which a process can die or stand still, and strikes at the one that was chosen.
    """

    def __init__(self) -> None:
        self.points = self.boundaries = 0
        self._die_at = 0
        self._pause_at = 0
        self._pause: Callable[[], None] | None = None

    def set(self, *, die_at: int = 0, pause_at: int = 0, pause: Callable[[], None] | None = None) -> None:
        """Points, and the boundaries among them, are counted from 1 for each move; 0: never."""
        self.points = self.boundaries = 0
        self._die_at, self._pause_at, self._pause = die_at, pause_at, pause

    def point(self) -> None:
        """Here the process may die."""
        self.points += 1
        if self.points == self._die_at:
            raise SimulatedCrash

    def boundary(self) -> None:
        """Between two transactions: here it may die, and others may act while it stands still."""
        self.point()
        self.boundaries += 1
        if self._pause is not None and self.boundaries == self._pause_at:
            pause, points, die_at = self._pause, self.points, self._die_at
            self.set()
            pause()
            self.set(die_at=die_at)
            self.points = points


class FusedStore(SqlStore):
    """
    The real store; after every statement and around every transaction there is a point.
    """

    fuse: Fuse

    def light(self, *, die_at: int = 0, before: bool = False) -> Fuse:
        """
        From now on statements count; the fuse, to be set again.

        Who tries every point needs none `before` a statement: it is the one after the statement or transaction
        before it.
        """
        self.fuse = fuse = Fuse()
        fuse.set(die_at=die_at)
        for engine in {self._writer, self._reader}:
            if before:
                event.listen(engine, "before_cursor_execute", lambda *_: fuse.point())
            event.listen(engine, "after_cursor_execute", lambda *_: fuse.point())
        return fuse

    def bury(self) -> None:
        """Its process is dead: connections, cursors and their locks end with it."""
        gc.collect()
        self.close()

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """As in SqlStore."""
        self.fuse.boundary()
        with super().begin() as tx:
            yield tx
        self.fuse.boundary()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """As in SqlStore."""
        self.fuse.boundary()
        with super().read() as tx:
            yield tx
        self.fuse.boundary()


class SlowX(FakeX):
    """
    A scripted account whose timeline may lag or miss posts, which refuses old signatures, bills, and filters no copies.
    """

    def __init__(self, clock: FakeClock, fuse: Fuse) -> None:
        super().__init__(clock)
        self.fuse = fuse
        self.lag = timedelta(0)
        self.misses_until: datetime | None = None
        self.billed = Decimal(0)

    def publish(
        self,
        text: str,
        *,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> PublishOutcome:
        """Sign, gate, wire, with a point around each."""
        return self._write(gate, lambda: self.show(text, media=len(media_ids), reply_to=reply_to).id, text=text)

    def edit(
        self,
        text: str,
        *,
        previous_id: str,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
    ) -> PublishOutcome:
        """As for a new post; the version takes the place of the one before it in the same moment."""

        def put_in_place() -> str | None:
            old = next((post for post in self.timeline if post.id == previous_id), None)
            if old is None:
                return None
            new = self.show(text, media=len(media_ids))
            rest = [post for post in self.timeline if post.id not in {new.id, old.id}]
            self.timeline = [replace(new, first_id=old.first_id or old.id), *rest]
            return new.id

        return self._write(gate, put_in_place, text=text)

    def delete(self, remote_id: str, *, gate: Callable[[datetime], str | None]) -> DeleteOutcome:
        """As for a new post; what is gone already costs nothing."""

        def take_away() -> str | None:
            left = [post for post in self.timeline if remote_id not in {post.id, post.first_id}]
            was_there, self.timeline = len(left) < len(self.timeline), left
            return remote_id if was_there else None

        answer = self._write(gate, take_away)
        if isinstance(answer, Published):
            return Deleted(was_gone=False, signed_at=answer.signed_at)
        if isinstance(answer, Refused) and answer.detail == _NOT_THERE:
            return Deleted(was_gone=True, signed_at=answer.signed_at)
        return RetryLater(detail="503", signed_at=answer.signed_at) if isinstance(answer, AlreadyThere) else answer

    def _write(
        self, gate: Callable[[datetime], str | None], act: Callable[[], str | None], *, text: str | None = None
    ) -> PublishOutcome:
        """`act` does what is asked and gives the id it is about, or None if there is nothing to do it to."""
        word = self.script.pop(0) if self.script else "yes"
        signed_at, signed = self.clock.now(), self.clock.monotonic()
        self.fuse.boundary()
        reason = gate(signed_at)
        if reason is None and self.clock.monotonic() - signed > SIGNATURE:
            reason = "the signature is too old to be sent"
        if reason is not None:
            return GateClosed(detail=reason, signed_at=signed_at)
        self.fuse.boundary()
        self.calls += 1
        if self.clock.now() - signed_at > TOLERANCE:
            return RetryLater(detail="401 for a signature that had run out", signed_at=signed_at)
        done = act() if word in CREATED else None
        if done is not None:
            on = self.clock.now().date()
            self.billed += price_of(Billable.DELETE, on=on) if text is None else price_of_post(text, on=on)
        self.fuse.boundary()
        if word == "yes":
            if done is None:
                return Refused(detail=_NOT_THERE, signed_at=signed_at)
            return Published(remote_id=done, signed_at=signed_at)
        return self._answer(word, signed_at)

    def own_posts(self, account_id: str, *, since: datetime, until: datetime | None = None) -> Sequence[RemotePost]:
        """The timeline as X shows it now, some time behind."""
        self.fuse.boundary()
        now = self.clock.now()
        found = super().own_posts(account_id, since=since, until=until)
        misses = self.misses_until is not None and now < self.misses_until
        shown = [] if misses else [post for post in found if post.created_at + self.lag <= now]
        self.fuse.boundary()
        return shown


@dataclass(kw_only=True)
class Steps:
    """
    What the processes run; a planted bug puts another piece in.
    """

    publish: Callable[[Press], object] = publish_due
    reconcile: Callable[[Press], object] = reconcile
    patrol: Callable[[Press], object] = patrol
    amend: Callable[[Press], object] = amend
    change_press: Callable[[Press], Press] = field(default=lambda press: press)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """
    A process stands still at that boundary, between two transactions or at the wire, while others work.
    """

    at: int
    minutes: float
    others: tuple[str, ...] = ("reconcile", "reconcile", "publish")


class World:
    """
    One database, one X, two processes that die and come again, and an editor.
    """

    def __init__(self, store: FusedStore, steps: Steps | None = None) -> None:
        self.fuse = store.light(before=True)
        self.store = store
        self.steps = steps or Steps()
        self.planted = steps is not None
        self.clock = FakeClock()
        self.files = FakeSideFiles()
        self.x = SlowX(self.clock, self.fuse)
        self.me = Person(who="cli:me", role=Role.ADMIN)
        self.editor = Editor(store=store, clock=self.clock, policy=Policy(), prices=PRICES, person=self.me)
        self.texts: list[str] = []
        self.deaths = self.freezes = 0
        self._names = count(1)
        self.bots = [self._start_bot(), self._start_bot()]
        self._attempts: dict[int, Attempt] = {}
        with store.begin() as tx:
            tx.account.set_mark("remote_id", "1")
            tx.account.set_mark("watching_since", self.clock.now().isoformat())

    def _start_bot(self) -> Press:
        press = Press(
            store=self.store,
            x=self.x,
            timeline=self.x,
            clock=self.clock,
            files=self.files,
            owner=f"process {next(self._names)}",
            limits=Limits(per_hour=1000, per_day=10000, downtime=timedelta(days=9), corrections=_TERMS),
            policy=Policy(),
            prices=PRICES,
        )
        return self.steps.change_press(press)

    # What editors and time do.

    def queue(self, how: str, *, expires: bool = False, due_minutes: int = 0) -> None:
        """A new post: `marked` (as from an article), `plain`, `linked` by an editor's own link, or a `thread` of two."""
        number = len(self.texts) + 1
        now = self.clock.now()
        due_at = now + timedelta(minutes=due_minutes)
        link = f"https://radar.asia/story-{number}"
        if how == "thread":
            texts = [f"Story {number} begins", f"Story {number + 1} goes on"]
            self.texts += texts
            self.editor.add(texts, due_at=due_at)
            return
        text = {"plain": f"Story {number}", "linked": f"Story {number}\n{link}"}.get(how)
        if text is not None:
            self.texts.append(text)
            self.editor.add([text], due_at=due_at)
            return
        link = f"{link}?utm_id=m{number}"
        self.texts.append(f"Story {number}\n{link}")
        new = NewPost(
            kind=PostKind.MANUAL,
            state=PostState.QUEUED,
            news_class=NewsClass.NORMAL,
            text=self.texts[-1],
            link=link,
            marker=f"m{number}",
            due_at=due_at,
            expires_at=now + timedelta(hours=1) if expires else None,
            reason="test",
            created_at=now,
            price_usd="0.200",
            text_frozen=True,
        )
        with self.store.begin() as tx:
            tx.posts.add(new, who="cli:test")

    def posts(self) -> Sequence[Post]:
        """All of them, oldest first."""
        with self.store.read() as tx:
            return sorted(tx.posts.list_posts(limit=1000), key=lambda post: post.id)

    def edit_something(self, what: str, which: int) -> None:
        """An editor does that to one of the posts, if it is allowed; an unknown one is settled by what X really shows."""
        posts = self.posts()
        if not posts:
            return
        post = posts[which % len(posts)]
        with suppress(PostError, WrongStateError):
            match what:
                case "edit":
                    self.editor.edit(post.id, text=re.sub(r"^(Story \d+)( again)*", r"\1 again", post.text))
                case "move":
                    self.editor.move(post.id, due_at=self.clock.now() + timedelta(minutes=which % 90))
                case "settle":
                    shown = [remote.id for remote in self.x.timeline if number_of(remote.text) == number_of(post.text)]
                    self.editor.settle(post.id, remote_id=shown[0] if shown else None)
                case _:
                    getattr(self.editor, what)(post.id)

    def correct_something(self, option: Option, which: int) -> None:
        """An editor has one of the posts that are out edited, or deleted and posted again, if that is open."""
        out = [post for post in self.posts() if post.state is PostState.PUBLISHED]
        if not out:
            return
        post = out[which % len(out)]
        corrector = Corrector(
            store=self.store, clock=self.clock, policy=Policy(), prices=PRICES, terms=_TERMS, person=self.me
        )
        with suppress(AsiaRadarError):
            corrector.choose(post.id, option, text=re.sub(r"^(Story \d+)( again)*", r"\1 again", post.text))

    def switch(self, *, on: bool) -> None:
        """Somebody pulls the kill switch, or lets it go."""
        if on:
            stop(self.store, self.clock, person=self.me, reason="a test")
        else:
            resume(self.store, self.clock, self.files, person=self.me)

    def wait(self, **span: float) -> None:
        """Time passes."""
        self.clock.advance(**span)

    def miss_posts(self) -> None:
        """For less than a minute, and once in a life, X shows an empty timeline."""
        if self.x.misses_until is None:
            self.x.misses_until = self.clock.now() + timedelta(seconds=59)

    # What processes do.

    def run(
        self, bot: int, step: str, *, answers: Sequence[str] = (), die_at: int = 0, freeze: Freeze | None = None
    ) -> None:
        """One step of one process, which may die at a point, or stand still between two transactions."""
        self.x.script = list(answers)
        pause = None if freeze is None else lambda: self._others_act(1 - bot, freeze)
        self.fuse.set(die_at=die_at, pause_at=freeze.at if freeze else 0, pause=pause)
        died = False
        try:
            with suppress(VersionConflictError):
                getattr(self.steps, step)(self.bots[bot])
        except SimulatedCrash:
            died = True
        self.fuse.set()
        self.x.script = []
        if died:
            self.deaths += 1
            self.store.bury()
            self.bots[bot] = self._start_bot()

    def _others_act(self, bot: int, freeze: Freeze) -> None:
        self.freezes += 1
        script, self.x.script = self.x.script, []
        self.wait(minutes=freeze.minutes)
        for step in freeze.others:
            self.run(bot, step)
            self.wait(seconds=61)
        self.x.script = script

    # What must be true.

    def check(self) -> None:
        """
        Nothing doubled, no phantom, every move along the table, attempts kept, and no less in the ledger than X billed.

        With a planted bug only what followers see: a plant must break that, not just the books.
        """
        shown = Counter(number_of(post.text) for post in self.x.timeline)
        doubled = {number: times for number, times in shown.items() if times > 1}
        assert not doubled, f"doubled: {doubled}"
        ids = {one for post in self.x.timeline for one in (post.id, post.first_id)}
        with self.store.read() as tx:
            acting = tx.corrections.list_in([CorrectionState.ACTING, CorrectionState.UNKNOWN])
        maybe_gone = {one.post_id for one in acting if one.option is Option.DELETE_AND_REPOST}
        for post in self.posts():
            if post.deleted_remotely_at is not None:
                assert post.remote_id not in ids, f"{post.text} was deleted and is on X"
            elif post.state is PostState.PUBLISHED and post.id not in maybe_gone:
                assert post.remote_id in ids, f"lost: {post.text} is not on X"
        if not self.planted:
            self._check_books()

    def _check_books(self) -> None:
        with self.store.read() as tx:
            for post in tx.posts.list_posts(limit=1000):
                self._check_moves(tx, post)
                self._check_attempts(tx, post)
            spent = sum(
                (e.amount_usd for e in tx.ledger.list_month(self.clock.now().date()) if _is_owed(e)), Decimal(0)
            )
        assert spent >= self.x.billed, f"X billed {self.x.billed}, the ledger knows of {spent}"

    def _check_moves(self, tx: Transaction, post: Post) -> None:
        at: str | None = None
        for entry in reversed(tx.audit.list_recent(limit=500, subject=f"post {post.id}")):
            if "state" not in entry.after or not entry.action.startswith("post."):  # corrections have states, too
                continue
            before, after = entry.before.get("state"), entry.after["state"]
            assert before == at, f"post {post.id} was {at}, and its move to {after} says {before}"
            assert before is None or PostState(str(after)) in MOVES[PostState(str(before))], f"{before} -> {after}"
            at = str(after)
        assert at == post.state, f"post {post.id} is {post.state}, and its last move led to {at}"

    def _check_attempts(self, tx: Transaction, post: Post) -> None:
        attempts = tx.posts.list_attempts(post.id)
        open_ones = [attempt for attempt in attempts if attempt.finished_at is None]
        assert len(open_ones) == (post.state is PostState.SENDING), f"post {post.id} is {post.state}: {open_ones}"
        known = [attempt for attempt in self._attempts.values() if attempt.post_id == post.id]
        assert {one.id for one in known} <= {one.id for one in attempts}, "an attempt was deleted"
        for attempt in attempts:
            before = self._attempts.get(attempt.id)
            assert before is None or before.finished_at is None or before == attempt, "a closed attempt was changed"
            self._attempts[attempt.id] = attempt

    def finish(self) -> None:
        """
        The faults end, people look after what is theirs, time passes: then every post has come to an end on record.
        """
        self.x.lag = timedelta(0)
        self.x.cannot_read = False
        for _ in range(16):
            if not self._open() and not self._under_way():
                break
            self.switch(on=False)
            self.wait(minutes=16)
            for bot in (0, 1):
                for step in ("reconcile", "patrol", "amend", "publish"):
                    self.run(bot, step)
        self.check()
        assert not self._open(), f"lost: {[(post.text, post.state.value, post.reason) for post in self._open()]}"
        assert not self._under_way(), "lost: a correction was never done"
        reposts = sum(post.corrects_id is not None for post in self.posts())
        assert len(self.posts()) - reposts == len(self.texts), "lost: a post is gone from the database"
        self._check_ends()

    def _check_ends(self) -> None:
        shown = Counter(number_of(post.text) for post in self.x.timeline)
        with self.store.read() as tx:
            alerts = {alert.subject for alert in tx.inbox.list_alerts(limit=1000) if alert.kind == "unknown"}
        for post in self.posts():
            times = shown[number_of(post.text)]
            if post.deleted_remotely_at is not None:
                assert any(one.corrects_id == post.id for one in self.posts()), (
                    f"lost: nothing took {post.text}'s place"
                )
            elif post.state is PostState.PUBLISHED:
                assert times == 1, f"lost: {post.text}"
            elif post.state is PostState.UNKNOWN:
                assert f"post {post.id}" in alerts, f"lost: nobody was told of {post.text}"
            elif post.state in {PostState.REJECTED, PostState.EXPIRED, PostState.HELD}:
                assert times == 0, f"{post.text} is {post.state} and on X"

    def _under_way(self) -> int:
        with self.store.read() as tx:
            return len(tx.corrections.list_in([CorrectionState.DUE, CorrectionState.ACTING]))

    def _open(self) -> list[Post]:
        posts = self.posts()
        out = {(post.thread_id, post.part) for post in posts if post.state is PostState.PUBLISHED}
        return [
            post
            for post in posts
            if post.state in {PostState.QUEUED, PostState.SENDING}
            and (post.thread_id is None or post.part == 1 or (post.thread_id, post.part - 1) in out)
        ]


def number_of(text: str) -> int:
    """
    Which story a post is of; edits keep it.
    """
    found = _NUMBER.match(text)
    assert found is not None, text
    return int(found[1])


_WRITES = frozenset({Billable.POST, Billable.POST_WITH_LINK, Billable.DELETE})


def _is_owed(entry: LedgerEntry) -> bool:
    return entry.state is not SpendState.RELEASED and entry.what in _WRITES
