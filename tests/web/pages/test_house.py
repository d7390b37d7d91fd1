"""Users, Settings, Setup doctor and Sources: what they show, what their buttons do, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.outcome import Validators
from asiaradar_bot.model.source import SourceHealth
from asiaradar_bot.settings import load_settings
from asiaradar_bot.web.views.settings import list_settings
from asiaradar_bot.web.views.sources import list_sources
from tests.web.desk import browser, desk_app, visitor

ROOT = Person(who="cli:root", role=Role.ADMIN)
FORM = {"csrf": "c" * 20}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def actions(app: App) -> list[str]:
    """What is on record, newest first."""
    with app.store.read() as tx:
        return [entry.action for entry in tx.audit.list_recent(limit=5)]


def test_somebody_new_gets_a_link_that_is_shown_once(app: App) -> None:
    """Added with a role, the link lets them in; the page does not show it again; the last admin stays."""
    client = browser(app, visitor())
    page = client.post("/users/add", data={**FORM, "name": "mei", "role": "admin"})
    found = re.search(r"<code>(http://testserver/enter/[\w-]+)</code>", page.text)
    assert found is not None
    assert found[1] not in client.get("/users").text
    assert app.access().use_link(found[1].rpartition("/")[2], address="a").user.name == "mei"
    assert "sessions: 1" in client.get("/users").text
    assert client.post("/users/add", data={**FORM, "name": "<b>", "role": "admin"}).status_code == 400
    assert client.post("/users/add", data={**FORM, "name": "x", "role": "king"}).status_code == 400
    assert "last admin" in client.post("/users/remove", data={**FORM, "name": "mei"}).text
    assert "last admin" in client.post("/users/role", data={**FORM, "name": "mei", "role": "editor"}).text


def test_what_must_end_ends(app: App) -> None:
    """Role, sessions, second factor, access: each by its button, each on record."""
    client = browser(app, visitor())
    app.access().add_user("kim", Role.EDITOR, person=ROOT)
    token = app.access().use_link(app.access().make_link("kim", person=ROOT), address="a").token
    assert client.post("/users/sessions", data={**FORM, "name": "kim"}).headers["location"] == "/users?said=done"
    assert app.access().find(token) is None
    for path, more, action in (
        ("role", {"role": "publisher"}, "user.role"),
        ("link", {}, "user.link"),
        ("reset", {}, "factor.reset"),
        ("remove", {}, "user.remove"),
    ):
        assert client.post(f"/users/{path}", data={**FORM, "name": "kim", **more}).status_code in {200, 303}
        assert actions(app)[0] == action
    assert client.post("/users/remove", data={**FORM, "name": "kim"}).status_code == 404


def test_users_ask_again_who_one_is(app: App) -> None:
    """Without a fresh confirmation the page and every button of it lead to the question."""
    client = browser(app, visitor(confirmed=False))
    assert client.get("/users").headers["location"] == "/confirm?next=%2Fusers"
    for path in ("add", "link", "role", "sessions", "reset", "remove"):
        answer = client.post(f"/users/{path}", data=FORM, headers={"referer": "http://testserver/users"})
        assert answer.headers["location"] == "/confirm?next=%2Fusers", path
    assert actions(app) == []


def test_settings_say_value_and_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment wins over secret files, these over the file, and that over defaults; secrets end in four signs."""
    file = tmp_path / "a.toml"
    file.write_text('[x]\nhandle = "FromFile"\n[publishing]\nper_hour = 7\n', encoding="utf-8")
    keys = tmp_path / "secrets"
    keys.mkdir()
    (keys / "asiaradar_x__consumer_key").write_text("a-long-enough-key-WXYZ", encoding="utf-8")
    (keys / "asiaradar_x__consumer_secret").write_text("shortone", encoding="utf-8")
    monkeypatch.setenv("ASIARADAR_SECRETS", str(keys))
    monkeypatch.setenv("ASIARADAR_PUBLISHING__PER_HOUR", "9")
    monkeypatch.setenv("ASIARADAR_ALERTS__URLS", '["mailto://me:pass-word@example.org"]')
    settings = load_settings(
        file, environment="test", storage={"url": "postgresql+psycopg://bot:pass-word@db/x", "folder": tmp_path}
    )
    shown = {one.key: one for section in list_settings(settings).values() for one in section}
    assert {key: (shown[key].value, shown[key].origin) for key in (
        "environment", "x.handle", "publishing.per_hour", "publishing.per_day", "x.consumer_key", "x.consumer_secret",
        "alerts.urls", "storage.url", "x.access_token", "budget.warn_percents", "publishing.pictures",
    )} == {
        "environment": ("test", "program"),
        "x.handle": ("FromFile", "file"),
        "publishing.per_hour": ("9", "environment"),
        "publishing.per_day": ("60", "default"),
        "x.consumer_key": ("set, ends in WXYZ", "secret file"),
        "x.consumer_secret": ("set, not shown", "secret file"),
        "alerts.urls": ("1 set, not shown", "environment"),
        "storage.url": ("postgresql+psycopg://bot:…@db/x", "program"),
        "x.access_token": ("none", "default"),
        "budget.warn_percents": ("50; 80; 95", "default"),
        "publishing.pictures": ("true", "default"),
    }  # fmt: skip
    assert all(one.words for key, one in shown.items() if key != "sources")


def test_the_settings_page_shows_the_x_that_is_asked(tmp_path: Path) -> None:
    """In the sandbox that is the local X, not the address that only live mode would ask; live shows what was set."""
    settings = load_settings(storage={"url": "sqlite:///x.db", "folder": tmp_path})
    local = list_settings(settings, in_use={"x.base_url": "http://127.0.0.1:9"})["x"]
    assert [(one.value, one.origin) for one in local if one.key == "x.base_url"] == [("http://127.0.0.1:9", "program")]
    usual = list_settings(settings)["x"]
    assert [(one.value, one.origin) for one in usual if one.key == "x.base_url"] == [("https://api.x.com", "default")]
    with desk_app(tmp_path) as app:
        sandbox = replace(app, local_x_url="http://127.0.0.1:9")
        assert "http://127.0.0.1:9" in browser(sandbox, visitor()).get("/settings").text


def test_the_settings_page_is_for_admins_and_shows_no_secret(tmp_path: Path) -> None:
    """A secret of the settings is on no page; whoever is no admin has no entry in the rail."""
    secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    with desk_app(tmp_path, web={"hook_secret": secret}) as app:
        page = browser(app, visitor()).get("/settings").text
        assert "web.hook_secret" in page
        assert "ends in MDE=" in page
        assert secret[:-4] not in page
        assert "most posts in 60 minutes" in page
        assert 'href="/settings"' in page
        assert 'href="/settings"' not in browser(app, visitor(Role.PUBLISHER)).get("/").text


def test_the_doctor_looks_here_and_outside(app: App) -> None:
    """Opening the page asks nobody outside; the button asks X and each source, and a fault says how to mend it."""
    client = browser(app, visitor())
    page = client.get("/doctor").text
    assert "All is well." in page
    assert "template article" in page
    assert "source latest" not in page
    with app.store.begin() as tx:
        tx.account.set_mark("stopped", "for a look")
    page = client.post("/doctor", data=FORM).text
    assert "How to mend it: resume at the Desk" in page
    assert "source latest" in page
    assert "mend its entry in [[sources]]" in page


def health(app: App, **changes: object) -> SourceHealth:
    """Of the first source, polled just now."""
    now = app.clock.now()
    good = SourceHealth(
        name=app.sources[0].name,
        url=app.sources[0].url,
        validators=Validators(),
        seeded_at=now,
        polled_at=now,
        ok_at=now,
        new_at=None,
        failures=0,
        next_poll_at=now + timedelta(hours=1),
        error=None,
        gone=False,
        items=15,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # what a test names


def test_a_source_says_how_it_is(app: App) -> None:
    """Good, in trouble with its error in words, gone, late, or never looked at; and moved where a redirect led."""
    assert [one.state for one in list_sources(app)] == ["new"] * len(app.sources)
    hour = timedelta(hours=1)
    for changes, state in (
        ({}, "good"),
        ({"failures": 3, "error": "radar.asia <b>did not answer</b>"}, "trouble"),
        ({"gone": True, "failures": 1}, "gone"),
        ({"polled_at": app.clock.now() - hour}, "late"),
        ({"polled_at": None}, "new"),
    ):
        with app.store.begin() as tx:
            tx.sources.save(health(app, **changes))
        assert list_sources(app)[0].state == state
    with app.store.begin() as tx:
        tx.sources.save(health(app, failures=3, error="radar.asia <b>did not answer</b>", url="javascript:alert(1)"))
        tx.account.set_mark(f"warnings of {app.sources[0].name}", "two items share an id")
    page = browser(app, visitor(Role.VIEWER)).get("/sources").text
    assert "radar.asia &lt;b&gt;did not answer" in page
    assert "3 times in a row" in page
    assert "two items share an id" in page
    assert f"moved here from {app.sources[0].url}" in page
    assert 'href="javascript' not in page
    assert "Look now" not in page


def test_hubs_are_told_by_their_state(app: App) -> None:
    """None, asked, confirmed with its end, over."""
    now = app.clock.now()
    for verified, expires, state in (
        (None, None, "asked"),
        (now, now + timedelta(days=1), "confirmed"),
        (now, now - timedelta(days=1), "over"),
    ):
        with app.store.begin() as tx:
            tx.inbox.save_subscription(
                Subscription(
                    topic=app.sources[0].url,
                    hub="https://hub.example",
                    path="x" * 20,
                    verified_at=verified,
                    expires_at=expires,
                )
            )
        assert list_sources(app)[0].hub_state == state
    assert [one.hub_state for one in list_sources(app)[1:]] == ["none"] * (len(app.sources) - 1)


def test_looking_now_makes_a_source_due(app: App) -> None:
    """The button brings its turn forward, wakes the watcher and is on record; an unknown name is refused."""
    with app.store.begin() as tx:
        tx.sources.save(health(app))
    woken: list[str] = []
    client = browser(app, visitor(Role.PUBLISHER), woken=woken)
    answer = client.post("/sources/ask", data={**FORM, "name": app.sources[0].name})
    assert answer.headers["location"] == "/sources?said=asked"
    assert woken == ["watch"]
    with app.store.read() as tx:
        found = tx.sources.find(app.sources[0].name)
    assert found is not None
    assert found.next_poll_at is not None
    assert found.next_poll_at <= app.clock.now()
    assert actions(app)[0] == "source.ask"
    assert client.post("/sources/ask", data={**FORM, "name": "nowhere"}).status_code == 404
    client.post("/sources/ask", data={**FORM, "name": app.sources[1].name})
    assert actions(app)[0] == "source.ask"
