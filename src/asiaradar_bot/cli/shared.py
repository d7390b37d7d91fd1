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
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.settings_file import find_settings_file

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App
    from asiaradar_bot.settings import Settings


@contextmanager
def opened(
    settings: Settings | None = None, *, quiet: bool = True, offline: bool = False, saved_rules: bool = True
) -> Iterator[App]:
    """
    The App for one command; `quiet` keeps the log to warnings; for the others see `build_app`.
    """
    from asiaradar_bot.bootstrap import build_app
    from asiaradar_bot.logs import configure_logs
    from asiaradar_bot.settings import load_settings

    settings = settings or load_settings()
    configure_logs(
        json=settings.log.json_lines, level="WARNING" if quiet else settings.log.level, secrets=settings.secrets()
    )
    app = build_app(settings, offline=offline, saved_rules=saved_rules)
    try:
        yield app
    except NotFoundError:
        if _is_new(app):
            tell_where(app)
        raise
    finally:
        app.close()


def tell_where(app: App) -> None:
    """
    On standard error, beside an empty answer: in which database one looked, and how to look in another.
    """
    place, file = app.settings.storage.place, find_settings_file(None)
    by = "built-in settings" if file is None else f"settings of {file}"
    print(f"asiaradar: looked in the database {place} ({by}); ASIARADAR_CONFIG=FILE chooses another", file=sys.stderr)


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
