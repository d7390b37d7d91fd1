"""What `source read` and `preview` say to an operator: what the bot itself would see and send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main
from asiaradar_bot.sandbox.site import SampleSite

PAGE = """<html><head><meta property="og:type" content="article"><meta property="og:title" content="Ferries run">
<meta property="og:description" content="They run again."><meta property="article:published_time" content="{at}">
<meta property="og:image" content="https://radar.asia/f.jpg"><meta property="og:image:alt" content="A ferry">
</head><body><h1>Ferries run</h1></body></html>"""
URLSET = """<?xml version="1.0"?><!-- made by cron -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://radar.asia/f</loc></url></urlset>"""
HOME = """<!DOCTYPE html><html><body><main><h3><a href="/ferries-run-again">Ferries run again</a></h3></main></body></html>"""
RSS = """<rss version="2.0"><channel><title>x</title><item><title>A &lt;html&gt; of ferries</title>
<link>https://radar.asia/f</link></item></channel></rss>"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dry-run in a folder of its own."""
    _write(tmp_path, "")
    monkeypatch.setenv("ASIARADAR_CONFIG", str(tmp_path / "asiaradar.toml"))
    return tmp_path


def _write(folder: Path, more: str) -> None:
    text = f'storage = {{ url = "sqlite:///{folder}/bot.db", folder = "{folder}" }}\nx = {{ mode = "dry-run" }}\n{more}'
    (folder / "asiaradar.toml").write_text(text, encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command printed."""
    assert main(list(arguments)) == code
    printed = capsys.readouterr()
    return printed.out + printed.err


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (URLSET, "https://radar.asia/f"),
        (HOME, "https://radar.asia/ferries-run-again"),
        (RSS, "A <html> of ferries"),
        ("<rss version='2.0'><channel><title>x</title></channel></rss>", "no items"),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}', "no items"),
    ],
    ids=["sitemap", "listing", "feed", "empty feed", "json feed"],
)
def test_a_file_is_read_as_what_it_is(
    capsys: pytest.CaptureFixture[str], folder: Path, content: str, shown: str
) -> None:
    """Without being told the kind."""
    file = folder / "document"
    file.write_text(content, encoding="utf-8")
    assert shown in told(capsys, "source", "read", str(file))


def test_a_file_that_is_no_source_is_named(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The sentence is about the file, not about the site that it is taken to be of."""
    file = folder / "document"
    file.write_text("The ferries run again, see https://radar.asia/f", encoding="utf-8")
    said = told(capsys, "source", "read", str(file), code=1)
    assert said == f"asiaradar: the feed {file} is no RSS, Atom or JSON feed; check the address\n"
    assert f"the sitemap {file} can't be read" in told(capsys, "source", "read", str(file), "--kind", "sitemap", code=1)
    assert f"there is no file {folder}" in told(capsys, "source", "read", str(folder), code=1)


def test_a_source_of_the_settings_is_read_as_they_say(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The home page is a listing by the settings alone; with a kind of one's own, or elsewhere, it is what one says."""
    with SampleSite(now=lambda: datetime.now(UTC), start_with=2) as site:
        _write(
            folder,
            f"""fetch = {{ allowed_hosts = ["radar.asia"], stand_in = "{site.base_url}" }}
[[sources]]
name = "home"
kind = "listing"
url = "https://radar.asia/"
language = "fr"
""",
        )
        rows = told(capsys, "source", "read", "https://radar.asia/", "--json").splitlines()
        assert {json.loads(row)["language"] for row in rows} == {"fr"}
        said = told(capsys, "source", "read", "https://elsewhere.example/", code=1)
        assert "«asked»" not in said
        assert "elsewhere.example" in said
        assert "is no RSS" in told(capsys, "source", "read", "https://radar.asia/", "--kind", "feed", code=1)
        assert "Biden and Xi" in told(capsys, "source", "read", "https://radar.asia/rss/latest-posts")


@pytest.mark.parametrize(("zone", "decision"), [("UTC", "auto"), ("Asia/Singapore", "hold")])
def test_a_page_is_read_by_the_clock_of_its_source(
    capsys: pytest.CaptureFixture[str], folder: Path, zone: str, decision: str
) -> None:
    """A stamp without zone of twenty hours ago by UTC is of twenty-eight hours ago by Singapore, which is too old."""
    source = f'[[sources]]\nname = "latest"\nurl = "https://radar.asia/rss"\nzone = "{zone}"\n'
    _write(folder, source)
    file = folder / "page.html"
    at = datetime.now(UTC) - timedelta(hours=20)
    file.write_text(PAGE.format(at=f"{at:%Y-%m-%d %H:%M:%S}"), encoding="utf-8")
    asked = ("preview", "--page", str(file), "--url", "https://radar.asia/f")
    assert json.loads(told(capsys, *asked, "--json"))["decision"] == decision
    said = told(capsys, *asked).splitlines()
    assert said[-2].startswith("links: https://radar.asia/f?utm_source=x")
    assert said[-1] == "its picture is described: A ferry"


def test_a_template_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """With the names of those that are."""
    file = folder / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    asked = ("preview", "--page", str(file), "--url", "https://radar.asia/f", "--template")
    assert "there is no template nope: choose one of article, breaking" in told(capsys, *asked, "nope", code=1)
    assert told(capsys, *asked, "breaking").startswith("BREAKING: Ferries run")
