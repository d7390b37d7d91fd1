"""Posts for programs: list, show, write, change, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model import post as nouns
from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.rules.acts import NEEDED
from asiaradar_bot.rules.acts import Act as Button
from asiaradar_bot.rules.lints import lint_text
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.rows import attempt_row, post_row
from asiaradar_bot.rules.text_view import view_text
from asiaradar_bot.rules.when import read_when
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.web.api.entry import may
from asiaradar_bot.web.api.once import HEADER, once_route
from asiaradar_bot.web.api.shapes import (
    MOST_ID,
    Act,
    Attempt,
    Check,
    Embargo,
    Move,
    NewPictures,
    NewPost,
    NewText,
    Post,
    PostInFull,
    Posts,
    Preview,
    Remark,
)
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.sheet_view import link_lints, recent_texts

Number = Annotated[int, Path(ge=1, le=MOST_ID)]
KEY = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": True,
            "description": "A new one for each thing you want done; a repeat with the same key is done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ]
}

_DOING: dict[Button, Callable[[Editor, int, Act], nouns.Post]] = {
    Button.APPROVE: lambda editor, post_id, act: editor.approve(post_id, version=act.version),
    Button.HOLD: lambda editor, post_id, act: editor.hold(post_id, why=act.why, version=act.version),
    Button.SKIP: lambda editor, post_id, act: editor.cancel(post_id, why=act.why, version=act.version),
    Button.RESTORE: lambda editor, post_id, act: editor.restore(post_id, version=act.version),
    Button.NOW: lambda editor, post_id, act: editor.publish_now(post_id, version=act.version),
}
_PATHS = {Button.SKIP: "cancel", Button.NOW: "publish-now"}


def post_reads(app: App) -> APIRouter:
    """
    `GET /posts`, `GET /posts/ID`, and `POST /preview`, which writes nothing.
    """
    routes = APIRouter(tags=["posts"])

    @routes.get("/posts", operation_id="list_posts")
    def list_posts(
        person: Annotated[Person, Depends(may(Action.LOOK))],
        state: Annotated[list[PostState], Query(description="Only these.")] = [],  # noqa: B006 - FastAPI copies it
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Posts:
        """The newest posts."""
        del person
        with app.store.read() as tx:
            found = tx.posts.list_posts(states=state, limit=limit)
        return Posts(posts=[shape(post) for post in found])

    @routes.get("/posts/{post_id}", operation_id="show_post")
    def show_post(post_id: Number, person: Annotated[Person, Depends(may(Action.LOOK))]) -> PostInFull:
        """One post with its tries."""
        del person
        with app.store.read() as tx:
            post = tx.posts.get(PostId(post_id))
            tries = tx.posts.list_attempts(post.id)
            expected_at = expect(app, tx).get(post.id)
        rows = [Attempt.model_validate(attempt_row(attempt)) for attempt in tries]
        return PostInFull.model_validate({**post_row(post), "expected_at": expected_at, "tries": rows})

    @routes.post("/preview", operation_id="preview_text")
    def preview(check: Check, person: Annotated[Person, Depends(may(Action.LOOK))]) -> Preview:
        """A text as the sender sees it: count, links, price, remarks. Nothing is written, no key is needed."""
        del person
        view = view_text(check.text)
        now = app.clock.now()
        with app.store.read() as tx:
            recent = recent_texts(tx, now)
            about_links = link_lints(app, tx, check.text, now=now)
        remarks = (*lint_text(check.text, policy=app.policy, recent=recent), *about_links)
        return Preview(
            text=view.text,
            weighted_length=view.weighted_length,
            limit=view.limit,
            links=links(view.text),
            price_usd=price_of_post(view.text, on=now.date(), lists=app.prices),
            remarks=[Remark(sentence=one.sentence, blocks=one.blocks) for one in remarks],
        )

    return routes


def post_changes(app: App, *, wake: Callable[[str], None]) -> APIRouter:
    """
    Everything that changes a post; each needs an Idempotency-Key.
    """
    routes = APIRouter(tags=["posts"], route_class=once_route(app))

    @routes.post("/posts", status_code=201, operation_id="add_post", openapi_extra=KEY)
    def add_post(new: NewPost, person: Annotated[Person, Depends(may(Action.WRITE))]) -> Posts:
        """Write a post or a thread. Without the scope `queue` it is held until a person approves it."""
        if new.slot and "at" in new.model_fields_set:
            raise InputError("`at` and `slot` both say when: give one of the two")
        due_at = read_when(new.at, now=app.clock.now(), zone=app.policy.wording.zone)
        pictures = [[one.noun for one in shown] for shown in new.pictures]
        added = app.editor(person).add(new.texts, due_at=due_at, slot=new.slot, draft=new.draft, pictures=pictures)
        wake("publish")
        return Posts(posts=[shape(post) for post in added])

    @routes.patch("/posts/{post_id}", operation_id="edit_post", openapi_extra=KEY)
    def edit_post(post_id: Number, new: NewText, person: Annotated[Person, Depends(may(Action.WRITE))]) -> Post:
        """Another text; from then on the bot does not touch it."""
        return shape(app.editor(person).edit(post_id, text=new.text, version=new.version))

    @routes.put("/posts/{post_id}/pictures", operation_id="show_pictures", openapi_extra=KEY)
    def show_pictures(post_id: Number, new: NewPictures, person: Annotated[Person, Depends(may(Action.WRITE))]) -> Post:
        """These pictures in this order, instead of those it has: to add, remove, reorder or describe them."""
        shown = [one.noun for one in new.pictures]
        return shape(app.editor(person).show_pictures(post_id, shown, version=new.version))

    @routes.post("/posts/{post_id}/move", operation_id="move_post", openapi_extra=KEY)
    def move_post(post_id: Number, move: Move, person: Annotated[Person, Depends(may(Action.APPROVE))]) -> Post:
        """Another time, or the next free slot; a thread moves as one."""
        editor = app.editor(person)
        due_at = None if move.to is None else editor.read_due(post_id, move.to)
        moved = editor.move(post_id, due_at=due_at, version=move.version)
        wake("publish")
        return shape(moved)

    @routes.post("/posts/{post_id}/embargo", operation_id="embargo_post", openapi_extra=KEY)
    def embargo_post(
        post_id: Number, embargo: Embargo, person: Annotated[Person, Depends(may(Action.APPROVE))]
    ) -> Post:
        """When the embargo of a post and its thread ends, or that it is over; earlier than known only if confirmed."""
        changed = app.editor(person).embargo(
            post_id, until=embargo.until, confirmed=embargo.confirmed, version=embargo.version
        )
        wake("publish")
        return shape(changed)

    for button, do in _DOING.items():
        _add_button(routes, app, button, do, wake)
    return routes


def _add_button(
    routes: APIRouter,
    app: App,
    button: Button,
    do: Callable[[Editor, int, Act], nouns.Post],
    wake: Callable[[str], None],
) -> None:
    name = _PATHS.get(button, button.value)

    @routes.post(
        f"/posts/{{post_id}}/{name}",
        operation_id=f"{name.replace('-', '_')}_post",
        summary=name.replace("-", " ").capitalize(),
        openapi_extra=KEY,
    )
    def press(
        post_id: Number,
        act: Act,
        person: Person = Depends(may(NEEDED[button])),  # noqa: B008, FAST002 - an annotation cannot see `button`
    ) -> Post:
        """Of a thread, the same is done to every part that is not out yet; the answer is the post you named."""
        done = do(app.editor(person), post_id, act)
        wake("publish")
        return shape(done)


def shape(post: nouns.Post) -> Post:
    """
    The post as the API gives it.
    """
    return Post.model_validate(post_row(post))
