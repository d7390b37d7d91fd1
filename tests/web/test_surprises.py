"""What nobody foresaw, made by real damage: a page or problem+json with a number that the log has, never a traceback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from asiaradar_bot.bootstrap import App
from asiaradar_bot.web.app import build_web
from tests.web.desk import ROOT, browser, desk_app, visitor


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A Desk with one post."""
    with desk_app(tmp_path) as made:
        yield made


def spoil(app: App) -> None:
    """A price that is no number, as no version of the program would write it."""
    app.editor(ROOT).add(["Ferries"], due_at=app.clock.now())
    with app.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE posts SET price_usd = 'a lot'")


def test_a_page_that_breaks_tells_its_number(app: App) -> None:
    """In the Desk's own frame, with the headers of every page; the log has the number and the traceback."""
    spoil(app)
    with capture_logs() as logged:
        answer = browser(app, visitor()).get("/queue")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Traceback" not in answer.text
    number = re.search(r"in the log under number ([0-9a-f]{8})", answer.text)
    assert number is not None
    (line,) = [one for one in logged if one["event"] == "a request failed"]
    assert (line["number"], line["path"]) == (number[1], "/queue")
    assert line["exc_info"] is not None


def test_a_program_gets_a_problem(app: App) -> None:
    """The same as problem+json for whoever wants no page."""
    spoil(app)
    client = browser(app, visitor())
    client.headers["accept"] = "application/json"
    answer = client.get("/queue")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert re.search(r"under number [0-9a-f]{8}", answer.json()["title"])


def test_a_database_that_is_gone_is_told_on_a_page(app: App) -> None:
    """Whoever is signed in gets the sentence in the Desk's frame, without the bar that would need the database."""
    assert app.store.file is not None
    client = browser(app, visitor())
    app.store.close()
    app.store.file.write_bytes(b"no database" * 1000)
    answer = client.get("/queue")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "restore a backup with" in answer.text


def test_an_address_without_a_page_leads_back(app: App) -> None:
    """In the Desk's frame for people, as problem+json for programs."""
    client = browser(app, visitor())
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "there is nothing at /nothing-here" in answer.text
    assert 'href="/"' in answer.text
    assert client.put("/queue").status_code == 405
    client.headers["accept"] = "application/json"
    answer = client.get("/nothing-here")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/login", "/hooks/publish", "/hooks/websub/x"])
def test_a_client_that_goes_in_the_middle_is_no_surprise(app: App, path: str) -> None:
    """Strangers must not be able to fill the log."""
    head = [(b"host", b"testserver"), (b"origin", b"http://testserver"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": head, "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 5000)}

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def nobody_reads(_: object) -> None:
        return

    with capture_logs() as logged:
        asyncio.run(build_web(app, wake=lambda _: None)(scope, gone, nobody_reads))
    assert [one for one in logged if one["log_level"] == "error"] == []
