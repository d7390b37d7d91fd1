"""Posts on their way are read in two queries; what happens between them breaks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from asiaradar_bot.model.post import PostState
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON
from tests.protocol.test_publishing import make_press, queue


@pytest.fixture
def shared(ready_postgres_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    """The database that several machines share; a file has one machine."""
    made = SqlStore(ready_postgres_url, account="AsiaRadar", backups=tmp_path / "backups", server_time=False)
    yield made
    made.close()


def test_an_attempt_closed_between_the_queries_is_left_out(shared: SqlStore) -> None:
    """Another machine settles the first of two in between: the second is told, and the first no more."""
    press = make_press(shared, "yes_but_lost", "yes_but_lost")
    first, second = queue(shared, 1), queue(shared, 2, text="Trains", link=None)
    publish_due(press)
    publish_due(press)
    with shared.read() as tx:
        pairs = tx.posts.list_sending()
    assert {post.id for post, _ in pairs} == {first.id, second.id}
    attempt = next(attempt for post, attempt in pairs if post.id == first.id)
    closed: list[bool] = []

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM attempts" in statement and not closed:
            closed.append(True)
            with shared.begin() as tx:
                assert tx.posts.finish(attempt, PostState.QUEUED, at=NOON, answer_class="ambiguous", why="not on X")

    with shared.read() as tx:
        event.listen(shared._reader, "before_cursor_execute", meanwhile)
        between = [post.id for post, _ in tx.posts.list_sending()]
    assert closed
    assert between == [second.id]
