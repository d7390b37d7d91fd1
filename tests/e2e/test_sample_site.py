"""Every article of the sample site ends where it should, word for word."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from asiaradar_bot.bootstrap import App
from asiaradar_bot.runner.timetable import run_once
from tests.e2e.bot import check_ends, ends, go_round, play, running


def go_until(app: App, holds: Callable[[dict[str, dict[str, str]]], bool]) -> dict[str, dict[str, str]]:
    """Go round until the ends are as wanted, for at most 30 seconds; the ends."""
    deadline = time.monotonic() + 30
    found = ends(app)
    while not holds(found) and time.monotonic() < deadline:
        go_round(app, 1)
        found = ends(app)
    return found


def test_every_article_ends_where_it_should(tmp_path: Path) -> None:
    """On a site in the manner of 2.2; `test_replay` plays the story on one of 2.4."""
    with running(tmp_path, manner="2.2", pictures=False, per_hour=100, per_day=1000) as (app, site):
        play(app, site)
        check_ends(app)


def test_a_headline_changed_before_sending_is_worded_anew(tmp_path: Path) -> None:
    """A queued post follows its article's correction, and a retracted article's post is held."""
    with running(tmp_path, manner="2.2", pictures=False, verify_seconds=1) as (app, site):
        (tmp_path / "STOP").write_text("test", encoding="utf-8")
        slug, gone = "kaohsiung-port-containers-record", "colombo-tea-auction-record-price"
        site.publish(slug)
        site.publish(gone)
        go_round(app)
        site.update(slug, title="Kaohsiung Port Handled 8.9 Million Containers Last Year")
        site.remove(gone, status=410)
        found = go_until(app, lambda found: found[f"/{gone}"]["state"] == "held")
        (tmp_path / "STOP").unlink()
        found = go_until(app, lambda found: found[f"/{slug}"]["state"] == "published")
    assert found[f"/{slug}"]["text"].startswith("Kaohsiung Port Handled 8.9 Million")
    assert found[f"/{slug}"]["state"] == "published"
    assert found[f"/{gone}"]["state"] == "held"


def test_the_first_run_seeds(tmp_path: Path) -> None:
    """What is on the site at the first look is recorded and not posted; what comes later is."""
    with running(tmp_path, first_run="seed", pictures=False) as (app, site):
        old = site.publish_next()
        go_round(app)
        new = "kyushu-rail-ai-rain-forecast"
        site.publish(new)
        go_round(app)
        found = ends(app)
    assert found[f"/{old}"] == {"verdict": "skip", "reason": "seeded"}
    assert found[f"/ja/{new}"]["state"] == "published"


def test_a_picture_goes_with_the_post(tmp_path: Path) -> None:
    """The article's picture is made safe, brought to X with its alt text, and attached."""
    with running(tmp_path, picture_seconds=30) as (app, site):
        site.publish("bandung-street-orchestra-returns")
        go_round(app)
        post = app.press.timeline.own_posts(app.press.account_id(), since=app.clock.now().replace(year=2020))[0]
    assert post.media_count == 1


def test_a_flood_waits_for_a_person(tmp_path: Path) -> None:
    """More new articles in one poll than the burst limit are held."""
    with running(tmp_path, first_run="seed", pictures=False) as (app, site):
        run_once(app, "watch")
        for _ in range(9):
            site.publish_next()
        go_round(app)
        found = ends(app)
    assert Counter(end["reason"] for end in found.values())["burst"] >= 6
