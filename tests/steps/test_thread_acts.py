"""A thread is held, approved, moved, sent, withdrawn and brought back as one; what is out already stays and is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import AccessError, PostError, TextError, WrongStateError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostPicture, PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON
from tests.fakes.outside import FakeClock

HOUR = timedelta(hours=1)
TEXTS = ["One", "Two", "Three"]


def editor_of(store: SqlStore, name: str = "mei", role: Role = Role.ADMIN, *, four_eyes: bool = False) -> Editor:
    """Somebody of that role."""
    person = Person(who=f"desk:{name}", role=role)
    return Editor(store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=person, four_eyes=four_eyes)


@pytest.fixture
def editor(shelf: SqlStore) -> Editor:
    """Somebody who may do everything."""
    return editor_of(shelf)


def now(store: SqlStore, parts: Sequence[Post]) -> list[Post]:
    """The parts as they stand."""
    with store.read() as tx:
        return [tx.posts.get(part.id) for part in parts]


def states(store: SqlStore, parts: Sequence[Post]) -> list[str]:
    """Where the parts stand."""
    return [part.state.value for part in now(store, parts)]


def finish(store: SqlStore, post_id: PostId, state: PostState | None, **how: object) -> None:
    """Send it, with this outcome; None: nothing is known yet."""
    with store.begin() as tx:
        lease = tx.account.acquire_lease("one", now=NOON, length=HOUR)
        assert lease is not None
        attempt = tx.posts.claim(tx.posts.get(post_id), lease, now=NOON, match_key="k", media_count=0)
        assert attempt is not None
        if state is not None:
            tx.posts.finish(attempt, state, at=NOON, answer_class="x", why="test", **how)


def publish(store: SqlStore, post_id: PostId) -> None:
    """X has it."""
    finish(store, post_id, PostState.PUBLISHED, remote_id=str(post_id + 100), published_at=NOON)


@pytest.mark.parametrize("named", [0, 1, 2])
def test_whichever_part_is_named_all_are_held_moved_and_let_go(editor: Editor, shelf: SqlStore, named: int) -> None:
    """Each with its own row in the audit; the answer is the part that was named."""
    parts = editor.add(TEXTS, due_at=NOON + HOUR)
    one = parts[named].id
    held = editor.hold(one, why="wait for the port")
    assert (held.id, held.state) == (one, PostState.HELD)
    assert [part.reason for part in now(shelf, parts)] == ["wait for the port"] * 3
    with shelf.read() as tx:
        for part in parts:
            rows = tx.audit.list_recent(subject=f"post {part.id}")
            assert [row.action for row in rows].count("post.held") == 1
    assert editor.move(one, due_at=NOON + 2 * HOUR).due_at == NOON + 2 * HOUR
    assert {part.due_at for part in now(shelf, parts)} == {NOON + 2 * HOUR}
    assert editor.approve(one).state is PostState.QUEUED
    assert states(shelf, parts) == ["queued"] * 3
    assert editor.reclass(one, NewsClass.BREAKING).news_class is NewsClass.BREAKING
    assert {part.news_class for part in now(shelf, parts)} == {NewsClass.BREAKING}
    assert editor.publish_now(one).due_at == NOON
    assert {part.due_at for part in now(shelf, parts)} == {NOON}
    assert editor.cancel(one).state is PostState.CANCELLED
    assert states(shelf, parts) == ["cancelled"] * 3
    assert editor.restore(one).state is PostState.HELD
    assert states(shelf, parts) == ["held"] * 3


def test_a_moved_thread_holds_one_slot(editor: Editor, shelf: SqlStore) -> None:
    """The first part holds it, so that nothing else goes there; moved to a time of its own it holds none."""
    parts = editor.add(TEXTS, due_at=NOON + HOUR)
    slot = next_slot(NOON, Policy().slots, ())
    assert editor.move(parts[1].id, due_at=None).due_at == slot
    assert [part.in_slot for part in now(shelf, parts)] == [True, False, False]
    assert {part.due_at for part in now(shelf, parts)} == {slot}
    assert editor.add(["Other"], slot=True)[0].due_at > slot
    editor.move(parts[2].id, due_at=NOON + HOUR)
    assert [part.in_slot for part in now(shelf, parts)] == [False] * 3


def test_what_is_out_stays_and_the_rest_goes_on_as_one(editor: Editor, shelf: SqlStore) -> None:
    """With a part on X and one going out, those behind them are held, moved and withdrawn, and the reason says so."""
    parts = editor.add([*TEXTS, "Four"])
    publish(shelf, parts[0].id)
    finish(shelf, parts[1].id, None)
    assert editor.hold(parts[3].id).reason == ("held by desk:mei; part 1 is on X already, part 2 is just going out")
    assert states(shelf, parts) == ["published", "sending", "held", "held"]
    before = now(shelf, parts[:2])
    editor.move(parts[2].id, due_at=NOON + HOUR)
    assert [part.due_at for part in now(shelf, parts)] == [NOON, NOON, NOON + HOUR, NOON + HOUR]
    editor.approve(parts[2].id)
    assert editor.cancel(parts[2].id).reason.endswith("part 1 is on X already, part 2 is just going out")
    assert states(shelf, parts) == ["published", "sending", "cancelled", "cancelled"]
    assert now(shelf, parts[:2]) == before


@pytest.mark.parametrize(("state", "words"), [(PostState.PUBLISHED, "is on X already"), (None, "is just going out")])
@pytest.mark.parametrize(
    "act",
    [
        lambda editor, post: editor.hold(post),
        lambda editor, post: editor.cancel(post),
        lambda editor, post: editor.move(post, due_at=NOON + HOUR),
        lambda editor, post: editor.publish_now(post),
        lambda editor, post: editor.reclass(post, NewsClass.BREAKING),
    ],
)
def test_a_part_that_is_out_names_the_one_to_act_on(
    editor: Editor, shelf: SqlStore, act: Callable[[Editor, PostId], Post], state: PostState | None, words: str
) -> None:
    """In one sentence; nothing is done."""
    parts = editor.add(TEXTS)
    publish(shelf, parts[0].id) if state else finish(shelf, parts[0].id, None)
    before = now(shelf, parts)
    sentence = f"post {parts[0].id}, part 1 of 3, {words}: do it to post {parts[1].id}, and every part"
    with pytest.raises(WrongStateError, match=sentence):
        act(editor, parts[0].id)
    assert now(shelf, parts) == before


def test_a_thread_that_is_out_whole_is_as_any_post(editor: Editor, shelf: SqlStore) -> None:
    """There is no other part to name."""
    parts = editor.add(["One", "Two"])
    for part in parts:
        publish(shelf, part.id)
    with pytest.raises(WrongStateError, match="a published post cannot become held"):
        editor.hold(parts[0].id)


def test_parts_that_stand_so_already_do_not_hinder(editor: Editor, shelf: SqlStore) -> None:
    """The bot held the first one alone: holding it holds the others; approving any lets all of them go."""
    parts = editor.add(TEXTS)
    with shelf.begin() as tx:
        tx.posts.move(parts[0], PostState.HELD, at=NOON, who="bot", why="a guard")
    assert editor.hold(parts[0].id).reason == "a guard"
    assert states(shelf, parts) == ["held"] * 3
    with shelf.begin() as tx:
        for part in now(shelf, parts[:2]):
            tx.posts.move(part, PostState.QUEUED, at=NOON, who="x", why="x", by_person=True)
    assert editor.approve(parts[0].id).state is PostState.QUEUED
    assert states(shelf, parts) == ["queued"] * 3


def test_what_x_refused_is_tried_again_only_by_name(editor: Editor, shelf: SqlStore) -> None:
    """Approving a held part leaves the refused one alone; withdrawing takes it along."""
    parts = editor.add(TEXTS)
    finish(shelf, parts[0].id, PostState.REJECTED)
    editor.hold(parts[1].id)
    assert editor.approve(parts[1].id).reason == "approved by desk:mei; part 1 is rejected"
    assert states(shelf, parts) == ["rejected", "queued", "queued"]
    editor.approve(parts[0].id)
    finish(shelf, parts[0].id, PostState.REJECTED)
    editor.cancel(parts[2].id)
    assert states(shelf, parts) == ["cancelled"] * 3
    with pytest.raises(WrongStateError, match=f"post {parts[0].id} was tried before"):
        editor.restore(parts[2].id)


def test_an_unknown_part_is_settled_first(editor: Editor, shelf: SqlStore) -> None:
    """It is never let go with the others; the others can be held meanwhile."""
    parts = editor.add(TEXTS)
    finish(shelf, parts[0].id, PostState.UNKNOWN)
    with pytest.raises(PostError, match="look at the account first"):
        editor.approve(parts[0].id)
    assert editor.hold(parts[1].id).reason == "held by desk:mei; part 1 is unknown"
    assert states(shelf, parts) == ["unknown", "held", "held"]


def test_all_parts_are_checked_before_one_is_let_go(shelf: SqlStore) -> None:
    """A later part that can't go out, or that the approver wrote, keeps all of them where they are."""
    parts = editor_of(shelf).add(["Fine", "See https://evil.com/a"], draft=True)
    with pytest.raises(TextError, match="not an allowed domain"):
        editor_of(shelf).approve(parts[0].id)
    editor_of(shelf, "kim").edit(parts[1].id, text="Fine too")
    with pytest.raises(AccessError, match=f"desk:kim wrote or changed post {parts[1].id}"):
        editor_of(shelf, "kim", four_eyes=True).approve(parts[0].id)
    assert states(shelf, parts) == ["draft", "draft"]


def test_a_part_that_waits_for_other_eyes_keeps_its_thread(shelf: SqlStore) -> None:
    """Another text or picture for one approved part, and the others are held with it, so that no half goes out."""
    parts = editor_of(shelf).add(TEXTS, due_at=NOON + HOUR)
    eyes = editor_of(shelf, "kim", four_eyes=True)
    assert eyes.edit(parts[1].id, text="Two, says the port").state is PostState.HELD
    assert states(shelf, parts) == ["held"] * 3
    assert "changed by desk:kim, waits for another pair of eyes" in now(shelf, parts)[2].reason
    editor_of(shelf).approve(parts[2].id)
    eyes.show_pictures(parts[0].id, [])
    assert states(shelf, parts) == ["held"] * 3
    assert [part.pictures for part in now(shelf, parts)] == [(), (), ()]
    with pytest.raises(Exception, match="no picture 9"):
        eyes.show_pictures(parts[0].id, [PostPicture(picture_id=9)])
