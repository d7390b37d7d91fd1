"""A waiting post gets its picture, or goes without after a set time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.rules.guards import picture_deadline
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.illustrate import illustrate
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, add_post
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite

IMAGE = "https://radar.asia/a.jpg"
PICTURE = Picture(content=b"\xff\xd8", media_type="image/jpeg", width_pixels=4, height_pixels=3)


@pytest.fixture
def post_id(shelf: SqlStore) -> PostId:
    """A queued post that wants a picture."""
    return add_post(shelf, picture_url=IMAGE).id


def post(store: SqlStore, post_id: PostId) -> Post:
    """The post."""
    with store.read() as tx:
        return tx.posts.get(post_id)


def why(store: SqlStore) -> str:
    """The newest reason in the audit."""
    with store.read() as tx:
        return tx.audit.list_recent(limit=1)[0].why


def test_a_picture_is_fetched_once(shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId) -> None:
    """The post has it, wants none any more, and the bytes are on record."""
    site.pictures[IMAGE] = PICTURE
    assert illustrate(shelf, site, clock, limits=Limits(), prices=PRICES) == 1
    found = post(shelf, post_id)
    assert found.picture_url is None
    assert found.picture_id is not None
    with shelf.read() as tx:
        assert tx.posts.get_picture(found.picture_id) == PICTURE
    assert illustrate(shelf, site, clock, limits=Limits(), prices=PRICES) == 0


def test_a_picture_that_is_no_use_never_blocks(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId
) -> None:
    """The post goes without it, and the audit says why."""
    illustrate(shelf, site, clock, limits=Limits(), prices=PRICES)
    assert (post(shelf, post_id).picture_url, post(shelf, post_id).picture_id) == (None, None)
    assert why(shelf) == f"goes without picture: there is no picture at {IMAGE}"


def test_a_server_that_fails_is_asked_again(shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId) -> None:
    """After two seconds, then after half a minute; a post behind it gets its picture meanwhile."""
    limits = Limits(picture_wait=timedelta(hours=1))
    site.pictures[IMAGE] = PICTURE
    site.broken = "the site takes too long"

    def look() -> int:
        return illustrate(shelf, site, clock, limits=limits, prices=PRICES)

    assert look() == 0
    site.broken = None
    clock.advance(seconds=1)
    other = add_post(shelf, picture_url=IMAGE)
    assert look() == 1
    assert (post(shelf, post_id).picture_id, post(shelf, other.id).picture_url) == (None, None)
    clock.advance(seconds=1)
    site.broken = "the site takes too long"
    assert look() == 0
    clock.advance(seconds=29)
    site.broken = None
    assert look() == 0
    clock.advance(seconds=1)
    assert look() == 1
    assert post(shelf, post_id).picture_id is not None


def test_a_server_that_goes_on_failing_is_left_alone(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId
) -> None:
    """The fourth failure is the last one, and what was counted goes with it."""
    site.broken = "the site takes too long"
    for _ in range(4):
        assert post(shelf, post_id).picture_url == IMAGE
        illustrate(shelf, site, clock, limits=Limits(picture_wait=timedelta(hours=1)), prices=PRICES)
        clock.advance(seconds=300)
    assert (post(shelf, post_id).picture_url, post(shelf, post_id).picture_id) == (None, None)
    assert why(shelf) == "goes without picture: the site takes too long"
    with shelf.read() as tx:
        assert tx.account.get_mark(f"picture_of_{post_id}") is None


def test_what_comes_too_late_is_not_asked_for(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId
) -> None:
    """After the set time nothing is fetched any more."""
    site.pictures[IMAGE] = PICTURE
    clock.advance(seconds=10)
    illustrate(shelf, site, clock, limits=Limits(picture_wait=timedelta(seconds=6)), prices=PRICES)
    assert post(shelf, post_id).picture_id is None
    assert "did not come in time" in why(shelf)


def test_a_held_post_gets_its_picture_while_it_is_held(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> None:
    """Long after it was made, too, and it goes out with it when somebody approves it."""
    held = add_post(shelf, PostState.HELD, picture_url=IMAGE)
    site.pictures[IMAGE] = PICTURE
    clock.advance(seconds=7_200)
    assert illustrate(shelf, site, clock, limits=Limits(), prices=PRICES) == 1
    assert post(shelf, held.id).picture_id is not None


def test_a_loss_is_told_before_somebody_approves(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> None:
    """A held post's reason says that its picture is no use, and why."""
    held = add_post(shelf, PostState.HELD, picture_url=IMAGE, reason="it speaks of «gold»")
    illustrate(shelf, site, clock, limits=Limits(), prices=PRICES)
    assert post(shelf, held.id).reason == f"it speaks of «gold»; goes without picture: there is no picture at {IMAGE}"


@pytest.mark.parametrize(
    "when",
    [
        {"due_at": NOON + timedelta(hours=3)},
        {"due_at": NOON - timedelta(hours=1), "not_before_at": NOON + timedelta(hours=3)},
    ],
)
def test_the_wait_counts_from_when_it_could_go_out(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, when: dict[str, Any]
) -> None:
    """A post that was approved hours after it was made is still given its picture until it is due, and no longer."""
    old = add_post(shelf, picture_url=IMAGE, created_at=NOON - timedelta(hours=9), **when)
    limits = Limits(picture_wait=timedelta(seconds=6))
    due = NOON + timedelta(hours=3)
    assert picture_deadline(old, limits) == due + timedelta(seconds=6)
    site.pictures[IMAGE] = PICTURE
    illustrate(shelf, site, clock, limits=limits, prices=PRICES)
    assert post(shelf, old.id).picture_id is not None


def test_what_somebody_changed_meanwhile_is_looked_at_again(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, post_id: PostId
) -> None:
    """An edit while the picture was fetched stays, and the next round brings the picture."""
    site.pictures[IMAGE] = PICTURE

    def meanwhile(url: str) -> None:
        del url
        site.meanwhile = None
        with shelf.begin() as tx:
            tx.posts.change(tx.posts.get(post_id), at=NOON, who="cli:mei", why="edit", text="Mine")

    site.meanwhile = meanwhile
    illustrate(shelf, site, clock, limits=Limits(), prices=PRICES)
    assert (post(shelf, post_id).text, post(shelf, post_id).picture_id) == ("Mine", None)
    illustrate(shelf, site, clock, limits=Limits(), prices=PRICES)
    assert (post(shelf, post_id).text, post(shelf, post_id).picture_url) == ("Mine", None)
    assert post(shelf, post_id).picture_id is not None
