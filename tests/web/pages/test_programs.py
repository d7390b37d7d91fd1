"""Programs: tokens and webhooks at the Desk, their secrets shown once, deliveries with their state, told again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from tests.web.desk import ROOT, browser, desk_app, visitor

FORM = {"csrf": "c" * 20}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def test_a_token_is_made_used_and_revoked(app: App) -> None:
    """Its secret is shown once and lets in; the page says its scopes and last use; revoked, it is gone and on record."""
    client = browser(app, visitor())
    data = {**FORM, "name": "newsbot", "scope": ["read", "queue"], "days": "30"}
    found = re.search(r"<code>(arb_[\w-]+)</code>", client.post("/programs/tokens/add", data=data).text)
    assert found is not None
    page = client.get("/programs").text
    assert found[1] not in page
    assert "never used" in page
    assert "queue, hold and move posts" in page
    token = app.tokens().find(found[1])
    assert token is not None
    assert "last used" in client.get("/programs").text
    assert client.post("/programs/tokens/revoke", data={**FORM, "name": "newsbot"}).status_code == 303
    assert app.tokens().find(found[1]) is None
    with app.store.read() as tx:
        assert [one.action for one in tx.audit.list_recent(limit=2)] == ["token.revoke", "token.add"]


@pytest.mark.parametrize(
    ("path", "more", "sentence"),
    [
        ("tokens/add", {"name": "x"}, "at least one scope"),
        ("tokens/add", {"name": "x", "scope": "read", "days": "-3"}, "no number of days"),
        ("tokens/add", {"name": "x", "scope": "everything"}, "the field scope.0 cannot be «everything»"),
        ("webhooks/add", {"url": "http://cms.example/x"}, "begins with https://"),
        ("webhooks/add", {"url": "https://cms.example/x", "events": "user.add"}, "is no change"),
        ("webhooks/again", {"webhook": "7", "change": "1"}, "there is no webhook 7"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(app: App, path: str, more: dict[str, str], sentence: str) -> None:
    """A wrong name, scope, address or number changes nothing and says what to do."""
    answer = browser(app, visitor()).post(f"/programs/{path}", data={**FORM, **more})
    assert answer.status_code in {400, 404}
    assert sentence in answer.text


def test_webhooks_show_their_deliveries_and_are_told_again(app: App) -> None:
    """Each change with how it stands; start and tell again wake the courier; removed, it is told nothing."""
    woken: list[str] = []
    client = browser(app, visitor(), woken=woken)
    data = {**FORM, "url": "https://cms.example/hooks", "events": "post.*, article.*"}
    assert "whsec_" in client.post("/programs/webhooks/add", data=data).text
    app.editor(ROOT).add(["Ferries run again"], draft=True)
    page = client.get("/programs").text
    assert "whsec_" not in page
    assert "post.*, article.*" in page
    assert re.search(r"post\.add</code>.*?waiting", page, re.DOTALL)
    with app.store.begin() as tx:
        (webhook,) = tx.programs.list_webhooks()
        newest = tx.audit.newest_id()
        tx.programs.save_webhook(replace(webhook, cursor=newest))
    again = {**FORM, "webhook": str(webhook.id), "change": str(newest)}
    assert "Tell again from here" in client.get("/programs").text
    assert client.post("/programs/webhooks/again", data=again).status_code == 303
    assert client.post("/programs/webhooks/start", data={**FORM, "webhook": str(webhook.id)}).status_code == 303
    assert woken == ["deliver", "deliver"]
    with app.store.read() as tx:
        assert tx.programs.get_webhook(webhook.id).cursor == newest - 1
    assert client.post("/programs/webhooks/remove", data={**FORM, "webhook": str(webhook.id)}).status_code == 303
    assert "Nobody is told." in client.get("/programs").text


def test_programs_are_for_admins_who_confirmed(app: App) -> None:
    """Without a fresh confirmation, page and buttons lead to the question; a publisher is refused."""
    client = browser(app, visitor(confirmed=False))
    assert client.get("/programs").headers["location"] == "/confirm?next=%2Fprograms"
    assert client.post("/programs/tokens/add", data=FORM).status_code == 303
    assert app.tokens().list_tokens() == []
    assert browser(app, visitor(Role.PUBLISHER)).get("/programs").status_code == 403
