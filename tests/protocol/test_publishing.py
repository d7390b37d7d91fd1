"""The publishing protocol: every answer class, every crash, both databases, the same and another process."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.decision import NewsClass, Reason
from asiaradar_bot.model.engagement import CHECKPOINTS
from asiaradar_bot.model.errors import VersionConflictError, WrongStateError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy, QuietHours
from asiaradar_bot.model.post import NewPost, Post, PostId, PostKind, PostState
from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.patrol import enter_safe_mode_if_restored, patrol
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due, why_waiting
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.switch import resume
from asiaradar_bot.storage.store import SqlStore
from tests.factories import URL, add_article, add_post, make_article, make_facts
from tests.fakes.outside import NOON, FakeClock, FakeSideFiles, FakeX, SimulatedCrash

SETTLED = {"minutes": 16}
ME = Person(who="cli:me", role=Role.ADMIN)


def make_press(
    store: SqlStore, *script: str, owner: str = "one", clock: FakeClock | None = None, **limits: object
) -> Press:
    """A press on a fake X with a scripted answer per call."""
    clock = clock or FakeClock()
    x = FakeX(clock, *script)
    return Press(
        store=store,
        x=x,
        timeline=x,
        clock=clock,
        files=FakeSideFiles(),
        owner=owner,
        limits=Limits(**limits),  # type: ignore[arg-type]  # the test's few numbers
        policy=Policy(),
        prices=PRICES,
    )


def fake(press: Press) -> FakeX:
    """The press's fake X."""
    assert isinstance(press.x, FakeX)
    return press.x


def advance(press: Press, **span: float) -> None:
    """Let time pass."""
    assert isinstance(press.clock, FakeClock)
    press.clock.advance(**span)


def queue(store: SqlStore, number: int = 1, **how: object) -> Post:
    """A queued post with a link of its own."""
    marker = f"m{number}"
    link = f"https://radar.asia/story?utm_id={marker}"
    values: dict[str, object] = {
        "kind": PostKind.MANUAL,
        "state": PostState.QUEUED,
        "news_class": NewsClass.NORMAL,
        "text": f"Story {number}\n{link}",
        "link": link,
        "marker": marker,
        "due_at": NOON,
        "expires_at": None,
        "reason": "test",
        "created_at": NOON,
        "price_usd": "0.200",
        "text_frozen": True,
    }
    with store.begin() as tx:
        return tx.posts.add(NewPost(**{**values, **how}), who="cli:test")  # type: ignore[arg-type]  # plain values


def state_of(store: SqlStore, post: Post) -> PostState:
    """Where the post stands now."""
    with store.read() as tx:
        return tx.posts.get(post.id).state


def shown(press: Press) -> Counter[str]:
    """How often each text stands on the fake timeline."""
    return Counter(post.text for post in fake(press).timeline)


def recover(press: Press) -> None:
    """All that the program does by itself later: reconcile twice, publish again."""
    for _ in range(4):
        advance(press, **SETTLED)
        reconcile(press)
        publish_due(press)


@pytest.mark.parametrize(
    ("word", "state", "spend"),
    [
        ("yes", PostState.PUBLISHED, "settled"),
        ("yes_but_lost", PostState.SENDING, "unknown"),
        ("lost", PostState.SENDING, "unknown"),
        ("refused_connection", PostState.QUEUED, "released"),
        ("rate_limited", PostState.QUEUED, "released"),
        ("no_auth", PostState.QUEUED, "released"),
        ("no_final", PostState.REJECTED, "released"),
        ("duplicate", PostState.SENDING, "unknown"),
    ],
)
def test_each_answer_has_its_state_and_its_money(store: SqlStore, word: str, state: PostState, spend: str) -> None:
    """An answer class leads to one state and one ledger state."""
    press = make_press(store, word)
    post = queue(store)
    publish_due(press)
    assert state_of(store, post) is state
    with store.read() as tx:
        assert [entry.state for entry in tx.ledger.list_month(NOON.date())] == [spend]
        assert len(tx.posts.list_attempts(post.id)) == 1


@pytest.mark.parametrize("word", ["yes_but_lost", "lost", "crash_before_wire", "crash_after_wire", "duplicate"])
@pytest.mark.parametrize("owner", ["one", "two"])
def test_doubt_is_settled_without_loss_or_double(store: SqlStore, word: str, owner: str) -> None:
    """After any doubt or crash the post ends on X once, or unknown, in the same and in another process."""
    press = make_press(store, word)
    post = queue(store)
    with suppress(SimulatedCrash):
        publish_due(press)
    recover(replace(press, owner=owner))
    times = shown(press)[post.text]
    assert times <= 1
    assert (state_of(store, post), times) in {(PostState.PUBLISHED, 1), (PostState.UNKNOWN, 0)}
    assert state_of(store, post) is (PostState.UNKNOWN if word == "duplicate" else PostState.PUBLISHED)


def test_nothing_is_repeated_before_two_settled_reads(store: SqlStore) -> None:
    """An absent post is not sent again before two reads, a gap apart, after the settle time."""
    press = make_press(store, "lost")
    post = queue(store)
    publish_due(press)
    advance(press, minutes=14)
    assert reconcile(press).still_open == 1
    advance(press, minutes=2)
    reconcile(press)
    assert state_of(store, post) is PostState.SENDING
    reconcile(press)
    assert state_of(store, post) is PostState.SENDING
    advance(press, seconds=61)
    assert reconcile(press).requeued == 1
    assert state_of(store, post) is PostState.QUEUED


def test_an_unreadable_timeline_ends_in_unknown_and_an_alert(store: SqlStore) -> None:
    """After two hours without an answer the post is unknown, surfaced, and never sent again by itself."""
    press = make_press(store, "lost")
    post = queue(store)
    publish_due(press)
    fake(press).cannot_read = True
    advance(press, minutes=30)
    reconcile(press)
    assert state_of(store, post) is PostState.SENDING
    advance(press, hours=2)
    assert reconcile(press).unknown == 1
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["unknown"]
    recover(press)
    assert fake(press).calls == 1


def test_an_unreadable_timeline_is_asked_for_ever_more_rarely(store: SqlStore) -> None:
    """Waits double up to five minutes, X's own wish counts for a quarter of an hour at most, and a read ends them all."""
    press = make_press(store, "yes_but_lost")
    post = queue(store)
    publish_due(press)
    advance(press, **SETTLED)
    x = fake(press)
    x.cannot_read = True

    def seconds_until_read() -> int:
        reads, waited = x.reads, 0
        while x.reads == reads:
            waited += 5
            advance(press, seconds=5)
            reconcile(press)
        return waited

    reconcile(press)
    assert [seconds_until_read() for _ in range(7)] == [10, 20, 40, 80, 160, 300, 300]
    for asked, kept in ((0, 300), (600, 10), (86_400, 600)):
        x.read_wait = timedelta(seconds=asked)
        assert seconds_until_read() == kept
    x.cannot_read = False
    assert seconds_until_read() == 900
    assert state_of(store, post) is PostState.PUBLISHED
    with store.read() as tx:
        assert tx.account.get_mark("timeline_rest") is None


def test_a_clock_put_back_ends_the_wait_for_the_timeline(store: SqlStore) -> None:
    """A wait that began in the future by the new clock holds nothing up."""
    press = make_press(store, "yes_but_lost")
    post = queue(store)
    publish_due(press)
    fake(press).cannot_read = True
    advance(press, hours=1)
    reconcile(press)
    fake(press).cannot_read = False
    advance(press, minutes=-30)
    reconcile(press)
    assert state_of(store, post) is PostState.PUBLISHED


@pytest.mark.parametrize("word", ["yes", "yes_but_lost"])
def test_what_went_out_is_remembered_however_it_was_found(store: SqlStore, word: str) -> None:
    """A manual post's article is known to be on the timeline, and reports have it, whoever found that X has it."""
    press = make_press(store, word)
    post = queue(store)
    publish_due(press)
    advance(press, **SETTLED)
    reconcile(press)
    with store.read() as tx:
        assert [seen.post_id for seen in tx.account.find_on_timeline(link_names(["https://radar.asia/story"]))] == [
            post.id
        ]
        (row,) = tx.reports.at_age(CHECKPOINTS[0], since=NOON, until=press.clock.now() + timedelta(seconds=1))
    assert (row.post_id, row.impressions) == (post.id, None)


def test_the_kill_switch_closes_the_gate(store: SqlStore) -> None:
    """A stop between claim and wire sends nothing, and the post waits."""
    press = make_press(store)
    post = queue(store)
    original = fake(press).publish

    def stopping(text: str, **how: object) -> object:
        assert isinstance(press.files, FakeSideFiles)
        press.files.stop = "stopped by hand"
        return original(text, **how)  # type: ignore[arg-type]  # passed on

    fake(press).publish = stopping  # type: ignore[method-assign,assignment]  # the stop comes in mid-flight
    publish_due(press)
    assert (state_of(store, post), fake(press).calls) == (PostState.QUEUED, 0)
    assert publish_due(press).idle == "stopped by hand"


def test_a_cancel_while_sending_is_refused(store: SqlStore) -> None:
    """An editor who cancels a post on its way is told so."""
    press = make_press(store, "lost")
    post = queue(store)
    publish_due(press)
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    with pytest.raises(WrongStateError, match="already going out"):
        editor.cancel(post.id)


def test_a_lease_keeps_a_second_process_out(store: SqlStore) -> None:
    """While one process holds the lease another sends nothing; after its end it takes over with a higher fence."""
    press = make_press(store)
    queue(store)
    with store.begin() as tx:
        first = tx.account.acquire_lease("other", now=NOON, length=timedelta(seconds=60))
    assert first is not None
    assert publish_due(press).idle == "another process holds the right to publish"
    advance(press, seconds=61)
    publish_due(press)
    assert fake(press).calls == 1
    second = queue(store, 2)
    with store.begin() as tx:
        assert tx.posts.claim(second, first, now=press.clock.now(), match_key="", media_count=0) is None


def test_a_thread_goes_on_at_the_part_that_is_missing(store: SqlStore) -> None:
    """Part two is sent after part one is out, as a reply to it, also after a crash between them."""
    press = make_press(store, "yes", "crash_before_wire")
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    parts = editor.add(["First part", "Second part", "Third part"])
    with pytest.raises(SimulatedCrash):
        publish_due(press)
    recover(press)
    timeline = fake(press).timeline
    assert [post.text for post in reversed(timeline)] == ["First part", "Second part", "Third part"]
    assert timeline[1].in_reply_to == timeline[2].id
    assert timeline[0].in_reply_to == timeline[1].id
    assert [state_of(store, part) for part in parts] == [PostState.PUBLISHED] * 3


def test_a_restored_database_is_noticed_and_doubles_nothing(store: SqlStore) -> None:
    """With an older database the timeline is read first, and what is out already is marked as out."""
    press = make_press(store)
    post = queue(store)
    fake(press).show(post.text)
    assert isinstance(press.files, FakeSideFiles)
    press.files.epoch = 7
    advance(press, minutes=1)
    assert str(publish_due(press).idle).startswith("safe mode")
    assert enter_safe_mode_if_restored(press) is not None
    assert patrol(press).adopted == 1
    publish_due(press)
    assert (state_of(store, post), shown(press)[post.text]) == (PostState.PUBLISHED, 1)


def test_a_foreign_post_stops_sending_until_somebody_looks(store: SqlStore) -> None:
    """A post on our timeline that no attempt explains pauses the account and raises an alert."""
    press = make_press(store)
    patrol(press)
    advance(press, minutes=1)
    fake(press).show("We have been hacked")
    assert patrol(press).foreign == 1
    queue(store)
    assert "was not sent by this bot" in str(publish_due(press).idle)
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["foreign_post"]
        assert len(tx.account.list_foreign()) == 1


def test_caps_gap_and_budget_hold_posts_back(store: SqlStore) -> None:
    """Limits of posts per hour and of money stop the sweep, with a sentence, and nothing is lost."""
    press = make_press(store, per_hour=2)
    for number in range(4):
        queue(store, number)
    assert "limits of posts" in str(publish_due(press).idle)
    assert fake(press).calls == 2
    advance(press, minutes=61)
    with store.begin() as tx:
        tx.account.set_mark("last_sweep_at", None)
    poor = replace(press, limits=Limits(month_usd=Decimal("0.50")))
    assert "no room for 0.20 USD" in str(publish_due(poor).idle)
    assert fake(press).calls == 2


def test_a_backlog_after_downtime_is_thinned_out(store: SqlStore) -> None:
    """After an hour of silence the newest posts go out and the rest wait for a person."""
    press = make_press(store)
    publish_due(press)
    advance(press, minutes=60)
    made = [queue(store, number, due_at=NOON + timedelta(minutes=number)) for number in range(1, 9)]
    publish_due(press)
    states = [state_of(store, post) for post in made]
    assert states == [PostState.HELD] * 3 + [PostState.PUBLISHED] * 5


@pytest.mark.parametrize("by", ["file", "switch", "pause", "budget", "send_backlog"])
def test_a_backlog_after_a_stop_is_thinned_out(store: SqlStore, by: str) -> None:
    """Sweeps that were not allowed to send are downtime, too; a person who lets the backlog go on is taken at their word."""
    press = make_press(store)
    files = press.files
    assert isinstance(files, FakeSideFiles)
    publish_due(press)
    poor = replace(press, limits=Limits(month_usd=Decimal("0.001"))) if by == "budget" else press
    with store.begin() as tx:
        tx.account.set_mark({"switch": "stopped", "pause": "paused"}.get(by, "nothing"), "for a test")
    files.stop = "for a test" if by in {"file", "send_backlog"} else None
    for _ in range(6):
        advance(press, minutes=10)
        assert publish_due(poor).idle is not None
    made = [queue(store, number, due_at=NOON + timedelta(minutes=number)) for number in range(1, 9)]
    with store.begin() as tx:
        for mark in ("stopped", "paused"):
            tx.account.set_mark(mark, None)
    files.stop = None
    if by == "send_backlog":
        resume(store, press.clock, files, person=ME)
    publish_due(press)
    held = 0 if by == "send_backlog" else 3
    assert [state_of(store, post) for post in made] == [PostState.HELD] * held + [PostState.PUBLISHED] * (8 - held)


def test_a_short_stop_leaves_the_backlog_alone(store: SqlStore) -> None:
    """Ten minutes are no downtime: what came due meanwhile goes out."""
    press = make_press(store)
    assert isinstance(press.files, FakeSideFiles)
    publish_due(press)
    press.files.stop = "for a test"
    advance(press, minutes=10)
    assert publish_due(press).idle == "for a test"
    made = [queue(store, number) for number in range(1, 9)]
    press.files.stop = None
    publish_due(press)
    assert {state_of(store, post) for post in made} == {PostState.PUBLISHED}


def test_breaking_goes_first_and_old_news_expires(store: SqlStore) -> None:
    """Urgency decides the order; a post past its time expires instead of going out late."""
    press = make_press(store)
    normal, old = queue(store, 1), queue(store, 2, expires_at=NOON)
    breaking = queue(store, 3, news_class=NewsClass.BREAKING)
    publish_due(press)
    assert [post.text for post in reversed(fake(press).timeline)] == [breaking.text, normal.text]
    assert state_of(store, old) is PostState.EXPIRED


def test_whoever_let_a_post_go_out_hears_that_it_expired(store: SqlStore) -> None:
    """They believe that it went out; of what the bot queued by itself nobody is told."""
    press = make_press(store)
    queue(store, 1, expires_at=NOON)
    believed = queue(store, 2, expires_at=NOON, approved_by="desk:mei")
    publish_due(press)
    assert state_of(store, believed) is PostState.EXPIRED
    with store.read() as tx:
        told = [(alert.kind, alert.subject) for alert in tx.inbox.list_alerts()]
    assert told == [("expired", f"post {believed.id}")]


def test_an_edit_names_the_version_it_read(store: SqlStore) -> None:
    """Two editors cannot overwrite each other."""
    press = make_press(store)
    post = queue(store)
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    changed = editor.edit(post.id, text="Another text", version=post.version)
    assert (changed.text, changed.price_usd) == ("Another text", "0.015")
    with pytest.raises(VersionConflictError):
        editor.hold(post.id, version=post.version)
    held = editor.hold(post.id)
    assert editor.approve(held.id).state is PostState.QUEUED
    assert editor.move(post.id, due_at=None).in_slot
    assert editor.cancel(post.id).state is PostState.CANCELLED
    with store.read() as tx:
        actions = [entry.action for entry in tx.audit.list_recent(subject=f"post {post.id}")]
    expected = ["post.cancelled", "post.change", "post.queued", "post.held", "post.change", "post.add"]
    assert actions == expected


def test_an_unknown_post_is_settled_by_a_person_only(store: SqlStore) -> None:
    """A person says whether it is on X; approving it is refused."""
    press = make_press(store, "duplicate", "duplicate")
    post = queue(store)
    publish_due(press)
    reconcile(press)
    editor = Editor(store=store, clock=press.clock, policy=press.policy, prices=PRICES, person=ME)
    with pytest.raises(Exception, match="settle whether X has it"):
        editor.approve(PostId(post.id))
    assert editor.settle(post.id, remote_id="55").state is PostState.PUBLISHED


def test_why_a_post_waits_is_what_the_sender_says(store: SqlStore) -> None:
    """Kill switch, pause, limits and budget: the page's sentence is the sweep's own; then the post's own reasons."""
    press = make_press(store, per_hour=1)
    first, second = queue(store), queue(store, 2)
    publish_due(press)
    left = next(post for post in (first, second) if state_of(store, post) is PostState.QUEUED)
    poor = make_press(store, month_usd=Decimal("0.30"))
    with store.begin() as tx:
        tx.account.set_mark("paused", "somebody looks at the account")
    paused = why_waiting(press, left)
    assert (paused, publish_due(press).idle) == ("paused: somebody looks at the account",) * 2
    with store.begin() as tx:
        tx.account.set_mark("paused", None)
    for one in (press, poor):
        assert why_waiting(one, left) == publish_due(one).idle is not None
    files = press.files
    assert isinstance(files, FakeSideFiles)
    files.stop = "stopped by hand"
    assert why_waiting(press, left) == "stopped by hand"
    free = make_press(store)
    for how, why in (
        ({"due_at": NOON + timedelta(hours=1)}, None),
        ({"expires_at": NOON}, "too old to be news: its time was over at 2026-11-24 12:00 UTC"),
        ({"not_before_at": NOON + timedelta(hours=1)}, "not to be sent before 2026-11-24 13:00 UTC"),
        ({}, None),
    ):
        assert why_waiting(free, replace(left, **how)) == why  # type: ignore[arg-type]  # one field each
    quiet = QuietHours(starts=time(0), ends=time(23, 59), zone="UTC")
    assert why_waiting(replace(free, policy=Policy(quiet_hours=(quiet,))), left) == "it is quiet hours"


def test_a_post_of_an_embargo_without_an_end_is_held(store: SqlStore) -> None:
    """One that was approved by an older version of the program: the gate itself keeps it until somebody says the end."""
    with store.begin() as tx:
        facts = make_facts(title="EMBARGOED until May: gates")
        article = tx.articles.add(make_article(facts=facts), names=["e"])
    decide(store, FakeClock(), policy=Policy(), max_age=timedelta(hours=24), first_run_posts=True)
    post = queue(store, article_id=article.id)
    publish_due(make_press(store))
    assert state_of(store, post) is PostState.HELD


def own_post(store: SqlStore, **how: object) -> Post:
    """The queued post of an article on record, due an hour from now."""
    article = add_article(store)
    later = NOON + timedelta(hours=1)
    values: dict[str, Any] = {
        "article_id": article.id,
        "due_at": later,
        "expires_at": None,
        "verified_at": later,
        "revision": 1,
        **how,
    }
    return add_post(store, **values)


def test_the_articles_own_post_is_not_sent_after_one_by_hand(store: SqlStore) -> None:
    """It is held and says which post told the story; whoever approves it after that knows what they do."""
    own = own_post(store)
    press = make_press(store)
    me = Editor(store=store, clock=press.clock, policy=Policy(), prices=PRICES, person=ME)
    (by_hand,) = me.add([f"Look: {URL}"])
    publish_due(press)
    assert state_of(store, by_hand) is PostState.PUBLISHED
    advance(press, hours=1)
    publish_due(press)
    with store.read() as tx:
        held = tx.posts.get(own.id)
    assert (held.state, held.reason) == (PostState.HELD, f"a post by hand already leads there: post {by_hand.id}")
    advance(press, minutes=1)
    me.approve(own.id)
    publish_due(press)
    assert state_of(store, own) is PostState.PUBLISHED


def test_an_approval_from_before_the_post_by_hand_counts_no_more(store: SqlStore) -> None:
    """Whoever approved the article's own post could not know that somebody would tell the story before it."""
    own = own_post(store, state=PostState.HELD)
    press = make_press(store)
    me = Editor(store=store, clock=press.clock, policy=Policy(), prices=PRICES, person=ME)
    me.approve(own.id)
    advance(press, minutes=1)
    (by_hand,) = me.add([f"Look: {URL}"])
    publish_due(press)
    advance(press, hours=1)
    publish_due(press)
    with store.read() as tx:
        assert tx.posts.get(own.id).reason == f"a post by hand already leads there: post {by_hand.id}"


def test_the_articles_own_post_waits_while_one_by_hand_is_in_doubt(store: SqlStore) -> None:
    """It may stand on X without the timeline's showing it yet."""
    own = own_post(store)
    by_hand = queue(store, 2, article_id=own.article_id, state=PostState.UNKNOWN)
    press = make_press(store)
    advance(press, hours=1)
    assert publish_due(press).outcomes == ()
    told = f"post {by_hand.id}, which leads there too, may be on X: its outcome is not known yet"
    assert why_waiting(press, own) == told


def test_the_gate_knows_an_embargo_that_the_post_by_hand_does_not(store: SqlStore) -> None:
    """It was written before any source showed the article; an end that nobody knows holds it, a known one is kept."""
    press = make_press(store)
    waits, held = (
        queue(store, number, text=f"Story {number} {link}", link=link)
        for number, link in ((1, URL), (2, "https://radar.asia/open"))
    )
    add_article(store, not_before_at=NOON + timedelta(hours=1))
    add_article(store, facts=make_facts(url="https://radar.asia/open"), reason=Reason.EMBARGO)
    publish_due(press)
    assert (state_of(store, waits), state_of(store, held)) == (PostState.QUEUED, PostState.HELD)
    assert why_waiting(press, waits) == "not to be sent before 2026-11-24 13:00 UTC"
    advance(press, hours=1)
    publish_due(press)
    assert state_of(store, waits) is PostState.PUBLISHED


def test_the_gate_holds_a_post_by_hand_whose_article_is_gone(store: SqlStore) -> None:
    """Since it was written; nobody else reads the page before, so that a site that is down holds no words of people."""
    press = make_press(store)
    post = queue(store, link=URL, text=f"Story {URL}")
    add_article(store, gone_at=NOON)
    publish_due(press)
    with store.read() as tx:
        assert tx.posts.get(post.id).reason == "the article was gone when last looked at, 2026-11-24 12:00 UTC"


def test_a_part_waits_for_the_one_before_it(store: SqlStore) -> None:
    """As long as that is held, for instance."""
    press = make_press(store)
    first = queue(store)
    with store.begin() as tx:
        first = tx.posts.change(first, at=NOON, who="t", why="t", thread_id=first.id, parts=2)
    second = queue(store, 2, thread_id=first.id, part=2, parts=2)
    assert why_waiting(press, second) == "an earlier part of its thread is not out yet"
    assert why_waiting(press, first) is None
