"""Settings, users, second factors and programs, walked: who may come in, as what, and what they prove."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from asiaradar_bot.model.access import Role
from asiaradar_bot.runner.timetable import run_once
from tests.fakes.receiver import Receiver
from tests.web.desk import ROOT
from tests.web.journeys.walking import Desk, Newsroom, Way, stranger, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PASSWORD = "ferries run again at nine"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another program that listens."""
    made = Receiver()
    yield made
    made.close()


def person_of(way: Way) -> str:
    """A name that nobody has in this newsroom yet."""
    return "ben-" + way.name.replace(" ", "-")


def role_of(desk: Desk, name: str) -> Role | None:
    """The role on record; None: there is nobody of that name."""
    return next((user.role for user in desk.app.access().list_users() if user.name == name), None)


def sign_in(page: Page, name: str) -> None:
    """By name and password, on the page that asks for them."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def test_somebody_is_invited_promoted_and_let_go(chromium: Browser, newsroom: Newsroom, way: Way) -> None:
    """A link shown once leads in; a new role ends the old sessions; removed, there is no way in."""
    name = person_of(way)
    with walking(chromium, newsroom, way) as mei, stranger(chromium, newsroom, way) as ben:
        mei.go("/users")
        mei.page.get_by_label("Name, as they sign in").fill(name)
        mei.page.get_by_role("combobox", name="Role", exact=True).select_option("editor")
        mei.press("Add", exact=True)
        link = mei.page.locator(".letters code").inner_text()
        mei.look_around()
        assert role_of(newsroom, name) is Role.EDITOR

        ben.page.goto(link)
        ben.press("Come in")
        ben.page.get_by_label("A new one").fill(PASSWORD)
        ben.press("Save")
        expect(ben.page.get_by_text("Your role is editor.")).to_be_visible()
        ben.go("/users")
        expect(ben.page.get_by_role("heading", level=1)).not_to_have_text("Users")

        mei.go("/users")
        assert link not in mei.page.content()
        mei.page.get_by_label(f"Role of {name}").select_option("publisher")
        card = mei.page.locator(".person", has=mei.page.get_by_role("heading", name=name, exact=True))
        with mei.page.expect_navigation():
            card.get_by_role("button", name="Change role").click()
        expect(card).to_contain_text("publisher")
        assert role_of(newsroom, name) is Role.PUBLISHER
        ben.go("/queue")
        sign_in(ben.page, name)
        ben.page.wait_for_url("**/queue")
        expect(ben.page.get_by_role("link", name=name)).to_be_visible()

        mei.press(f"Remove {name}")
        expect(card).to_have_count(0)
        assert role_of(newsroom, name) is None
        assert newsroom.entries(1)[0].action == "user.remove"
        ben.go("/queue")
        sign_in(ben.page, name)
        expect(ben.page.get_by_role("alert")).to_be_visible()


def test_an_app_becomes_the_second_factor(chromium: Browser, newsroom: Newsroom, way: Way) -> None:
    """Set up with letters, finished with a code, asked for at the sign-in; a recovery code does once; an admin resets."""
    name = "kai-" + person_of(way)
    access = newsroom.app.access()
    with walking(chromium, newsroom, way, name=name, role=Role.EDITOR) as kai:
        page = kai.page
        kai.go("/me")
        page.get_by_label("A new one").fill(PASSWORD)
        kai.press("Save")
        page.get_by_role("link", name="Change").click()
        kai.press("Set up an app")
        app = pyotp.TOTP(page.locator(".letters code").inner_text())
        page.get_by_label("2. The six digits").fill("000000")
        kai.press("Finish")
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("2. The six digits").fill(app.at(int(time.time()) - 30))
        kai.press("Finish")
        codes = page.locator(".codes code")
        expect(codes).to_have_count(10)
        spare = codes.first.inner_text()
        kai.look_around()

        kai.go("/me")
        kai.press("Sign out", exact=True)
        for code in (app.now(), spare):
            sign_in(page, name)
            page.get_by_label("Six digits").fill(code)
            kai.press("Sign in")
            expect(page.get_by_role("link", name=name)).to_be_visible()
            kai.go("/me")
            kai.press("Sign out", exact=True)
        sign_in(page, name)
        page.get_by_label("Six digits").fill(spare)
        kai.press("Sign in")
        expect(page.get_by_role("alert")).to_be_visible()
    (user,) = [one for one in access.list_users() if one.name == name]
    assert user.id in newsroom.app.second_factor().with_any()
    with walking(chromium, newsroom, way) as mei:
        mei.go("/users")
        mei.press(f"Reset second factor {name}")
        expect(mei.page.locator(".said")).to_be_visible()
        assert user.id not in newsroom.app.second_factor().with_any()
    access.remove_user(name, person=ROOT)


def test_a_program_comes_in_and_is_told(chromium: Browser, newsroom: Newsroom, way: Way, receiver: Receiver) -> None:
    """A token works until it is revoked; a webhook is told of changes, and told again from the Desk."""
    app = newsroom.app
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/programs")
        page.get_by_label("Name, as the record shows it").fill("newsbot")
        mei.press("Make the token")
        secret = page.locator(".letters code").inner_text()
        ask = page.context.request
        bearer = {"Authorization": f"Bearer {secret}"}
        assert ask.get(f"{newsroom.url}/api/v1/status", headers=bearer).status == 200
        mei.go("/programs")
        assert secret not in page.content()
        expect(page.locator(".person", has_text="newsbot")).to_contain_text("last used")
        mei.press("Revoke newsbot")
        expect(page.get_by_text("No program may come in.")).to_be_visible()
        assert ask.get(f"{newsroom.url}/api/v1/status", headers=bearer).status == 401

        page.get_by_label("Address, https://").fill(receiver.url)
        page.get_by_label("Changes, such as").fill("post.*")
        mei.press("Add", exact=True)
        expect(page.locator(".letters code")).to_have_text(re.compile("^whsec_"))
        app.editor(ROOT).add(["Ferries run again"], draft=True)
        run_once(app, "deliver")
        assert receiver.types == ["post.add"]
        mei.go("/programs")
        hook = page.locator(".person", has_text=receiver.url)
        hook.locator("summary").click()
        expect(hook.get_by_role("row").first).to_contain_text("told")
        mei.look_around()
        mei.press("Tell again from here")
        assert newsroom.woken[-1] == "deliver"
        run_once(app, "deliver")
        assert receiver.types == ["post.add", "post.add"]
        mei.go("/programs")
        mei.press(f"Remove {receiver.url}")
        expect(page.get_by_text("Nobody is told.")).to_be_visible()
        assert app.webhooks().list_webhooks() == []


def test_settings_are_read_and_secrets_are_not(chromium: Browser, newsroom: Newsroom, way: Way) -> None:
    """Each setting with its value and where it comes from; no secret; whoever may not see them is told so."""
    with walking(chromium, newsroom, way) as mei:
        mei.go("/me")
        mei.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Settings").click()
        mode = mei.page.locator(".settings > div", has=mei.page.get_by_text("x.mode", exact=True))
        expect(mode).to_contain_text("sandbox")
        expect(mode).to_contain_text("set by the program")
        mei.look_around()
    with walking(chromium, newsroom, way, name="vera", role=Role.VIEWER) as vera:
        vera.go("/queue")
        expect(vera.page.get_by_role("link", name="Settings")).to_have_count(0)
        vera.go("/settings")
        expect(vera.page.locator("main")).to_contain_text("admin")
