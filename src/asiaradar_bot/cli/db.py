"""db: upgrade, backup, restore, verify, reseal."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person
from asiaradar_bot.model.account import STALE
from asiaradar_bot.model.errors import InputError, SealError, StorageError

group = typer.Typer(help="The database.", no_args_is_help=True)
_BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the files that SQLite keeps beside a database."""


@group.command()
def upgrade() -> None:
    """Bring the database to this program's schema (every command does so by itself)."""
    with opened() as app:
        print(f"the database {app.settings.storage.place} is up to date")


@group.command()
def backup() -> None:
    """Make a checked copy now."""
    with acting() as app:
        file = app.store.back_up(now=app.clock.now())
    print(f"backed up to {file}" if file else "PostgreSQL: use pg_dump")


@group.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup from the backups folder.")]) -> None:
    """Put a backup in place; the bot must be stopped. The next start is in safe mode, and the old file is kept."""
    from asiaradar_bot.settings import load_settings

    settings = load_settings()
    if not settings.storage.url.startswith("sqlite:///"):
        raise InputError("restore is for SQLite: use pg_restore for PostgreSQL, then `asiaradar run --safe-mode`")
    if not file.is_file():
        raise InputError(f"there is no file {file}")
    target = Path(settings.storage.url.removeprefix("sqlite:///"))
    _check_nobody_works_on(target)
    copy = Path(f"{target}.restored")
    try:
        _prepare(file, copy, stopped=_mark(target, "stopped"))
        kept = _put_in_place(copy, target)
    finally:
        copy.unlink(missing_ok=True)
    print(
        f"restored {file.name} to {target.absolute()}; the timeline is read before anything is sent"
        + (f"; {kept} is what was there before" if kept else "")
    )


def _prepare(file: Path, copy: Path, *, stopped: str | None) -> None:
    """
    A copy that is ours, up to date and in safe mode, before anything is replaced; a stop of today outlasts it.
    """
    from asiaradar_bot.settings import load_settings
    from asiaradar_bot.storage.store import copy_database

    copy_database(file, copy)
    if _mark(copy, "environment") is None:
        raise InputError(f"{file} is no backup of this program; nothing was replaced")
    with opened(load_settings(storage={"url": f"sqlite:///{copy}"})) as app, app.store.begin() as tx:
        tx.account.enter_safe_mode(f"restored from {file.name}", at=app.clock.now())
        if stopped is not None:
            tx.account.set_mark("stopped", stopped)


def _put_in_place(copy: Path, target: Path) -> Path | None:
    """
    The copy takes the database's name in one step; where the old one is now, with its journal, None if there was none.
    """
    kept = Path(f"{target}.replaced")
    for end in ("", *_BESIDE):
        Path(f"{kept}{end}").unlink(missing_ok=True)
    if not target.exists():
        copy.replace(target)
        return None
    os.link(target, kept)
    for end in _BESIDE:  # before the copy is there: a journal would be played into it
        with suppress(FileNotFoundError):
            Path(f"{target}{end}").rename(f"{kept}{end}")
    copy.replace(target)
    return kept


def _mark(file: Path, key: str) -> str | None:
    """
    What a database file says; None if it says nothing, or can't be read.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True)) as there:
            found = there.execute("SELECT value FROM marks WHERE key = ?", [key]).fetchone()
    except sqlite3.Error:
        return None
    return None if found is None else str(found[0])


def _check_nobody_works_on(file: Path) -> None:
    """
    A bot that runs would go on with the file that was replaced, and lose all that it writes from then on.

    A damaged file has no sign of life to read, and is what a restore is for.
    """
    beat = _mark(file, "heartbeat")
    if beat is None:
        return
    age = datetime.now(UTC) - datetime.fromisoformat(beat)
    if timedelta(0) <= age <= STALE:
        raise InputError(
            f"a bot works on {file} (its last sign of life is {age.seconds} seconds old): stop it, wait until that is "
            f"{STALE.seconds} seconds old, and restore then"
        )


@group.command()
def verify() -> None:
    """Check the database for damage."""
    with opened() as app:
        problem, place = app.store.check(), app.settings.storage.place
    if problem is not None:
        raise StorageError(problem)
    print(f"the database {place} is sound")


@group.command()
def reseal() -> None:
    """Seal every secret of the database with the first key, so that older keys can be taken away."""
    from asiaradar_bot.steps.reseal import reseal as reseal_all

    with acting(first=True) as app:
        result = reseal_all(app.store, app.secret_box, app.clock, person=person())
    print(f"{result.done} sealed with the first key")
    if result.lost:
        raise SealError(
            f"no key at hand opens the secret of {'; '.join(result.lost)}: put the key back and run this again, "
            "or make that secret anew (hub: by itself; webhook: remove and add; app: users reset-second)"
        )
