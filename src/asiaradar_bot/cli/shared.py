"""What all commands share: opening the App, printing values, reading times in words."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.logs import configure_logs
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.settings import Settings, load_settings


@contextmanager
def opened(settings: Settings | None = None, *, quiet: bool = True) -> Iterator[App]:
    """
    The App for one command; `quiet` keeps the log to warnings.
    """
    settings = settings or load_settings()
    configure_logs(
        json=settings.log.json_lines, level="WARNING" if quiet else settings.log.level, secrets=settings.secrets()
    )
    app = build_app(settings)
    try:
        yield app
    finally:
        app.close()


def who() -> str:
    """
    The person at the keyboard, as the audit names them.
    """
    return "cli:" + (os.environ.get("ASIARADAR_EDITOR") or getpass.getuser())


def print_json(value: Mapping[str, Any]) -> None:
    """
    One JSON object on a line.
    """
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


_IN = re.compile(r"in (\d+) ?(m|min|minutes|h|hours|d|days)")


def read_time(text: str, *, now: datetime) -> datetime:
    """
    An instant from `2026-11-24T09:00Z`, `2026-11-24 09:00+08:00`, `in 2 h` or `now`.

    Raises:
        InputError: it is none of these, or has no zone.
    """
    text = text.strip()
    if text == "now":
        return now
    if found := _IN.fullmatch(text):
        minutes = int(found[1]) * {"m": 1, "h": 60, "d": 1440}[found[2][0]]
        return now + timedelta(minutes=minutes)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"«{text}» is no time: write 2026-11-24T09:00Z, «in 2 h» or now") from error
    if at.tzinfo is None:
        raise InputError(f"«{text}» has no zone: add Z for UTC, or an offset such as +08:00")
    return at.astimezone(UTC)
