"""What all commands share: opening the App, naming the person, printing values."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.account import STALE
from asiaradar_bot.model.errors import NotFoundError, StorageError
from asiaradar_bot.settings_file import find_settings_file

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App
    from asiaradar_bot.settings import Settings


@contextmanager
def opened(
    settings: Settings | None = None, *, quiet: bool = True, asks_x: bool = False, saved_rules: bool = True
) -> Iterator[App]:
    """
    The App for one command; `quiet` keeps the log to warnings, only with `asks_x` it needs credentials.
    """
    from asiaradar_bot.bootstrap import build_app
    from asiaradar_bot.logs import configure_logs
    from asiaradar_bot.settings import load_settings

    settings = settings or load_settings()
    configure_logs(
        json=settings.log.json_lines, level="WARNING" if quiet else settings.log.level, secrets=settings.secrets()
    )
    app = build_app(settings, offline=not asks_x, saved_rules=saved_rules)
    try:
        yield app
    except NotFoundError:
        if _is_new(app):
            tell_where(app)
        raise
    finally:
        app.close()


@contextmanager
def acting(*, first: bool = False, asks_x: bool = False, saved_rules: bool = True) -> Iterator[App]:
    """
    The App for a command that changes something, which must not be lost on a database that no bot works on.

    Where the database depends on the folder one is in, it is named on standard error; if no bot has ever run on it
    either, only what may come `first` (people, tokens, rules) is done there.

    Raises:
        StorageError: no bot has ever run on the database, and it is this one only because of the folder.
    """
    from asiaradar_bot.settings import load_settings

    settings = load_settings()
    storage = settings.storage
    if not first and storage.hangs_on_folder and not storage.is_there:  # before build_app makes it
        raise StorageError(_wrong_place(settings))
    with opened(settings, asks_x=asks_x, saved_rules=saved_rules) as app:
        had_bot = _had_bot(app)
        if not first and storage.hangs_on_folder and not had_bot:
            raise StorageError(_wrong_place(settings))
        if storage.hangs_on_folder or not (had_bot or first):
            never = "" if had_bot else ", on which no bot has run yet"
            print(f"asiaradar: works on the database {_where(settings)}{never}", file=sys.stderr)
        yield app


def _wrong_place(settings: Settings) -> str:
    storage = settings.storage
    return (
        f"nothing was done: no bot has run on the database {_where(settings)}; go to the bot's folder or set "
        "ASIARADAR_CONFIG=FILE to its settings, or, if this is the one, before its bot's first start, say so by "
        f"ASIARADAR_STORAGE__URL=sqlite:///{storage.place}"
    )


def _had_bot(app: App) -> bool:
    with app.store.read() as tx:
        return tx.account.get_mark("heartbeat") is not None or bool(tx.articles.list_recent(limit=1))


def tell_if_alone(app: App) -> None:
    """
    On standard error: that the bot of this database is not running, where one has run; of another `acting` speaks.
    """
    with app.store.read() as tx:
        beat = tx.account.get_mark("heartbeat")
    at = None if beat is None else datetime.fromisoformat(beat)
    if at is not None and app.clock.now() - at > STALE:
        seen = stamp(at, app.policy.wording.zone)
        print(
            f"asiaradar: no bot runs on the database {_where(app.settings)} now, the last sign of life is of {seen}: "
            "see that this is the right one",
            file=sys.stderr,
        )


def tell_where(app: App) -> None:
    """
    On standard error, beside an empty answer: in which database one looked, and how to look in another.
    """
    where = _where(app.settings)
    print(f"asiaradar: looked in the database {where}; ASIARADAR_CONFIG=FILE chooses another", file=sys.stderr)


def _where(settings: Settings) -> str:
    """
    The database, and what names it.
    """
    if settings.origin("storage.url") in {"environment", "secret file"}:
        return f"{settings.storage.place} (ASIARADAR_STORAGE__URL)"
    file = find_settings_file(None)
    return f"{settings.storage.place} ({'built-in settings' if file is None else f'settings of {file}'})"


def _is_new(app: App) -> bool:
    with app.store.read() as tx:
        return not tx.articles.list_recent(limit=1) and not tx.posts.list_posts(limit=1)


def person() -> Person:
    """
    The person at the keyboard: whoever may use the database file may do everything.
    """
    return Person(who="cli:" + (os.environ.get("ASIARADAR_EDITOR") or getpass.getuser()), role=Role.ADMIN)


def stamp(at: datetime, zone: str) -> str:
    """
    The instant in UTC and, beside it, in the newsroom's zone: `2026-11-24 09:00:00 UTC (17:00 Singapore)`.
    """
    said = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    local = at.astimezone(ZoneInfo(zone))
    if local.replace(tzinfo=None) == at.astimezone(UTC).replace(tzinfo=None):
        return said
    day = "" if local.date() == at.astimezone(UTC).date() else f"{local:%Y-%m-%d} "
    return f"{said} ({day}{local:%H:%M} {zone.rpartition('/')[2].replace('_', ' ')})"


def print_json(value: Mapping[str, Any]) -> None:
    """
    One JSON object on a line.
    """
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
