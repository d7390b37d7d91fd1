"""Posts with several pictures: order, descriptions, their price, and every way in which an upload can end."""

from __future__ import annotations

import pytest

from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.post import Post, PostPicture, PostState, picture_fields
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import SimulatedCrash
from tests.protocol.test_publishing import advance, fake, make_press, queue, recover, state_of

WORDS = ("The harbour", None, "A crane", "Ships")


def with_pictures(store: SqlStore, number: int = 4, **how: object) -> Post:
    """A queued post without a link that shows so many pictures."""
    with store.begin() as tx:
        shown = [
            PostPicture(
                picture_id=tx.posts.add_picture(
                    Picture(content=bytes([at]), media_type="image/png", width_pixels=1, height_pixels=1),
                    source_url=None,
                ),
                alt_text=WORDS[at],
            )
            for at in range(number)
        ]
    how = {"text": "Four views of the port", "link": None, **picture_fields(shown), **how}
    return queue(store, 1, **how)


def pictures_of(store: SqlStore, post: Post) -> list[str | None]:
    """The descriptions on record, in order."""
    with store.read() as tx:
        return [one.alt_text for one in tx.posts.get(post.id).pictures]


def alt_texts(press: Press) -> list[str]:
    """How the ledger's entries of descriptions ended."""
    with press.store.read() as tx:
        return [entry.state for entry in tx.ledger.list_month(press.clock.now().date()) if entry.what == "alt_text"]


def test_four_pictures_go_out_in_their_order(store: SqlStore) -> None:
    """X gets them in order, each with its own words; those that have words are in the ledger, the others cost nothing."""
    press = make_press(store)
    post = with_pictures(store)
    publish_due(press)
    assert state_of(store, post) is PostState.PUBLISHED
    assert tuple(fake(press).described) == WORDS
    assert fake(press).timeline[0].media_count == 4
    assert alt_texts(press) == ["settled"] * 3


def test_what_cannot_be_uploaded_is_left_out(store: SqlStore) -> None:
    """The post goes out with the rest; its words may have reached X, so that their price stays in doubt."""
    press = make_press(store)
    post = with_pictures(store)
    fake(press).upload_script = ["yes", "yes", "fails"]
    publish_due(press)
    assert state_of(store, post) is PostState.PUBLISHED
    assert fake(press).timeline[0].media_count == 3
    assert pictures_of(store, post) == ["The harbour", None, "Ships"]
    assert alt_texts(press) == ["settled", "unknown", "settled"]
    with store.read() as tx:
        assert any("could not be brought" in one.why for one in tx.audit.list_recent(subject=f"post {post.id}"))


@pytest.mark.parametrize("at", range(4))
def test_a_crash_between_uploads_loses_and_doubles_nothing(store: SqlStore, at: int) -> None:
    """The next process uploads all of them anew, and the post goes out once with four."""
    press = make_press(store)
    post = with_pictures(store)
    fake(press).upload_script = ["yes"] * at + ["crash"]
    with pytest.raises(SimulatedCrash):
        publish_due(press)
    assert state_of(store, post) is PostState.QUEUED
    other = make_press(store, owner="two", clock=fake(press).clock)
    advance(other, minutes=2)
    publish_due(other)
    assert state_of(store, post) is PostState.PUBLISHED
    assert [one.media_count for one in fake(other).timeline] == [4]


def test_slow_uploads_do_not_cost_the_lease(store: SqlStore) -> None:
    """Four uploads that last longer than a lease: it is taken anew before the post is claimed."""
    press = make_press(store)
    post = with_pictures(store)
    fake(press).upload_script = ["slow"] * 4
    publish_due(press)
    assert state_of(store, post) is PostState.PUBLISHED


def test_another_process_took_over_meanwhile(store: SqlStore) -> None:
    """Whoever lost the lease while uploading sends nothing."""
    press = make_press(store)
    post = with_pictures(store)
    fake(press).upload_script = ["slow"] * 4
    upload = fake(press).upload

    def interrupted(content: bytes, *, media_type: str, alt_text: str | None) -> object:
        answer = upload(content, media_type=media_type, alt_text=alt_text)
        if len(fake(press).described) == 4:
            with store.begin() as tx:
                assert tx.account.acquire_lease("two", now=press.clock.now(), length=press.limits.lease) is not None
        return answer

    fake(press).upload = interrupted  # type: ignore[method-assign,assignment]  # the other process steps in
    assert "another process took over" in (publish_due(press).idle or "")
    assert (state_of(store, post), fake(press).calls) == (PostState.QUEUED, 0)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_reconciler_tells_posts_apart_by_their_pictures(store: SqlStore, number: int) -> None:
    """The same words with another number of pictures are not our post; with four they are."""
    press = make_press(store, "lost")
    post = with_pictures(store)
    publish_due(press)
    fake(press).show(post.text, media=number)
    advance(press, minutes=16)
    reconcile(press)
    assert state_of(store, post) is PostState.SENDING
    fake(press).show(post.text, media=4)
    advance(press, minutes=2)
    reconcile(press)
    assert state_of(store, post) is PostState.PUBLISHED


def test_an_unclear_answer_is_settled_with_pictures_too(store: SqlStore) -> None:
    """Four pictures, the answer lost: found on the timeline, never sent twice."""
    press = make_press(store, "yes_but_lost")
    post = with_pictures(store)
    publish_due(press)
    recover(press)
    assert state_of(store, post) is PostState.PUBLISHED
    assert len(fake(press).timeline) == 1
