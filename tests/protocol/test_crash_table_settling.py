"""Rows 10 to 13, 15 and 18 of the crash-point table: reconciling, freezing, editing, restoring, migrating."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.model.errors import PostError, WrongStateError
from asiaradar_bot.model.outcome import PublishOutcome, RemotePost
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import Publisher
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.sandbox.x import LocalX
from asiaradar_bot.steps.patrol import enter_safe_mode_if_restored, patrol
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore, copy_database
from tests.fakes.outside import FakeClock, FakeSideFiles, SimulatedCrash
from tests.protocol.planted import Around
from tests.protocol.rig import fused, held_press, points, settle_down, url_of
from tests.protocol.second_process import DIED
from tests.protocol.test_publishing import ME, SETTLED, advance, fake, make_press, queue, shown, state_of


@pytest.mark.timeout(600)
@pytest.mark.parametrize("word", ["yes_but_lost", "lost"])
@pytest.mark.parametrize("first", [1, 2])
def test_row_10_anywhere_in_the_reconciler(store: SqlStore, word: str, first: int) -> None:
    """It dies after each statement and around each transaction in turn and runs again elsewhere: found or sent again, on X once."""
    clock = FakeClock()
    for number in points(store, first=first, step=2):
        press = make_press(store, word, clock=clock)
        post = queue(store, number, due_at=clock.now(), created_at=clock.now())
        publish_due(press)
        advance(press, **SETTLED)
        if word == "lost":
            reconcile(press)
            advance(press, **SETTLED)
        doomed = fused(store)
        fuse = doomed.light(die_at=number)
        try:
            reconcile(replace(press, store=doomed, owner="doomed"))
        except SimulatedCrash:
            pass
        finally:
            doomed.bury()
        last = fuse.points
        assert settle_down(press, post) is PostState.PUBLISHED, f"point {number}"
        assert shown(press)[post.text] == 1, f"point {number}"
        if last < number:
            break
    assert 20 < number < 150


class _Freezing(Around):
    """The process stands still between gate and wire."""

    def __init__(self, inner: Publisher, meanwhile: Callable[[], None]) -> None:
        super().__init__(inner)
        self._meanwhile = meanwhile

    def publish(self, text: str, *, gate: Callable[[datetime], str | None], **how: Any) -> PublishOutcome:
        """The gate is passed, and then it takes long."""

        def slow_gate(signed_at: datetime) -> str | None:
            reason = gate(signed_at)
            with ThreadPoolExecutor(1) as others:  # each thread has wire calls of its own, as each process has
                others.submit(self._meanwhile).result()
            return reason

        return super().publish(text, gate=slow_gate, **how)


@dataclass(kw_only=True)
class _SigningClock:
    """X's clock, as far as signatures go: clients sign by the machine's real one."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Real time, and what passed for frozen processes."""
        return datetime.now(UTC) + self.ahead


def _account(x: LocalX, clock: FakeClock) -> XAccount:
    keys = x.credentials
    return XAccount(
        base_url=x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=clock.now,
    )


@pytest.mark.parametrize("taken_over", [True, False])
def test_row_11_frozen_between_gate_and_wire(store: SqlStore, *, taken_over: bool) -> None:
    """X refuses the old signature over real HTTP; the post is out once, and the account is not thought to be blocked."""
    press = make_press(store)
    clock, signing = press.clock, _SigningClock()
    assert isinstance(clock, FakeClock)
    with LocalX(now=clock.now, signing_now=signing.now) as x:
        account = _account(x, clock)
        other = replace(press, x=account, timeline=account, owner="two")

        def meanwhile() -> None:
            for step in (reconcile, reconcile, publish_due) if taken_over else ():
                advance(press, **SETTLED)
                step(other)
            advance(press, **SETTLED)
            signing.ahead = timedelta(minutes=64)

        post = queue(store)
        frozen = replace(press, x=_Freezing(account, meanwhile), timeline=account)
        publish_due(frozen)
        assert state_of(store, post) is (PostState.PUBLISHED if taken_over else PostState.QUEUED)
        signing.ahead = timedelta(0)
        assert settle_down(other, post) is PostState.PUBLISHED
        assert [shown.text.split("\n")[0] for shown in x.posts()] == ["Story 1"]
        assert "401" in [str(seen.status) for seen in x.requests if seen.method == "POST"]
        with store.read() as tx:
            assert tx.account.state().paused is None
            assert tx.ledger.month_total(clock.now().date()) == x.invoice().total_usd


@pytest.mark.parametrize("word", ["yes", "yes_but_lost", "no_final", "rate_limited"])
def test_row_12_the_lease_is_lost_in_mid_call(store: SqlStore, word: str) -> None:
    """Two owners for a moment: the post is out once at most, and the ledger is that of the answer that counted."""
    press, wire = held_press(store, word)
    other = replace(press, owner="two")
    post = queue(store)

    def meanwhile() -> None:
        advance(press, seconds=70)
        publish_due(other)

    wire.at_wire = meanwhile
    publish_due(press)
    state = settle_down(other, post)
    times = sum(one.text == post.text for one in wire.timeline)
    assert (state, times) == ((PostState.REJECTED, 0) if word == "no_final" else (PostState.PUBLISHED, 1))


@pytest.mark.parametrize("word", ["yes", "yes_but_lost", "lost", "no_final", "rate_limited", "no_auth", "duplicate"])
def test_row_12_an_answer_that_comes_too_late_changes_nothing(store: SqlStore, word: str) -> None:
    """Whatever a process hears after the reconciler gave its post up: the attempt stays as it was closed."""
    press, wire = held_press(store, word)
    post = queue(store)
    left: list[object] = []

    def meanwhile() -> None:
        wire.cannot_read = True
        advance(press, hours=3)
        reconcile(replace(press, owner="two"))
        wire.cannot_read = False
        with store.read() as tx:
            left.extend([tx.posts.get(post.id), *tx.posts.list_attempts(post.id)])

    wire.at_wire = meanwhile
    publish_due(press)
    assert state_of(store, post) is PostState.UNKNOWN
    with store.read() as tx:
        assert [tx.posts.get(post.id), *tx.posts.list_attempts(post.id)] == left
        owed = tx.ledger.month_total(press.clock.now().date())
    assert owed >= len(wire.timeline) * Decimal(post.price_usd)


@pytest.mark.parametrize(
    "what", ["cancel", "hold", "approve", "edit", "move", "publish_now", "restore", "found", "absent"]
)
def test_row_13_an_editor_meddles_while_sending(store: SqlStore, what: str) -> None:
    """Every change is refused with a sentence, and the post goes its way."""
    press = make_press(store, "yes_but_lost")
    post = queue(store)
    publish_due(press)
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    asked: dict[str, Callable[[], object]] = {
        "edit": lambda: editor.edit(post.id, text="Other words"),
        "move": lambda: editor.move(post.id, due_at=press.clock.now()),
        "found": lambda: editor.settle(post.id, remote_id="55"),
        "absent": lambda: editor.settle(post.id, remote_id=None),
    }
    refused = pytest.raises((WrongStateError, PostError), match=r"already going out|sending|was tried")
    meddle: Callable[[], object] = asked.get(what) or partial(getattr(editor, what), post.id)
    with refused:
        meddle()
    assert settle_down(press, post) is PostState.PUBLISHED
    assert shown(press)[post.text] == 1


def _backup(store: SqlStore) -> Callable[[], SqlStore]:
    """Keep the database as it is now; the result puts it back and opens it, as a new process would."""
    if store.file is None:
        return _backup_of_server(store)
    kept = store.file.with_name("kept.db")
    copy_database(store.file, kept)

    def restore() -> SqlStore:
        assert store.file is not None
        store.close()
        copy_database(kept, store.file)
        return SqlStore(url_of(store), account="AsiaRadar", backups=Path(), server_time=False)

    return restore


def _backup_of_server(store: SqlStore) -> Callable[[], SqlStore]:
    """A second database made of the first one stands for a standby that lags behind and is promoted."""
    first = store.writer.url
    standby = f"{first.database}_standby"
    store.close()
    import psycopg

    at = {"host": first.host, "port": first.port, "user": first.username, "dbname": "postgres"}
    with psycopg.connect(**at, autocommit=True) as server:  # type: ignore[arg-type]  # plain values
        server.execute(f"CREATE DATABASE {standby} TEMPLATE {first.database}".encode())
    url = first.set(database=standby).render_as_string(hide_password=False)
    return lambda: SqlStore(url, account="AsiaRadar", backups=Path(), server_time=False)


@pytest.mark.parametrize("link", ["https://radar.asia/story?utm_id=m1", "https://radar.asia/story", None])
@pytest.mark.parametrize("owner", ["one", "two"])
@pytest.mark.parametrize("lag_minutes", [0, 10])
def test_row_15_an_older_database_is_in_place(
    store: SqlStore, link: str | None, owner: str, lag_minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent since is found before anything is sent, even if our timeline lags; what was not is sent once."""
    press = make_press(store)
    sent = queue(store, 1, text="Story 1" if link is None else f"Story 1\n{link}", link=link)
    unsent = queue(store, 2, due_at=press.clock.now() + timedelta(minutes=5))
    restore = _backup(store)
    publish_due(press)
    x, own_posts = fake(press), fake(press).own_posts

    def lagging(account_id: str, *, since: datetime) -> list[RemotePost]:
        behind = press.clock.now() - timedelta(minutes=lag_minutes)
        return [post for post in own_posts(account_id, since=since) if post.created_at <= behind]

    monkeypatch.setattr(x, "own_posts", lagging)
    with closing(restore()) as restored:
        after = replace(press, store=restored, owner=owner)
        assert str(publish_due(after).idle).startswith("safe mode")
        for _ in range(6):
            patrol(after)
            publish_due(after)
            advance(press, minutes=4)
        assert state_of(restored, sent) is PostState.PUBLISHED
        assert state_of(restored, unsent) is PostState.HELD
        with restored.begin() as tx:
            assert [alert.kind for alert in tx.inbox.list_alerts()] == ["safe_mode", "restored"]
            tx.posts.move(
                tx.posts.get(unsent.id), PostState.QUEUED, at=press.clock.now(), who="a", why="b", by_person=True
            )
        assert settle_down(after, unsent) is PostState.PUBLISHED
        assert shown(press) == {sent.text: 1, unsent.text: 1}
        with restored.read() as tx:
            assert tx.account.list_foreign() == []
            assert tx.ledger.month_total(press.clock.now().date()) >= sum(map(Decimal, ("0.2", "0.015")))


def test_row_15_a_backup_made_in_safe_mode(store: SqlStore) -> None:
    """Its safe mode begins anew when it is put in place; one that is on already does not begin again and again."""
    press = make_press(store)
    with store.begin() as tx:
        tx.account.enter_safe_mode("asked for at the start", at=press.clock.now() - timedelta(days=1))
    press.files.write_epoch(7)
    assert "older than this machine's side file" in str(enter_safe_mode_if_restored(press))
    patrol(press)
    advance(press, minutes=14)
    patrol(press)
    assert str(publish_due(press).idle).startswith("safe mode")
    advance(press, minutes=2)
    patrol(press)
    assert publish_due(press).idle is None
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["safe_mode"]


def test_row_15_a_backup_on_a_machine_that_never_saw_it(store: SqlStore) -> None:
    """No side file and a database that has sent before: the timeline is read first, then sending goes on for good."""
    press = make_press(store)
    first = queue(store)
    assert settle_down(press, first) is PostState.PUBLISHED
    second = queue(store, 2)
    after = replace(press, files=FakeSideFiles(epoch=None), owner="new machine")
    fake(press).show(second.text)
    assert "no readable side file" in str(publish_due(after).idle)
    assert patrol(after).adopted == 1
    assert "no readable side file" in str(publish_due(after).idle)
    advance(press, minutes=16)
    patrol(after)
    assert settle_down(after, queue(store, 3)) is PostState.PUBLISHED
    assert set(shown(press).values()) == {1}


def test_row_15_a_side_file_far_ahead_of_the_database(store: SqlStore) -> None:
    """Edited or damaged, it costs the time of safe mode, and a look at the queue; what a person let go since goes."""
    press = make_press(store)
    post, seen = queue(store), queue(store, 2)
    press.files.write_epoch(10**14)
    patrol(press)
    advance(press, minutes=16)
    with store.begin() as tx:
        tx.posts.change(tx.posts.get(seen.id), at=press.clock.now(), who="desk:mei", why="still right")
    patrol(press)
    assert state_of(store, post) is PostState.HELD
    assert settle_down(press, seen) is PostState.PUBLISHED
    assert settle_down(press, queue(store, 3)) is PostState.PUBLISHED


def test_row_15_a_machine_that_never_sends_knows_how_far_the_database_was(store: SqlStore) -> None:
    """It takes over with a standby that was promoted without the last commit: the timeline is read first."""
    press = make_press(store)
    other = replace(press, files=FakeSideFiles(epoch=None), owner="two")
    other.remember_epoch()
    assert settle_down(press, queue(store)) is PostState.PUBLISHED
    other.remember_epoch()
    with store.begin() as tx:
        tx.account.set_mark("epoch", "0")
    assert "older than this machine's side file" in str(publish_due(other).idle)


def test_row_15_safe_mode_lasts_while_another_process_may_send(store: SqlStore) -> None:
    """While somebody else holds the lease nothing is adopted, and safe mode does not end without it."""
    press = make_press(store)
    post = queue(store)
    fake(press).show(post.text)
    press.files.write_epoch(7)
    patrol(press)
    assert state_of(store, post) is PostState.PUBLISHED
    second = queue(store, 2)
    fake(press).show(second.text)
    with store.begin() as tx:
        tx.account.release_lease("one")
    with store.begin() as tx:
        tx.account.acquire_lease("two", now=press.clock.now(), length=timedelta(minutes=20))
    advance(press, **SETTLED)
    assert patrol(press).waiting == 1
    assert state_of(store, second) is PostState.QUEUED
    assert str(publish_due(press).idle).startswith("safe mode")
    advance(press, minutes=5)
    assert patrol(press).adopted == 1
    assert publish_due(press).idle is None


@pytest.mark.crash
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("statement", [3, 40])
def test_row_18_a_migration_dies_half_way(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, statement: int
) -> None:
    """A real process dies inside it: the database is as before, and the next start brings it up to date."""
    sqlite = database == "sqlite"
    url = f"sqlite:///{tmp_path}/bot.db" if sqlite else str(request.getfixturevalue("postgres_url"))
    command = [sys.executable, "-m", "tests.protocol.second_process", "migrate", url, str(statement)]
    assert subprocess.run(command, check=False).returncode == DIED
    with closing(SqlStore(url, account="AsiaRadar", backups=tmp_path)) as store:
        assert inspect(store.writer).get_table_names() == []
        assert schema.schema_version(store) is None
        assert schema.upgrade(store, now=datetime.now(UTC))
        assert schema.schema_version(store) == schema.HEAD
