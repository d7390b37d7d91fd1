"""Every key of the Desk and the palette in real Chromium."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.post import Post, PostId, PostState
from tests.web.desk import ROOT
from tests.web.test_browser import DESKTOP, PHONE, entered

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
Desk = tuple[App, str]


def post(desk: Desk, number: int) -> Post:
    """As it stands on record."""
    with desk[0].store.read() as tx:
        return tx.posts.get(PostId(number))


def at_card(page: Page, desk: Desk, number: int) -> None:
    """The Desk with that card in focus."""
    page.goto(desk[1] + "/")
    page.locator(f"[data-id='{number}']").focus()


def test_every_key_does_what_the_list_says(chromium: Browser, desk: Desk) -> None:
    """J k Enter a h x e m b p z ? on a real page, b both ways."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/")
    page.keyboard.press("j")
    expect(page.locator(".card:focus")).to_have_attribute("data-id", "1")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".card:focus")).to_have_attribute("data-id", "1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/1")
    for key, said, state in (
        ("a", "Approved", PostState.QUEUED),
        ("h", "Held", PostState.HELD),
        ("x", "Skipped", PostState.CANCELLED),
        ("z", "Brought back", PostState.HELD),
    ):
        if key != "z":
            at_card(page, desk, 1)
        page.keyboard.press(key)
        expect(page.locator(".said")).to_contain_text(said)
        page.wait_for_load_state("load")
        assert post(desk, 1).state is state
    at_card(page, desk, 2)
    page.keyboard.press("b")
    expect(page.locator(".said")).to_contain_text("Made breaking")
    page.wait_for_load_state("load")
    assert post(desk, 2).news_class is NewsClass.BREAKING
    page.locator("[data-id='2']").focus()
    page.keyboard.press("b")
    expect(page.locator(".said")).to_contain_text("No longer breaking")
    page.wait_for_load_state("load")
    assert post(desk, 2).news_class is NewsClass.NORMAL
    at_card(page, desk, 2)
    page.keyboard.press("m")
    page.wait_for_url("**/posts/2/move**")
    at_card(page, desk, 2)
    page.keyboard.press("e")
    page.wait_for_url("**/compose?post=2")
    page.on("dialog", lambda dialog: dialog.accept())
    at_card(page, desk, 2)
    page.keyboard.press("p")
    expect(page.locator(".said")).to_contain_text("It goes out now")
    page.wait_for_load_state("load")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    context.close()


def test_the_palette_leads_to_pages_posts_and_numbers(chromium: Browser, desk: Desk) -> None:
    """By Ctrl+K anywhere: typed words find posts, arrows choose, and a screen reader hears which; axe finds no fault."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    desk[0].editor(ROOT).add(["Harbour news <b>now</b>"], draft=True)
    for start in ("/queue", "/compose", "/activity"):
        page.goto(desk[1] + start)
        page.keyboard.press("Control+k")
        box = page.get_by_role("combobox", name="Go to …")
        expect(box).to_be_focused()
        page.keyboard.type("harbour")
        option = page.get_by_role("option", name="Harbour news <b>now</b> post 4, draft")
        expect(option).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("Enter")
        page.wait_for_url("**/posts/4")
    page.keyboard.press("Control+k")
    page.keyboard.type("e")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette-list [aria-selected=true]")).to_have_attribute("id", "palette-1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Go to …")).to_be_hidden()
    context.close()


def test_finding_works_without_scripts(chromium: Browser, desk: Desk) -> None:
    """On a phone with JavaScript off, by words and by number."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.get_by_role("link", name="Find").click()
    for words in ("held LOOK", "#1"):
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("link", name="Held for a look")).to_be_visible()
    page.get_by_role("searchbox").fill("zzz")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nothing holds these words.")).to_be_visible()
    context.close()
