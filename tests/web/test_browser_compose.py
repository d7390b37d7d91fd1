"""Compose in real Chromium: counted while typing, kept by itself, threads, pictures, two editors, a phone, no scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.post import Post, PostState
from tests.sandbox.x_access import image_bytes
from tests.web.desk import ROOT
from tests.web.test_browser import DESKTOP, PHONE, entered

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
Desk = tuple[App, str]
TEXT = "textarea[name=text]"


def newest(desk: Desk) -> Post:
    """The post that was added last."""
    with desk[0].store.read() as tx:
        return max(tx.posts.list_posts(), key=lambda post: post.id)


def pictures(number: int) -> list[FilePayload]:
    """Files to choose."""
    return [
        {"name": f"{at}.png", "mimeType": "image/png", "buffer": image_bytes("PNG", (40 + at, 30))}
        for at in range(number)
    ]


def put_in(page: Page, number: int) -> None:
    """Choose so many pictures and wait until they are there."""
    page.locator("input[type=file]").first.set_input_files(pictures(number))
    expect(page.locator(".pictures li")).to_have_count(number, timeout=20_000)


def order(page: Page) -> list[str]:
    """Numbers of the pictures as the form holds them."""
    found: list[str] = page.locator("input[name=picture]").evaluate_all("all => all.map(one => one.value)")
    return found


def test_a_text_is_counted_and_kept_while_it_is_typed(chromium: Browser, desk: Desk) -> None:
    """Count, price, remarks and preview follow the typing; a page that is left comes back; filing uses the sheet up."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/compose")
    page.locator(TEXT).press_sequentially("See README.md and https://radar.asia/a")
    expect(page.locator("#meter-0")).to_contain_text("becomes a link that was not meant")
    expect(page.locator("#meter-0")).to_contain_text("0.20 USD")
    expect(page.locator("#view .piece-stray")).to_have_text("README.md")
    expect(page.locator("#view .link-card")).to_contain_text("radar.asia")
    expect(page.locator("#kept")).to_contain_text("Saved here")
    assert page.locator(TEXT).input_value() == "See README.md and https://radar.asia/a"
    page.goto(desk[1] + "/compose")
    page.get_by_role("link", name="See README.md").click()
    page.locator(TEXT).fill("See https://radar.asia/a")
    page.get_by_label("When to send it").fill("tomorrow 9am")
    expect(page.locator("#due")).to_contain_text("09:00")
    expect(page.locator("#meter-0 li")).to_have_count(0)
    page.get_by_role("button", name="Queue", exact=True).click()
    expect(page.get_by_text("Queued for its time:")).to_be_visible()
    assert (newest(desk).text, newest(desk).state) == ("See https://radar.asia/a", PostState.QUEUED)
    page.goto(desk[1] + "/compose")
    expect(page.get_by_text("Begun, not queued yet")).to_have_count(0)
    context.close()


def test_pictures_are_described_and_dragged(chromium: Browser, desk: Desk) -> None:
    """Chosen ones are shown at once; dragging and buttons change their order, and what is sent is what is shown."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400})
    page = entered(context, desk)
    page.goto(desk[1] + "/compose")
    page.locator(TEXT).fill("The port")
    put_in(page, 3)
    assert order(page) == ["0:1", "0:2", "0:3"]
    page.get_by_label("What picture 3 shows").fill("A crane")
    rows = page.locator(".pictures li")
    rows.nth(2).drag_to(rows.nth(0), source_position={"x": 20, "y": 20}, target_position={"x": 20, "y": 5})
    assert order(page) == ["0:3", "0:1", "0:2"]
    expect(page.locator("#view .gallery img").first).to_have_attribute("src", "/pictures/3")
    with page.expect_response("**/compose"):
        page.get_by_role("button", name="Check").last.click()
    expect(page.get_by_label("What picture 1 shows")).to_have_value("A crane")
    page.get_by_role("button", name="Picture 1 later").click()
    expect(page.locator("#view .gallery img").first).to_have_attribute("src", "/pictures/1")
    page.get_by_role("button", name="Remove picture 3").click()
    expect(page.locator(".pictures li")).to_have_count(2)
    page.get_by_role("button", name="Draft").click()
    expect(page.get_by_text("Kept as a draft.")).to_be_visible()
    assert [(one.picture_id, one.alt_text) for one in newest(desk).pictures] == [(1, None), (3, "A crane")]
    context.close()


def test_a_long_text_becomes_a_thread(chromium: Browser, desk: Desk) -> None:
    """Too long: the ring says by how much; one press splits it at sentences; parts move; it is kept as drafts whole."""
    context = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/compose")
    page.locator(TEXT).fill(" ".join(f"This is sentence number {number} of a long report." for number in range(12)))
    expect(page.locator("#meter-0")).to_contain_text("too many")
    page.get_by_role("button", name="Split at sentences").click()
    expect(page.locator(TEXT)).to_have_count(2)
    page.get_by_role("button", name="Part 2 up").click()
    expect(page.locator("#view .words").first).to_contain_text("number 11")
    assert page.locator(TEXT).first.input_value().startswith("This is sentence number 6")
    expect(page.locator("#total")).to_contain_text("0.03 USD")
    page.get_by_role("button", name="Draft").click()
    expect(page.get_by_text("Kept as a draft.")).to_be_visible()
    post = newest(desk)
    assert (post.part, post.parts, post.state) == (2, 2, PostState.DRAFT)
    context.close()


def test_two_editors_at_one_post(chromium: Browser, desk: Desk) -> None:
    """Each sees the other; who saves later sees both texts and decides; nothing is overwritten unseen."""
    app, url = desk
    app.access().add_user("Ben", Role.EDITOR, person=ROOT)
    first = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    mei = entered(first, desk)
    second = chromium.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # plain numbers
    ben = second.new_page()
    ben.goto(f"{url}/enter/{app.access().make_link('Ben', person=ROOT)}")
    ben.get_by_role("button", name="Come in").click()
    ben.wait_for_url("**/me")
    with mei.expect_response("**/compose/here"):
        mei.goto(url + "/compose?post=2")
    ben.goto(url + "/compose?post=2")
    expect(ben.locator("#presence")).to_contain_text("mei is editing this, since")
    mei.locator(TEXT).fill("Goes out next, says Mei")
    expect(mei.locator("#kept")).to_contain_text("Saved here")
    ben.locator(TEXT).fill("Goes out next, says Ben")
    expect(ben.locator("#clash")).to_contain_text("desk:mei saved this text meanwhile")
    expect(ben.locator("#clash del")).to_have_text("Mei")
    expect(ben.locator("#clash ins")).to_have_text("Ben")
    assert ben.locator(TEXT).input_value() == "Goes out next, says Ben"
    ben.get_by_role("button", name="Keep mine").click()
    expect(ben.locator("#clash section")).to_have_count(0)
    ben.get_by_role("button", name="Save").click()
    expect(ben.get_by_text("Saved.")).to_be_visible()
    mei.get_by_role("button", name="Save").click()
    expect(mei.locator("[role=alert]").first).to_be_visible()
    assert mei.locator(TEXT).input_value() == "Goes out next, says Mei"
    first.close()
    second.close()


def test_a_thread_on_a_phone_without_scripts(chromium: Browser, desk: Desk) -> None:
    """At 360 pixels with JavaScript off: write, add a part, upload, check, file."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # plain numbers
    page = entered(context, desk)
    page.goto(desk[1] + "/compose")
    page.locator(TEXT).fill("First part")
    page.get_by_role("button", name="Add a part").click()
    page.locator(TEXT).nth(1).fill("Second part")
    page.locator("input[type=file]").first.set_input_files(pictures(1))
    page.get_by_role("button", name="Upload").first.click()
    page.get_by_label("What picture 1 shows").fill("The port")
    page.locator("button[value=check]").last.click()
    expect(page.locator("#total")).to_contain_text("0.035 USD")
    page.get_by_role("button", name="Next free slot").click()
    expect(page.get_by_text("Queued for the next free slot:")).to_be_visible()
    assert (newest(desk).text, newest(desk).part) == ("Second part", 2)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_full_sheet_passes_axe(chromium: Browser, desk: Desk, size: dict[str, int], scheme: str) -> None:
    """With remarks, pictures, a thread and a clash on it; no wider than its window, and the console is silent."""
    context = chromium.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  # plain words
    page = entered(context, desk)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(desk[1] + "/compose")
    page.locator(TEXT).fill("See README.md and #Asia " * 14)
    put_in(page, 2)
    page.get_by_role("button", name="Add a part").click()
    expect(page.locator(TEXT)).to_have_count(2)
    page.locator(TEXT).nth(1).fill("https://radar.asia/a")
    expect(page.locator("#view .link-card")).to_be_visible()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert said == []
    context.close()
