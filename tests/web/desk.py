"""A Desk for tests: a dry-run bot, a visitor of a chosen role, and posts in the states that pages must show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.settings import load_settings
from asiaradar_bot.web.entry import Visitor
from tests.ready import ready_file
from tests.web.shared import web_for_visitor

ROOT = Person(who="cli:root", role=Role.ADMIN)


def visitor(role: Role = Role.ADMIN, *, language: str = "en", confirmed: bool = True) -> Visitor:
    """Somebody who is signed in, and gave the password a moment ago."""
    return Visitor(
        user_id=1, name="mei", role=role, csrf="c" * 20, session_id=1, language=language, confirmed=confirmed
    )


@contextmanager
def desk_app(folder: Path, **settings: Any) -> Iterator[App]:
    """A bot that sends nowhere, and asks nobody for a second factor unless told to."""
    settings.setdefault("access", {"second_factor": "nobody"})
    app = build_app(
        load_settings(storage={"url": ready_file(folder), "folder": folder}, x={"mode": "dry-run"}, **settings)
    )
    try:
        yield app
    finally:
        app.close()


def browser(app: App, who: Visitor | None, *, woken: list[str] | None = None) -> TestClient:
    """A browser of this visitor, in process."""
    client = TestClient(web_for_visitor(app, who, woken=woken), follow_redirects=False)
    client.headers.update({"accept": "text/html", "sec-fetch-site": "same-origin", "x-csrf": "c" * 20})
    return client
