"""An article changes while its post can't be made anew: on its way to X, withdrawn, too old, or frozen by a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.protocol.rig import Newsroom
from tests.protocol.test_publishing import ME, SETTLED, advance, fake, make_press

EMBARGO = "Embargoed until 18:00 UTC on 30 November 2026."


def editor(room: Newsroom) -> Editor:
    """A person's tools."""
    press = room.press
    return Editor(store=press.store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)


def only(room: Newsroom) -> Post:
    """The one post."""
    (post,) = room.posts()
    return post


def test_a_post_that_comes_back_from_doubt_says_what_is_true_by_then(store: SqlStore) -> None:
    """X's answer is lost, a typo is mended meanwhile; X never had it, so the mended one goes out, once."""
    room = Newsroom(press=make_press(store, "lost"), title="Harbor opens")
    room.work()
    publish_due(room.press)
    assert only(room).state is PostState.SENDING
    room.title = "Harbour opens"
    advance(room.press, minutes=1)
    room.work()
    for _ in range(5):
        advance(room.press, **SETTLED)
        reconcile(room.press)
        room.work()
        publish_due(room.press)
    assert only(room).state is PostState.PUBLISHED
    assert [one.text.partition("\n")[0] for one in fake(room.press).timeline] == ["Harbour opens"]


def cancelled(room: Newsroom) -> None:
    """Withdrawn by a person."""
    editor(room).cancel(only(room).id)


def expired(room: Newsroom) -> None:
    """Its time ran out."""
    advance(room.press, hours=30)
    publish_due(room.press)
    assert only(room).state is PostState.EXPIRED


@pytest.mark.parametrize("away", [cancelled, expired])
@pytest.mark.parametrize("told", [EMBARGO, "Under embargo, do not publish."])
def test_an_embargo_is_heard_when_the_post_comes_back(
    store: SqlStore, away: Callable[[Newsroom], None], told: str
) -> None:
    """Approved again it does not go out before its article was decided anew; then it waits for the end, or for a person."""
    room = Newsroom(press=make_press(store))
    room.work()
    away(room)
    advance(room.press, minutes=2)
    room.title, room.summary = "Harbour opens tomorrow", told
    room.work()
    post = only(room)
    if post.state is PostState.CANCELLED:
        editor(room).restore(post.id)
    editor(room).approve(post.id)
    for _ in range(4):
        publish_due(room.press)
        assert fake(room.press).timeline == []
        room.work()
        advance(room.press, minutes=1)
    found = only(room)
    assert found.state is PostState.HELD
    assert "embargo" in found.reason
    assert (found.not_before_at is not None) is (told == EMBARGO)


def test_a_frozen_post_waits_until_what_was_read_is_decided(store: SqlStore) -> None:
    """Between reading an embargo and deciding on it the sender may have its turn: it waits."""
    room = Newsroom(press=make_press(store))
    room.work()
    post = only(room)
    editor(room).edit(post.id, text=f"Mine\n{post.link}")
    room.title, room.summary = "Harbour opens tomorrow", EMBARGO
    advance(room.press, minutes=1)
    room.look()
    publish_due(room.press)
    assert fake(room.press).timeline == []
    room.work()
    publish_due(room.press)
    assert (only(room).state, fake(room.press).timeline) == (PostState.HELD, [])
