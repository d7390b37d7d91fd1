"""Sources and the Setup doctor, walked: what answers, what does not and why, and a look at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.steps import switch
from tests.web.desk import ROOT
from tests.web.journeys.walking import Newsroom, Way, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_a_source_in_trouble_is_seen_and_looked_at(chromium: Browser, newsroom: Newsroom, way: Way) -> None:
    """Its error stands there in words, by itself where scripts run; a press asks it at once; well again, it says so."""
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/sources")
        feed = page.locator(".place", has=page.get_by_role("heading", name="latest")).first
        expect(feed).to_contain_text("answers")
        expect(page.get_by_text("[[sources]]")).to_be_visible()
        newsroom.site.behave("^/rss", status=500)
        try:
            mei.press("Look now latest")
            expect(page.locator(".said")).to_contain_text("It is looked at now.")
            assert newsroom.entries(1)[0].action == "source.ask"
            assert newsroom.woken[-1] == "watch"
            run_once(newsroom.app, "watch")
        finally:
            newsroom.site.behave_normally()
        if not way.scripts:
            mei.go("/sources")
        expect(feed).to_contain_text("in trouble")
        expect(feed.locator(".sentence")).to_contain_text("500")
        mei.look_around()

        mei.press("Look now latest")
        run_once(newsroom.app, "watch")
        if not way.scripts:
            mei.go("/sources")
        expect(feed).to_contain_text("answers")
        with newsroom.app.store.read() as tx:
            health = next(one for one in tx.sources.list_all() if one.name == "latest")
        assert (health.failures, health.error) == (0, None)


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(chromium: Browser, newsroom: Newsroom, way: Way) -> None:
    """A bot that is stopped is not well; what is wrong comes first; asked on, X and each source answer."""
    app = newsroom.app
    switch.stop(app.store, app.clock, person=ROOT, reason="a wrong picture")
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/settings")
        page.get_by_role("link", name="Setup doctor").click()
        expect(page.get_by_text("Wrong: 1.")).to_be_visible()
        first = page.locator(".check").first
        expect(first).to_contain_text("kill switch · stopped: a wrong picture (cli:root)")
        expect(first).to_contain_text("resume at the Desk")
        expect(page.locator("main")).not_to_contain_text("nothing stands in its way")
        switch.resume(app.store, app.clock, app.files, person=ROOT, keep=frozenset())
        mei.press("Check everything")
        expect(page.get_by_text("All is well.")).to_be_visible()
        expect(page.locator(".check", has_text="source latest")).to_contain_text("one item")
        mei.look_around()
