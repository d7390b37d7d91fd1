"""Rows 1 to 9 and 19 of the crash-point table: a process dies on the way from a source to X."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock, SimulatedCrash
from tests.protocol.conftest import Successor
from tests.protocol.rig import INTENT, RESULT, Newsroom, dying, fused, points, settle_down, url_of
from tests.protocol.test_publishing import ME, advance, fake, make_press, queue, recover, shown, state_of
from tests.sandbox.x_access import image_bytes


@pytest.mark.parametrize("statement", ["INSERT INTO articles", "INSERT INTO decisions", "INSERT INTO posts"])
def test_row_01_before_article_and_post_are_committed(store: SqlStore, successor: Successor, statement: str) -> None:
    """Nothing is left behind, the next poll sees the article again, and it goes out once."""
    press = make_press(store)
    with dying(press, before=statement) as doomed, pytest.raises(SimulatedCrash):
        Newsroom(press=doomed).work()
    assert Newsroom(press=press).posts() == []
    after = successor(press)
    advance(press, minutes=1)
    Newsroom(press=after).work()
    publish_due(after)
    (post,) = Newsroom(press=after).posts()
    assert (post.state, shown(press)[post.text]) == (PostState.PUBLISHED, 1)


def test_row_02_after_that_commit(store: SqlStore, successor: Successor) -> None:
    """The post is queued, and the next sweep sends it once."""
    press = make_press(store)
    with dying(press, after="INSERT INTO posts") as doomed, pytest.raises(SimulatedCrash):
        Newsroom(press=doomed).work()
    after = successor(press)
    assert [post.state for post in Newsroom(press=after).posts()] == [PostState.QUEUED]
    Newsroom(press=after).work()
    publish_due(after)
    (post,) = Newsroom(press=after).posts()
    assert (post.state, shown(press)[post.text]) == (PostState.PUBLISHED, 1)


def test_row_03_during_the_upload(store: SqlStore, successor: Successor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The post is still queued, the picture is uploaded again, and the post goes out once, with it."""
    press = make_press(store)
    with store.begin() as tx:
        picture = Picture(content=image_bytes(), media_type="image/jpeg", width_pixels=40, height_pixels=30)
        picture_id = tx.posts.add_picture(picture, source_url=None)
    post = queue(store, picture_id=picture_id, alt_text="A harbour")

    def die(*_: object, **__: object) -> None:
        raise SimulatedCrash

    with monkeypatch.context() as doomed:
        doomed.setattr(fake(press), "upload", die)
        with pytest.raises(SimulatedCrash):
            publish_due(press)
    assert state_of(store, post) is PostState.QUEUED
    assert settle_down(successor(press), post) is PostState.PUBLISHED
    assert [remote.media_count for remote in fake(press).timeline] == [1]


@pytest.mark.parametrize(
    ("row", "where", "left"),
    [
        pytest.param(4, {"before": INTENT}, PostState.QUEUED, id="04-before-intent"),
        pytest.param(5, {"after": INTENT}, PostState.SENDING, id="05-before-wire"),
        pytest.param(8, {"before": RESULT}, PostState.SENDING, id="08-before-result"),
        pytest.param(9, {"after": RESULT}, PostState.PUBLISHED, id="09-after-result"),
    ],
)
def test_rows_04_05_08_09_at_a_commit(
    store: SqlStore, successor: Successor, row: int, where: dict[str, str], left: PostState
) -> None:
    """What stands in the database after the crash is what the table says, and the post is on X once."""
    press = make_press(store)
    post = queue(store, row)
    with dying(press, **where) as doomed, pytest.raises(SimulatedCrash):
        publish_due(doomed)
    assert state_of(store, post) is left
    assert settle_down(successor(press), post) is PostState.PUBLISHED
    assert shown(press)[post.text] == 1


class _KillingServer:
    """Takes one connection, reads so many bytes of the request, and kills the process that writes it."""

    def __init__(self, *, reads: int) -> None:
        self._reads = reads
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.pid = 0
        self.got = b""

    def serve(self) -> None:
        self._socket.settimeout(60)
        connection, _ = self._socket.accept()
        with connection, self._socket:
            while len(self.got) < self._reads and b"}" not in self.got:
                self.got += connection.recv(min(self._reads, 4096))
            os.kill(self.pid, signal.SIGKILL)


def _publish_in_a_process_that_is_killed(store: SqlStore, *, reads: int) -> bytes:
    """A second process sends what is due, and is killed by what it meets on the wire; what came over it."""
    server = _KillingServer(reads=reads)
    command = [sys.executable, "-m", "tests.protocol.second_process", "publish", url_of(store)]
    with subprocess.Popen([*command, f"http://127.0.0.1:{server.port}"]) as process:
        server.pid = process.pid
        thread = threading.Thread(target=server.serve)
        thread.start()
        thread.join(90)
        assert process.wait(timeout=60) == -signal.SIGKILL
    return server.got


@pytest.mark.crash
@pytest.mark.parametrize("x_acts", [False, True])
def test_row_06_bytes_partly_written(store: SqlStore, successor: Successor, *, x_acts: bool) -> None:
    """A real process, killed while its request is half on the wire: on X once, whether X acts on the half or not."""
    clock = FakeClock(datetime.now(UTC))
    press = make_press(store, clock=clock)
    post = queue(store, due_at=clock.now(), created_at=clock.now())
    assert _publish_in_a_process_that_is_killed(store, reads=20).startswith(b"POST /2/tweets")
    assert state_of(store, post) is PostState.SENDING
    advance(press, seconds=30)
    if x_acts:
        fake(press).show(post.text)
    assert settle_down(successor(press), post) is PostState.PUBLISHED
    assert shown(press)[post.text] == 1


@pytest.mark.crash
def test_row_07_x_posted_and_the_answer_was_not_read(store: SqlStore, successor: Successor) -> None:
    """A real process, killed when X has the whole request: found on the timeline, and nothing is sent again."""
    clock = FakeClock(datetime.now(UTC))
    press = make_press(store, clock=clock)
    post = queue(store, due_at=clock.now(), created_at=clock.now())
    assert b"Story 1" in _publish_in_a_process_that_is_killed(store, reads=1 << 16)
    advance(press, seconds=30)
    fake(press).show(post.text)
    assert settle_down(successor(press), post) is PostState.PUBLISHED
    assert (fake(press).calls, shown(press)[post.text]) == (0, 1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", [1, 2])
def test_rows_04_to_09_at_every_point(store: SqlStore, first: int) -> None:
    """Another process dies after each statement, around each transaction and the wire in turn: on X exactly once."""
    clock = FakeClock()
    survived = False
    for number in points(store, first=first, step=2):
        press = make_press(store, clock=clock, per_day=1000)
        post = queue(store, number, due_at=clock.now(), created_at=clock.now())
        doomed = fused(store)
        fuse = doomed.light(die_at=number)
        try:
            publish_due(replace(press, store=doomed, owner="doomed"))
            survived = fuse.points < number
        except SimulatedCrash:
            pass
        finally:
            doomed.bury()
        advance(press, minutes=2)
        assert settle_down(press, post) is PostState.PUBLISHED, f"point {number}"
        assert shown(press)[post.text] == 1, f"point {number}"
        if survived:
            break
    assert number > 40


@pytest.mark.parametrize("part", [1, 2, 3])
@pytest.mark.parametrize("word", ["crash_before_wire", "crash_after_wire"])
def test_row_19_part_of_a_thread_dies(store: SqlStore, successor: Successor, part: int, word: str) -> None:
    """Parts before it stay, it is settled or sent, and the rest follows as replies to known ids."""
    press = make_press(store, *["yes"] * (part - 1), word)
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    parts = editor.add(["First part", "Second part", "Third part"])
    with suppress(SimulatedCrash):
        publish_due(press)
    states: list[Any] = [state_of(store, one) for one in parts]
    assert states == [PostState.PUBLISHED] * (part - 1) + [PostState.SENDING] + [PostState.QUEUED] * (3 - part)
    recover(successor(press))
    timeline = list(reversed(fake(press).timeline))
    assert [post.text for post in timeline] == ["First part", "Second part", "Third part"]
    assert [post.in_reply_to for post in timeline] == [None, timeline[0].id, timeline[1].id]
