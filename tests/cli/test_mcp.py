"""Assistants by MCP: they read and propose; nothing they write goes out before a person approves it."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from asiaradar_bot.bootstrap import App
from asiaradar_bot.cli.mcp import assistant, build_server
from asiaradar_bot.model.access import Action, Person, Role
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import PostPicture
from tests.web.desk import desk_app

ROOT = Person(who="cli:root", role=Role.ADMIN)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def ask(app: App, tool: str, **arguments: Any) -> tuple[bool, Any]:
    """Whether the tool refused, and what it gave, by a real client in this process."""

    async def run() -> tuple[bool, Any]:
        async with Client(build_server(app, assistant())) as client:
            result = await client.call_tool(tool, arguments)
            texts = [block.text for block in result.content if block.type == "text"]
            given = result.structured_content
            return bool(result.is_error), " ".join(texts) if result.is_error or given is None else given.get(
                "result", given
            )

    return anyio.run(run)


def test_what_an_assistant_proposes_waits_for_a_person(app: App) -> None:
    """A queued proposal is held with its reason, a draft is a draft, and an edit of an approved post holds it."""
    refused, posts = ask(app, "queue_post", texts=["Ferries run again"], at="in 2 h")
    assert not refused
    assert [post["state"] for post in posts] == ["held"]
    assert "waits for somebody to approve it" in posts[0]["reason"]
    assert ask(app, "queue_post", texts=["One", "Two"])[1][1]["part"] == 2
    assert ask(app, "draft_post", texts=["A draft"])[1][0]["state"] == "draft"
    approved = app.editor(ROOT).approve(posts[0]["id"])
    refused, edited = ask(app, "edit_post", post_id=approved.id, text="Boats", version=approved.version)
    assert (refused, edited["state"]) == (False, "held")
    for action in (Action.APPROVE, Action.PUBLISH_NOW, Action.RESUME, Action.SETTLE, Action.DELETE):
        assert not assistant().may(action)


def test_an_assistant_reads(app: App) -> None:
    """Posts, one post, articles, previews and costs are there as JSON."""
    post = app.editor(ROOT).add(["Ferries run https://radar.asia/f"], draft=True)[0]
    assert [one["id"] for one in ask(app, "list_posts", state="draft")[1]] == [post.id]
    assert ask(app, "show_post", post_id=post.id)[1]["tries"] == []
    assert ask(app, "list_articles")[1] == []
    assert ask(app, "preview_text", text="See README.md")[1]["links"] == ["README.md"]
    assert ask(app, "costs")[1]["total_usd"] == "0"


def test_refusals_are_sentences(app: App) -> None:
    """What can't be done is told in our own words, without a traceback."""
    for tool, arguments, words in (
        ("show_post", {"post_id": 99}, "there is no post 99"),
        ("why_article", {"url": "https://radar.asia/never"}, "no source ever showed"),
        ("why_article", {"url": "9" * 5000}, f"no source ever showed {'9' * 200}:"),
        ("why_article", {"url": "²"}, "is not a web address"),
        ("draft_post", {"texts": []}, "a thread has 1 to 25 parts, and not 0"),
        ("queue_post", {"texts": []}, "a thread has 1 to 25 parts, and not 0"),
        ("draft_post", {"texts": ["x"] * 5000}, "and not 5000"),
        ("draft_post", {"texts": ["x" * 3_000_000]}, "more than 20,000 characters"),
        ("queue_post", {"texts": ["x" * 3_000_000]}, "more than 20,000 characters"),
        ("preview_text", {"text": "x" * 3_000_000}, "more than 20,000 characters"),
        ("queue_post", {"texts": ["See Booking.com"]}, "cannot go out"),
        ("queue_post", {"texts": ["Ferries"], "at": "some day"}, "some day"),
    ):
        refused, told = ask(app, tool, **arguments)
        assert refused, tool
        assert words in told
        assert "Traceback" not in told
    assert ask(app, "list_posts")[1] == [], "nothing of it was written down"


def test_the_command_speaks_the_protocol(tmp_path: Path) -> None:
    """`asiaradar mcp` as a program: a client starts it, lists its tools and asks one over stdin and stdout."""
    file = tmp_path / "asiaradar.toml"
    file.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/bot.db"\nfolder = "{tmp_path}"\n[x]\nmode = "dry-run"\n',
        encoding="utf-8",
    )
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "asiaradar_bot", "mcp"],
        env={"ASIARADAR_CONFIG": str(file), "ASIARADAR_EDITOR": "helper", "PATH": ""},
    )

    async def run() -> tuple[set[str], Any]:
        async with Client(server) as client:
            tools = await client.list_tools()
            drafted = await client.call_tool("draft_post", {"texts": ["Ferries"]})
            return {tool.name for tool in tools.tools}, drafted.structured_content

    names, drafted = anyio.run(run)
    assert names >= {"list_posts", "why_article", "queue_post", "draft_post"}
    assert not any("publish" in name or "approve" in name for name in names)
    assert json.dumps(drafted).count("written by mcp:helper") == 1


def test_an_assistant_sees_pictures_and_proposes_their_words(app: App) -> None:
    """It looks at a picture that a person brought and describes it: the approved post is held for another look."""
    safe = Picture(content=b"\xff\xd8\x01", media_type="image/jpeg", width_pixels=4, height_pixels=3)
    editor = app.editor(ROOT)
    one, two = editor.keep_picture(safe), editor.keep_picture(replace(safe, content=b"\xff\xd8\x02"))
    post = editor.add(["Ferries"], slot=True, pictures=[[PostPicture(picture_id=one), PostPicture(picture_id=two)]])[0]

    async def look() -> Any:
        async with Client(build_server(app, assistant())) as client:
            return (await client.call_tool("show_picture", {"picture_id": two})).content[0]

    seen = anyio.run(look)
    assert (seen.type, seen.mime_type, seen.data) == ("image", "image/jpeg", base64.b64encode(b"\xff\xd8\x02").decode())
    asked = {"post_id": post.id, "picture_ids": [two, one], "version": post.version}
    refused, told = ask(app, "set_pictures", **asked, alt_texts=["A pier"])
    assert refused
    assert "1 descriptions for 2 pictures" in told
    refused, changed = ask(app, "set_pictures", **asked, alt_texts=["A pier", ""])
    assert (refused, changed["state"]) == (False, "held")
    assert changed["pictures"] == [{"picture_id": two, "alt_text": "A pier"}, {"picture_id": one, "alt_text": None}]
