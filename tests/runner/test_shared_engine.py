"""Several machines on one PostgreSQL: a step runs in one place at a time, and a dead machine's job is given on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import psycopg
import pytest
from procrastinate import App as Queue
from procrastinate import PsycopgConnector

from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.runner.shared_engine import QUEUE, TASK, SharedEngine, rescue_stalled
from tests.waiting import until

pytestmark = pytest.mark.postgres


class Work:
    """Notes who runs what, and whether a step ever ran beside itself."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.together = 0
        self.most_together = 0
        self._lock = threading.Lock()

    def perform_as(self, machine: str) -> Callable[[str], None]:
        """What this machine's engine is to call."""

        def perform(name: str) -> None:
            with self._lock:
                self.together += 1
                self.most_together = max(self.most_together, self.together)
            threading.Event().wait(0.01)
            with self._lock:
                self.together -= 1
                self.done.append((machine, name))

        return perform


def test_a_step_never_runs_on_two_machines_at_once(postgres_url: str) -> None:
    """Two machines ask and work; the step runs again and again, by both if they like, and never beside itself."""
    work = Work()
    engines = [SharedEngine(postgres_url, account="AsiaRadar") for _ in range(2)]
    threads = [
        threading.Thread(target=engine.start, args=[work.perform_as(f"machine {number}")])
        for number, engine in enumerate(engines)
    ]
    for thread in threads:
        thread.start()  # both find an empty database in the same moment
    for thread in threads:
        thread.join()
    try:
        for _ in range(30):
            before = len(work.done)
            for engine in engines:
                engine.ask("publish")
            until(lambda before=before: len(work.done) > before)  # type: ignore[misc]  # bound at once
    finally:
        for engine in engines:
            engine.stop()
    assert work.most_together == 1
    assert {name for _, name in work.done} == {"publish"}


def test_asking_twice_is_asking_once(postgres_url: str) -> None:
    """While a step stands in line, further asking adds nothing; after a stop nothing runs."""
    work = Work()
    engine = SharedEngine(postgres_url, account="AsiaRadar")
    engine.start(work.perform_as("a"))
    engine.stop()
    queue = SharedEngine(postgres_url, account="AsiaRadar")
    queue._asking.open()
    for _ in range(5):
        queue.ask("watch")
    queue._asking.close()
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        count = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'").fetchone()
    assert count == (1,)
    assert work.done == []


@pytest.mark.parametrize("another_waits", [False, True])
def test_the_job_of_a_dead_machine_is_given_on(postgres_url: str, *, another_waits: bool) -> None:
    """A job whose worker is silent for 20 seconds runs elsewhere, or makes way for the next one that waits."""
    conninfo = postgres_url.replace("+psycopg", "")
    work = Work()
    first = SharedEngine(postgres_url, account="AsiaRadar")
    first.start(work.perform_as("a"))
    first.stop()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        worker = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '21 seconds') RETURNING id"
        ).fetchone()
        assert worker is not None
        for status, owner in (("doing", worker[0]), ("todo", None))[: 2 if another_waits else 1]:
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)"
                " VALUES (%s, %s, 'publish:AsiaRadar', 'publish:AsiaRadar', '{\"step\": \"publish\"}', %s, %s)",
                (QUEUE, TASK, status, owner),
            )

    async def rescue() -> int:
        queue = Queue(connector=PsycopgConnector(conninfo=conninfo))
        async with queue.open_async():
            return await rescue_stalled(queue)

    assert asyncio.run(rescue()) == 1
    second = SharedEngine(postgres_url, account="AsiaRadar")
    second.start(work.perform_as("b"))
    try:
        until(lambda: work.done == [("b", "publish")])
    finally:
        second.stop()


def test_a_database_that_is_away_is_a_sentence() -> None:
    """Starting without PostgreSQL says so; nothing hangs."""
    engine = SharedEngine("postgresql+psycopg://bot@127.0.0.1:9/none", account="AsiaRadar", patience_seconds=0.5)
    with pytest.raises(StorageError, match="job queue"):
        engine.start(lambda _: None)
