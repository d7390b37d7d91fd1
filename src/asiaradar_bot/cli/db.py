"""db: upgrade, backup, restore, verify, reseal."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count
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
def restore(
    file: Annotated[Path, typer.Argument(help="A backup from the backups folder.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, in place of the database that is there.")] = False,
) -> None:
    """Put a backup in place; the bot must be stopped. The next start is in safe mode, and the old file is kept."""
    from asiaradar_bot.settings import load_settings

    settings = load_settings()
    if not settings.storage.url.startswith("sqlite:///"):
        raise InputError("restore is for SQLite: use pg_restore for PostgreSQL, then `asiaradar run --safe-mode`")
    if not file.is_file():
        raise InputError(f"there is no file {file}")
    if _mark(file, "environment") is None:
        raise InputError(f"{file} is no backup of this program; nothing was replaced: take one from the backups folder")
    target = Path(settings.storage.url.removeprefix("sqlite:///")).resolve()  # of a link, the file that it leads to
    _check_nobody_works_on(target)
    if target.exists() and not yes:
        raise InputError(
            f"{target} is there and has {_posts_in(target)}, {file} has {_posts_in(file)}: see that this is the right "
            "backup, then say so with --yes; what is there now is kept beside it"
        )
    copy = Path(f"{target}.restored")
    try:
        _prepare(file, copy, stopped=_mark(target, "stopped"))
        kept = _put_in_place(copy, target)
    finally:
        copy.unlink(missing_ok=True)
    print(
        f"restored {file.name} to {target}; the timeline is read before anything is sent"
        + (f"; {kept} is what was there before" if kept else "")
    )


def _prepare(file: Path, copy: Path, *, stopped: str | None) -> None:
    """
    A copy that is ours, up to date and in safe mode, before anything is replaced; a stop of today outlasts it.
    """
    from asiaradar_bot.settings import load_settings
    from asiaradar_bot.storage.store import copy_database

    copy_database(file, copy)
    with opened(load_settings(storage={"url": f"sqlite:///{copy}"})) as app, app.store.begin() as tx:
        tx.account.enter_safe_mode(f"restored from {file.name}", at=app.clock.now(), restored=True)
        if stopped is not None:
            tx.account.set_mark("stopped", stopped)


def _put_in_place(copy: Path, target: Path) -> Path | None:
    """
    The copy takes the database's name in one step; where the old one is now, with its journal, None if there was none.
    """
    if not target.exists():
        copy.replace(target)
        return None
    kept = _free_name(target)
    os.link(target, kept)
    for end in _BESIDE:  # before the copy is there: a journal would be played into it
        with suppress(FileNotFoundError):
            Path(f"{target}{end}").rename(f"{kept}{end}")
    copy.replace(target)
    return kept


def _free_name(target: Path) -> Path:
    """
    The name under which a replaced database is kept, with the time; no earlier one is ever overwritten.
    """
    first = f"{target}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (Path(first if number == 1 else f"{first}-{number}") for number in count(1))
    return next(name for name in names if not any(Path(f"{name}{end}").exists() for end in ("", *_BESIDE)))


def _posts_in(file: Path) -> str:
    """
    How many posts a database file has, in words.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as there:
            posts, newest = there.execute("SELECT count(*), max(created_at) FROM posts").fetchone()
    except sqlite3.Error:
        return "nothing that can be read"
    if not posts:
        return "no posts"
    at = datetime.fromtimestamp(newest / 1_000_000, UTC)
    return f"{posts} {'post' if posts == 1 else 'posts'} (the newest of {at:%Y-%m-%d %H:%M} UTC)"


def _mark(file: Path, key: str) -> str | None:
    """
    What a database file says; None if it says nothing, or can't be read.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as there:
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
    age = abs(datetime.now(UTC) - datetime.fromisoformat(beat))  # of a clock that was set back it is still to come
    if age <= STALE:
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
def reseal(
    *,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="The key file is lost for good: make another; name what is lost with it.")
    ] = False,
) -> None:
    """Seal every secret of the database with the first key, so that older keys can be taken away."""
    from asiaradar_bot.steps.reseal import reseal as reseal_all

    with acting(first=True) as app:
        if new_key:
            app.secret_box.make_key()
        result = reseal_all(app.store, app.secret_box, app.clock, person=person())
    print(f"{result.done} sealed with the first key")
    if result.lost:
        raise SealError(
            f"no key at hand opens the secret of {'; '.join(result.lost)}: put the key back and run this again, "
            "or make that secret anew (hub: by itself; webhook: remove and add; app: users reset-second)"
        )
