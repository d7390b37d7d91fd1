"""The store: short transactions over SQLite or PostgreSQL, translated errors, backups."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, make_url, text
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import InputError, StorageError
from asiaradar_bot.ports import Transaction
from asiaradar_bot.storage.access_rows import SqlAccessRows
from asiaradar_bot.storage.account_rows import SqlAccountRows
from asiaradar_bot.storage.article_rows import SqlArticleRows
from asiaradar_bot.storage.audit_rows import TO_LOG, SqlAuditRows
from asiaradar_bot.storage.correction_rows import SqlCorrectionRows
from asiaradar_bot.storage.engagement_rows import SqlEngagementRows
from asiaradar_bot.storage.engines import open_engines
from asiaradar_bot.storage.factor_rows import SqlFactorRows
from asiaradar_bot.storage.inbox_rows import SqlInboxRows
from asiaradar_bot.storage.ledger_rows import SqlLedgerRows
from asiaradar_bot.storage.post_rows import SqlPostRows
from asiaradar_bot.storage.program_rows import SqlProgramRows
from asiaradar_bot.storage.replay_rows import SqlReplayRows
from asiaradar_bot.storage.report_rows import SqlDigestRows, SqlReportRows
from asiaradar_bot.storage.rulebook_rows import SqlRulebookRows
from asiaradar_bot.storage.sealed_rows import SqlSealedRows
from asiaradar_bot.storage.sheet_rows import SqlSheetRows
from asiaradar_bot.storage.source_rows import SqlSourceRows
from asiaradar_bot.storage.tables import alerts, inbox_messages
from asiaradar_bot.storage.vital_rows import SqlVitalRows

_BACKUP = re.compile(r"asiaradar-\d{8}T\d{6}Z\.db")


_security = logging.getLogger("asiaradar.security")


class SqlTransaction:
    """
    Implements `ports.Transaction` on one connection.
    """

    def __init__(self, connection: Connection, *, account: str, server_time: bool) -> None:
        self.sources = SqlSourceRows(connection)
        self.articles = SqlArticleRows(connection)
        self.posts = SqlPostRows(connection, server_time=server_time)
        self.account = SqlAccountRows(connection, account=account, server_time=server_time)
        self.ledger = SqlLedgerRows(connection)
        self.audit = SqlAuditRows(connection)
        self.inbox = SqlInboxRows(connection)
        self.engagement = SqlEngagementRows(connection)
        self.reports = SqlReportRows(connection)
        self.digests = SqlDigestRows(connection)
        self.access = SqlAccessRows(connection)
        self.sheets = SqlSheetRows(connection)
        self.replays = SqlReplayRows(connection)
        self.vitals = SqlVitalRows(connection, account=account, server_time=server_time)
        self.rulebooks = SqlRulebookRows(connection)
        self.programs = SqlProgramRows(connection)
        self.corrections = SqlCorrectionRows(connection, server_time=server_time)
        self.factors = SqlFactorRows(connection)
        self.sealed = SqlSealedRows(connection)


_ONE_WRITER = text("SELECT pg_advisory_xact_lock(8420)")
"""The number means nothing; a database belongs to one account, so one lock is enough. Source: PostgreSQL, 13.3.5."""


class SqlStore:
    """
    Implements `ports.Store`; the schema must be up to date (see `storage.schema`).
    """

    def __init__(
        self,
        url: str,
        *,
        account: str,
        backups: Path,
        keep_hourly: int = 48,
        keep_daily: int = 30,
        server_time: bool | None = None,
    ) -> None:
        self._url = make_url(url)
        self._account = account
        self._backups = backups
        self._keep = (keep_hourly, keep_daily)
        self._server_time = self.is_postgresql if server_time is None else server_time
        self._writer, self._reader = open_engines(url)
        self._reading = threading.local()
        """The reading transaction of each thread."""
        self.times_busy = 0
        """How often a lock lasted longer than anybody waits, since the start of this process."""

    @property
    def is_postgresql(self) -> bool:
        """
        True on PostgreSQL, False on SQLite.
        """
        return self._url.get_backend_name() == "postgresql"

    @property
    def writer(self) -> Engine:
        """
        The writing engine, for migrations and checks within `storage`.
        """
        return self._writer

    @property
    def file(self) -> Path | None:
        """
        The SQLite file; None on PostgreSQL.
        """
        return None if self.is_postgresql else Path(str(self._url.database))

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """
        A writing transaction: committed at the end of the block, rolled back by any exception.

        One at a time, on all machines: what a block has read stays true until it ends, as SQLite has it anyway.

        Raises:
            StorageError: the database is locked, full, damaged or gone.
        """
        if not self.is_postgresql and getattr(self._reading, "tx", None) is not None:
            raise RuntimeError("a writing transaction within a reading one of the same thread waits for itself")
        with self.translated(), self._writer.begin() as connection:
            events: list[AuditEntry] = connection.info.setdefault(TO_LOG, [])
            events.clear()  # of a transaction that was rolled back
            if self.is_postgresql:
                connection.execute(_ONE_WRITER)
            yield SqlTransaction(connection, account=self._account, server_time=self._server_time)
        for event in events:
            _security.info("%s: %s by %s: %s", event.action, event.subject, event.who, event.why)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """
        A reading transaction; within another one of the same thread it is that one.

        A second one would wait for a writer that waits for the first, where SQLite works with a deleted journal.

        Raises:
            StorageError: the database is damaged or gone.
        """
        outer: SqlTransaction | None = getattr(self._reading, "tx", None)
        if outer is not None:
            yield outer
            return
        with self.translated(), self._reader.connect() as connection:
            self._reading.tx = SqlTransaction(connection, account=self._account, server_time=self._server_time)
            try:
                yield self._reading.tx
            finally:
                self._reading.tx = None

    def check(self) -> str | None:
        """
        A sentence about damage found by the database's own quick check; None: none found.
        """
        try:
            with self._reader.connect() as connection:
                if self.is_postgresql:
                    connection.execute(text("SELECT 1"))
                    return None
                answer = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
        except DatabaseError as error:
            return _sentence(error, self._where)
        if answer == "ok":
            return None
        return f"the database {self._where} is damaged ({answer}): restore a backup with `asiaradar db restore`"

    def back_up(self, *, now: datetime) -> Path | None:
        """
        A checked copy of the SQLite file in the backup folder, old copies thinned out; None on PostgreSQL.

        Raises:
            StorageError: the copy failed its check, or the disk is full.
        """
        if self.file is None:
            return None
        target = self._backups / f"asiaradar-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
        copy_database(self.file, target)
        self._thin_out(now)
        return target

    def prune(self, *, before: datetime) -> int:
        """
        Remove replay ids and sent alerts from before then; how many rows.
        """
        with self.translated(), self._writer.begin() as connection:
            ids = connection.execute(delete(inbox_messages).where(inbox_messages.c.at < before)).rowcount
            sent = connection.execute(delete(alerts).where(alerts.c.sent_at < before)).rowcount
        return int(ids) + int(sent)

    def free_bytes(self) -> int | None:
        """
        Room left for the database file; None on PostgreSQL.
        """
        return None if self.file is None else shutil.disk_usage(self.file.parent).free

    def free_backup_bytes(self) -> int | None:
        """
        Room left for backups; None on PostgreSQL.
        """
        if self.file is None:
            return None
        there = next(folder for folder in (self._backups, *self._backups.absolute().parents) if folder.is_dir())
        return shutil.disk_usage(there).free

    def close(self) -> None:
        """
        Give all connections back.
        """
        self._writer.dispose()
        self._reader.dispose()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """
        Within it the driver's errors are ours, each a sentence.

        Raises:
            StorageError: the database is locked, full, damaged or gone.
        """
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeoutError as error:
            self.times_busy += 1
            raise StorageError(f"the database {self._where} is busy: no connection came free in time") from error
        except OverflowError as error:
            raise InputError(_TOO_LARGE) from error
        except DBAPIError as error:
            if isinstance(error, DataError) and "out of range" in str(error.orig):
                raise InputError(_TOO_LARGE) from error
            self.times_busy += bool(_BUSY.search(str(error.orig)))
            raise StorageError(_sentence(error, self._where)) from error

    @property
    def _where(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def _thin_out(self, now: datetime) -> None:
        hourly, daily = self._keep
        days: set[str] = set()
        for number, file in enumerate(list_backups(self._backups)):
            taken_at = backup_time(file)
            day = f"{taken_at:%Y%m%d}"
            first_of_day = day not in days
            days.add(day)
            young = number < hourly
            kept_daily = first_of_day and taken_at >= now - timedelta(days=daily)
            if not young and not kept_daily:
                file.unlink()


def list_backups(folder: Path) -> list[Path]:
    """
    Backups in the folder, newest first; files of other names are somebody's own.
    """
    return sorted((file for file in folder.glob("asiaradar-*Z.db") if _BACKUP.fullmatch(file.name)), reverse=True)


def backup_time(file: Path) -> datetime:
    """
    When the backup was taken, from its name.
    """
    return datetime.strptime(file.name, "asiaradar-%Y%m%dT%H%M%SZ.db").replace(tzinfo=UTC)


def copy_database(source: Path, target: Path) -> None:
    """
    Copy a live SQLite database through its own backup interface, check the copy, and only then give it its name.

    Raises:
        StorageError: the source can't be read, the copy failed its check, or the disk is full.
    """
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
        with _closing_connection(source) as live, _closing_connection(part) as copy:
            live.backup(copy)
            answer = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if answer != "ok":
            raise StorageError(f"the copy of {source} failed its check ({answer}); nothing was replaced")
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError(
            f"{source} could not be copied to {target}: {error}; check the disk and try again"
        ) from error


@contextmanager
def _closing_connection(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


_TOO_LARGE = "a number is too large for the database: check the number that was asked for"


_BUSY = re.compile(r"locked|timeout", re.IGNORECASE)
_MENDS = (
    (r"disk is full|disk I/O error|No space left", "its disk is full or failing: free some room"),
    (r"malformed|not a database", "it is damaged: restore a backup with `asiaradar db restore`"),
    (_BUSY.pattern, "it was locked for too long: try again, and see that no other program has it open"),
    (r"readonly|permission|unable to open", "it can't be written: check the file and folder rights"),
    (r"no such table|does not exist", "its schema is missing or old: run `asiaradar db upgrade`"),
    (r"connection|refused|terminat", "the server does not answer: start it, or check storage.url"),
)


def _sentence(error: DBAPIError, where: str) -> str:
    cause = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    for pattern, mend in _MENDS:
        if re.search(pattern, cause, re.IGNORECASE):
            return f"the database {where} cannot be used ({cause}): {mend}"
    return f"the database {where} gave an error ({cause}): see docs/runbook.md"
