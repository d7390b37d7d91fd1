"""Measuring over real HTTP on the local X: curves, edits, deletions and failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.adapters.x_account.readings import NEW_FIELDS, OLD_FIELDS
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import CorrectionTerms, Option
from asiaradar_bot.model.engagement import CHECKPOINTS, FollowState, SnapshotSource
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.steps import press as steps_press
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.measure import measure
from asiaradar_bot.steps.patrol import patrol
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from tests.fakes.outside import NOON, FakeSideFiles
from tests.protocol.measuring import TIMELINE, follow, go, only, post, spent
from tests.protocol.test_correcting import corrector
from tests.protocol.test_publishing import advance
from tests.sandbox.x_access import call

ME = Person(who="cli:me", role=Role.ADMIN)


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


def test_a_post_made_by_hand_counts_for_duplicates(press: Press, x: LocalX) -> None:
    """Where it leads to an article, that article is on our timeline already: a decision on it sees that."""
    patrol(press)
    advance(press, minutes=5)
    x.post_by_hand("From the phone https://radar.asia/ferries-run-again?utm_source=x")
    patrol(press)
    (shown,) = x.posts()
    with press.store.read() as tx:
        seen = tx.account.find_on_timeline(link_names(["https://radar.asia/ferries-run-again"]))
    assert [(one.remote_id, one.post_id) for one in seen] == [(shown.id, None)]


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
    (last,) = [one for one in series if one.source is SnapshotSource.LOOKUP]
    assert (last.version, last.figures.impressions) == (1, after.earlier.impressions)


def test_an_edited_post_whose_versions_x_leaves_out_is_not_taken_for_deleted(
    press: Press, x: LocalX, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its newest id, on record already, is enough to know it; the versions go on adding up."""
    edited_in_the_app(press, x)
    follow(press, hours=2)
    before = only(press)
    assert isinstance(press.x, XAccount)
    whole = press.x._read

    def without_versions(route: str, asked: dict[str, object], **how: bool) -> object:
        answer = whole(route, asked, **how)
        assert isinstance(answer, dict)
        rows = [{**row, "edit_history_tweet_ids": [""]} for row in answer.get("data", [])]
        return {**answer, **({"data": rows} if rows else {})}

    monkeypatch.setattr(press.x, "_read", without_versions)
    follow(press, hours=6)
    after = only(press)
    assert (after.state, after.current_id, after.version) == (FollowState.FOLLOWED, before.current_id, 2)
    assert after.reads > before.reads
    with press.store.read() as tx:
        views = [one.figures.impressions or 0 for one in tx.engagement.series(after.remote_id)]
    assert views == sorted(views)


def test_lookups_by_id_keep_to_the_budget_of_reads(press: Press, x: LocalX) -> None:
    """With less left than a lookup costs none is made, and the post waits; with enough it is."""
    edited_in_the_app(press, x)
    advance(press, days=1)
    with press.store.read() as tx:
        so_far = tx.ledger.reads_total(press.clock.now().date())
    poor = replace(press, limits=replace(press.limits, reads_usd=so_far + Decimal("0.004")))
    assert go(poor).put_off == 1
    assert x.invoice().count("post_read") == 0
    assert only(press).version == 1
    advance(press, minutes=20)
    go(replace(press, limits=replace(press.limits, reads_usd=so_far + Decimal("0.005"))))
    assert x.invoice().count("post_read") == 1
    assert only(press).version == 2
    by_hand = Decimal("0.015")
    assert spent(press) == x.invoice().total_usd - by_hand


def test_a_lookup_of_what_x_showed_today_needs_no_money(press: Press, x: LocalX) -> None:
    """It is free on that day, and made with nothing left."""
    edited_in_the_app(press, x)
    broke = replace(press, limits=replace(press.limits, reads_usd=Decimal(0)))
    before = spent(press)
    advance(press, minutes=30)
    assert go(broke).put_off == 0
    assert only(press).version == 2
    assert spent(press) == before


def edited_in_the_app(press: Press, x: LocalX) -> None:
    """A post that was looked at, and that a person edited since."""
    post(press)
    publish_due(press)
    follow(press, minutes=30)
    edit = {"text": "Story, mended", "edit_options": {"previous_post_id": only(press).remote_id}}
    assert call(x, "POST", "/2/tweets", json=edit).status_code == 201


def test_old_posts_do_not_cost_young_ones_their_private_figures(press: Press, x: LocalX) -> None:
    """Two neighbours, one of them past the day when X ends its clicks: each is asked for what it may have."""
    post(press)
    publish_due(press)
    advance(press, days=29, hours=23, minutes=30)
    post(press, 2, due_at=press.clock.now())
    publish_due(press)
    old, young = sorted(x.posts(), key=lambda one: one.created_at)
    advance(press, minutes=20)
    assert go(press).snapshots == 2
    with press.store.read() as tx:
        seen = tx.engagement.latest([old.id, young.id])
    assert seen[old.id].figures.link_clicks is None
    assert seen[old.id].figures.likes is not None
    assert seen[young.id].figures.link_clicks is not None


def test_a_post_that_we_edited_twice_is_still_one(press: Press, x: LocalX) -> None:
    """The version in the middle is no post of its own that X soon would not show any more."""
    press = replace(press, limits=replace(press.limits, corrections=CorrectionTerms(premium=True)))
    made = post(press)
    publish_due(press)
    for number in range(2):
        corrector(press, ME, premium=True).choose(made.id, Option.EDIT, text=f"Better {number}\n{made.link}")
        advance(press, minutes=2)
        assert amend(press).edited == 1
        go(press)
    follow(press, hours=6)
    assert (only(press).version, only(press).current_id) == (3, x.posts()[0].id)
    with press.store.read() as tx:
        assert tx.posts.get(made.id).deleted_remotely_at is None


def test_a_deleted_post_is_noticed_and_left_alone(press: Press, x: LocalX) -> None:
    """A post gone from the timeline is looked for by id, four times, then counts as deleted; its figures stay."""
    post(press)
    publish_due(press)
    follow(press, hours=2)
    followed = only(press)
    assert call(x, "DELETE", f"/2/tweets/{followed.remote_id}").status_code == 200
    follow(press, minutes=30)
    assert only(press).state is FollowState.MISSING
    follow(press, hours=1)
    assert only(press).state is FollowState.MISSING
    follow(press, hours=2)
    gone = only(press)
    assert (gone.state, gone.reads) == (FollowState.DELETED, followed.reads)
    asked = len(x.requests)
    follow(press, days=2)
    assert len(x.requests) == asked


def test_the_new_words_are_understood_and_asked_for(press: Press, x: LocalX, monkeypatch: pytest.MonkeyPatch) -> None:
    """When X drops the old field names without a word, the same round asks with the new ones, reads them and pays once."""
    post(press)
    publish_due(press)
    assert isinstance(press.x, XAccount)
    whole = press.x._read
    words: list[str] = []

    def forgetting(route: str, asked: dict[str, object], **how: bool) -> object:
        words.extend({OLD_FIELDS, NEW_FIELDS} & asked.keys())
        return whole(route, {**asked, OLD_FIELDS: "id"} if OLD_FIELDS in asked else asked, **how)

    monkeypatch.setattr(press.x, "_read", forgetting)
    advance(press, hours=1)
    assert go(press).snapshots == 1
    assert words == [OLD_FIELDS, NEW_FIELDS]
    assert x.invoice().count("owned_read") == 1
    advance(press, hours=1)
    assert go(press).snapshots == 1
    assert words[2:] == [NEW_FIELDS]
    with press.store.read() as tx:
        newest = tx.engagement.latest([only(press).remote_id])
    assert [one.figures.reposts is not None for one in newest.values()] == [True]


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
