"""The second lock in the browser: set up, signed in, confirmed; apps without scripts, passkeys in real Chromium."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.runner.service import WebThread
from tests.web.desk import browser, desk_app, visitor
from tests.web.shared import web_for
from tests.web.test_session import ROOT, csrf_of, fresh, link_for

PASSWORD = "correct horse battery"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot whose admins need a second factor."""
    with desk_app(tmp_path, access={"second_factor": "admins"}, web={"port": 0}) as made:
        yield made


def entered(app: App) -> tuple[TestClient, str]:
    """A browser of a new admin with a password, and its token for forms."""
    client = fresh(app)
    client.post(f"/enter/{link_for(app)}")
    csrf = csrf_of(client.get("/me").text)
    client.post("/me/password", data={"csrf": csrf, "new": PASSWORD})
    return client, csrf


def test_an_admin_without_one_only_sets_one_up(app: App) -> None:
    """Every page leads to the set-up, every change is refused, and one's own page and the way out stay open."""
    client, csrf = entered(app)
    for path in ("/", "/queue", "/resume", "/activity", "/compose"):
        assert client.get(path).headers["location"] == "/me/second", path
    assert client.post("/stop", data={"csrf": csrf}).headers["location"] == "/me/second"
    answer = client.post("/stop", data={"csrf": csrf}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (403, "set up a second factor first: open /me/second")
    with app.store.read() as tx:
        assert tx.account.state().stopped is None
    page = client.get("/me/second").text
    assert "nothing else is open to you" in page
    assert 'class="rail"' not in page
    assert client.post("/logout", data={"csrf": csrf}).status_code == 303


def set_up_app(client: TestClient, csrf: str) -> tuple[pyotp.TOTP, list[str]]:
    """The app as the page gives it, finished with a code of the step before, so that the newest is not used yet."""
    page = client.post("/me/second/app", data={"csrf": csrf}).text
    assert 'src="data:image/svg+xml' in page
    found = re.search(r'class="letters"><code>([A-Z2-7]+)<', page)
    assert found is not None
    app = pyotp.TOTP(found[1])
    assert client.post("/me/second/app/finish", data={"csrf": csrf, "code": "1"}).status_code == 400
    page = client.post("/me/second/app/finish", data={"csrf": csrf, "code": before(app)}).text
    codes = re.findall(r"<li><code>([a-z2-9-]+)<", page)
    assert len(codes) == 10
    return app, codes


def before(app: pyotp.TOTP) -> str:
    """The code of the 30 seconds before: it is still taken, and leaves the newest for the sign-in."""
    import time

    return app.at(int(time.time()) - 30)


def test_the_whole_way_with_an_app(app: App) -> None:
    """Set up without scripts, out, in by password and code; a recovery code in its place; a wrong one is said so."""
    client, csrf = entered(app)
    totp, codes = set_up_app(client, csrf)
    assert client.get("/").status_code == 200
    client.post("/logout", data={"csrf": csrf})
    page = client.post("/login", data={"name": "mei", "password": PASSWORD, "next": "/queue"})
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    found = re.search(r'name="step" value="([^"]+)"', page.text)
    assert found is not None
    form = {"step": found[1], "next": "/queue"}
    wrong = client.post("/login/code", data={**form, "code": "000000"})
    assert wrong.status_code == 403
    assert found[1] in wrong.text
    answer = client.post("/login/code", data={**form, "code": totp.now()})
    assert answer.headers["location"] == "/queue"
    assert client.get("/queue").status_code == 200
    other = fresh(app)
    found = re.search(
        r'name="step" value="([^"]+)"', other.post("/login", data={"name": "mei", "password": PASSWORD}).text
    )
    assert found is not None
    assert other.post("/login/code", data={"step": found[1], "code": codes[3]}).headers["location"] == "/"
    assert "Recovery codes left: 9" in other.get("/me").text


def test_what_can_do_harm_is_asked_again(app: App) -> None:
    """After ten minutes resuming leads to the question and back; a page without the role is refused first."""
    client = browser(app, visitor(confirmed=False))
    assert client.get("/resume").headers["location"] == "/confirm?next=%2Fresume"
    answer = client.post("/resume", data={}, headers={"referer": "http://testserver/resume"})
    assert answer.headers["location"] == "/confirm?next=%2Fresume"
    answer = client.post("/resume", data={}, headers={"referer": "http://evil.example/x"})
    assert answer.headers["location"] == "/confirm?next=%2F"
    answer = client.post("/resume", headers={"accept": "application/json"})
    assert answer.json()["title"] == "give your password or second factor again first: open /confirm"
    assert browser(app, visitor(Role.EDITOR, confirmed=False)).get("/resume").status_code == 403
    with app.store.begin() as tx:
        tx.account.set_mark("stopped", "x")
    browser(app, visitor()).post("/resume", data={})
    with app.store.read() as tx:
        assert tx.account.state().stopped is None


def unconfirm(app: App) -> None:
    """As if ten minutes had passed since everybody's sign-in."""
    with app.store.begin() as tx:
        for user in tx.access.list_users():
            for session in tx.access.list_sessions(user.id):
                tx.access.confirm_session(session.id, at=session.created_at.replace(year=2020))


def test_confirming_by_password_and_by_code(app: App) -> None:
    """The page asks for what the visitor has: the password, or the code of the app; then it leads where one was going."""
    client, csrf = entered(app)
    unconfirm(app)
    assert client.post("/me/second/app", data={"csrf": csrf}).headers["location"].startswith("/confirm")
    assert "Your password" in client.get("/confirm?next=/me/second").text
    form = {"csrf": csrf, "next": "/me/second"}
    assert client.post("/confirm", data={**form, "secret": "wrong"}).status_code == 403
    assert client.post("/confirm", data={**form, "secret": PASSWORD}).headers["location"] == "/me/second"
    totp, _ = set_up_app(client, csrf)
    unconfirm(app)
    assert client.get("/resume").headers["location"] == "/confirm?next=%2Fresume"
    page = client.get("/confirm?next=/resume").text
    assert "Six digits" in page
    assert "Your password" not in page
    assert client.post("/confirm", data={**form, "secret": totp.now()}).status_code == 303
    assert client.get("/resume").status_code == 200


def test_a_first_password_wants_a_fresh_link(app: App) -> None:
    """Who finds a browser open that has no password can't choose one for it; the page says what to do."""
    client = fresh(app)
    client.post(f"/enter/{link_for(app, 'kim', Role.EDITOR)}")
    csrf = csrf_of(client.get("/me").text)
    unconfirm(app)
    answer = client.post("/me/password", data={"csrf": csrf, "new": PASSWORD})
    assert answer.headers["location"].startswith("/confirm")
    assert "come in by a new one-time link" in client.get("/confirm").text


def test_sessions_are_listed_and_ended_one_by_one(app: App) -> None:
    """One's own page names each browser; ending another's leaves this one in, and nobody ends somebody else's."""
    client, csrf = entered(app)
    other = fresh(app)
    other.headers["user-agent"] = "An old <b>telephone</b>"
    other.post(f"/enter/{app.access().make_link('mei', person=ROOT)}")
    page = client.get("/me").text
    assert "An old &lt;b&gt;telephone" in page
    found = re.search(r'name="session" value="(\d+)"', page)
    assert found is not None
    stranger = fresh(app)
    stranger.post(f"/enter/{link_for(app, 'kim', Role.EDITOR)}")
    stranger.post("/me/sessions/end", data={"csrf": csrf_of(stranger.get("/me").text), "session": found[1]})
    assert other.get("/me").status_code == 200
    client.post("/me/sessions/end", data={"csrf": csrf, "session": found[1]})
    assert other.get("/me").status_code == 303
    assert client.get("/me").status_code == 200


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's."""
    with sync_playwright() as playwright:
        path = os.environ.get("ASIARADAR_CHROMIUM", "/usr/bin/chromium")
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def served(app: App) -> Iterator[str]:
    """The Desk on loopback, under a name: passkeys want one."""
    Heartbeat(app.store, app.clock).beat()
    server = WebThread(app, lambda: web_for(app))
    server.start()
    yield server.url.replace("127.0.0.1", "localhost")
    server.stop()


def with_key(context: BrowserContext, page: Page, *, verified: bool = True) -> Any:
    """A device with a passkey chip, plugged in by the browser's own protocol; its session, to change it."""
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device, made["authenticatorId"]


@pytest.mark.browser
@pytest.mark.enable_socket
def test_a_passkey_in_a_real_browser(chromium: Browser, app: App, served: str) -> None:
    """Made, used to sign in without a name, used to confirm; without finger or PIN the device's answer is refused."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    device, authenticator = with_key(context, page)
    page.goto(f"{served}/enter/{link_for(app)}")
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("link", name="Set one up").click()
    page.get_by_label("What you call it").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("It counts from now on.")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="To the Desk").click()
    expect(page.get_by_text("DRY-RUN", exact=True)).to_be_visible()

    unconfirm(app)
    page.goto(f"{served}/resume")
    page.get_by_role("button", name="Confirm with a passkey").click()
    expect(page.get_by_role("button", name="Resume sending")).to_be_visible()

    page.goto(f"{served}/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("DRY-RUN", exact=True)).to_be_visible()
    with app.store.read() as tx:
        assert tx.audit.list_recent(limit=1)[0].why.startswith("passkey, from")

    page.goto(f"{served}/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The browser did not use a passkey")).to_be_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.enable_socket
def test_an_app_is_set_up_on_a_phone_without_scripts(chromium: Browser, app: App, served: str) -> None:
    """At 360 pixels, JavaScript off: picture and letters, the code, the recovery codes; nothing is wider than the window."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/enter/{link_for(app)}")
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("link", name="Set one up").click()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    page.get_by_role("button", name="Set up an app").click()
    letters = page.locator(".letters code").inner_text()
    page.get_by_label("The six digits").fill(before(pyotp.TOTP(letters)))
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".codes li")).to_have_count(10)
    expect(page.get_by_role("link", name="To the Desk")).to_be_visible()
    context.close()
