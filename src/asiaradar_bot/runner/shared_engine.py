"""Several machines on one PostgreSQL: a tick becomes a procrastinate job, one per step and account at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from procrastinate import App as Queue
from procrastinate import PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from asiaradar_bot.logs import get_logger
from asiaradar_bot.model.errors import StorageError

_log = get_logger("asiaradar.engine")
QUEUE = "asiaradar"
TASK = "asiaradar.step"
HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
"""A job whose worker gave no sign of life for this long is given to another."""
_RESCUE_SECONDS = 10.0
_POLL_SECONDS = 1.0
_WORKERS = 6
"""Steps that may run at once on this machine: as many as may wait on a network at the same time."""
_PATIENCE_SECONDS = 30.0


class SharedEngine:
    """
    Asks through the database and works for whoever asked.

    procrastinate only brings ticks to machines. It may lose or repeat one; that no post is lost or doubled is the
    publishing protocol's doing alone.
    """

    def __init__(self, url: str, *, account: str, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """
        `url` is `postgresql+psycopg://...`; `patience_seconds` is how long to wait for the database and for a stop.
        """
        self._patience = patience_seconds
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._account = account
        self._asking = Queue(
            connector=SyncPsycopgConnector(conninfo=self._conninfo, min_size=0, max_size=4, timeout=patience_seconds)
        )
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    def start(self, perform: Callable[[str], None]) -> None:
        """
        Prepare the queue's tables if they are missing, and begin to work.

        Raises:
            StorageError: the database can't be reached, or its tables can't be made.
        """
        try:
            self._asking.open()
            self._prepare()
        except ConnectorException as error:
            self._asking.close()
            raise StorageError(f"the job queue can't be prepared in PostgreSQL: {error.__cause__ or error}") from error
        self._thread = threading.Thread(target=self._run, args=[perform], name="engine", daemon=True)
        self._thread.start()

    def ask(self, name: str) -> None:
        """
        Put the step in line, unless it stands there already; if the database is away, the next tick asks again.
        """
        lock = f"{name}:{self._account}"
        deferrer = self._asking.configure_task(TASK, lock=lock, queueing_lock=lock, queue=QUEUE)
        try:
            deferrer.defer(step=name)
        except AlreadyEnqueued:
            pass
        except ConnectorException as error:
            _log.warning("the job queue can't be reached", step=name, error=str(error.__cause__ or error))

    def stop(self) -> None:
        """
        Take no new job, finish those that run, and leave.
        """
        self._stopping.set()
        if self._loop is not None and self._work is not None:
            self._loop.call_soon_threadsafe(self._work.cancel)
        if self._thread is not None:
            self._thread.join(timeout=self._patience)
        self._asking.close()

    def _prepare(self) -> None:
        if self._asking.check_connection():
            return
        try:
            self._asking.schema_manager.apply_schema()
        except ConnectorException:
            # Another machine may have made the tables in the same moment.
            if not self._asking.check_connection():
                raise

    def _run(self, perform: Callable[[str], None]) -> None:
        asyncio.run(self._work_on(perform))

    async def _work_on(self, perform: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            self._work = asyncio.create_task(self._work_until_lost(perform))
            try:
                await self._work
            except asyncio.CancelledError:
                return
            except ConnectorException as error:
                _log.warning("the job queue was lost; trying again", error=str(error.__cause__ or error))
                await asyncio.sleep(_POLL_SECONDS)

    async def _work_until_lost(self, perform: Callable[[str], None]) -> None:
        working = Queue(connector=PsycopgConnector(conninfo=self._conninfo, min_size=0, max_size=_WORKERS + 2))

        @working.task(name=TASK, queue=QUEUE)
        def _step(step: str) -> None:
            perform(step)

        async with working.open_async():
            rescue = asyncio.create_task(self._rescue_stalled(working))
            try:
                await working.run_worker_async(
                    queues=[QUEUE],
                    concurrency=_WORKERS,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_POLL_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    delete_jobs="always",
                )
            finally:
                rescue.cancel()

    async def _rescue_stalled(self, queue: Queue) -> None:
        while True:
            await asyncio.sleep(_RESCUE_SECONDS)
            try:
                await rescue_stalled(queue)
            except ConnectorException as error:
                _log.warning("stalled jobs can't be looked for", error=str(error.__cause__ or error))


async def rescue_stalled(queue: Queue) -> int:
    """
    Give jobs of dead workers to others; how many.

    Where the next tick of the same step stands in line already, the dead job is only cleared away, for its lock
    would hold back the one that waits.
    """
    jobs = list(await queue.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS))
    for job in jobs:
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            await queue.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
        _log.warning("a stalled step was given on", step=job.task_kwargs.get("step"), job=job.id)
    return len(jobs)
