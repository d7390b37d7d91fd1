"""Compose, Articles and Activity in process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.sandbox.site import SampleSite
from tests.web.desk import browser, desk_app, visitor
from tests.web.pages.test_desk import HOSTILE, added, editor, stored


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def test_a_text_is_checked_and_nothing_is_written(app: App) -> None:
    """Check shows count, price and remarks by the sender's own code."""
    page = browser(app, visitor()).post("/compose", data={"text": "See README.md for more", "then": "check"})
    assert page.status_code == 200
    assert "22 / 280" not in page.text, "a link counts 23"
    assert "becomes a link that was not meant" in page.text
    assert 'class="piece-stray">README.md' in page.text
    with app.store.read() as tx:
        assert tx.posts.list_posts() == []


@pytest.mark.parametrize(
    ("then", "state", "slot"),
    [("queue", PostState.QUEUED, False), ("slot", PostState.QUEUED, True), ("draft", PostState.DRAFT, False)],
)
def test_a_text_is_filed(app: App, then: str, state: PostState, slot: bool) -> None:  # noqa: FBT001 - a case
    """Queued for its time, put in the next free slot, or kept as a draft."""
    client = browser(app, visitor())
    answer = client.post("/compose", data={"text": "Good morning, Asia", "then": then, "at": "in 2 h"})
    assert answer.status_code == 303
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    assert (post.text, post.state, post.in_slot) == ("Good morning, Asia", state, slot)
    if not slot:
        assert abs(post.due_at - app.clock.now() - timedelta(hours=2)) < timedelta(seconds=30)
    assert answer.headers["location"] == f"/posts/{post.id}?said=saved"


@pytest.mark.parametrize(
    ("data", "status"),
    [({"text": "x" * 281}, 422), ({"text": "Fine", "at": "whenever"}, 400), ({"text": "https://evil.com/a"}, 422)],
)
def test_what_cannot_go_out_is_shown_again(app: App, data: dict[str, str], status: int) -> None:
    """The reason stands above the text, and the text is still there."""
    answer = browser(app, visitor()).post("/compose", data={**data, "then": "queue"})
    assert answer.status_code == status
    assert data["text"] in answer.text
    assert 'role="alert"' in answer.text
    with app.store.read() as tx:
        assert tx.posts.list_posts() == []


def test_two_editors_overwrite_nothing(app: App) -> None:
    """Whoever saves second sees the other's text beside their own, loses nothing, and may save again."""
    post = added(app, "First words")
    client = browser(app, visitor())
    assert "First words" in client.get(f"/compose?post={post.id}").text
    editor(app).edit(post.id, text="Words of the other")
    mine = {"text": "Words of mine", "then": "save", "post": post.id}
    answer = client.post("/compose", data={**mine, "version": post.version})
    assert answer.status_code == 409
    assert "Words of the other" in answer.text
    assert "Words of mine" in answer.text
    now = stored(app, post)
    assert f'name="version" value="{now.version}"' in answer.text
    assert client.post("/compose", data={**mine, "version": now.version}).status_code == 303
    assert stored(app, post).text == "Words of mine"


def test_writing_needs_an_editor(app: App) -> None:
    """A viewer has no sheet."""
    assert browser(app, visitor(Role.VIEWER)).get("/compose").status_code == 403


def test_an_article_says_first_why(tmp_path: Path) -> None:
    """Of real articles of the sample site: the list has the verdict, the page begins with the answer."""
    with (
        SampleSite(now=lambda: datetime.now(UTC), manner="2.2", start_with=3) as site,
        desk_app(tmp_path, fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url}) as app,
    ):
        for step in ("watch", "decide"):
            run_once(app, step)
        client = browser(app, visitor())
        page = client.get("/articles").text
        assert "Biden and Xi" in page
        assert "skip" in page
        assert "There are none" in client.get("/articles?words=zzzzzz").text
        one = client.get("/articles/1").text
        assert one.index("is not posted") < one.index("Revisions")
        assert client.get("/articles/999").status_code == 404


def test_activity_names_who_did_what(app: App) -> None:
    """A change made at the Desk stands there with its maker and a way to the post; hostile words stay words."""
    post = added(app, HOSTILE)
    app.editor(Person(who="desk:mei", role=Role.EDITOR)).hold(post.id, why=HOSTILE)
    page = browser(app, visitor()).get("/activity").text
    assert "desk:mei" in page
    assert f'<a href="/posts/{post.id}">post {post.id}</a>' in page
    assert "<img src=x" not in page
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post.id)).state is PostState.HELD
