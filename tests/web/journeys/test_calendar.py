"""The calendar, walked: week, month and agenda, a free slot taken, and a post moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.slots import next_slot
from tests.web.journeys.walking import WAYS, Desk, Way, walking

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
        expect(page.locator(".said")).to_contain_text("Queued for its time:")
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


def test_a_post_is_dragged_through_the_week(chromium: Browser, desk: tuple[App, str]) -> None:
    """To another day it keeps its time of day, to an hour or a free slot it takes that; each time the preview comes first."""
    app, url = desk
    zone = ZoneInfo(app.policy.wording.zone)
    monday = app.clock.now().astimezone(zone).date()
    monday += timedelta(days=7 - monday.weekday())
    due = datetime.combine(monday + timedelta(days=1), time(3, 33), tzinfo=zone)
    post = app.editor(Person(who="cli:kim", role=Role.ADMIN)).add(["Through the week"], due_at=due.astimezone(UTC))[0]

    def stands() -> str:
        with app.store.read() as tx:
            return f"{tx.posts.get(PostId(post.id)).due_at.astimezone(zone):%Y-%m-%d %H:%M}"

    with walking(chromium, Desk(app=app, url=url), WAYS[0]) as mei:
        page = mei.page
        event = page.locator(".event", has_text="Through the week")

        def drop(on: date, place: str) -> None:
            mei.go(f"/calendar?show=week&on={monday}")
            event.hover()
            page.mouse.down()
            day = page.locator(f"section[aria-label='{on}']")
            day.locator("h2").hover()
            expect(day.locator(".hours li")).to_have_count(24)
            target = day.locator(place) if place else day.locator("h2")
            target.hover()
            target.hover()
            page.mouse.up()
            page.wait_for_url(f"**/posts/{post.id}/move**")
            expect(page.get_by_text("No other post is moved by it.")).to_be_visible()
            mei.press("Save")
            expect(page.locator(".said")).to_contain_text("Moved.")
            page.wait_for_url("**/calendar?show=week*")

        assert stands() == f"{monday + timedelta(days=1)} 03:33"
        drop(monday + timedelta(days=3), "")
        assert stands() == f"{monday + timedelta(days=3)} 03:33"
        drop(monday + timedelta(days=2), ".hours li:has-text('17:00')")
        assert stands() == f"{monday + timedelta(days=2)} 17:00"
        slot = next_slot(datetime.combine(monday + timedelta(days=4), time(), tzinfo=zone), app.policy.slots, [])
        drop(monday + timedelta(days=4), ".opening >> nth=0")
        assert stands() == f"{slot.astimezone(zone):%Y-%m-%d %H:%M}"
        expect(event.get_by_role("link", name="Move")).to_be_visible()
