"""What stands around every page: the bar that says whether anything goes out, the rail, and whose focus is whose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.steps import switch
from tests.web.desk import ROOT
from tests.web.journeys.walking import WAYS, Desk, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
WIDE, PHONE, _ = WAYS


def test_a_phone_shows_that_nothing_goes_out_in_little_room(chromium: Browser, desk: tuple[App, str]) -> None:
    """Stopped elsewhere, the open page says so and why by itself, and the bar is hardly taller than before."""
    app, url = desk
    with walking(chromium, Desk(app=app, url=url), PHONE) as mei:
        mei.go("/")
        bar = mei.page.locator("#bar")
        running = bar.bounding_box()
        switch.stop(app.store, app.clock, person=ROOT, reason="wrong picture")
        expect(bar.get_by_text("Nothing is sent: wrong picture (cli:root)")).to_be_visible()
        stopped = bar.bounding_box()
        assert running is not None
        assert stopped is not None
        assert running["height"] <= 100
        assert stopped["height"] <= running["height"] + 30
        mei.look_around()


def test_the_rail_shows_where_one_is_and_that_there_is_more(chromium: Browser, desk: tuple[App, str]) -> None:
    """On a phone the current page stands in sight, and shadows tell at which ends pages are hidden."""
    app, url = desk
    with walking(chromium, Desk(app=app, url=url), PHONE) as mei:
        for path, name, before, after in (("/", "Desk", False, True), ("/settings", "Settings", True, False)):
            mei.go(path)
            rail = mei.page.get_by_role("navigation", name="Pages")
            expect(rail.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
            shadows = rail.locator("ul").evaluate(
                "list => ['::before', '::after'].map(end => getComputedStyle(list, end).visibility)"
            )
            assert shadows == ["visible" if here else "hidden" for here in (before, after)]


def test_news_does_not_take_the_focus_away(chromium: Browser, desk: tuple[App, str]) -> None:
    """Whoever stands on a button while the page brings itself up to date stands on the same button after it."""
    app, url = desk
    with walking(chromium, Desk(app=app, url=url), WIDE) as mei:
        mei.go("/")
        later = app.clock.now() + timedelta(hours=3)
        for number, place in enumerate(("#bar .stop", "[data-id='2'] .act-skip", "[data-id='2'] h3 a")):
            mei.page.locator(place).focus()
            app.editor(ROOT).add([f"News {number}"], due_at=later)
            expect(mei.page.get_by_role("link", name=f"News {number}")).to_be_visible()
            expect(mei.page.locator(place)).to_be_focused()
