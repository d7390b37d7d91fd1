"""Articles, Find and Activity, walked: why something was posted, held or skipped, and the way from there to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.model.access import Role
from asiaradar_bot.model.post import PostState
from tests.web.journeys.walking import Desk, Way, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PORT = "Kaohsiung Port Handled 9.8 Million Containers Last Year"
DEAL = "Singapore and Jakarta Sign Undersea Power Cable Deal"
PLAN = "Manila Sets Out Ten-Year Plan for Trains and Ferries"


def test_why_an_article_was_posted_or_skipped(chromium: Browser, newsroom: Desk, way: Way) -> None:
    """Found by words; the first line answers, each check stands once, in one clock; its post and its source follow."""
    with walking(chromium, newsroom, way, name="vera", role=Role.VIEWER) as vera:
        page = vera.page
        vera.go("/articles")
        row = page.get_by_role("row").filter(has_text=PLAN) if way.scripts else page.locator("tr", has_text=PLAN)
        expect(row).to_contain_text("it speaks of an embargo")
        vera.look_around()
        page.get_by_role("searchbox").fill("cable DEAL")
        vera.press("Find")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name=DEAL).click()
        expect(page.locator(".why")).to_contain_text(f"«{DEAL}» is not posted")
        expect(page.get_by_text("decided here")).to_have_count(1)
        expect(page.get_by_text("There is no post of it.")).to_be_visible()

        vera.go("/articles?words=kaohsiung")
        page.get_by_role("link", name=PORT).click()
        expect(page.locator(".why")).to_contain_text(f"«{PORT}» is on X")
        expect(page.get_by_text("no rule speaks of it, so the default applies", exact=True)).to_have_count(1)
        expect(page.locator("main")).not_to_contain_text("UTC")
        expect(page.get_by_role("region", name="Attempts").locator("tbody tr")).to_have_count(1)
        vera.look_around()
        page.locator(".card").get_by_role("link", name=PORT).click()
        page.wait_for_url("**/posts/*")
        expect(page.locator(".state").first).to_have_text("published")
        page.get_by_role("link", name="its article").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(PORT)


def test_anything_is_found_by_its_words(chromium: Browser, newsroom: Desk, way: Way) -> None:
    """Posts and articles, by words in any order and by number; what is not there is said."""
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/calendar")
        page.get_by_role("link", name="Find").click()
        if way.scripts:
            page.keyboard.type("containers port")
            page.get_by_role("option", name=f"{PORT} article").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(PORT)
            mei.go("/find")
        page.get_by_role("searchbox").fill("containers port")
        mei.press("Find")
        expect(page.locator("#found li")).to_have_count(2)
        mei.look_around()
        page.locator("#found").get_by_role("link", name=PORT).first.click()
        page.wait_for_url("**/posts/*")
        expect(page.get_by_role("heading", level=1)).to_have_text(PORT)
        mei.go("/find?words=volcano")
        expect(page.get_by_text("Nothing holds these words.")).to_be_visible()


def test_what_was_done_is_found_and_followed(chromium: Browser, newsroom: Desk, way: Way) -> None:
    """What was done by hand stands in Activity with who and why; filters narrow it; its link leads to the post."""
    with newsroom.app.store.read() as tx:
        (held,) = [post for post in tx.posts.list_posts() if PLAN in post.text]
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go(f"/posts/{held.id}")
        mei.press("Skip" if held.state is PostState.HELD else "Bring back")
        with newsroom.app.store.read() as tx:
            now = tx.posts.get(held.id)
        assert {held.state, now.state} == {PostState.HELD, PostState.CANCELLED}

        mei.go("/activity")
        first = page.locator("tbody tr").first
        expect(first).to_contain_text("desk:mei")
        expect(first).to_contain_text(f"post {now.state}")
        page.get_by_role("searchbox").fill(f"MEI {now.state}")
        page.get_by_label("About").select_option("Posts")
        mei.press("Show")
        rows = page.locator("tbody tr")
        expect(rows.first).to_contain_text(f"post {held.id}")
        assert all("desk:mei" in text for text in rows.all_inner_texts())
        mei.look_around()
        page.get_by_label("About").select_option("Rules and templates")
        mei.press("Show")
        expect(page.get_by_text("Nothing on record is like that.")).to_be_visible()

        mei.go("/activity?topic=posts&words=mei")
        page.get_by_role("link", name=f"post {held.id}").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(PLAN)
        expect(page.locator(".history")).to_contain_text("desk:mei")
