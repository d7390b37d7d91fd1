"""The Desk in real Chromium: by mouse, by keys alone, on a phone, without JavaScript, and measured by axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.correction import Option
from asiaradar_bot.model.post import PostId, PostState
from tests.reports.seeded import seed_posts
from tests.web.corrected import changed_article
from tests.web.desk import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
PAGES = (
    "/",
    "/queue",
    "/queue?state=held",
    "/queue/import",
    "/find?words=held",
    "/posts/1",
    "/posts/5",
    "/posts/1/move",
    "/posts/4",
    "/posts/4/correct",
    "/articles/1",
    "/calendar",
    "/calendar?show=week",
    "/calendar?show=month",
    "/calendar?show=agenda",
    "/compose",
    "/articles",
    "/rules",
    "/templates",
    "/templates/article",
    "/rules/versions/0",
    "/activity",
    "/results",
    "/results?days=90",
    "/me",
    "/resume",
    "/me/second",
    "/confirm",
    "/users",
    "/programs",
    "/settings",
    "/doctor",
    "/sources",
)


def entered(context: BrowserContext, desk: tuple[App, str]) -> Page:
    """A page of somebody who came in by a one-time link."""
    app, url = desk
    app.access().add_user("mei", Role.ADMIN, person=ROOT)
    page = context.new_page()
    page.goto(f"{url}/enter/{app.access().make_link('mei', person=ROOT)}")
    page.get_by_role("button", name="Come in").click()
    page.wait_for_url("**/me")
    return page


def state_of(desk: tuple[App, str], number: int) -> PostState:
    """The post's state on record."""
    with desk[0].store.read() as tx:
        return tx.posts.get(PostId(number)).state


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def test_every_page_passes_axe(chromium: Browser, desk: tuple[App, str], size: dict[str, int], scheme: str) -> None:
    """No page has a fault of WCAG 2.2 AA that axe can find, none is wider than its window, none logs an error."""
    changed_article(desk[0], title="Port Handled 8.9 Million Containers")
    seed_posts(desk[0].store, now=desk[0].clock.now(), count=60, every=timedelta(hours=12))
    context = chromium.new_context(viewport=size, reduced_motion="reduce", color_scheme=scheme)  # type: ignore[arg-type]  # plain words
    page = entered(context, desk)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    for path in PAGES:
        page.goto(desk[1] + path)
        found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    assert said == []
    context.close()


def test_buttons_on_a_phone_fit_a_thumb(chromium: Browser, desk: tuple[App, str]) -> None:
    """Those of Move, Embargo and Resume are 44 px high, and Undo is a word, not the name of its key."""
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    for path in ("/posts/1/move", "/posts/1/embargo", "/resume"):
        page.goto(desk[1] + path)
        buttons = page.locator("main button:visible, main [role='button']:visible")
        assert buttons.count() > 1
        for at in range(buttons.count()):
            box = buttons.nth(at).bounding_box()
            assert box is not None
            assert box["height"] >= 44, f"{path}: {buttons.nth(at).inner_text()}"
    page.goto(f"{desk[1]}/?said=held&post=1&v=1")
    undo = page.locator(".said button")
    expect(undo).to_have_text("Undo", use_inner_text=True)
    box = undo.bounding_box()
    assert box is not None
    assert box["width"] >= 60
    context.close()


def test_a_day_by_keys_alone(chromium: Browser, desk: tuple[App, str]) -> None:
    """J to the held post, a approves it, z takes it back; ? lists the keys; Ctrl+K leads to the queue."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/")
    page.keyboard.press("j")
    expect(page.locator(".card:focus")).to_contain_text("Held for a look")
    page.keyboard.press("a")
    expect(page.get_by_text("Approved: it goes out at its time.")).to_be_visible()
    assert state_of(desk, 1) is PostState.QUEUED
    page.keyboard.press("z")
    expect(page.get_by_text("Held: it waits until somebody approves it.")).to_be_visible()
    assert state_of(desk, 1) is PostState.HELD
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("queue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    context.close()


def test_a_phone_stops_and_holds_without_scripts(chromium: Browser, desk: tuple[App, str]) -> None:
    """At 360 pixels and with JavaScript off: hold, stop, resume, correct; the buttons are big enough for a thumb."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/")
    hold = page.locator("[data-id='2'] .act-hold")
    box = hold.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    hold.click()
    assert state_of(desk, 2) is PostState.HELD
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("STOPPED", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume …").click()
    page.get_by_role("button", name="Resume sending").click()
    expect(page.get_by_text("DRY-RUN", exact=True)).to_be_visible()
    wrong = changed_article(desk[0], title="Port Handled 8.9 Million Containers")
    page.goto(f"{desk[1]}/posts/{wrong.id}/correct")
    page.locator("summary", has_text="Correction post").click()
    option = page.locator("details.option[open]")
    option.get_by_label("Text").fill("Correction: it is 8.9 million containers")
    option.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("paragraph").filter(has_text="it is 8.9 million containers")).to_be_visible()
    with desk[0].store.read() as tx:
        assert [one.option for one in tx.corrections.list_for_post(wrong.id)] == [None]
    page.get_by_role("button", name="Do it for").click()
    page.wait_for_url("**/?said=chosen*")
    with desk[0].store.read() as tx:
        assert [one.option for one in tx.corrections.list_for_post(wrong.id)] == [Option.POST]
    context.close()


def test_two_browsers_see_each_other(chromium: Browser, desk: tuple[App, str]) -> None:
    """What one editor holds, the other's open Desk shows by itself; a button on the old text is refused, not lost."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    first = entered(context, desk)
    first.goto(desk[1] + "/")
    second = context.new_page()
    second.goto(desk[1] + "/")
    second.locator("[data-id='2'] .act-hold").click()
    expect(second.get_by_text("Held: it waits")).to_be_visible()
    column = first.locator("section", has=first.get_by_role("heading", name="Needs you"))
    expect(column.locator("[data-id='2']")).to_be_visible(timeout=10_000)
    context.close()


def test_a_post_is_dragged_to_a_slot(chromium: Browser, desk: tuple[App, str]) -> None:
    """Dropping a post on a free slot leads to the page that shows what it does, and saving it moves the post."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1600})
    page = entered(context, desk)
    page.goto(desk[1] + "/queue")
    slot = page.locator(".slot").first
    at = slot.get_attribute("data-slot")
    page.locator(".line", has_text="Goes out next").drag_to(slot)
    page.wait_for_url("**/posts/2/move**")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Moved.")).to_be_visible()
    with desk[0].store.read() as tx:
        assert f"{tx.posts.get(PostId(2)).due_at:%Y-%m-%dT%H:%M:%SZ}" == at
    context.close()
