"""The calendar, walked: week, month and agenda, a free slot taken, and a post moved."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.post import PostId
from tests.web.journeys.walking import Desk, Way, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_a_post_is_seen_written_and_moved(chromium: Browser, desk: tuple[App, str], way: Way) -> None:
    """What is written for a free slot stands there; moved from the calendar it stands where it was put, in every view."""
    app, url = desk
    zone = ZoneInfo(app.policy.wording.zone)
    day = (app.clock.now().astimezone(zone) + timedelta(days=2)).date()
    with walking(chromium, Desk(app=app, url=url), way) as mei:
        page = mei.page
        mei.go("/calendar")
        expect(page.locator(".calendar:visible")).to_have_class(
            f"calendar show-{'week' if way.name == 'desktop' else 'agenda'} by-width"
        )

        mei.go(f"/calendar?show=week&on={day}")
        there = (
            page.get_by_role("region", name=f"{day}") if way.scripts else page.locator(f"section[aria-label='{day}']")
        )
        slots = there.locator(".opening").count()
        assert slots > 1
        there.get_by_role("link", name="free slot").first.click()
        page.get_by_label("Text", exact=True).fill("For a free slot")
        mei.press("Queue", exact=True)
        expect(page.locator(".said")).to_contain_text("Saved.")
        with app.store.read() as tx:
            post = max(tx.posts.list_posts(), key=lambda one: one.id)
        assert (post.text, post.due_at.astimezone(zone).date()) == ("For a free slot", day)

        mei.go(f"/calendar?show=month&on={day}")
        expect(there.get_by_role("link", name="For a free slot")).to_be_visible()
        expect(there).to_contain_text(f"free slots: {slots - 1}")
        expect(there.locator(".opening")).to_have_count(0)
        mei.look_around()
        there.get_by_role("link", name="free slots").click()
        expect(page.locator(".calendar")).to_have_class("calendar show-agenda")
        event = page.locator(".event", has_text="For a free slot")
        event.get_by_role("link", name="Move").click()
        page.get_by_label("Another time").fill(f"{day + timedelta(days=1)}T03:33:00Z")
        mei.press("Show")
        expect(page.get_by_text("No other post is moved by it.")).to_be_visible()
        mei.press("Save")
        expect(page.locator(".said")).to_contain_text("Moved.")
        page.wait_for_url("**/calendar?show=agenda*")
        expect(page.locator(f"section[aria-label='{day + timedelta(days=1)}']")).to_contain_text("For a free slot")
        mei.look_around()
        with app.store.read() as tx:
            moved = tx.posts.get(PostId(post.id))
        assert f"{moved.due_at:%Y-%m-%d %H:%M}" == f"{day + timedelta(days=1)} 03:33"
        assert any(entry.who == "desk:mei" for entry in mei.desk.entries(1))
