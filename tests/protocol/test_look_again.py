"""What was true at the first look may be over when the pictures are up: it is asked again before the intent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import CorrectionTerms, Option
from asiaradar_bot.model.errors import InputError, WrongStateError
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import UploadOutcome
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.correct import Corrector
from asiaradar_bot.steps.press import Press, pause
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON
from tests.protocol.test_pictures import with_pictures
from tests.protocol.test_publishing import advance, fake, make_press, queue, state_of

MEI = Person(who="desk:mei", role=Role.EDITOR)
CHIEF = Person(who="desk:chief", role=Role.ADMIN)


def during_upload(press: Press, what: Callable[[], None]) -> None:
    """Let something happen while the first picture is on its way."""
    x = fake(press)
    real = x.upload

    def upload(*words: bytes, **more: str) -> UploadOutcome:
        what()
        return real(*words, **more)  # type: ignore[arg-type]  # passed on

    x.upload = upload  # type: ignore[method-assign,assignment]  # for this test


def editor(press: Press, person: Person, *, four_eyes: bool = False) -> Editor:
    """The tools of that person."""
    return Editor(
        store=press.store, clock=press.clock, policy=Policy(), prices=PRICES, person=person, four_eyes=four_eyes
    )


@pytest.mark.parametrize("trouble", ["pause", "safe mode", "restore"])
def test_trouble_during_an_upload_stops_the_post(store: SqlStore, trouble: str) -> None:
    """A pause, safe mode or a restored database that comes while pictures go up: nothing is sent, the post waits."""
    press = make_press(store)
    with store.begin() as tx:
        for _ in range(50):
            tx.account.next_epoch()
    press.files.write_epoch(50)
    post = with_pictures(store)

    def strike() -> None:
        with store.begin() as tx:
            if trouble == "pause":
                pause(tx, "a foreign post", at=press.clock.now(), until=None)
            elif trouble == "safe mode":
                tx.account.enter_safe_mode("restored", at=press.clock.now())
            else:
                tx.account.set_mark("epoch", "30")

    during_upload(press, strike)
    assert publish_due(press).outcomes == ()
    assert fake(press).timeline == []
    assert state_of(store, post) is PostState.QUEUED
    assert press.files.read_epoch() == 50
    assert publish_due(press).idle is not None


def test_a_pause_between_intent_and_wire_closes_the_gate(store: SqlStore) -> None:
    """The gate sees what was said after the intent."""
    press = make_press(store)
    taken = press.take_lease()
    assert taken is not None
    gate = press.gate(taken[1])
    assert gate(NOON) is None
    with store.begin() as tx:
        pause(tx, "a foreign post", at=press.clock.now(), until=None)
    assert "a foreign post" in (gate(NOON) or "")


def test_a_post_that_expires_during_its_upload_is_not_sent(store: SqlStore) -> None:
    """Late news stays unsent, however long X takes for the pictures."""
    press = make_press(store)
    post = with_pictures(store, expires_at=NOON + timedelta(seconds=10))
    during_upload(press, lambda: advance(press, seconds=60))
    publish_due(press)
    publish_due(press)
    assert fake(press).timeline == []
    assert state_of(store, post) is PostState.EXPIRED


def test_descriptions_count_for_the_budget(store: SqlStore) -> None:
    """A post whose text fits into what is left, and whose pictures do not, costs nothing."""
    press = make_press(store, month_usd=Decimal("0.016"))
    with_pictures(store)
    assert "no room" in (publish_due(press).idle or "")
    with store.read() as tx:
        assert tx.ledger.month_total(NOON.date()) == 0


def test_posts_that_wait_hide_no_post_behind_them(store: SqlStore) -> None:
    """However many newer posts wait for a picture, an older one that is ready goes out."""
    press = make_press(store, per_hour=1000)
    old = queue(store, 1, due_at=NOON - timedelta(hours=1))
    for number in range(2, 104):
        queue(store, number, due_at=NOON, picture_url=f"https://radar.asia/{number}.jpg")
    publish_due(press)
    assert state_of(store, old) is PostState.PUBLISHED


def unknown_post(store: SqlStore, press: Press) -> Post:
    """A post of which nobody knows whether it is on X."""
    post = queue(store, 1)
    publish_due(press)
    fake(press).cannot_read = True
    advance(press, hours=3)
    reconcile(press)
    fake(press).cannot_read = False
    assert state_of(store, post) is PostState.UNKNOWN
    return post


def states_of_money(store: SqlStore) -> list[SpendState]:
    """How the posts of the month stand in the books."""
    with store.read() as tx:
        return [entry.state for entry in tx.ledger.list_month(NOON.date()) if entry.post_id is not None]


def test_settling_takes_only_a_free_id(store: SqlStore) -> None:
    """Neither a typing mistake nor the id of another post of ours loses a post."""
    press = make_press(store, "lost")
    post = unknown_post(store, press)
    other = queue(store, 2, text="Trains", link=None)
    publish_due(press)
    with store.read() as tx:
        taken = tx.posts.get(other.id).remote_id
    for wrong, words in ((taken, f"is the id of post {other.id}"), ("999 typo", "no post's id"), ("0", "no post's id")):
        with pytest.raises(InputError, match=words):
            editor(press, CHIEF).settle(post.id, remote_id=wrong)
    assert state_of(store, post) is PostState.UNKNOWN


@pytest.mark.parametrize(("remote_id", "state"), [("4711", SpendState.SETTLED), (None, SpendState.RELEASED)])
def test_settling_closes_the_books(store: SqlStore, remote_id: str | None, state: SpendState) -> None:
    """What a person saw on X is what the month pays for."""
    press = make_press(store, "lost")
    post = unknown_post(store, press)
    editor(press, CHIEF).settle(post.id, remote_id=remote_id)
    assert states_of_money(store) == [state]
    if remote_id is not None:
        with store.read() as tx:
            assert tx.account.find_seen([remote_id])[remote_id].post_id == post.id


def test_four_eyes_hold_for_corrections(store: SqlStore) -> None:
    """A correction post waits for another person, its writer cannot approve it, and an edit is not offered."""
    press = make_press(store)
    post = queue(store)
    publish_due(press)
    terms = CorrectionTerms(four_eyes=True, two_person_delete=True, premium=True)
    mei = Corrector(store=press.store, clock=press.clock, policy=Policy(), prices=PRICES, terms=terms, person=MEI)
    with pytest.raises(WrongStateError, match="four_eyes"):
        Corrector(
            store=press.store, clock=press.clock, policy=Policy(), prices=PRICES, terms=terms, person=CHIEF
        ).choose(post.id, Option.EDIT, text="Another text")
    chosen = mei.choose(post.id, Option.POST, text="What Mei alone wants to say", why="she says so")
    assert chosen.new_post_id is not None
    publish_due(press)
    assert len(fake(press).timeline) == 1
    with pytest.raises(Exception, match="somebody else must approve"):
        editor(press, MEI, four_eyes=True).approve(chosen.new_post_id)
    editor(press, CHIEF, four_eyes=True).approve(chosen.new_post_id)
    publish_due(press)
    assert fake(press).timeline[0].text == "What Mei alone wants to say"
