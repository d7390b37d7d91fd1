"""Correcting posts that are out: every answer, every crash, both databases, and never two posts or a post too few."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.model.access import Person, Role, Scope
from asiaradar_bot.model.correction import Correction, CorrectionState, CorrectionTerms, Option
from asiaradar_bot.model.engagement import Figures, FollowState, Snapshot, SnapshotSource
from asiaradar_bot.model.errors import (
    AccessError,
    InputError,
    TextError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.money import Billable
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.correct import Corrector
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.press import Press, follow
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.spot import spot
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeSideFiles, SimulatedCrash
from tests.protocol.test_pictures import WORDS, with_pictures
from tests.protocol.test_publishing import advance, fake, make_press, queue, recover, state_of

MEI = Person(who="desk:mei", role=Role.PUBLISHER)
KIM = Person(who="desk:kim", role=Role.PUBLISHER)
NEW = "Correction: the ferries carry 89 people"
TERMS = CorrectionTerms(premium=True)


def corrector(press: Press, person: Person = MEI, **terms: object) -> Corrector:
    """The tools of that person."""
    return Corrector(
        store=press.store,
        clock=press.clock,
        policy=press.policy,
        prices=press.prices,
        terms=replace(press.limits.corrections, **terms),  # type: ignore[arg-type]  # the test's few numbers
        person=person,
    )


def published(store: SqlStore, press: Press, number: int = 1) -> Post:
    """A post that is out."""
    post = queue(store, number)
    publish_due(press)
    with store.read() as tx:
        found = tx.posts.get(post.id)
    assert found.state is PostState.PUBLISHED
    return found


def now_of(store: SqlStore, post: Post) -> tuple[Post, Correction]:
    """The post and its newest correction."""
    with store.read() as tx:
        return tx.posts.get(post.id), tx.corrections.list_for_post(post.id)[-1]


def go_on(press: Press, *, rounds: int = 6) -> None:
    """All that the program does by itself later, long enough to settle any doubt."""
    for _ in range(rounds):
        advance(press, minutes=16)
        amend(press)
        publish_due(press)
        spot(press.store, press.clock, terms=TERMS, prices=press.prices, desk_url="https://desk")


def texts(press: Press) -> list[str]:
    """What readers see, newest first."""
    return [one.text for one in fake(press).timeline]


def premium(store: SqlStore, *script: str, **how: object) -> Press:
    """A press whose account may edit."""
    return make_press(store, "yes", *script, corrections=TERMS, **how)  # type: ignore[arg-type]  # passed on


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "yes_but_lost",
        "lost",
        "refused_connection",
        "no_auth",
        "rate_limited",
        "crash_before_wire",
        "crash_after_wire",
    ],
)
@pytest.mark.parametrize("owner", ["one", "two"])
def test_a_deletion_ends_gone_and_its_new_post_goes_out_once(store: SqlStore, word: str, owner: str) -> None:
    """After any answer or crash the old post is gone, the new one stands there once, and both are linked."""
    press = premium(store, word)
    post = published(store, press)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    with suppress(SimulatedCrash):
        amend(press)
    with store.begin() as tx:
        tx.account.set_mark("paused", None)  # a person mends the credentials
    go_on(replace(press, owner=owner))
    after, correction = now_of(store, post)
    assert texts(press) == [NEW]
    assert after.deleted_remotely_at is not None
    assert correction.state is CorrectionState.REPOSTED
    with store.read() as tx:
        assert correction.new_post_id is not None
        assert tx.posts.get(correction.new_post_id).corrects_id == post.id
        followed = tx.engagement.find_for_post(post.id)
        assert followed is not None
        assert followed.state is FollowState.DELETED


def test_a_repost_shows_the_same_pictures_again(store: SqlStore) -> None:
    """All four in their order with their words, at the price that was offered; a correction post shows none."""
    press = premium(store)
    post = with_pictures(store)
    publish_due(press)
    prices = {one.option: one.price_usd for one in corrector(press).look(post.id).offers}
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    go_on(press)
    _, correction = now_of(store, post)
    with store.read() as tx:
        assert correction.new_post_id is not None
        new = tx.posts.get(correction.new_post_id)
    assert (new.state, new.pictures) == (PostState.PUBLISHED, post.pictures)
    assert fake(press).timeline[0].media_count == 4
    assert tuple(fake(press).described) == WORDS * 2
    deletion = press.price(Billable.DELETE, at=press.clock.now())
    assert prices[Option.DELETE_AND_REPOST] == Decimal(new.price_usd) + deletion
    corrector(press).choose(new.id, Option.POST, text="One more word on it")
    with store.read() as tx:
        (told,) = tx.posts.list_queued()
    assert (told.pictures, told.price_usd) == ((), str(prices[Option.POST]))


def test_a_part_of_a_thread_says_that_its_repost_stands_alone(store: SqlStore) -> None:
    """Before it is chosen; and so it goes out, answering nothing."""
    press = premium(store)
    first = queue(store, 1, parts=2)
    with store.begin() as tx:
        first = tx.posts.change(first, at=NOON, who="t", why="t", thread_id=first.id)
    second = queue(store, 2, thread_id=first.id, part=2, parts=2)
    publish_due(press)
    publish_due(press)
    tools = corrector(press)
    said = next(one.why for one in tools.look(second.id).offers if one.option is Option.DELETE_AND_REPOST)
    assert said == (
        "deletes part 2 of 2 of its thread with its likes and answers, then queues a new post that stands alone, "
        "outside the thread"
    )
    tools.choose(second.id, Option.DELETE_AND_REPOST, text=NEW)
    go_on(press)
    newest = fake(press).timeline[0]
    assert (newest.text, newest.in_reply_to) == (NEW, None)


def test_the_new_post_waits_until_the_old_one_is_known_to_be_gone(store: SqlStore) -> None:
    """With the answer lost nothing is queued before two reads, a gap apart, did not show the old post."""
    press = premium(store, "yes_but_lost")
    post = published(store, press)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    assert amend(press).still_open == 1
    advance(press, seconds=30)
    assert amend(press).still_open == 1
    for seconds in (31, 61):
        with store.read() as tx:
            assert tx.posts.list_queued() == []
        advance(press, seconds=seconds)
        amend(press)
    with store.read() as tx:
        assert [one.text for one in tx.posts.list_queued()] == [NEW]


def test_a_post_that_is_still_shown_is_deleted_once_more(store: SqlStore) -> None:
    """What the timeline shows after a lost deletion was not deleted: X is asked again, which is harmless."""
    press = premium(store, "lost")
    post = published(store, press)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    amend(press)
    calls = fake(press).calls
    advance(press, seconds=61)
    assert amend(press).deleted == 1
    assert fake(press).calls == calls + 1


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("yes", CorrectionState.EDITED),
        ("yes_but_lost", CorrectionState.EDITED),
        ("crash_after_wire", CorrectionState.EDITED),
        ("lost", CorrectionState.OPEN),
        ("crash_before_wire", CorrectionState.OPEN),
        ("no_final", CorrectionState.OPEN),
        ("duplicate", CorrectionState.OPEN),
        ("refused_connection", CorrectionState.EDITED),
    ],
)
@pytest.mark.parametrize("owner", ["one", "two"])
def test_an_edit_is_tried_once_and_settled_by_the_timeline(
    store: SqlStore, word: str, state: CorrectionState, owner: str
) -> None:
    """The edit stands once, or surely not and a person chooses again; the post is never there twice."""
    press = premium(store, word)
    post = published(store, press)
    edited = post.text.replace("Story", "Tale")
    corrector(press).choose(post.id, Option.EDIT, text=edited)
    with suppress(SimulatedCrash):
        amend(press)
    advance(press, minutes=1)
    press = replace(press, owner=owner)
    amend(press)
    go_on(press, rounds=4)
    after, correction = now_of(store, post)
    assert correction.state is state
    done = state is CorrectionState.EDITED
    assert texts(press) == [edited if done else post.text]
    assert after.text == (edited if done else post.text)
    if done:
        assert correction.new_remote_id == fake(press).timeline[0].id
        with store.read() as tx:
            followed = tx.engagement.find_for_post(post.id)
            assert followed is not None
            assert (followed.remote_id, followed.current_id) == (post.remote_id, correction.new_remote_id)


def test_a_version_that_was_taken_for_a_post_of_its_own_comes_home(store: SqlStore) -> None:
    """X once shows the new text without its history: the edit is found all the same, and the two are followed as one."""
    press = premium(store, "yes_but_lost", hold_foreign=False)
    patrol(press)
    advance(press, minutes=1)
    post = published(store, press)
    corrector(press).choose(post.id, Option.EDIT, text=f"Better\n{post.link}")
    advance(press, seconds=30)
    amend(press)
    shown = fake(press).timeline
    fake(press).timeline = [replace(one, first_id=None) for one in shown]
    advance(press, seconds=30)
    patrol(press)
    with store.begin() as tx:
        for remote_id, at, post_id in tx.engagement.list_unfollowed(NOON):
            assert follow(tx, remote_id, at, post_id)
            read = Snapshot(
                remote_id=remote_id, taken_at=at, source=SnapshotSource.TIMELINE, figures=Figures(impressions=7)
            )
            tx.engagement.add([read])
        assert len(tx.engagement.list_open()) == 2
    fake(press).timeline = shown
    go_on(press)
    _, correction = now_of(store, post)
    assert correction.state is CorrectionState.EDITED
    with store.read() as tx:
        (one,) = tx.engagement.list_open()
        assert (one.post_id, one.current_id) == (post.id, correction.new_remote_id)
        assert [taken.figures.impressions for taken in tx.engagement.series(one.remote_id)] == [7]


def test_the_kill_switch_closes_the_gate_for_deletions(store: SqlStore) -> None:
    """A stop between intent and wire deletes nothing; after resuming it is done."""
    press = premium(store)
    post = published(store, press)
    original = fake(press).delete

    def stopping(remote_id: str, **how: object) -> object:
        assert isinstance(press.files, FakeSideFiles)
        press.files.stop = "stopped by hand"
        return original(remote_id, **how)  # type: ignore[arg-type]  # passed on

    fake(press).delete = stopping  # type: ignore[method-assign,assignment]  # the stop comes in that very moment
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    assert amend(press).put_off == 1
    assert texts(press) == [post.text]
    assert amend(press).idle == "stopped by hand"
    fake(press).delete = original  # type: ignore[method-assign]  # as above
    assert isinstance(press.files, FakeSideFiles)
    press.files.stop = None
    assert amend(press).deleted == 1


def test_a_frozen_process_finds_its_lease_run_out(store: SqlStore) -> None:
    """With the lease nearly over the gate stays shut, and the deletion waits for the next sweep."""
    press = premium(store)
    post = published(store, press)
    original = fake(press).delete

    def frozen(remote_id: str, **how: object) -> object:
        advance(press, seconds=50)
        return original(remote_id, **how)  # type: ignore[arg-type]  # passed on

    fake(press).delete = frozen  # type: ignore[method-assign,assignment]  # it freezes before the wire
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    assert amend(press).put_off == 1
    assert texts(press) == [post.text]


def test_only_the_owner_of_the_lease_acts(store: SqlStore) -> None:
    """While another process holds the right to send, nothing is edited or deleted."""
    press = premium(store)
    post = published(store, press)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    assert amend(replace(press, owner="two")).idle == "another process holds the right to publish"
    assert amend(press).deleted == 1


@pytest.mark.parametrize(("option", "word"), [(Option.DELETE_AND_REPOST, "lost"), (Option.EDIT, "yes_but_lost")])
def test_an_unreadable_timeline_ends_in_unknown(store: SqlStore, option: Option, word: str) -> None:
    """After two hours without a timeline nobody knows, a person is told, and nothing is tried by itself."""
    press = premium(store, word)
    post = published(store, press)
    corrector(press).choose(post.id, option, text=f"Better\n{post.link}")
    amend(press)
    fake(press).cannot_read = True
    calls = fake(press).calls
    advance(press, hours=1)
    assert amend(press).still_open == 1
    advance(press, hours=1)
    amend(press)
    _, correction = now_of(store, post)
    assert correction.state is CorrectionState.UNKNOWN
    with store.read() as tx:
        assert "correction_unknown" in {alert.kind for alert in tx.inbox.list_alerts()}
    fake(press).cannot_read = False
    go_on(press)
    assert fake(press).calls == calls
    corrector(press).choose(post.id, Option.DISMISS, why="looked at the account")
    assert now_of(store, post)[1].state is CorrectionState.DISMISSED


def test_a_deletion_needs_a_second_person_where_that_is_the_rule(store: SqlStore) -> None:
    """Nothing is deleted before another person agrees; the one who asked, under whatever name, is no second."""
    press = premium(store)
    post = published(store, press)
    mine = corrector(press, two_person_delete=True)
    assert mine.choose(post.id, Option.DELETE_AND_REPOST, text=NEW).state is CorrectionState.ASKED
    assert amend(press).deleted == 0
    for who in (MEI, Person(who="cli:Mei", role=Role.ADMIN)):
        with pytest.raises(AccessError, match="a second person must agree"):
            corrector(press, who).agree(post.id)
    with pytest.raises(AccessError, match="editor"):
        corrector(press, Person(who="desk:ed", role=Role.EDITOR)).agree(post.id)
    agreed = corrector(press, KIM).agree(post.id)
    assert (agreed.asked_by, agreed.confirmed_by) == ("desk:mei", "desk:kim")
    assert amend(press).deleted == 1


def test_a_choice_can_be_taken_back_until_x_is_asked(store: SqlStore) -> None:
    """Asked, due and by hand go back to open; what is out of our hands does not."""
    press = premium(store)
    post = published(store, press)
    mine = corrector(press)
    for option in (Option.EDIT, Option.DELETE_AND_REPOST, Option.REPLY):
        mine.choose(post.id, option, text=NEW)
        assert mine.take_back(post.id).state is CorrectionState.OPEN
    amend(press)
    assert texts(press) == [post.text]
    mine.choose(post.id, Option.POST, text=NEW)
    with pytest.raises(WrongStateError, match="cancel its post instead"):
        mine.take_back(post.id)


def test_a_correction_post_answers_the_original(store: SqlStore) -> None:
    """It goes through the ordinary queue, once, as a reply, and the correction is done when it is out."""
    press = premium(store)
    post = published(store, press)
    corrector(press).choose(post.id, Option.POST, text=NEW)
    go_on(press)
    _, correction = now_of(store, post)
    assert correction.state is CorrectionState.CORRECTED
    assert texts(press) == [NEW, post.text]
    assert fake(press).timeline[0].in_reply_to == post.remote_id
    assert correction.new_remote_id == fake(press).timeline[0].id


def test_a_correction_post_of_who_may_not_send_at_once_waits(store: SqlStore) -> None:
    """Its words are new; somebody else lets it out at once, its writer in a slot."""
    press = premium(store)
    post = published(store, press)
    corrector(press, Person(who="api:cms", role=Role.PUBLISHER, scopes=frozenset({Scope.WRITE}))).choose(
        post.id, Option.POST, text=NEW
    )
    go_on(press)
    assert texts(press) == [post.text]
    with store.read() as tx:
        (waiting,) = tx.posts.list_posts(states=[PostState.HELD])
    assert waiting.reason == f"corrects post {post.id}, decided by api:cms, waits for somebody to approve it"


def chain_of(store: SqlStore, post_id: int) -> list[tuple[int, int | None]]:
    """The posts of the chain, each with the one whose place it took."""
    with store.read() as tx:
        return [(link.post.id, link.took_place_of) for link in tx.corrections.list_chain(PostId(post_id))]


@pytest.mark.parametrize("word", ["yes", "yes_but_lost", "lost", "crash_before_wire", "crash_after_wire"])
@pytest.mark.parametrize("owner", ["one", "two"])
def test_a_repost_is_reposted_again(store: SqlStore, word: str, owner: str) -> None:
    """Whatever becomes of the second deletion, the third post stands alone, and the chain is known from each of them."""
    press = premium(store, "yes", "yes", word)
    first = published(store, press)
    corrector(press).choose(first.id, Option.DELETE_AND_REPOST, text=NEW)
    go_on(press, rounds=1)
    with store.read() as tx:
        (second,) = (link.post for link in tx.corrections.list_chain(first.id) if link.took_place_of == first.id)
    corrector(press).choose(second.id, Option.DELETE_AND_REPOST, text=NEW + ", not 98")
    with suppress(SimulatedCrash):
        amend(press)
    go_on(replace(press, owner=owner))
    assert texts(press) == [NEW + ", not 98"]
    chain = chain_of(store, first.id)
    third = chain[-1][0]
    assert chain == [(first.id, None), (second.id, first.id), (third, second.id)]
    assert chain_of(store, second.id) == chain_of(store, third) == chain
    for old in (first, second):
        look = corrector(press).look(old.id)
        assert {offer.is_open for offer in look.offers} == {False}
        with pytest.raises(WrongStateError, match=f"post {third} stands in its place now: correct that one"):
            corrector(press).choose(old.id, Option.POST, text="One more word")
    closed = [offer.option for offer in corrector(press).look(third).offers if not offer.is_open]
    assert closed in ([], [Option.EDIT])  # for an edit it may be too late by now


def test_a_reposted_correction_answers_what_stands_there_now(store: SqlStore) -> None:
    """A correction post that is sent anew answers the original; when that was reposted too, the post in its place."""
    press = premium(store)
    post = published(store, press)
    corrector(press).choose(post.id, Option.POST, text=NEW)
    go_on(press, rounds=1)
    answer = chain_of(store, post.id)[1][0]
    corrector(press).choose(answer, Option.DELETE_AND_REPOST, text=NEW + ".")
    go_on(press, rounds=1)
    assert (fake(press).timeline[0].text, fake(press).timeline[0].in_reply_to) == (NEW + ".", post.remote_id)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text="The ferries carry 89 people")
    go_on(press, rounds=1)
    stands = fake(press).timeline[0]
    again = chain_of(store, post.id)[2]
    assert again == (answer + 1, answer)
    corrector(press).choose(again[0], Option.DELETE_AND_REPOST, text=NEW + "!")
    go_on(press, rounds=1)
    assert (fake(press).timeline[0].text, fake(press).timeline[0].in_reply_to) == (NEW + "!", stands.id)
    assert len(texts(press)) == 2
    assert len(chain_of(store, post.id)) == 5


def test_what_never_went_out_is_no_part_of_a_chain(store: SqlStore) -> None:
    """The post that X refused leaves the correction open; the next one takes the place."""
    press = premium(store, "yes", "no_final")
    post = published(store, press)
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    go_on(press, rounds=2)
    assert chain_of(store, post.id) == [(post.id, None)]
    corrector(press).choose(post.id, Option.POST, text=NEW + ".")
    go_on(press, rounds=1)
    assert [before for _, before in chain_of(store, post.id)] == [None, None]
    assert texts(press) == [NEW + "."]


def test_a_correction_post_that_does_not_go_out_opens_the_correction_again(store: SqlStore) -> None:
    """X refuses the reply: the person is told and may choose another way."""
    press = premium(store, "no_final")
    post = published(store, press)
    corrector(press).choose(post.id, Option.POST, text=NEW)
    go_on(press, rounds=2)
    _, correction = now_of(store, post)
    assert correction.state is CorrectionState.OPEN
    assert "rejected" in correction.why
    assert corrector(press).choose(post.id, Option.POST, text=NEW + ".").state is CorrectionState.POSTING


@pytest.mark.parametrize("way", ["as a reply", "word for word"])
def test_a_reply_made_by_hand_is_adopted_and_linked(store: SqlStore, way: str) -> None:
    """The prepared text, or any answer to the post, is no stranger's post when patrol sees it."""
    press = premium(store)
    patrol(press)
    post = published(store, press)
    corrector(press).choose(post.id, Option.REPLY, text=NEW)
    advance(press, minutes=5)
    if way == "as a reply":
        seen = fake(press).show("We got a number wrong: it is 89", reply_to=post.remote_id)
    else:
        seen = fake(press).show(NEW)
    patrolled = patrol(press)
    assert (patrolled.adopted, patrolled.foreign) == (1, 0)
    _, correction = now_of(store, post)
    assert (correction.state, correction.new_remote_id) == (CorrectionState.REPLIED, seen.id)
    with store.read() as tx:
        assert tx.account.state().paused is None
        unfollowed = tx.engagement.list_unfollowed(NOON)
    assert (seen.id, seen.created_at, None) in list(unfollowed)  # it is measured, as every post made by hand


def test_what_is_not_open_is_refused_with_its_reason(store: SqlStore) -> None:
    """No Premium, a window that is over, a text that can't go out, a dismissal without a reason."""
    press = premium(store)
    post = published(store, press)
    mine = corrector(press)
    refusals: list[tuple[type[Exception], str, Callable[[], object]]] = [
        (
            WrongStateError,
            "not Premium",
            lambda: corrector(press, premium=False).choose(post.id, Option.EDIT, text=NEW),
        ),
        (TextError, "empty", lambda: mine.choose(post.id, Option.POST, text=" ")),
        (TextError, "same as before", lambda: mine.choose(post.id, Option.EDIT, text=post.text)),
        (TextError, "allowed", lambda: mine.choose(post.id, Option.POST, text="See https://evil.com/x")),
        (InputError, "say why", lambda: mine.choose(post.id, Option.DISMISS)),
        (
            AccessError,
            "publisher",
            lambda: corrector(press, Person(who="desk:ed", role=Role.EDITOR)).choose(
                post.id, Option.DELETE_AND_REPOST, text=NEW
            ),
        ),
    ]
    for kind, words, act in refusals:
        with pytest.raises(kind, match=words):
            act()
    with store.read() as tx:
        assert tx.corrections.list_for_post(post.id) == []
    advance(press, minutes=30)
    with pytest.raises(WrongStateError, match="X let it be edited until 2026-11-24 12:30 UTC only"):
        mine.choose(post.id, Option.EDIT, text=NEW)


def test_an_edit_whose_window_closed_meanwhile_is_not_tried(store: SqlStore) -> None:
    """Chosen in time and asked too late: X is left alone, and the correction is open again."""
    press = premium(store)
    post = published(store, press)
    corrector(press).choose(post.id, Option.EDIT, text=NEW)
    advance(press, minutes=31)
    calls = fake(press).calls
    assert amend(press).put_off == 1
    assert fake(press).calls == calls
    assert now_of(store, post)[1].state is CorrectionState.OPEN


def test_two_people_choosing_at_once_do_it_once(store: SqlStore) -> None:
    """The second choice names a version that is past, or finds nothing open: one correction post is queued."""
    press = premium(store)
    post = published(store, press)
    first = corrector(press)
    first.choose(post.id, Option.REPLY, text=NEW)
    version = first.take_back(post.id).version
    first.choose(post.id, Option.POST, text=NEW, version=version)
    with pytest.raises((VersionConflictError, WrongStateError)):
        corrector(press, KIM).choose(post.id, Option.POST, text=NEW, version=version)
    with store.read() as tx:
        assert len(tx.posts.list_queued()) == 1


def test_a_budget_that_is_used_up_deletes_nothing(store: SqlStore) -> None:
    """The month's hard stop holds for corrections as well, and says so."""
    press = premium(store, month_usd=0)
    post = queue(store)
    with store.begin() as tx:
        lease = tx.account.acquire_lease("one", now=NOON, length=timedelta(seconds=60))
        assert lease is not None
        attempt = tx.posts.claim(post, lease, now=NOON, match_key="", media_count=0)
        assert attempt is not None
        tx.posts.finish(
            attempt, PostState.PUBLISHED, at=NOON, answer_class="yes", why="test", remote_id="7", published_at=NOON
        )
    corrector(press).choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
    idle = amend(press).idle
    assert idle is not None
    assert "budget" in idle


def test_a_lost_answer_for_an_editors_link_is_found_by_its_words(store: SqlStore) -> None:
    """A link without our marker does not hide a post that is out: nothing is sent twice."""
    press = make_press(store, "yes_but_lost")
    link = "https://radar.asia/story"
    post = queue(store, text=f"Written by hand\n{link}", link=link)
    publish_due(press)
    recover(press)
    assert state_of(store, post) is PostState.PUBLISHED
    assert fake(press).calls == 1
