"""What editors may do to posts: each act checked by state, version and role, and all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asiaradar_bot.model.access import Person, Role, Scope
from asiaradar_bot.model.article import ArticleId, ArticleState
from asiaradar_bot.model.decision import NewsClass, Reason
from asiaradar_bot.model.errors import (
    AccessError,
    InputError,
    PostError,
    TextError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.policy import Policy, WordingChoices
from asiaradar_bot.model.post import Post, PostId, PostKind, PostState
from asiaradar_bot.rules.addresses import same_article_key
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.submit import Editor, embargoed_articles
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, add_post, make_article, make_facts
from tests.fakes.outside import FakeClock

HOUR = timedelta(hours=1)


def editor_of(store: SqlStore, role: Role = Role.ADMIN) -> Editor:
    """Somebody of that role."""
    return Editor(
        store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=Person(who="desk:mei", role=role)
    )


@pytest.fixture
def editor(shelf: SqlStore) -> Editor:
    """Somebody who may do everything."""
    return editor_of(shelf)


def put(store: SqlStore, state: PostState = PostState.QUEUED, **how: object) -> PostId:
    """A post that is there already."""
    return add_post(store, state, **how).id


def get(store: SqlStore, post_id: PostId) -> Post:
    """As it stands."""
    with store.read() as tx:
        return tx.posts.get(post_id)


def test_a_text_is_cleaned_priced_and_frozen(editor: Editor) -> None:
    """What is stored is what is sent; a link makes it dearer; the bot never touches it."""
    (post,) = editor.add(["  Good morning,\r\nAsia  "])
    assert (post.text, post.price_usd, post.link, post.text_frozen) == ("Good morning,\nAsia", "0.015", None, True)
    (linked,) = editor.add(["Read this https://radar.asia/a"])
    assert (linked.price_usd, linked.link) == ("0.200", "https://radar.asia/a")


@pytest.mark.parametrize("text", ["", "x" * 281, "see https://evil.com", "hello @stranger"])
def test_a_text_that_cannot_go_out_is_not_stored(editor: Editor, shelf: SqlStore, text: str) -> None:
    """All that speaks against it is one sentence, and nothing is written, not even a sound first part."""
    with pytest.raises(TextError, match=r"the text cannot go out|part 2 is empty"):
        editor.add(["Good morning", text])
    with shelf.read() as tx:
        assert tx.posts.list_posts() == []


def test_a_slot_is_the_next_free_one(editor: Editor) -> None:
    """Two posts in slots do not meet; moving one to a slot takes the one after."""
    (one,), (two,) = editor.add(["One"], slot=True), editor.add(["Two"], slot=True)
    assert (one.due_at, two.due_at) == (NOON + 6 * HOUR, NOON + 21 * HOUR)
    assert editor.move(one.id, due_at=None).due_at == NOON + 24 * HOUR
    assert not editor.move(two.id, due_at=NOON + HOUR).in_slot


def test_going_now_keeps_embargo_and_approval(editor: Editor, shelf: SqlStore) -> None:
    """A held post is approved with it; one under embargo is refused and stays as it was."""
    held = put(shelf, PostState.HELD, due_at=NOON + HOUR, in_slot=True)
    now = editor.publish_now(held)
    assert (now.state, now.due_at, now.in_slot, now.approved_by) == (PostState.QUEUED, NOON, False, "desk:mei")
    closed = put(shelf, PostState.HELD, not_before_at=NOON + HOUR)
    with pytest.raises(PostError, match="under embargo until 2026-11-24 13:00 UTC"):
        editor.publish_now(closed)
    assert get(shelf, closed).state is PostState.HELD
    queued = put(shelf, due_at=NOON + HOUR)
    assert editor.publish_now(queued).due_at == NOON


def test_an_unknown_post_is_never_sent_by_a_button(editor: Editor, shelf: SqlStore) -> None:
    """Neither approving nor «now» moves it; the sentence says what to do."""
    unknown = put(shelf, PostState.UNKNOWN)
    for act in (editor.approve, editor.publish_now):
        with pytest.raises(PostError, match="look at the account first"):
            act(unknown)
    assert get(shelf, unknown).state is PostState.UNKNOWN


def test_an_unknown_post_is_settled_by_what_was_seen(editor: Editor, shelf: SqlStore) -> None:
    """With its id it is published; seen to be absent it is queued again, due now."""
    found, absent = put(shelf, PostState.UNKNOWN), put(shelf, PostState.UNKNOWN, due_at=NOON - HOUR)
    assert editor.settle(found, remote_id="77").remote_id == "77"
    assert get(shelf, found).state is PostState.PUBLISHED
    assert editor.settle(absent, remote_id=None).due_at == NOON
    assert get(shelf, absent).state is PostState.QUEUED


def test_an_expired_post_that_is_approved_has_no_more_end(editor: Editor, shelf: SqlStore) -> None:
    """Whoever approves it knows that it is old; one that still has time keeps its end."""
    old = put(shelf, PostState.EXPIRED, expires_at=NOON - HOUR, due_at=NOON - HOUR)
    fresh = put(shelf, PostState.HELD, expires_at=NOON + HOUR)
    assert (editor.approve(old).expires_at, get(shelf, old).due_at) == (None, NOON)
    assert editor.approve(fresh).expires_at == NOON + HOUR


def test_a_class_is_given_and_taken(editor: Editor, shelf: SqlStore) -> None:
    """The audit says who made it breaking."""
    post = put(shelf)
    assert editor.reclass(post, NewsClass.BREAKING).news_class is NewsClass.BREAKING
    with shelf.read() as tx:
        (newest, *_) = tx.audit.list_recent(subject=f"post {post}")
    assert (newest.who, newest.why) == ("desk:mei", "made breaking")


def test_a_withdrawal_is_taken_back_unless_it_was_tried(editor: Editor, shelf: SqlStore) -> None:
    """It is held again, never queued by itself; one with an attempt may stand on X and is not brought back."""
    post = put(shelf)
    editor.cancel(post, why="not now")
    assert editor.restore(post).state is PostState.HELD
    with shelf.begin() as tx:
        lease = tx.account.acquire_lease("one", now=NOON, length=HOUR)
        assert lease is not None
        queued = tx.posts.move(tx.posts.get(post), PostState.QUEUED, at=NOON, who="x", why="x", by_person=True)
        attempt = tx.posts.claim(queued, lease, now=NOON, match_key="k", media_count=0)
        assert attempt is not None
        tx.posts.finish(attempt, PostState.REJECTED, at=NOON, answer_class="no_final", why="400")
    editor.cancel(post)
    with pytest.raises(WrongStateError, match="may stand on X"):
        editor.restore(post)


def test_a_thread_is_added_as_parts(editor: Editor) -> None:
    """Parts share their thread, and each has its own price."""
    parts = editor.add(["One", "Two https://radar.asia/a", "Three"], due_at=NOON + HOUR)
    assert [(part.part, part.parts, part.thread_id) for part in parts] == [(n, 3, parts[0].id) for n in (1, 2, 3)]
    assert [part.price_usd for part in parts] == ["0.015", "0.200", "0.015"]


ACTS: list[Callable[[Editor, PostId], object]] = [
    lambda editor, post: editor.edit(post, text="Other", version=9),
    lambda editor, post: editor.approve(post, version=9),
    lambda editor, post: editor.publish_now(post, version=9),
    lambda editor, post: editor.reclass(post, NewsClass.BREAKING, version=9),
    lambda editor, post: editor.restore(post, version=9),
    lambda editor, post: editor.hold(post, version=9),
    lambda editor, post: editor.cancel(post, version=9),
    lambda editor, post: editor.move(post, due_at=NOON, version=9),
    lambda editor, post: editor.embargo(post, until="in 2 h", version=9),
]


@pytest.mark.parametrize("act", ACTS)
def test_nobody_overwrites_what_they_have_not_read(editor: Editor, shelf: SqlStore, act: Callable[..., object]) -> None:
    """Each act on another version is refused, and the post stays as it was."""
    post = put(shelf)
    before = get(shelf, post)
    with pytest.raises(VersionConflictError, match="somebody changed it"):
        act(editor, post)
    assert get(shelf, post) == before


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_does_nothing(shelf: SqlStore, act: Callable[..., object]) -> None:
    """Each act asks for a role first."""
    with pytest.raises(AccessError):
        act(editor_of(shelf, Role.VIEWER), put(shelf))


def test_only_a_publisher_sends_at_once(shelf: SqlStore) -> None:
    """Others give a time that is still to come, whether they write or move; drafts have no time to keep."""
    mei, kim = editor_of(shelf, Role.EDITOR), editor_of(shelf, Role.PUBLISHER)
    for due_at in (None, NOON, NOON - timedelta(hours=1), NOON + timedelta(seconds=299)):
        with pytest.raises(AccessError, match="desk:mei may not send at once: give it a time that is 5 minutes ahead"):
            mei.add(["Ferries"], due_at=due_at)
    (later,) = mei.add(["Ferries"], due_at=NOON + timedelta(minutes=5))
    with pytest.raises(AccessError, match="at once"):
        mei.move(later.id, due_at=NOON)
    mei.add(["Ferries"], draft=True)
    assert kim.add(["Ferries"])[0].state is PostState.QUEUED
    assert kim.move(later.id, due_at=NOON).due_at == NOON


def test_an_own_approval_is_no_way_to_send_at_once(shelf: SqlStore) -> None:
    """What an editor wrote takes the next free slot if they approve it late; before its time it keeps that."""
    mei = editor_of(shelf, Role.EDITOR)
    (draft,) = mei.add(["Ferries"], draft=True)
    approved = mei.approve(draft.id)
    assert (approved.state, approved.due_at, approved.in_slot) == (PostState.QUEUED, NOON + 6 * HOUR, True)
    assert last_word(shelf, draft.id) == "approved by desk:mei, who may not send at once, for the next free slot"
    parts = mei.add(["One", "Two"], draft=True)
    mei.approve(parts[1].id)
    assert [(get(shelf, one.id).due_at, get(shelf, one.id).in_slot) for one in parts] == [
        (NOON + 21 * HOUR, True),
        (NOON + 21 * HOUR, False),
    ]
    (later,) = mei.add(["Later"], draft=True, due_at=NOON + HOUR)
    assert mei.approve(later.id).due_at == NOON + HOUR


def test_a_draft_finds_another_slot_if_its_own_is_taken(shelf: SqlStore) -> None:
    """It keeps none for itself, and no two posts go out at the same minute; a slot that is still free stays its own."""
    kim = editor_of(shelf, Role.PUBLISHER)
    (draft,) = kim.add(["Ferries"], draft=True, slot=True)
    (other,) = kim.add(["Trains"], slot=True)
    assert other.due_at == draft.due_at
    approved = kim.approve(draft.id)
    assert (approved.due_at > other.due_at, approved.in_slot) == (True, True)
    assert last_word(shelf, draft.id) == "approved by desk:mei for the next free slot, as its own was taken by then"
    (free,) = kim.add(["Planes"], draft=True, slot=True)
    assert kim.approve(free.id).due_at == free.due_at
    assert last_word(shelf, free.id) == "approved by desk:mei"


def test_a_move_says_from_when_to_when(shelf: SqlStore) -> None:
    """In both zones, for whoever reads the history later."""
    kim = replace(editor_of(shelf, Role.PUBLISHER), policy=Policy(wording=WordingChoices(zone="Asia/Hong_Kong")))
    post = put(shelf, due_at=NOON)
    kim.move(post, due_at=NOON + HOUR)
    assert last_word(shelf, post) == (
        "moved from 2026-11-24 20:00 Hong Kong (2026-11-24 12:00 UTC) "
        "to 2026-11-24 21:00 Hong Kong (2026-11-24 13:00 UTC)"
    )


def test_an_approval_of_others_work_may_send_at_once(shelf: SqlStore) -> None:
    """The bot's post whose time is past, said better too, and what another wrote; with own words a publisher's alone."""
    mei, kim = editor_of(shelf, Role.EDITOR), editor_of(shelf, Role.PUBLISHER)
    url = "https://radar.asia/ferries"
    with shelf.begin() as tx:
        article = tx.articles.add(make_article(url=url), names=[f"url:{same_article_key(url)}"])
    of_it: dict[str, Any] = {"kind": PostKind.ARTICLE, "article_id": article.id, "due_at": NOON - HOUR}
    held = put(shelf, PostState.HELD, marker="m1", **of_it)
    mei.edit(held, text=f"Ferries, said better {url}?utm_source=x")
    assert mei.approve(held).due_at == NOON
    mei.hold(held)
    mei.edit(held, text="Nothing to do with ferries")
    assert mei.approve(held).due_at == NOON + 6 * HOUR
    ben = replace(mei, person=Person(who="desk:ben", role=Role.EDITOR))
    (other,) = ben.add(["Ferries"], draft=True)
    assert mei.approve(other.id).due_at == NOON
    (own,) = kim.add(["Ferries"], draft=True)
    assert kim.approve(own.id).due_at == NOON


def test_a_held_post_is_not_moved_to_now(shelf: SqlStore) -> None:
    """Else its approval would send at once what the bot had set for later."""
    held = put(shelf, PostState.HELD, due_at=NOON + 3 * HOUR)
    with pytest.raises(AccessError, match="may not send at once"):
        editor_of(shelf, Role.EDITOR).move(held, due_at=NOON)
    assert get(shelf, held).due_at == NOON + 3 * HOUR


def program_of(store: SqlStore, *scopes: Scope) -> Editor:
    """A token of a publisher that reaches for these."""
    person = Person(who="api:cms", role=Role.PUBLISHER, scopes=frozenset(scopes))
    return replace(editor_of(store), person=person)


def test_a_program_sends_at_once_only_with_the_scope_for_that(shelf: SqlStore) -> None:
    """Without it whatever it approves late takes a free slot, its own or the bot's; news stays news until then."""
    queueing = program_of(shelf, Scope.WRITE, Scope.QUEUE)
    held = put(shelf, PostState.HELD, kind=PostKind.ARTICLE, due_at=NOON - HOUR, expires_at=NOON + HOUR)
    approved = queueing.approve(held)
    assert (approved.due_at, approved.in_slot, approved.expires_at) == (NOON + 6 * HOUR, True, None)
    (own,) = queueing.add(["Ferries"], draft=True)
    assert queueing.approve(own.id).due_at > NOON
    sending = program_of(shelf, Scope.WRITE, Scope.QUEUE, Scope.PUBLISH)
    assert sending.approve(sending.add(["Ferries"], draft=True)[0].id).due_at == NOON


def test_a_program_only_puts_the_end_of_an_embargo_off(shelf: SqlStore) -> None:
    """That one is over, or ends sooner, or when one of unknown end does, takes a person or the scope publish."""
    queueing, end = program_of(shelf, Scope.QUEUE), NOON + 3 * HOUR
    known = put(shelf, PostState.HELD, due_at=end, not_before_at=end)
    unknown = embargoed(shelf, "EMBARGOED until May: gates")
    for post_id, until in ((known, None), (known, "in 2 h"), (unknown, None), (unknown, "in 2 h")):
        with pytest.raises(AccessError, match=f"api:cms may only put the end of the embargo of post {post_id} off"):
            queueing.embargo(post_id, until=until, confirmed=True)
    assert queueing.embargo(known, until="in 4 h").not_before_at == end + HOUR
    sending = program_of(shelf, Scope.QUEUE, Scope.PUBLISH)
    assert sending.embargo(unknown, until=None, confirmed=True).not_before_at == NOON


def embargoed(shelf: SqlStore, title: str, **how: Any) -> PostId:
    """A held post whose article speaks of an embargo so, as the bot decides it now."""
    with shelf.begin() as tx:
        article = tx.articles.add(make_article(facts=make_facts(title=title)), names=["a"])
    decide(shelf, FakeClock(), policy=Policy(), max_age=timedelta(hours=24), first_run_posts=True)
    with shelf.read() as tx:
        (decision,) = tx.articles.list_decisions(article.id)
    assert decision.reason is Reason.EMBARGO
    values = {"not_before_at": decision.not_before_at, "due_at": decision.not_before_at or NOON, **how}
    return put(shelf, PostState.HELD, article_id=article.id, **values)


def last_word(shelf: SqlStore, post_id: PostId) -> str:
    """Why it was changed last, as the audit has it."""
    with shelf.read() as tx:
        return tx.audit.list_recent(subject=f"post {post_id}")[0].why


def test_an_embargo_without_an_end_is_not_approved(shelf: SqlStore) -> None:
    """Whatever its time: somebody says its end first, and the post is due then; nobody sends it earlier after that."""
    mei = editor_of(shelf, Role.PUBLISHER)
    post_id = embargoed(shelf, "EMBARGOED until May: gates")
    mei.move(post_id, due_at=NOON + HOUR)
    for act in (mei.approve, mei.publish_now):
        with pytest.raises(PostError, match="speaks of an embargo, and nobody knows when it ends: say its end first"):
            act(post_id)
    told = mei.embargo(post_id, until="2026-11-24 14:30")
    assert (told.not_before_at, told.due_at, told.state) == (NOON + 2.5 * HOUR, NOON + 2.5 * HOUR, PostState.HELD)
    assert last_word(shelf, post_id) == "embargo until 2026-11-24 14:30 UTC"
    assert mei.approve(post_id).state is PostState.QUEUED
    with pytest.raises(PostError, match="under embargo until 2026-11-24 14:30 UTC: it cannot go earlier"):
        mei.publish_now(post_id)
    with pytest.raises(PostError, match="under embargo until 2026-11-24 14:30 UTC: it cannot go earlier"):
        mei.move(post_id, due_at=NOON + 2 * HOUR)
    assert get(shelf, post_id).due_at == NOON + 2.5 * HOUR


@pytest.mark.parametrize("title", ["EMBARGOED until May: gates", "Embargoed until 18h on 1 December: gates"])
def test_an_embargo_outlives_a_page_that_is_gone_for_a_moment(shelf: SqlStore, title: str) -> None:
    """An article decided as gone while its page was away speaks of its embargo all the same: nobody approves its post."""
    post_id = embargoed(shelf, title)
    with shelf.begin() as tx:
        article = tx.articles.get(get(shelf, post_id).article_id or ArticleId(0))
        away = replace(article, gone_at=NOON, state=ArticleState.READ)
        assert tx.articles.save(away, was=article)
    decide(shelf, FakeClock(), policy=Policy(), max_age=timedelta(hours=24), first_run_posts=True)
    with shelf.begin() as tx:
        decision = tx.articles.list_decisions(article.id)[-1]
        assert decision.reason is Reason.GONE
        now = tx.articles.get(article.id)
        assert tx.articles.save(replace(now, gone_at=None), was=now)
        assert embargoed_articles(tx, [article.id]) == {article.id}
    with pytest.raises(PostError, match="nobody knows when it ends"):
        editor_of(shelf, Role.PUBLISHER).approve(post_id)


def test_the_end_that_the_article_names_is_kept(shelf: SqlStore) -> None:
    """A move before it is refused, approving sends it then, the next slot lies behind it."""
    mei = editor_of(shelf, Role.PUBLISHER)
    post_id = embargoed(shelf, "EMBARGOED until 15:01 UTC: gates")
    end = NOON + timedelta(hours=3, minutes=1)
    assert get(shelf, post_id).not_before_at == end
    with pytest.raises(PostError, match="under embargo until 2026-11-24 15:01 UTC"):
        mei.move(post_id, due_at=NOON + HOUR)
    with pytest.raises(PostError, match="under embargo"):
        mei.publish_now(post_id)
    assert mei.move(post_id, due_at=None).due_at == NOON + 6 * HOUR
    assert mei.move(post_id, due_at=end).due_at == end
    assert mei.approve(post_id).due_at == end


def test_one_whose_time_was_set_before_goes_at_its_end(shelf: SqlStore) -> None:
    """A post of an older version of the program may be due before its embargo ends: approving moves it there."""
    post_id = embargoed(shelf, "EMBARGOED until 15:01 UTC: gates", due_at=NOON)
    approved = editor_of(shelf, Role.PUBLISHER).approve(post_id)
    assert approved.due_at == approved.not_before_at


def test_an_embargo_of_years_can_be_planned(shelf: SqlStore) -> None:
    """Its post is due at its end and is news then; times count from there, and nothing else may lie so far ahead."""
    mei = editor_of(shelf, Role.PUBLISHER)
    post_id = embargoed(shelf, "EMBARGOED until 1 March 2030: gates", expires_at=NOON + 24 * HOUR)
    with pytest.raises(InputError, match="more than a year ahead"):
        mei.read_due(put(shelf), "2030-03-02T09:00Z")
    assert mei.move(post_id, due_at=mei.read_due(post_id, "2030-03-02T09:00Z")).state is PostState.HELD
    assert mei.approve(post_id).due_at == datetime(2030, 3, 2, 9, tzinfo=UTC)
    later = mei.embargo(post_id, until="2031-01-01T00:01Z")
    assert later.due_at == datetime(2031, 1, 1, 0, 1, tzinfo=UTC)
    assert later.expires_at == later.due_at + 24 * HOUR
    for words, why in (("2046-01-01 09:00", "more than ten years ahead"), ("now", "no end that is still to come")):
        with pytest.raises(InputError, match=why):
            mei.embargo(post_id, until=words)


def test_an_embargo_is_released_only_with_a_confirmation(shelf: SqlStore) -> None:
    """The refusal names the end that would be broken; the audit says what was released, and the post may go."""
    mei = editor_of(shelf, Role.PUBLISHER)
    known = embargoed(shelf, "EMBARGOED until 15:01 UTC: gates")
    for until in (None, "in 1 h"):
        with pytest.raises(PostError, match="until 2026-11-24 15:01 UTC: confirm that it may go out before"):
            mei.embargo(known, until=until)
    assert mei.embargo(known, until="in 1 h", confirmed=True).not_before_at == NOON + HOUR
    mei.embargo(known, until=None, confirmed=True)
    assert last_word(shelf, known) == "embargo released, which was to end 2026-11-24 13:00 UTC"
    assert mei.publish_now(known).due_at == NOON


def test_a_release_moves_the_post_and_says_so(shelf: SqlStore) -> None:
    """What waited for the end alone is due now, and news from now on; its reason is true, and says what is to be done."""
    mei = editor_of(shelf, Role.PUBLISHER)
    title = "EMBARGOED until 1 March 2030: gates"
    detail = "it speaks of an embargo («embargo») that ends 2030-03-01 00:00 UTC"
    held = embargoed(shelf, title, expires_at=datetime(2030, 3, 2, tzinfo=UTC), reason=detail)
    with shelf.read() as tx:
        assert mei.due_if_released(tx, tx.posts.get(held)) == NOON
    earlier = mei.embargo(held, until="in 1 h", confirmed=True)
    assert (earlier.due_at, earlier.expires_at) == (NOON + HOUR, NOON + 25 * HOUR)
    assert earlier.reason == "embargo until 2026-11-24 13:00 UTC: it waits until somebody approves it"
    free = mei.embargo(held, until=None, confirmed=True)
    assert (free.state, free.due_at, free.expires_at) == (PostState.HELD, NOON, NOON + 24 * HOUR)
    assert free.reason == (
        "embargo released, which was to end 2026-11-24 13:00 UTC: it waits until somebody approves it"
    )
    assert mei.approve(held).due_at == NOON


def test_a_release_keeps_a_time_of_its_own(shelf: SqlStore) -> None:
    """A time that somebody gave, and a reason that is not the embargo's, stay."""
    mei = editor_of(shelf, Role.PUBLISHER)
    end = NOON + 3 * HOUR
    post = put(shelf, due_at=end + HOUR, not_before_at=end, expires_at=end + 24 * HOUR, reason="approved by desk:kim")
    free = mei.embargo(post, until=None, confirmed=True)
    assert (free.due_at, free.expires_at, free.reason) == (end + HOUR, end + 24 * HOUR, "approved by desk:kim")


def test_a_release_sends_at_once_only_for_a_publisher(shelf: SqlStore) -> None:
    """Others release a queued post into the next free slot, which it then holds."""
    end = NOON + 90 * HOUR
    one, two = (put(shelf, due_at=end, not_before_at=end) for _ in range(2))
    mei, kim = editor_of(shelf, Role.EDITOR), editor_of(shelf, Role.PUBLISHER)
    with shelf.read() as tx:
        slot = mei.due_if_released(tx, tx.posts.get(one))
        assert kim.due_if_released(tx, tx.posts.get(two)) == NOON
    released = mei.embargo(one, until=None, confirmed=True)
    assert (released.due_at, released.in_slot) == (slot, True)
    assert NOON < slot < end
    assert kim.embargo(two, until=None, confirmed=True).due_at == NOON


def test_an_unknown_end_is_released_with_a_confirmation(shelf: SqlStore) -> None:
    """The refusal says that nobody knows it."""
    mei = editor_of(shelf, Role.PUBLISHER)
    post_id = embargoed(shelf, "EMBARGOED until May: gates")
    with pytest.raises(PostError, match="nobody knows when the embargo of post"):
        mei.embargo(post_id, until=None)
    mei.embargo(post_id, until=None, confirmed=True)
    assert last_word(shelf, post_id) == "embargo released, of which nobody knew the end"
    assert mei.approve(post_id).state is PostState.QUEUED


def test_a_thread_is_under_embargo_as_one(editor: Editor, shelf: SqlStore) -> None:
    """Its end is that of all parts."""
    parts = editor.add(["One", "Two"], due_at=NOON + HOUR)
    editor.embargo(parts[1].id, until="in 3 h")
    assert {get(shelf, part.id).not_before_at for part in parts} == {NOON + 3 * HOUR}
    with pytest.raises(PostError, match="under embargo"):
        editor.move(parts[0].id, due_at=NOON + 2 * HOUR)
