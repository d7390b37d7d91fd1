"""What the crash-point tests share: stores that die at a commit, an X with a hand on its wire, a newsroom of one article."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import event

from asiaradar_bot.model.article import ArticlePage, SourceItem
from asiaradar_bot.model.outcome import (
    PageAnswer,
    PageRead,
    PictureAnswer,
    PictureRefused,
    PublishOutcome,
    SourceAnswer,
    SourceRead,
    Validators,
)
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.model.wording import Skeleton
from asiaradar_bot.ports import Transaction
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.verify import verify
from asiaradar_bot.steps.watch import watch
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeClock, FakeX, SimulatedCrash
from tests.protocol.test_publishing import SETTLED, advance, make_press, state_of
from tests.protocol.world import FusedStore

DEEP = os.environ.get("ASIARADAR_PROFILE") == "deep"
INTENT = r"INSERT INTO attempts"
RESULT = r"UPDATE attempts SET .*finished_at="


def points(store: SqlStore, *, first: int = 1, step: int = 1) -> Iterator[int]:
    """
    The moments at which a process dies in turn, until the test has enough.

    On the second database, whose transactions are held by the same code, each third one; all of them in `make deep`.
    """
    return count(first, step * 3 if store.is_postgresql and not DEEP else step)


@contextmanager
def dying_at(store: SqlStore, number: int, *, after: bool = False) -> Iterator[None]:
    """
    The process dies before (or after) the SQL statement of that number, counted from 1; if there are fewer, it lives.

    Counted after, BEGIN is none: a process that dies gives its transaction back, an exception behind it would not.
    """
    left = number

    def die(_: object, __: object, statement: str, *___: object) -> None:
        nonlocal left
        if after and statement.startswith("BEGIN"):
            return
        left -= 1
        if left == 0:
            raise SimulatedCrash

    moment = "after_cursor_execute" if after else "before_cursor_execute"
    event.listen(store.writer, moment, die)
    try:
        yield
    finally:
        event.remove(store.writer, moment, die)


def url_of(store: SqlStore) -> str:
    """Where another process finds the same database."""
    return store.writer.url.render_as_string(hide_password=False)


class DyingStore(SqlStore):
    """Another connection to the same database; its process dies at the commit of a statement."""

    def __init__(self, store: SqlStore, *, before: str | None = None, after: str | None = None) -> None:
        url = url_of(store)
        super().__init__(url, account="AsiaRadar", backups=store._backups, server_time=False)
        self._before, self._after = before, after
        self._seen: list[str] = []
        event.listen(self.writer, "before_cursor_execute", lambda *told: self._seen.append(told[2]))

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """As in SqlStore, until it dies."""
        self._seen.clear()
        with super().begin() as tx:
            yield tx
            self._die_if(self._before)
        self._die_if(self._after)

    def _die_if(self, pattern: str | None) -> None:
        if pattern is not None and any(re.search(pattern, statement, re.DOTALL) for statement in self._seen):
            raise SimulatedCrash


@contextmanager
def dying(press: Press, *, before: str | None = None, after: str | None = None) -> Iterator[Press]:
    """The same press in a process that dies at a commit."""
    assert isinstance(press.store, SqlStore)
    store = DyingStore(press.store, before=before, after=after)
    try:
        yield replace(press, store=store)
    finally:
        store.close()


def fused(store: SqlStore) -> FusedStore:
    """Another connection to the same database; its process may die at any point."""
    return FusedStore(url_of(store), account="AsiaRadar", backups=store._backups, server_time=False)


class HeldWire(FakeX):
    """Something happens after X acted and before its answer is read."""

    def __init__(self, clock: FakeClock, *script: str) -> None:
        super().__init__(clock, *script)
        self.at_wire: Callable[[], None] = lambda: None

    def _answer(self, word: str, signed_at: datetime) -> PublishOutcome:
        self.at_wire()
        self.at_wire = lambda: None
        return super()._answer(word, signed_at)


def held_press(store: SqlStore, *script: str) -> tuple[Press, HeldWire]:
    """A press whose wire one can hold."""
    press = make_press(store)
    assert isinstance(press.clock, FakeClock)
    wire = HeldWire(press.clock, *script)
    return replace(press, x=wire, timeline=wire), wire


def settle_down(press: Press, post: Post) -> PostState:
    """What the program does by itself later, until the post has come to an end; where that is."""
    assert isinstance(press.store, SqlStore)
    for _ in range(4):
        state = state_of(press.store, post)
        if state not in {PostState.QUEUED, PostState.SENDING}:
            break
        publish_due(press)
        reconcile(press)
        advance(press, **SETTLED)
    return state_of(press.store, post)


@dataclass(kw_only=True)
class Newsroom:
    """A site with one article, and the steps that lead it to the queue."""

    press: Press
    title: str = "Harbour opens"
    summary: str = ""
    source: Source = field(
        default=Source(name="site", kind=SourceKind.FEED, url="https://radar.asia/rss", poll=timedelta(seconds=30))
    )

    def read_source(self, source: Source, *, url: str, validators: Validators, now: datetime) -> SourceAnswer:
        """The one item."""
        del source, url, validators, now
        item = SourceItem(id="1", url="https://radar.asia/harbour", title=self.title, published_at=NOON)
        return SourceRead(items=(item,), validators=Validators())

    def read_page(self, url: str, *, language: str | None, zone: str) -> PageAnswer:
        """Its page."""
        del language, zone
        page = ArticlePage(
            requested_url=url,
            final_url=url,
            canonical_url=url,
            is_article=True,
            noindex=False,
            title=self.title,
            summary=self.summary,
            published_at=NOON,
        )
        return PageRead(page=page)

    def read_picture(self, url: str) -> PictureAnswer:
        """None."""
        return PictureRefused(detail=f"no picture at {url}")

    def render(self, template: str, variables: Mapping[str, object]) -> Skeleton:
        """Title and address."""
        del template
        return Skeleton(parts=(f"{variables['title']}\n{variables['url']}",))

    def list_templates(self) -> Sequence[str]:
        """The default one."""
        return ["default"]

    def look(self) -> None:
        """What the source and the page say goes on record."""
        press = self.press
        watch(
            press.store,
            self,
            press.clock,
            sources=[self.source],
            max_age=press.limits.max_age,
            first_run_posts=True,
            now_all=True,
        )

    def work(self) -> None:
        """From the source to the queue."""
        self.look()
        press = self.press
        limits = press.limits
        decide(press.store, press.clock, policy=press.policy, max_age=limits.max_age, first_run_posts=True)
        compose(press.store, self, press.clock, policy=press.policy, limits=limits, prices=press.prices)
        verify(press.store, self, press.clock, sources=[], limits=limits)

    def posts(self) -> Sequence[Post]:
        """What is in the database."""
        with self.press.store.read() as tx:
            return tx.posts.list_posts()
