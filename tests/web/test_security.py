"""Walks over every route: hostile words stay words, GET changes nothing, changes must be meant, and all is on record."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import ArticleState
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.outcome import Validators
from asiaradar_bot.model.post import PostId
from asiaradar_bot.model.second_factor import NewPasskey
from asiaradar_bot.model.source import SourceHealth
from asiaradar_bot.model.user import UserId
from asiaradar_bot.steps import switch
from asiaradar_bot.web.pages.entering import PUBLIC
from tests.factories import make_article, make_facts
from tests.web.desk import desk_app
from tests.web.shared import web_for
from tests.web.test_session import HOME, ROOT, SIGNED, csrf_of, link_for, routes_of

HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>" onmouseover="alert(3)\' javascript:alert(4)'
SHORT = '<img src=x onerror=alert(1)>"'
FIELDS = {"href", "src", "action", "formaction", "data-open", "data-move", "data-go", "xlink:href", "poster"}
STREAMS = {"/live"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot in which everything that others can write is hostile."""
    source = {"name": SHORT, "kind": "feed", "url": "https://radar.asia/rss?<script>alert(1)</script>"}
    with desk_app(tmp_path, sources=[source], fetch={"allowed_hosts": ["radar.asia"]}) as made:
        now = made.clock.now()
        facts = make_facts(url="javascript:alert(5)", title=HOSTILE)
        editor = made.editor(Person(who=f"cli:{SHORT}", role=Role.ADMIN))
        later = now + timedelta(hours=1)
        editor.hold(editor.add([HOSTILE], due_at=later)[0].id, why=HOSTILE)
        editor.add([HOSTILE, f"{HOSTILE} again"], due_at=later)
        with made.store.begin() as tx:
            article = tx.articles.add(make_article(facts=facts, state=ArticleState.DONE), names=["url:x"])
            assert article.id == 1
            tx.sources.save(
                SourceHealth(
                    name=SHORT,
                    url="javascript:alert(6)",
                    validators=Validators(),
                    seeded_at=now,
                    polled_at=now,
                    ok_at=None,
                    new_at=None,
                    failures=4,
                    next_poll_at=now,
                    error=HOSTILE,
                    gone=False,
                    items=1,
                )
            )
            tx.account.set_mark(f"warnings of {SHORT}", HOSTILE)
        switch.stop(made.store, made.clock, person=ROOT, reason=HOSTILE)
        yield made


def browser_of(app: App, *, woken: list[str] | None = None) -> tuple[TestClient, str]:
    """A hostile browser in which an admin is signed in for real, with a hostile passkey; its token for forms."""
    client = TestClient(
        web_for(app, woken=woken),
        follow_redirects=False,
        headers={"accept": "text/html", "user-agent": HOSTILE, **HOME},
    )
    client.post(f"/enter/{link_for(app)}")
    with app.store.begin() as tx:
        key = NewPasskey(credential_id="x", public_key=b"", sign_count=0)
        tx.factors.add_passkey(key, UserId(1), label=SHORT, at=app.clock.now())
    return client, csrf_of(client.get("/me").text)


def addresses(app: App, method: str) -> list[str]:
    """Every address that takes this method, its numbers being 1."""
    found = {re.sub(r"{\w+}", "1", one.path) for one in routes_of(app) if method in (one.methods or ())}
    return sorted(found - STREAMS)


def harm(page: str) -> list[str]:
    """What a browser would run or follow, that it must not; read by a browser's own rules of parsing."""
    found = []
    for node in LexborHTMLParser(page).css("*"):
        for name, value in node.attributes.items():
            if name.startswith("on"):
                found.append(f"<{node.tag} {name}>")
            if name in FIELDS and not re.match(r"(?:/(?!/)|#|\?|https?://|data:image/)", value or "#"):
                found.append(f"<{node.tag} {name}={value}>")
        if node.tag == "script" and not (node.attributes.get("src") or "").startswith("/static/"):
            found.append(f"<script> {node.text()[:40]}")
        if node.tag == "img" and not re.match(r"/pictures/|/static/|data:image/", node.attributes.get("src") or ""):
            found.append(f"<img src={node.attributes.get('src')}>")
    return found


def test_hostile_words_stay_words_on_every_page(app: App) -> None:
    """Titles, texts, reasons, errors, names of sources, browsers and passkeys: shown as text, never run or followed."""
    client, _ = browser_of(app)
    shown = set()
    for path in addresses(app, "GET"):
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert harm(answer.text) == [], path
            if "&lt;img src=x onerror" in answer.text:
                shown.add(path)
    assert shown >= {
        "/",
        "/queue",
        "/posts/1",
        "/articles",
        "/articles/1",
        "/activity",
        "/sources",
        "/me",
        "/me/second",
    }


@pytest.mark.parametrize(
    "word", [HOSTILE, "javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x"]
)
def test_hostile_addresses_lead_nowhere(app: App, word: str) -> None:
    """What stands in an address is neither run nor followed: not as the way back, nor as words, nor after the sign-in."""
    client, csrf = browser_of(app)
    tried = 0
    for route in routes_of(app):
        path = re.sub(r"{\w+}", "1", route.path)
        for name in ["said", *(field.name for field in route.dependant.query_params)]:
            if "GET" not in (route.methods or ()) or path in STREAMS | {"/livez", "/readyz", "/metrics"}:
                continue
            answer = client.get(path, params={name: word})
            tried += 1
            assert answer.status_code < 500, (path, name)
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert harm(answer.text) == [], (path, name)
            location = answer.headers.get("location", "/")
            assert re.match(r"/(?![/\\])", location), (path, name, location)
    assert tried > 30
    answer = client.post("/stop", data={"csrf": csrf, "back": word})
    assert answer.headers["location"].startswith("/?said=")


def dump(app: App) -> list[str]:
    """Everything in the database."""
    with closing(sqlite3.connect(str(app.store.file))) as connection:
        return list(connection.iterdump())


def test_get_changes_nothing(app: App) -> None:
    """No page that is only looked at writes a row or starts a step."""
    woken: list[str] = []
    client, _ = browser_of(app, woken=woken)
    before = dump(app)
    for path in addresses(app, "GET"):
        client.get(path)
        assert dump(app) == before, path
    assert woken == []


def test_every_change_must_be_meant(app: App) -> None:
    """Each route that is no GET: without the session's token, from another site, or from nowhere, nothing changes."""
    woken: list[str] = []
    client, csrf = browser_of(app, woken=woken)
    before = dump(app)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in addresses(app, method):
            if any(path == re.sub(r"{\w+}", "1", one) for one in SIGNED):
                continue
            for headers, body in (
                (HOME, {}),
                (HOME, {"csrf": "wrong"}),
                ({"sec-fetch-site": "cross-site"}, {"csrf": csrf}),
                ({"sec-fetch-site": "none", "origin": "http://evil.example"}, {"csrf": csrf}),
            ):
                answer = client.request(method, path, data=body, headers=headers)
                assert answer.status_code == 403, (method, path, headers, body)
    assert dump(app) == before
    assert woken == []
    assert len(PUBLIC) > 4


def test_the_door_itself_is_not_opened_from_elsewhere(app: App) -> None:
    """Nobody signed in: a sign-in that another site starts is refused, so that no one is signed in as somebody else."""
    client = TestClient(web_for(app), follow_redirects=False, headers={"accept": "text/html"})
    before = dump(app)
    for path in sorted(PUBLIC):
        answer = client.post(re.sub(r"{\w+}", "1", path), data={}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403, path
    assert dump(app) == before


def test_security_events_are_logged_and_audited(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """Sign-ins good and bad, roles, switches, guards that were hit and foreign posts stand in both; secrets in neither."""
    caplog.set_level(logging.INFO, logger="asiaradar.security")
    door, now = app.access(), app.clock.now()
    link = link_for(app, "kim", Role.EDITOR)
    door.use_link(link, address="10.0.0.1")
    with pytest.raises(AccessError):
        door.sign_in("kim", "a wrong password", address="10.0.0.2")
    door.change_role("kim", Role.VIEWER, person=ROOT)
    switch.stop(app.store, app.clock, person=ROOT, reason="a look")
    switch.resume(app.store, app.clock, app.files, person=ROOT)
    with app.store.begin() as tx:
        foreign = AuditEntry(at=now, who="bot", action="account.foreign_post", subject="x 7", why="not ours")
        tx.audit.record(foreign)
        from asiaradar_bot.model.post import PostState

        queued = tx.posts.get(PostId(2))
        tx.posts.move(queued, PostState.HELD, at=now, who="bot", why="a link to a foreign domain")
    expected = [
        "user.add: user kim by cli:root",
        "user.link: user kim by cli:root",
        "login.ok: user kim by desk:kim: one-time link, from 10.0.0.1",
        "login.failed: user kim by nobody: from 10.0.0.2",
        "user.role: user kim by cli:root: editor -> viewer",
        "kill_switch.on: account by cli:root: a look",
        "kill_switch.off: account by cli:root",
        "account.foreign_post: x 7 by bot: not ours",
        "post.held: post 2 by bot: a link to a foreign domain",
    ]
    logged = [record.getMessage() for record in caplog.records if record.name == "asiaradar.security"]
    assert len(logged) == len(expected)
    for line, start in zip(logged, expected, strict=True):
        assert line.startswith(start)
    with app.store.read() as tx:
        audited = {entry.action for entry in tx.audit.list_recent()}
    assert {line.partition(":")[0] for line in expected} <= audited
    assert link not in caplog.text
    assert "a wrong password" not in caplog.text


def test_what_was_taken_back_is_not_logged(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """An event of a transaction that failed is no event, and does not stand in the log of the next one either."""
    caplog.set_level(logging.INFO, logger="asiaradar.security")
    with suppress(ZeroDivisionError), app.store.begin() as tx:
        entry = AuditEntry(at=app.clock.now(), who="cli:x", action="user.add", subject="user x", why="never")
        tx.audit.record(entry)
        raise ZeroDivisionError
    app.access().add_user("ada", Role.VIEWER, person=ROOT)
    logged = [record.getMessage() for record in caplog.records if record.name == "asiaradar.security"]
    assert logged == ["user.add: user ada by cli:root: added as viewer"]
