"""The demo's settings file: commands that use it see what the demo sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import build_app
from asiaradar_bot.checkup import _source, examine_outside
from asiaradar_bot.cli import demo
from asiaradar_bot.cli.main import main
from asiaradar_bot.settings import load_settings
from tests.e2e.bot import running

SECRET = "whsec_" + "A" * 32


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the demo writes it; commands run in another folder from then on."""
    folder = tmp_path / "demo"
    folder.mkdir()
    monkeypatch.setattr(demo, "FOLDER", folder)
    app = build_app(demo.demo_settings("http://127.0.0.1:9", port=0, hook_secret=SECRET), offline=True)
    app.local_x_url = "http://127.0.0.1:9"
    written = demo._settings_file(app, "http://127.0.0.1:9", "http://127.0.0.1:8420")
    app.close()
    monkeypatch.setenv("ASIARADAR_CONFIG", str(written))
    monkeypatch.chdir(tmp_path)
    return written


def test_commands_have_the_settings_of_the_demo(file: Path) -> None:
    """Sources, limits, templates and database: `replay` finds nothing changed and the doctor asks every source."""
    theirs, ours = demo.demo_settings("http://127.0.0.1:9", port=8420, hook_secret=SECRET), load_settings()
    assert file.is_absolute()
    assert [one.name for one in ours.sources] == ["latest", "home"]
    for section in ("environment", "storage", "sources", "publishing", "fetch", "access"):
        assert getattr(ours, section) == getattr(theirs, section)
    assert ours.templates.folder.is_dir()
    assert ours.templates.policy.is_file()


def test_the_doctor_asks_every_source_of_the_demo(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its line, from whatever folder the command is run in."""
    assert file.is_file()
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    for line in ("ok   template article: ", "BAD  source latest: ", "BAD  source home: "):
        assert line in said


def test_a_source_without_items_says_why_that_may_be(tmp_path: Path) -> None:
    """Radar Asia keeps an old feed for ten minutes: beside a listing that shows the article, «0 items» looks like a fault."""

    def said() -> dict[str, str]:
        return {check.name: check.told for check in examine_outside(app)}

    with running(tmp_path) as (app, site):
        empty = said()["source latest"]
        site.publish("rain-ends-drought")
        stale, listed = said()["source latest"], said()["source home"]
        one = _source(app.sources[1], 1)
    assert empty.startswith(
        "https://radar.asia/rss/latest-posts answers and shows no items now: the site may have none"
    )
    assert stale == empty
    assert listed.endswith(" items at https://radar.asia/")
    assert one.told == "one item at https://radar.asia/"
