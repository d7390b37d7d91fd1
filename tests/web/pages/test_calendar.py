"""The calendar in process: what stands on which day, in both zones, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.post import NewPost, PostId, PostKind, PostState
from asiaradar_bot.rules.lineup import MOST
from asiaradar_bot.runner.timetable import run_once
from tests.fakes.outside import NOON
from tests.web.desk import ROOT, browser, desk_app, visitor

HOSTILE = '<img src=x onerror=alert(1)> "javascript:alert(1)"'
VIEWS = ("/calendar", "/calendar?show=week", "/calendar?show=month", "/calendar?show=agenda")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot of a newsroom in Singapore."""
    with desk_app(tmp_path) as made:
        yield made


def day_of(page: str, on: str) -> str:
    """The section of a day."""
    found = re.search(rf'<section class="calendar-day[^>]*aria-label="{on}">.*?</section>', page, re.DOTALL)
    assert found, on
    return found[0]


def test_a_post_stands_on_its_day_in_both_zones(app: App) -> None:
    """Half past one in the night in Singapore is Monday 17:30 UTC, and the day is Tuesday."""
    due = datetime(2027, 6, 14, 17, 30, tzinfo=UTC)
    app.editor(ROOT).add(["Ferries run again"], due_at=due)
    page = browser(app, visitor()).get("/calendar?show=week&on=2027-06-15").text
    found = day_of(page, "2027-06-15")
    assert "Ferries run again" in found
    assert "<b>01:30</b> <small>Mon 17:30 UTC</small>" in found
    assert "Ferries run again" not in day_of(page, "2027-06-14")


def test_what_went_out_stands_when_it_went_out(app: App) -> None:
    """A published post is on the day on which X took it, with its state in words."""
    post = app.editor(ROOT).add(["Went out just now"], due_at=app.clock.now())[0]
    run_once(app, "publish")
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post.id)).state is PostState.PUBLISHED
    page = browser(app, visitor()).get("/calendar?show=agenda").text
    assert re.search(r"state-published.*Went out just now.*?published", page, re.DOTALL)


def test_an_unknown_expected_time_is_said_to_be_unknown(app: App) -> None:
    """A post beyond those that are played through stands at its due time, marked as not known; none is lost."""
    soon = app.clock.now() + timedelta(days=1)
    with app.store.begin() as tx:
        for number in range(MOST):
            tx.posts.add(made(f"m{number}", "One of many", soon), who="cli:root")
        tx.posts.add(made("last", "Far away", datetime(2030, 5, 1, 2, tzinfo=UTC)), who="cli:root")
    client = browser(app, visitor())
    assert "expected —, due" in day_of(client.get("/calendar?show=agenda&on=2030-05-01").text, "2030-05-01")
    month = client.get("/calendar?show=month").text
    assert re.search(r">[0-9]+ more</a>", month)
    assert month.count("One of many") < MOST


def made(marker: str, text: str, due: datetime) -> NewPost:
    """A queued post."""
    return NewPost(
        kind=PostKind.MANUAL,
        state=PostState.QUEUED,
        news_class=NewsClass.NORMAL,
        text=text,
        link=None,
        marker=marker,
        due_at=due,
        expires_at=None,
        reason="test",
        created_at=NOON,
        price_usd="0.015",
    )


def test_an_embargo_that_is_over_is_not_shown(tmp_path: Path) -> None:
    """The post may go out, and looks like any other."""
    with desk_app(tmp_path) as app:
        now = app.clock.now()
        due = now + timedelta(days=1)
        with app.store.begin() as tx:
            tx.posts.add(
                replace(made("m", "Free again", due), not_before_at=now - timedelta(minutes=1)), who="cli:root"
            )
        page = browser(app, visitor()).get("/calendar?show=agenda").text
    assert "Free again" in page
    assert "embargo until" not in page


def test_slots_quiet_hours_and_embargoes_are_shown(tmp_path: Path) -> None:
    """A free slot leads to Compose at its time, a taken one does not; quiet hours and embargoes are named."""
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[slots]\nzone = "Europe/Berlin"\ntimes = [09:00:00, 12:00:00]\n[wording]\nzone = "Europe/Berlin"\n'
        '[[quiet_hours]]\nstarts = 22:00:00\nends = 07:00:00\nzone = "Europe/Berlin"\n',
        encoding="utf-8",
    )
    with desk_app(tmp_path, templates={"policy": policy}) as app:
        taken = datetime(2030, 10, 27, 8, tzinfo=UTC)
        with app.store.begin() as tx:
            post = replace(made("m", "Under embargo", taken), in_slot=True, not_before_at=taken - timedelta(hours=1))
            tx.posts.add(post, who="cli:root")
        page = browser(app, visitor()).get("/calendar?show=week&on=2030-10-27").text
        viewer = browser(app, visitor(Role.VIEWER)).get("/calendar?show=week&on=2030-10-27").text
    day = day_of(page, "2030-10-27")
    assert "Clocks go back by 60 minutes." in day
    assert day.index("quiet hours") < day.index("Under embargo") < day.index("free slot") < day.rindex("quiet hours")
    assert "<b>00:00</b> <small>Sat 22:00 UTC</small>" in day
    assert "<b>07:00</b> <small>06:00 UTC</small>" in day
    assert 'embargo until <time datetime="2030-10-27T07:00:00Z">' in day
    assert re.findall(r"/compose\?at=([^\"]*)", day) == ["2030-10-27T11%3A00%3A00Z"]
    assert "free slot" in viewer
    assert "/compose?at=" not in viewer


def test_hostile_and_right_to_left_headlines_stay_text(app: App) -> None:
    """Markup is shown, never run, in every view; each headline finds its own direction."""
    soon = app.clock.now() + timedelta(minutes=30)
    for text in (HOSTILE, "افتتاح أول محطة لتحلية المياه", "釜山港の取扱量が過去最高"):
        app.editor(ROOT).add([text], due_at=soon)
    client = browser(app, visitor())
    for path in VIEWS:
        page = client.get(path).text
        assert "<img src=x" not in page, path
        assert "&lt;img src=x" in page, path
        assert re.search(r'<p class="what" dir="auto"><a[^>]*>افتتاح', page), path
        assert "釜山港の取扱量が過去最高" in page, path


def test_views_lead_to_each_other(app: App) -> None:
    """Week, month and agenda keep the day; previous, next and today turn by what is shown."""
    page = browser(app, visitor()).get("/calendar?show=month&on=2027-01-31").text
    for link in (
        "show=week&amp;on=2027-01-31",
        "show=agenda&amp;on=2027-01-31",
        "show=month&amp;on=2026-12-01",
        "show=month&amp;on=2027-02-01",
    ):
        assert f'href="/calendar?{link}"' in page
    assert 'href="/calendar?show=month">Today' in page
    assert page.count('aria-current="page"') == 2


def test_without_a_view_the_screen_chooses(app: App) -> None:
    """The page holds the week and the agenda, one of which the style sheet shows by the screen's width."""
    page = browser(app, visitor()).get("/calendar").text
    assert "show-week by-width" in page
    assert "show-agenda by-width" in page


def test_days_and_months_speak_the_visitors_language(app: App) -> None:
    """The month on top and the days have their names in each language."""
    for language, month, day in (
        ("en", "May 2030", "Wed 1 May"),
        ("zh_Hans", "2030年5月", "5月1日周三"),
        ("ja", "2030年5月", "5月1日(水)"),
        ("ko", "2030년 5월", "5월 1일 (수)"),
    ):
        page = browser(app, visitor(language=language)).get("/calendar?show=month&on=2030-05-01").text
        assert f"{month} ·" in page
        assert f">{day}</a>" in page


@pytest.mark.parametrize("query", ["on=1999-12-31", "on=2200-01-01", "on=9999-12-31", "on=soon", "show=year"])
def test_days_that_cannot_be_shown_are_refused(app: App, query: str) -> None:
    """One sentence and 4xx."""
    answer = browser(app, visitor()).get(f"/calendar?{query}")
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


def test_everybody_who_is_signed_in_may_look(app: App) -> None:
    """A viewer sees it; nobody else does."""
    assert browser(app, visitor(Role.VIEWER)).get("/calendar").status_code == 200
    assert browser(app, None).get("/calendar").status_code == 303
