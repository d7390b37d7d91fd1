"""What all commands share: opening the App, naming the person, printing values."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from asiaradar_bot.model.access import Person, Role

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
    finally:
        app.close()


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
