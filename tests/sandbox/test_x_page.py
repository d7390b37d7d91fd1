"""The local X's timeline page: what followers would see, and nothing that a hostile text could do."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import requests
from selectolax.lexbor import LexborHTMLParser, LexborNode

from asiaradar_bot.sandbox.x import Behaviour, LocalX
from asiaradar_bot.sandbox.x.page import _ago, _short
from tests.sandbox.x_access import NOON, FixedClock, call, create, image_bytes, upload


@pytest.fixture
def clock() -> FixedClock:
    """
    The server's clock.
    """
    return FixedClock()


@pytest.fixture
def x(clock: FixedClock) -> Iterator[LocalX]:
    """
    A fresh local X.
    """
    with LocalX(now=clock, behaviour=Behaviour(premium=True)) as started:
        yield started


def page(x: LocalX) -> LexborHTMLParser:
    """
    The page, parsed.
    """
    answer = requests.get(x.base_url, timeout=5)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content)


def post_on(x: LocalX, post_id: str) -> LexborNode:
    """
    One post on the page.
    """
    found = page(x).css_first(f"#post-{post_id}")
    assert found is not None
    return found


def texts(node: LexborNode | LexborHTMLParser, selector: str) -> list[str]:
    """
    The texts of what the selector finds.
    """
    return [found.text(strip=True) for found in node.css(selector)]


def test_an_empty_timeline_says_so(x: LocalX) -> None:
    """Before the first post the page shows the account and an invitation to wait."""
    shown = page(x)
    assert texts(shown, "h1") == ["Radar Asia"]
    assert texts(shown, ".empty") == ["No posts yet. They appear here as the bot makes them."]


def test_a_post_shows_text_link_tags_and_card(x: LocalX) -> None:
    """Links lead to the article with the address shortened as X does, tags are marked, the card names host and path."""
    post_id = create(x, "Chips rise #Asia @AsiaRadar https://www.radar.asia/business/chips-rise-again-today?utm=1")
    shown = post_on(x, post_id)
    link = shown.css_first(".text a")
    assert link is not None
    assert link.attributes["href"] == "https://www.radar.asia/business/chips-rise-again-today?utm=1"
    assert link.text() == "radar.asia/business/chips-…"
    assert texts(shown, ".tag") == ["#Asia", "@AsiaRadar"]
    assert (texts(shown, ".host"), texts(shown, ".path")) == (["radar.asia"], ["chips-rise-again-today"])


def test_hostile_text_stays_text(x: LocalX) -> None:
    """Markup, script addresses and attribute tricks in a post are shown, not obeyed."""
    evil = "<img src=x onerror=alert(1)> <script>alert(2)</script> javascript:alert(3) \"' onload=alert(4)"
    post_id = create(x, evil)
    shown = post_on(x, post_id)
    assert shown.css_first(".text").text() == evil  # type: ignore[union-attr]  # test fails loudly if it is not there
    assert [node.tag for node in shown.css("script, img, .text a")] == []
    addresses = [node.attributes["href"] or "" for node in page(x).css("a")]
    assert all(address.startswith(("http://", "https://")) for address in addresses)


def test_hostile_alt_text_and_path_stay_text(x: LocalX) -> None:
    """The same for alt texts and for the path on a card."""
    media_id = upload(x)
    metadata = {"alt_text": {"text": '"><script>alert(1)</script>'}}
    call(x, "POST", "/2/media/metadata", json={"id": media_id, "metadata": metadata})
    create(x, "Picture", media={"media_ids": [media_id]})
    create(x, "https://radar.asia/%3Cscript%3Ealert(1)%3C/script%3E")
    shown = page(x)
    assert [node.attributes.get("src") for node in shown.css("script")] == ["/sandbox/static/page.js"]
    image = shown.css_first(".frame img")
    assert image is not None
    assert image.attributes["alt"] == '"><script>alert(1)</script>'


def test_the_policy_forbids_everything_from_elsewhere(x: LocalX) -> None:
    """The page may load from its own server only, and refers to nothing else."""
    answer = requests.get(x.base_url, timeout=5)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    shown = LexborHTMLParser(answer.content)
    sources = [node.attributes.get("src") or node.attributes.get("href") for node in shown.css("script, link, img")]
    assert sources
    assert all((source or "").startswith("/sandbox/") for source in sources)
    for source in sources:
        assert requests.get(f"{x.base_url}{source}", timeout=5).status_code == 200


def test_pictures_are_served_as_what_they_are(x: LocalX) -> None:
    """An upload comes back byte for byte, with the type of its bytes."""
    media_id = upload(x, image_bytes("PNG"))
    post_id = create(x, "Look", media={"media_ids": [media_id]})
    image = post_on(x, post_id).css_first("img")
    assert image is not None
    answer = requests.get(f"{x.base_url}{image.attributes['src']}", timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (image_bytes("PNG"), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_thread_hangs_together(x: LocalX) -> None:
    """The parts of a thread stand in reading order with a line between, newest thread first."""
    first = create(x, "Part one")
    second = create(x, "Part two", reply={"in_reply_to_tweet_id": first})
    alone = create(x, "Another story")
    third = create(x, "Part three", reply={"in_reply_to_tweet_id": second})
    shown = page(x).css("article")
    assert [node.attributes["id"] for node in shown] == [f"post-{one}" for one in (first, second, third, alone)]
    assert ["continues" in (node.attributes["class"] or "") for node in shown] == [True, True, False, False]


def test_marks(x: LocalX) -> None:
    """Deleted, edited, paid and hand-made posts say so; of an edited one only the last version is there."""
    gone = create(x, "Gone")
    call(x, "DELETE", f"/2/tweets/{gone}")
    first = create(x, "Frist", paid_partnership=True)
    second = create(x, "First", edit_options={"previous_post_id": first}, paid_partnership=True)
    hand = x.post_by_hand("By hand").id
    assert texts(post_on(x, gone), ".mark") == ["deleted 12:00, readers do not see it"]
    assert texts(post_on(x, second), ".mark") == ["edited", "paid partnership"]
    assert texts(post_on(x, hand), ".mark") == ["posted by hand"]
    assert page(x).css_first(f"#post-{first}") is None
    assert texts(page(x), ".figures b")[-1] == "2"


def test_direction_follows_the_text(x: LocalX) -> None:
    """Every text decides its own direction."""
    post_id = create(x, "أسعار النفط ترتفع")
    text = post_on(x, post_id).css_first(".text")
    assert text is not None
    assert text.attributes["dir"] == "auto"


def test_counts_and_spend_are_shown(x: LocalX, clock: FixedClock) -> None:
    """The figures on the page are those of the API, shortened; the bill stands above."""
    post_id = create(x, "Chips https://radar.asia/1")
    clock.pass_by(days=2)
    answer = call(x, "GET", "/2/tweets", params={"ids": post_id, "tweet.fields": "public_metrics"})
    views = answer.json()["data"][0]["public_metrics"]["impression_count"]
    shown = post_on(x, post_id).css_first(".view")
    assert shown is not None
    assert shown.attributes["title"] == f"{views} Views"
    assert "$0.205" in texts(page(x), ".meter dd")


def test_spans_and_figures_in_short() -> None:
    """Ages and counts are written as on X."""
    ages = {5: "5s", 59: "59s", 60: "1m", 3599: "59m", 7200: "2h", 86_400: "23 Nov", 86_400 * 400: "20 Oct 2025"}
    clock = FixedClock()
    for seconds, told in ages.items():
        clock.instant = NOON
        clock.pass_by(seconds=-seconds)
        assert _ago(clock.instant, NOON) == told
    assert [_short(number) for number in (0, 999, 1000, 1260, 48_200, 2_000_000)] == [
        "0", "999", "1K", "1.3K", "48.2K", "2M",
    ]  # fmt: skip


@pytest.mark.browser
def test_the_page_in_a_browser_stays_fresh_and_quiet(x: LocalX) -> None:
    """Chromium shows the post in light and dark, picks up a new one by itself and has nothing to complain about."""
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    create(x, "First <script>document.title='taken over'</script>")
    said: list[str] = []
    grounds = []
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=os.environ.get("ASIARADAR_CHROMIUM", "/usr/bin/chromium"), args=quiet
        )
        for scheme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
            tab.on("console", lambda message: said.append(message.text))
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.goto(x.base_url)
            grounds.append(tab.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390
            assert "Radar Asia" in tab.title()
        create(x, "Second, while someone watches")
        watched = browser.contexts[-1].pages[-1]
        watched.get_by_text("Second, while someone watches").wait_for(timeout=10_000)
        browser.close()
    assert said == []
    assert len(set(grounds)) == 2
