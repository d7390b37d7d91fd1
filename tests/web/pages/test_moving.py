"""Another time for a post, and its embargo: what the pages say, keep and refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.rules.both_zones import in_both_zones
from tests.factories import add_post
from tests.web.desk import browser, desk_app, visitor

HOUR = timedelta(hours=1)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def stored(app: App, post: Post) -> Post:
    """The post as it stands now."""
    with app.store.read() as tx:
        return tx.posts.get(PostId(post.id))


def form(post: Post, **more: object) -> dict[str, object]:
    """The fields of a form."""
    return {"csrf": "c" * 20, "version": post.version, "back": "/queue?state=held", **more}


@pytest.mark.parametrize("words", ["half past never", "2026-13-40", "2046-01-01 09:00"])
def test_a_wrong_time_keeps_the_form(app: App, words: str) -> None:
    """Shown or saved: the sentence, what was typed, and the way back stand there, and nothing changed."""
    post = add_post(app.store, due_at=app.clock.now() + HOUR)
    client = browser(app, visitor())
    shown = client.get(f"/posts/{post.id}/move", params={"to": words, "back": "/queue?state=held"})
    saved = client.post(f"/posts/{post.id}/move", data=form(post, to=words))
    for answer in (shown, saved):
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert f'value="{words}"' in answer.text
        assert 'name="back" value="/queue?state=held"' in answer.text
        assert "Save" not in answer.text
    assert stored(app, post) == post


def test_a_move_before_the_embargo_ends_is_refused_on_the_form(app: App) -> None:
    """The end in the sentence; a time after it is taken, and the next free slot lies behind it."""
    end = app.clock.now() + 30 * HOUR
    post = add_post(app.store, PostState.HELD, due_at=end, not_before_at=end)
    client = browser(app, visitor())
    refused = client.post(f"/posts/{post.id}/move", data=form(post, to="in 2 h"))
    assert refused.status_code == 409
    assert f"is under embargo until {in_both_zones(end, app.policy.wording.zone)}: it cannot go earlier" in refused.text
    assert client.post(f"/posts/{post.id}/move", data=form(post, to="in 32 h")).status_code == 303
    client.post(f"/posts/{post.id}/move", data=form(stored(app, post)))
    assert stored(app, post).due_at > end


def test_an_embargo_is_said_and_released_on_its_page(app: App) -> None:
    """An end is taken as it is; an earlier one, and a release, only with the tick that names the end."""
    post = add_post(app.store, PostState.HELD, due_at=app.clock.now())
    client = browser(app, visitor())
    address = f"/posts/{post.id}/embargo"
    assert "nobody knows when it ends" in client.get(address).text
    wrong = client.post(address, data=form(post, until="soon"))
    assert wrong.status_code == 400
    assert 'value="soon"' in wrong.text
    assert client.post(address, data=form(post, until="in 30 h")).status_code == 303
    said = stored(app, post)
    assert said.not_before_at is not None
    ends = in_both_zones(said.not_before_at, app.policy.wording.zone)
    assert f"Its embargo ends {ends}" in client.get(address).text
    earlier = client.post(address, data=form(said, until="in 2 h"))
    assert earlier.status_code == 409
    assert f"Yes: it may go out before {ends}." in earlier.text
    assert stored(app, post) == said
    assert "Released, it goes out as soon as somebody approves it." in client.get(address).text
    assert client.post(address, data=form(said, sure="true")).status_code == 303
    assert "Its embargo is over since" in client.get(address).text


def test_a_release_says_when_it_goes(app: App) -> None:
    """A queued post goes at once, for whoever may send at once; one with a time of its own keeps it."""
    end = app.clock.now() + 30 * HOUR
    client = browser(app, visitor())
    waits = add_post(app.store, due_at=end, not_before_at=end)
    planned = add_post(app.store, due_at=end + HOUR, not_before_at=end)
    assert "Released, it goes out at once." in client.get(f"/posts/{waits.id}/embargo").text
    assert "Released, it is due:" in client.get(f"/posts/{planned.id}/embargo").text


@pytest.mark.parametrize("path", ["/", "/posts/{id}", "/posts/{id}/embargo"])
def test_a_text_that_speaks_of_an_embargo_is_remarked_on(app: App, path: str) -> None:
    """On its card and where its embargo is said, while it may still go out; an address with such a word says nothing."""
    post = add_post(app.store, PostState.HELD, text="EMBARGOED: gates hold", due_at=app.clock.now())
    client = browser(app, visitor())
    assert "the text speaks of an embargo («embargoed»)" in client.get(path.format(id=post.id)).text
    plain = add_post(app.store, PostState.HELD, text="Gates https://radar.asia/x-embargoed", due_at=app.clock.now())
    assert client.get(f"/posts/{plain.id}").text.count("speaks of an embargo («") == 0


def test_an_old_page_of_an_embargo_is_answered_as_any_other(app: App) -> None:
    """What changed meanwhile is told, instead of the form of before."""
    post = add_post(app.store, PostState.HELD, due_at=app.clock.now())
    answer = browser(app, visitor()).post(f"/posts/{post.id}/embargo", data=form(post, until="in 2 h") | {"version": 9})
    assert answer.status_code == 409
    assert "look again" in answer.text
