"""Sheets on both databases: saved over nothing newer, filed once, and who is at them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.errors import (
    AccessError,
    InputError,
    NotFoundError,
    SheetConflictError,
    TextError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostPicture, PostState
from asiaradar_bot.model.sheet import Sheet, SheetId, SheetPart
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.sheets import Sheets
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.fakes.outside import FakeClock

MIA = Person(who="desk:mia", role=Role.PUBLISHER)
BEN = Person(who="desk:ben", role=Role.EDITOR)


def drawer(store: SqlStore, person: Person = MIA, clock: FakeClock | None = None) -> Sheets:
    """That editor's sheets."""
    return Sheets(store=store, clock=clock or FakeClock(), person=person)


def editor(store: SqlStore, person: Person = MIA) -> Editor:
    """That editor's tools."""
    return Editor(store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=person)


def sheet(*texts: str, page: str = "one") -> Sheet:
    """A new sheet."""
    parts = tuple(SheetPart(text=text) for text in texts)
    return Sheet(id=None, version=0, page=page, post_id=None, bases=(), parts=parts)


def stored(store: SqlStore) -> list[Post]:
    """All posts, oldest first."""
    with store.read() as tx:
        return sorted(tx.posts.list_posts(), key=lambda post: post.id)


def test_a_sheet_comes_back_as_it_was_left(store: SqlStore) -> None:
    """Parts, pictures, words of its time, who and when; a save that changes nothing counts nothing."""
    parts = (SheetPart(text="One\n", pictures=(PostPicture(picture_id=1, alt_text="A crane"),)), SheetPart(text=""))
    saved = drawer(store).save(replace(sheet(), parts=parts, due_words="tomorrow 9am"))
    assert saved.id is not None
    found = drawer(store, BEN).open(saved.id)
    assert found == saved
    assert (saved.version, saved.parts, saved.saved_by, saved.due_words) == (1, parts, "desk:mia", "tomorrow 9am")
    assert drawer(store).save(saved).version == 1
    assert [one.id for one in drawer(store).list_open()] == [saved.id]


def test_nothing_newer_is_overwritten(store: SqlStore) -> None:
    """Whoever saves second from another page gets the other's sheet, and nothing is written; the same page goes on."""
    first = drawer(store).save(sheet("Start"))
    mine = drawer(store).save(replace(first, parts=(SheetPart(text="Mia's"),)))
    late = replace(first, page="two", parts=(SheetPart(text="Ben's"),))
    with pytest.raises(SheetConflictError, match="desk:mia") as caught:
        drawer(store, BEN).save(late)
    assert caught.value.theirs == mine
    again = drawer(store).save(replace(first, parts=(SheetPart(text="Mia's own next"),)))
    assert (again.version, again.parts[0].text) == (3, "Mia's own next")


def test_a_sheet_is_filed_once(store: SqlStore) -> None:
    """A second press of the button finds it used up; a save after it says so and makes no new one."""
    saved = drawer(store).save(sheet("One", "Two"))
    texts = [part.text for part in saved.parts]
    assert len(editor(store).add(texts, sheet=saved.id)) == 2
    with pytest.raises(InputError, match="queued or thrown away"):
        editor(store).add(texts, sheet=saved.id)
    with pytest.raises(NotFoundError, match="queued or thrown away"):
        drawer(store).save(saved)
    assert len(stored(store)) == 2
    drawer(store).discard(saved.id or SheetId(0))


def test_a_draft_may_hold_anything_until_it_is_approved(store: SqlStore) -> None:
    """A thread is kept whole; approving its first part checks every part, then lets all of them go."""
    posts = editor(store).add(["Fine", "See https://evil.com/a"], draft=True)
    with pytest.raises(TextError, match="not an allowed domain"):
        editor(store).approve(posts[0].id)
    assert {post.state for post in stored(store)} == {PostState.DRAFT}
    editor(store).edit(posts[1].id, text="See https://radar.asia/a")
    assert editor(store).approve(posts[0].id).state is PostState.QUEUED
    assert {post.state for post in stored(store)} == {PostState.QUEUED}
    with pytest.raises(TextError, match="empty"):
        editor(store).add(["  ", ""], draft=True)
    with pytest.raises(TextError, match="the same"):
        editor(store).add(["Twice", "Twice"])


def test_a_draft_that_cannot_go_out_may_still_be_mended(store: SqlStore) -> None:
    """Edits of a draft as a sheet are not judged either."""
    (post,) = editor(store).add(["x" * 300], draft=True)
    opened = drawer(store).open_post(post.id)
    (changed,) = editor(store).rewrite(opened.bases, (SheetPart(text="y" * 290),))
    assert (changed.state, changed.text) == (PostState.DRAFT, "y" * 290)


def test_a_thread_is_rewritten_whole(store: SqlStore) -> None:
    """Parts grow, shrink and change places; what falls out is withdrawn alone and blocks nothing."""
    posts = editor(store).add(["One", "Two", "Three"])
    opened = drawer(store).open_post(posts[2].id)
    assert [part.text for part in opened.parts] == ["One", "Two", "Three"]
    parts = (SheetPart(text="Two"), SheetPart(text="One"))
    changed = editor(store).rewrite(opened.bases, parts)
    assert [(post.id, post.text, post.part, post.parts) for post in changed] == [
        (posts[0].id, "Two", 1, 2),
        (posts[1].id, "One", 2, 2),
    ]
    out = stored(store)[2]
    assert (out.state, out.thread_id) == (PostState.CANCELLED, None)
    grown = drawer(store).open_post(posts[0].id)
    more = editor(store).rewrite(
        grown.bases, (*parts, SheetPart(text="New"), SheetPart(text="Last https://radar.asia/x"))
    )
    assert [(post.part, post.parts, post.thread_id) for post in more[2:]] == [(3, 4, posts[0].id), (4, 4, posts[0].id)]
    assert more[3].price_usd == "0.200"
    alone = editor(store).rewrite(drawer(store).open_post(posts[0].id).bases, (SheetPart(text="Alone"),))
    assert (alone[0].thread_id, alone[0].parts) == (None, 1)


def test_a_single_post_becomes_a_thread(store: SqlStore) -> None:
    """Its own part is the first."""
    (post,) = editor(store).add(["One"])
    both = editor(store).rewrite(drawer(store).open_post(post.id).bases, (SheetPart(text="One"), SheetPart(text="Two")))
    assert [(one.thread_id, one.part, one.state) for one in both] == [
        (post.id, 1, PostState.QUEUED),
        (post.id, 2, PostState.QUEUED),
    ]


def test_all_or_nothing(store: SqlStore) -> None:
    """One part that can't go out, or that somebody changed, or a picture that is not there: no part is written."""
    posts = editor(store).add(["One", "Two"])
    opened = drawer(store).open_post(posts[0].id)
    with pytest.raises(TextError):
        editor(store).rewrite(opened.bases, (SheetPart(text="New one"), SheetPart(text="z" * 300)))
    picture = (PostPicture(picture_id=77),)
    with pytest.raises(NotFoundError, match="no picture 77"):
        editor(store).rewrite(opened.bases, (SheetPart(text="New one", pictures=picture), SheetPart(text="Two")))
    editor(store, BEN).edit(posts[1].id, text="Ben's two")
    with pytest.raises(VersionConflictError):
        editor(store).rewrite(opened.bases, (SheetPart(text="New one"), SheetPart(text="New two")))
    assert [post.text for post in stored(store)] == ["One", "Ben's two"]


def test_what_is_out_cannot_be_opened(store: SqlStore) -> None:
    """A cancelled post has no sheet; of a thread that has begun to go out, a waiting part has one of its own."""
    (gone,) = editor(store).add(["Gone"])
    editor(store).cancel(gone.id)
    with pytest.raises(WrongStateError, match="cancelled"):
        drawer(store).open_post(gone.id)
    posts = editor(store).add(["One", "Two", "Three"])
    with store.begin() as tx:
        tx.posts.move(posts[0], PostState.EXPIRED, at=posts[0].created_at, who="bot", why="too old")
    with pytest.raises(WrongStateError, match="expired"):
        drawer(store).open_post(posts[0].id)
    assert len(drawer(store).open_post(posts[1].id).parts) == 1


def test_who_is_at_it_is_seen_and_runs_out(store: SqlStore) -> None:
    """Others see it with its beginning, oneself not; it ends a minute after the last sign, and begins anew after that."""
    clock = FakeClock()
    mia, ben = drawer(store, MIA, clock), drawer(store, BEN, clock)
    began = clock.now()
    mia.enter("post 5")
    clock.advance(seconds=40)
    mia.enter("post 5")
    clock.advance(seconds=40)
    assert [(one.who, one.since) for one in ben.others(["post 5", "post 6"])] == [("desk:mia", began)]
    assert mia.others(["post 5"]) == []
    clock.advance(seconds=61)
    assert ben.others(["post 5"]) == []
    mia.enter("post 5")
    assert ben.others(["post 5"])[0].since == clock.now()
    with store.begin() as tx:
        tx.sheets.end_presence("post 5", "desk:mia")
        assert tx.sheets.forget_presences(before=clock.now()) == 0
    assert ben.others(["post 5"]) == []


def test_a_viewer_has_no_sheets(store: SqlStore) -> None:
    """Writing needs an editor."""
    with pytest.raises(AccessError):
        drawer(store, Person(who="desk:vi", role=Role.VIEWER)).save(sheet("No"))
