"""Four eyes: whoever wrote or changed a post is not the one who lets it out, at the Desk and by command alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role, Scope
from asiaradar_bot.model.errors import AccessError
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.model.sheet import Base, SheetPart
from asiaradar_bot.rules.acts import Act
from tests.web.desk import browser, desk_app, visitor

MEI = Person(who="desk:mei", role=Role.ADMIN)
MEI_TYPING = Person(who="cli:Mei", role=Role.ADMIN)
KIM = Person(who="desk:kim", role=Role.PUBLISHER)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot with four eyes."""
    with desk_app(tmp_path, approval={"four_eyes": True}) as made:
        yield made


def written(app: App) -> Post:
    """A post that mei wrote, for in an hour."""
    return app.editor(MEI).add(["Ferries run again"], due_at=app.clock.now() + timedelta(hours=1))[0]


def test_what_one_writes_waits_for_another(app: App) -> None:
    """Queued by its writer it is held and says so; neither approving nor publishing at once is theirs, by any way in."""
    post = written(app)
    assert (post.state, post.approved_by) == (PostState.HELD, None)
    assert post.reason == "written by desk:mei, waits for another pair of eyes"
    for who in (MEI, MEI_TYPING):
        with pytest.raises(AccessError, match="somebody else must approve it"):
            app.editor(who).approve(post.id)
        with pytest.raises(AccessError, match="somebody else must approve it"):
            app.editor(who).publish_now(post.id)
    done = app.editor(KIM).approve(post.id)
    assert (done.state, done.approved_by) == (PostState.QUEUED, "desk:kim")
    assert app.editor(MEI).publish_now(post.id).state is PostState.QUEUED


def test_a_change_after_the_approval_waits_again(app: App) -> None:
    """An edited text is held anew, and whoever changed it can't approve it either, though another wrote it."""
    post = app.editor(KIM).approve(written(app).id)
    changed = app.editor(KIM).edit(post.id, text="Ferries run again today", version=post.version)
    assert changed.state is PostState.HELD
    assert changed.reason == "changed by desk:kim, waits for another pair of eyes"
    for who in (KIM, MEI):
        with pytest.raises(AccessError, match="wrote or changed"):
            app.editor(who).approve(post.id)
    assert app.editor(Person(who="desk:ada", role=Role.EDITOR)).approve(post.id).state is PostState.QUEUED


def test_a_program_is_the_hand_of_whoever_made_its_token(app: App) -> None:
    """Else an admin writes by a token and approves at the Desk; also after the token is gone."""
    token, _ = app.tokens().make("helper", [Scope.WRITE, Scope.QUEUE], days=None, person=MEI)
    (post,) = app.editor(token.person).add(["Ferries run again"], due_at=app.clock.now() + timedelta(hours=1))
    assert post.state is PostState.HELD
    app.tokens().revoke("helper", person=MEI)
    with pytest.raises(AccessError, match="somebody else must approve it"):
        app.editor(MEI).approve(post.id)
    assert app.editor(KIM).approve(post.id).state is PostState.QUEUED


def test_drafts_and_holds_are_as_ever(app: App) -> None:
    """A draft stays one; holding or moving a post makes nobody its writer."""
    draft = app.editor(MEI).add(["Only a draft"], draft=True)[0]
    assert draft.state is PostState.DRAFT
    post = app.editor(KIM).approve(written(app).id)
    app.editor(KIM).hold(post.id)
    app.editor(KIM).move(post.id, due_at=app.clock.now() + timedelta(hours=2))
    assert app.editor(KIM).approve(post.id).state is PostState.QUEUED


def test_the_card_says_why_there_is_no_button(app: App) -> None:
    """The writer sees a sentence in place of Approve and Publish now; pressing it all the same is refused in words."""
    post = written(app)
    mine = browser(app, visitor()).get("/").text
    assert "You wrote or changed it: somebody else approves it." in mine
    assert f'action="/posts/{post.id}/approve"' not in mine
    assert f'action="/posts/{post.id}/now"' not in mine
    answer = browser(app, visitor()).post(f"/posts/{post.id}/approve", data={"version": post.version})
    assert answer.status_code == 403
    assert "somebody else must approve it" in answer.text
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post.id)).state is PostState.HELD


def test_without_the_setting_nothing_changes(tmp_path: Path) -> None:
    """One person may write and approve."""
    with desk_app(tmp_path) as app:
        post = written(app)
        assert post.state is PostState.QUEUED
        app.editor(MEI).hold(post.id)
        assert f'action="/posts/{post.id}/approve"' in browser(app, visitor()).get("/").text
        assert app.editor(MEI).approve(post.id).state is PostState.QUEUED


def test_a_file_is_no_way_around(app: App) -> None:
    """Posts that one person brings in a file wait for another; drafts of it stay drafts."""
    app.importer(MEI).bring_in(b"text,when\nFerries run again,tomorrow 9am\n")
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    assert (post.state, post.approved_by) == (PostState.HELD, None)
    assert post.reason.endswith("waits for another pair of eyes")
    with pytest.raises(AccessError, match="somebody else must approve it"):
        app.editor(MEI).approve(post.id)
    assert app.editor(KIM).approve(post.id).state is PostState.QUEUED


def test_a_thread_written_anew_waits_again(app: App) -> None:
    """Changed parts, and parts that are added, wait for somebody who wrote none of them."""
    post = app.editor(KIM).approve(written(app).id)
    parts = [SheetPart(text="Ferries run again, says the port"), SheetPart(text="The first one left at nine")]
    changed = app.editor(KIM).rewrite([Base(post_id=post.id, version=post.version)], parts)
    assert [one.state for one in changed] == [PostState.HELD, PostState.HELD]
    for one in changed:
        with pytest.raises(AccessError, match="wrote or changed"):
            app.editor(KIM).approve(one.id)


def test_a_thread_with_a_part_of_ones_own_is_not_offered(app: App) -> None:
    """The bot's or another's part looks free, yet approving does it to all of them: the button says so first."""
    first = app.editor(KIM).add(["One", "Two"])[0]
    with app.store.read() as tx:
        second = tx.posts.list_thread(PostId(first.id))[1]
    app.editor(MEI).edit(second.id, text="Two, as mei has it")
    with app.store.read() as tx:
        seen = tx.posts.get(PostId(first.id))
        assert app.editor(MEI).why_refused(tx, [Act.APPROVE], seen).get(Act.APPROVE) is not None
        ada = app.editor(Person(who="desk:ada", role=Role.EDITOR))
        assert ada.why_refused(tx, [Act.APPROVE], seen).get(Act.APPROVE) is None
    page = browser(app, visitor()).get(f"/posts/{first.id}").text
    assert f"wrote or changed post {second.id}: somebody else must approve it" in page
    assert f'action="/posts/{first.id}/approve"' not in page
