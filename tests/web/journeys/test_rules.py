"""Rules and templates, walked: reorder, insert, try on real articles, save with a note, and go back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.rulekeeping import in_force
from tests.web.journeys.walking import Desk, Way, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PORT = "Kaohsiung Port Handled 9.8 Million Containers Last Year"


def names(desk: Desk) -> list[str]:
    """The rules in force, from the top."""
    return [rule.name for rule in desk.app.policy.rules]


def test_rules_are_reordered_tried_saved_and_brought_back(chromium: Browser, newsroom: Desk, way: Way) -> None:
    """Nothing counts until it is saved; what it would change is seen before; the note stands in the history."""
    before = names(newsroom)
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/rules")
        mei.press("Move opinion waits up")
        expect(page.locator(".rules h3").first).to_have_text("opinion waits")
        expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
        expect(page.get_by_role("button", name="Edit opinion waits")).to_be_in_viewport()
        assert names(newsroom) == before

        mei.press("Insert a rule before opinion waits")
        page.get_by_role("textbox", name="Name", exact=True).fill("ports wait")
        page.get_by_label("What becomes of it").select_option("hold")
        page.get_by_role("textbox", name="Words within the headline").fill("port, 港")
        page.get_by_label("Reason, for everyone to read").fill("figures of ports are checked first")
        mei.look_around()
        mei.press("Put it in")
        expect(page.get_by_text("An article whose headline says «port» or «港» waits for a person.")).to_be_visible()

        mei.press("Try on the last 50 articles")
        tried = page.locator(".tried")
        expect(tried).to_be_in_viewport()
        expect(tried.get_by_role("link", name=PORT)).to_be_visible()
        expect(tried.get_by_role("row", name="verdict auto hold")).to_be_visible()
        expect(tried.locator("article")).to_have_count(1)
        mei.look_around()
        assert names(newsroom) == before

        mei.press("Save as version")
        expect(page.get_by_role("alert")).to_contain_text("note")
        assert names(newsroom) == before
        page.get_by_label("Why it is changed").fill("ports first, after Monday's mistake")
        mei.press("Save as version")
        expect(page.locator(".said")).to_contain_text("Saved.")
        expect(page.locator(".history li").first).to_contain_text("desk:mei: ports first, after Monday's mistake")
        assert names(newsroom) == ["ports wait", "opinion waits", *(one for one in before if one != "opinion waits")]
        entry = newsroom.entries(1)[0]
        assert (entry.who, entry.action, entry.why) == (
            "desk:mei",
            "rules.saved",
            "ports first, after Monday's mistake",
        )

        page.get_by_role("link", name="The file").click()
        expect(page.locator("del", has_text="ports wait")).to_be_visible()
        mei.press("Bring it back as version")
        expect(page.locator(".rules h3").first).to_have_text("breaking")
        assert names(newsroom) == before
        assert in_force(newsroom.app, POLICY).is_file


def test_a_template_is_worded_seen_tried_and_saved(chromium: Browser, newsroom: Desk, way: Way) -> None:
    """The post is shown as it would go out, of a sample and of a real article; a broken source is not saved."""
    with walking(chromium, newsroom, way) as mei:
        page = mei.page
        mei.go("/templates")
        page.get_by_role("link", name="article", exact=True).click()
        source = page.get_by_label("Source")
        old = source.input_value()
        page.get_by_label("Of this article").select_option(label=PORT)
        source.fill("{{ title | fit(0) }\n{{ url }}")
        page.get_by_label("Why it is changed").fill("shorter")
        mei.press("Save as version")
        expect(page.get_by_role("alert")).to_contain_text("mend the template")
        assert source.input_value() == "{{ title | fit(0) }\n{{ url }}"
        assert newsroom.app.renderer.source_of("article") == old

        source.fill("{{ title | fit(0) }}\n\nOn Radar Asia: {{ url }}\n")
        mei.press("Show")
        expect(page.locator(".as-sent")).to_contain_text(f"{PORT}\n\nOn Radar Asia: https://radar.asia/kaohsiung")
        expect(page.get_by_text("Sound.")).to_be_visible()
        mei.press("Try on the last 50 articles")
        expect(page.locator(".tried").get_by_role("link", name=PORT)).to_be_visible()
        mei.look_around()
        page.get_by_label("Why it is changed").fill("name the paper")
        mei.press("Save as version")
        expect(page.locator(".history li").first).to_contain_text("name the paper")
        assert newsroom.app.renderer.source_of("article") == "{{ title | fit(0) }}\n\nOn Radar Asia: {{ url }}\n"

        page.get_by_role("link", name="The file").click()
        mei.press("Bring it back as version")
        assert page.get_by_label("Source").input_value() == old
        assert newsroom.app.renderer.source_of("article") == old
