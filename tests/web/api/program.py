"""A program for tests: a token of chosen scopes and a client that sends it."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from fastapi.testclient import TestClient

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role, Scope
from tests.web.shared import web_for

ROOT = Person(who="cli:root", role=Role.ADMIN)
_NUMBERS = count(1)


def secret_of(app: App, scopes: Collection[Scope] = tuple(Scope), *, days: int | None = None) -> str:
    """A new token's secret."""
    return app.tokens().make(f"cms-{next(_NUMBERS)}", scopes, days=days, person=ROOT)[1]


def program(app: App, *scopes: Scope, woken: list[str] | None = None, secret: str | None = None) -> TestClient:
    """A program with these scopes, or all."""
    client = TestClient(
        web_for(app, woken=woken),
        base_url="http://testserver/api/v1/",
        follow_redirects=False,
        raise_server_exceptions=False,
    )
    client.headers["authorization"] = f"Bearer {secret or secret_of(app, scopes or tuple(Scope))}"
    return client


def key() -> dict[str, str]:
    """A header for one thing to be done."""
    return {"Idempotency-Key": f"k-{next(_NUMBERS)}"}
