"""Measuring over real HTTP on the local X: curves, edits, deletions, failures, and the ledger equal to X's invoice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import Option
from asiaradar_bot.model.engagement import CHECKPOINTS, FollowedPost, FollowState
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import SpendState
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostPicture, PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.sandbox.x.account import Behaviour
from asiaradar_bot.steps import press as steps_press
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.measure import Measured, measure
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.spend import compare_usage
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import NOON, FakeClock, FakeSideFiles
from tests.protocol.test_correcting import corrector
from tests.protocol.test_publishing import advance, queue
from tests.sandbox.x_access import call, image_bytes

TIMELINE = "/2/users/[0-9]+/tweets"
ME = Person(who="cli:me", role=Role.ADMIN)
SEEDS = [("sqlite", 0), ("sqlite", 1), ("sqlite", 2), ("sqlite", 3), ("postgresql", 0)]
"""Other dice try other orders of things; on the second database one order shows that it is no other."""


@pytest.fixture
def clock() -> FakeClock:
    """Moves bot and X alike."""
    return FakeClock()


@pytest.fixture
def x(clock: FakeClock) -> Iterator[LocalX]:
    """A local X on that clock, with edits allowed."""
    with LocalX(now=clock.now, behaviour=Behaviour(premium=True)) as local:
        yield local


@pytest.fixture
def press(store: SqlStore, x: LocalX, clock: FakeClock) -> Press:
    """A press on the real adapter."""
    keys = x.credentials
    account = XAccount(
        base_url=x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=clock.now,
        connect_seconds=2,
        read_seconds=2,
    )
    return Press(
        store=store,
        x=account,
        timeline=account,
        clock=clock,
        files=FakeSideFiles(),
        owner="one",
        limits=Limits(hold_foreign=False),
        policy=Policy(),
        prices=PRICES,
    )


def post(press: Press, number: int = 1, **how: object) -> Post:
    """A queued post."""
    assert isinstance(press.store, SqlStore)
    return queue(press.store, number, **how)


def go(press: Press) -> Measured:
    """One round of measuring."""
    assert isinstance(press.x, XAccount)
    return measure(press, press.x)


def follow(press: Press, **span: float) -> None:
    """Measure every half hour for so long."""
    left = timedelta(**span)
    while left > timedelta(0):
        advance(press, minutes=30)
        go(press)
        left -= timedelta(minutes=30)


def only(press: Press) -> FollowedPost:
    """The one post that is followed."""
    with press.store.read() as tx:
        (one,) = tx.engagement.list_followed(NOON - timedelta(days=1), NOON + timedelta(days=60))
    return one


def spent(press: Press) -> Decimal:
    """All months together."""
    with press.store.read() as tx:
        months = {(NOON + timedelta(days=days)).date().replace(day=1) for days in range(0, 60, 5)}
        return sum((tx.ledger.month_total(month) for month in months), Decimal(0))


def test_a_post_is_followed_until_it_stands_still(press: Press, x: LocalX) -> None:
    """Its curve is read densely at first and then rarely, ends settled, and costs under a cent and a half in reads."""
    made = post(press)
    publish_due(press)
    follow(press, days=9)
    followed = only(press)
    assert (followed.post_id, followed.state) == (PostId(made.id), FollowState.SETTLED)
    with press.store.read() as tx:
        series = tx.engagement.series(followed.remote_id)
        aged = [tx.reports.at_age(age, since=NOON, until=NOON + timedelta(hours=1))[0] for age in CHECKPOINTS]
    views = [one.figures.impressions or 0 for one in series]
    assert views == sorted(views)
    assert views[-1] > views[0] > 0
    assert len(series) >= 10
    assert all(one.impressions for one in aged)
    assert all(one.figures.link_clicks is not None for one in series)
    reads = x.invoice().count("owned_read")
    assert reads <= 7
    assert spent(press) == x.invoice().total_usd


def test_posts_made_by_hand_are_followed_and_count(press: Press, x: LocalX) -> None:
    """A native post is found by the patrol, measured without a post of ours, and counts for the hourly limit."""
    patrol(press)
    advance(press, minutes=5)
    x.post_by_hand("From the phone")
    patrol(press)
    follow(press, hours=1)
    assert only(press).post_id is None
    assert only(press).reads >= 1
    with press.store.read() as tx:
        assert len(tx.posts.sent_times(NOON)) == 1
    post(press, due_at=NOON)
    advance(press, minutes=-30)
    limited = replace(press, limits=Limits(per_hour=1))
    assert "limits of posts" in str(publish_due(limited).idle)


def test_a_post_taken_for_one_made_by_hand_becomes_ours(press: Press) -> None:
    """It is followed once, under the post that it is of; a dry run's id is nothing to follow."""
    ours = post(press)
    with press.store.begin() as tx:
        assert steps_press.follow(tx, "1730000000000000017", NOON, None)
        assert not steps_press.follow(tx, "1730000000000000017", NOON, ours.id)
        assert not steps_press.follow(tx, "1730000000000000017", NOON, None)
        assert not steps_press.follow(tx, "dry-1", NOON, ours.id)
    assert only(press).post_id == ours.id


def test_an_edited_post_goes_on_as_one(press: Press, x: LocalX) -> None:
    """After an edit the figures of both versions add up, and the curve does not fall."""
    post(press)
    publish_due(press)
    follow(press, minutes=30)
    before = only(press)
    edit = {"text": "Story, mended", "edit_options": {"previous_post_id": before.remote_id}}
    answer = call(x, "POST", "/2/tweets", json=edit)
    assert answer.status_code == 201, answer.text
    assert patrol(press).foreign == 0
    follow(press, hours=4)
    assert patrol(press).foreign == 0
    after = only(press)
    assert (after.remote_id, after.version) == (before.remote_id, 2)
    assert after.current_id == answer.json()["data"]["id"]
    with press.store.read() as tx:
        series = tx.engagement.series(after.remote_id)
    views = [one.figures.impressions or 0 for one in series]
    assert views == sorted(views)
    assert {one.version for one in series} == {1, 2}


def test_a_deleted_post_is_noticed_and_left_alone(press: Press, x: LocalX) -> None:
    """A post gone from the timeline is looked for by id, twice, then counts as deleted; its figures stay."""
    post(press)
    publish_due(press)
    follow(press, hours=2)
    followed = only(press)
    assert call(x, "DELETE", f"/2/tweets/{followed.remote_id}").status_code == 200
    follow(press, hours=3)
    gone = only(press)
    assert (gone.state, gone.reads) == (FollowState.DELETED, followed.reads)
    asked = len(x.requests)
    follow(press, days=2)
    assert len(x.requests) == asked


def test_the_new_words_are_understood_and_asked_for(press: Press, x: LocalX) -> None:
    """When X drops the old field names, the same round asks with the new ones and reads them."""
    post(press)
    publish_due(press)
    assert isinstance(press.x, XAccount)
    press.x._fields = "dropped.fields"  # stands for names that X has stopped to know
    advance(press, hours=1)
    go(press)
    press.x._fields = "post.fields"
    advance(press, hours=1)
    assert go(press).snapshots == 1
    with press.store.read() as tx:
        newest = tx.engagement.latest([only(press).remote_id])
    assert all(one.figures.reposts is not None for one in newest.values())


@pytest.mark.parametrize("kind", [FaultKind.LIMIT_429, FaultKind.NOT_CREATED_500, FaultKind.HTML_502])
def test_a_failing_x_is_left_alone_for_a_while(press: Press, x: LocalX, kind: FaultKind) -> None:
    """After a failed read nothing is asked until the rest is over; then measuring goes on."""
    post(press)
    publish_due(press)
    go(press)
    x.faults.add(Fault(kind=kind, path=TIMELINE))
    advance(press, hours=1)
    assert "did not answer" in str(go(press).idle)
    asked = len(x.requests)
    advance(press, minutes=1)
    assert "tried again at" in str(go(press).idle)
    assert len(x.requests) == asked
    x.faults.clear()
    advance(press, hours=1)
    assert go(press).snapshots == 1


def test_the_kill_switch_does_not_stop_measuring_and_the_budget_does(press: Press, x: LocalX) -> None:
    """A stopped bot still reads; one whose money is used up does not."""
    post(press)
    publish_due(press)
    assert isinstance(press.files, FakeSideFiles)
    press.files.stop = "stopped by hand"
    advance(press, hours=1)
    assert go(press).snapshots == 1
    poor = replace(press, limits=Limits(month_usd=Decimal("0.2")))
    advance(press, hours=2)
    asked = len(x.requests)
    assert isinstance(press.x, XAccount)
    assert "budget" in str(measure(poor, press.x).idle)
    no_reads = replace(press, limits=Limits(reads_usd=Decimal(0)))
    advance(press, days=1)
    assert measure(no_reads, press.x).put_off == 1
    assert len(x.requests) == asked


@pytest.mark.parametrize(("store", "seed"), SEEDS, indirect=["store"])
def test_the_ledger_is_the_invoice(press: Press, x: LocalX, seed: int) -> None:
    """After weeks of posting, patrolling and measuring at random the ledger equals X's own invoice to the cent."""
    dice = random.Random(seed)
    for number in range(120):
        match dice.choice(("post", "hand", "patrol", "measure", "measure", "wait")):
            case "post":
                post(press, number, due_at=press.clock.now())
                publish_due(press)
            case "hand":
                x.post_by_hand(f"By hand {number}")
            case "patrol":
                patrol(press)
            case "measure":
                go(press)
            case _:
                advance(press, hours=dice.uniform(0, 30))
        advance(press, minutes=dice.uniform(3, 90))
    assert spent(press) == x.invoice().total_usd
    assert x.invoice().count("owned_read") > 10


def test_the_ledger_is_the_invoice_whatever_x_answers(press: Press, x: LocalX) -> None:
    """Refusals, rate limits, failures before anything happened and posts made although the answer was lost: to the cent."""
    dice = random.Random(11)
    kinds = (
        FaultKind.DUPLICATE_403,
        FaultKind.LIMIT_429,
        FaultKind.NOT_CREATED_500,
        FaultKind.CREATED_500,
        FaultKind.CREATED_DROP,
    )
    for number in range(24):
        if number % 2:
            x.faults.add(Fault(kind=dice.choice(kinds), method="POST", path="/2/tweets", times=1))
        post(press, number, due_at=press.clock.now())
        publish_due(press)
        advance(press, minutes=20)
        for _ in range(3):
            reconcile(press)
            advance(press, minutes=2)
        patrol(press)
        go(press)
    assert spent(press) == x.invoice().total_usd
    with press.store.read() as tx:
        assert {entry.state for entry in tx.ledger.list_month(NOON.date())} == {
            SpendState.SETTLED,
            SpendState.RELEASED,
        }
    assert len(x.posts()) > 12


def test_alt_texts_and_deletes_are_in_the_ledger_too(press: Press, x: LocalX) -> None:
    """A post with a described picture, and its deletion, come to what X bills."""
    with press.store.begin() as tx:
        picture = Picture(content=image_bytes(), media_type="image/jpeg", width_pixels=40, height_pixels=30)
        picture_id = tx.posts.add_picture(picture, source_url=None)
        other = Picture(content=image_bytes("PNG"), media_type="image/png", width_pixels=40, height_pixels=30)
        more = (PostPicture(picture_id=tx.posts.add_picture(other, source_url=None), alt_text="A crane"),)
    post(press, picture_id=picture_id, alt_text="A harbour", more_pictures=more)
    publish_due(press)
    (shown,) = x.posts()
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, method="DELETE", times=1))
    editor = corrector(press, ME)
    editor.choose(1, Option.DELETE_AND_REPOST, text="Ferries run again")
    assert amend(press).still_open == 1
    assert len(shown.media_ids) == 2
    assert [one.id for one in x.posts()] == [shown.id]
    assert spent(press) == x.invoice().total_usd + Decimal("0.010")
    advance(press, minutes=2)
    assert amend(press).deleted == 1  # it still stood on the timeline, so it was due again at once
    assert x.posts() == []
    assert {line.what for line in x.invoice().lines} >= {"alt_text", "post_with_link", "delete"}
    assert spent(press) == x.invoice().total_usd


def test_in_doubt_the_ledger_is_on_the_safe_side(press: Press, x: LocalX) -> None:
    """With answers lost on the way X bills no more than ledger entries in doubt and settled, and no less than settled."""
    x.faults.add(Fault(kind=FaultKind.CREATED_DROP, path=TIMELINE, probability=0.3, seed=7))
    for number in range(12):
        post(press, number, due_at=press.clock.now())
        publish_due(press)
        follow(press, hours=3)
    billed = x.invoice().total_usd
    with press.store.read() as tx:
        entries = [entry for day in (NOON, NOON + timedelta(days=10)) for entry in tx.ledger.list_month(day.date())]
    settled = sum((entry.amount_usd for entry in entries if entry.state is SpendState.SETTLED), Decimal(0))
    assert settled <= billed <= spent(press)


def test_x_counts_the_reads_that_we_count(press: Press, x: LocalX) -> None:
    """X's own usage figures, asked with the app's bearer token, are those of the ledger on every day."""
    keys = x.credentials
    assert isinstance(press.x, XAccount)
    with pytest.raises(CannotReadError, match="bearer_token"):
        press.x.read_usage(days=3)
    counting = XAccount(
        base_url=x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=press.clock.now,
        bearer_token=keys.bearer_token,
    )
    post(press)
    publish_due(press)
    follow(press, days=2)
    lines = compare_usage(press.store, press.clock, counting, days=3)
    assert [line.x_counts for line in lines] == [line.we_count for line in lines]
    assert sum(line.x_counts for line in lines) >= 2


@pytest.mark.parametrize(("store", "seed"), SEEDS, indirect=["store"])
def test_nothing_is_bought_beyond_the_budget(press: Press, x: LocalX, seed: int) -> None:
    """
    Whatever is asked for, no write and no measuring takes the month over its budget, in the ledger as on X's invoice;
    only the looks at our timeline that sending once and guarding the account rest on go on, and they cost cents.
    """
    dice = random.Random(seed)
    budget = Decimal(dice.choice(["0.9", "1.6", "2.111"]))
    press = replace(press, limits=Limits(month_usd=budget, reads_usd=Decimal("0.05"), hold_foreign=False))
    editor = corrector(press, ME)
    refused = bought = 0
    for number in range(60):
        match dice.choice(("post", "plain", "delete", "patrol", "measure")):
            case "post" | "plain" as what:
                link = {} if what == "post" else {"text": f"Without a link {number}", "link": None}
                post(press, number, due_at=press.clock.now(), **link)
            case "delete":
                standing = newest_of(press)
                if standing is not None:
                    editor.choose(standing.id, Option.DELETE_AND_REPOST, text=f"Anew {number}")
            case "patrol":
                patrol(press)
            case _:
                before = x.invoice().total_usd
                go(press)
                assert x.invoice().total_usd <= max(budget, before)
        before = x.invoice().total_usd
        idle = [publish_due(press).idle, amend(press).idle]
        assert x.invoice().total_usd <= max(budget, before)
        refused += any("budget" in str(one) for one in idle)
        bought += x.invoice().total_usd > before
        assert spent(press) == x.invoice().total_usd
        advance(press, minutes=dice.uniform(3, 90))
    assert bought >= 3
    assert refused >= 3
    assert x.invoice().total_usd <= budget + Decimal("0.05")


def newest_of(press: Press) -> Post | None:
    """The newest post of ours that stands on X and about which nothing is chosen."""
    with press.store.read() as tx:
        found = tx.posts.list_posts(states=[PostState.PUBLISHED], limit=5)
        chosen = tx.corrections.newest_of([one.id for one in found])
    return next((one for one in found if one.deleted_remotely_at is None and one.id not in chosen), None)
