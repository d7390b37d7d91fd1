"""When a post goes out: another time for it, with what that does to the others, and the end of its embargo."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.errors import InputError, PostError, VersionConflictError, WrongStateError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.acts import NEEDED, Act, together
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.lineup import knock_on
from asiaradar_bot.steps.submit import free_slot
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.refused import status_of
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.post_card import list_cards

_ANOTHER_PAGE = (VersionConflictError, WrongStateError)
"""Refusals after which the form is no use any more."""


def moving_routes(frame: Frame) -> APIRouter:
    """
    `/posts/ID/move` and `/posts/ID/embargo`.
    """
    routes = APIRouter(prefix="/posts")
    _add_move(routes, frame)
    _add_embargo(routes, frame)
    return routes


def _add_move(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/{post_id}/move")
    def plan(
        request: Request,
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.MOVE]))],
        to: str = "",
        back: str = "/queue",
    ) -> HTMLResponse:
        """What the move would do to the others, before it is saved."""
        try:
            due_at = frame.app.editor(visitor.person).read_due(post_id, to) if to else None
        except InputError as error:
            return _plan(frame, request, visitor, post_id, words=to, back=back, refused=error)
        return _plan(frame, request, visitor, post_id, words=to, back=back, due_at=due_at)

    @routes.post("/{post_id}/move")
    def move(
        request: Request,
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.MOVE]))],
        version: Annotated[int, Form()],
        to: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "/queue",
    ) -> Response:
        """Save it; without a time it goes to the next free slot."""
        editor = frame.app.editor(visitor.person)
        try:
            editor.move(post_id, due_at=editor.read_due(post_id, to) if to else None, version=version)
        except _ANOTHER_PAGE:
            raise
        except (InputError, PostError) as error:
            return _plan(frame, request, visitor, post_id, words=to, back=back, refused=error)
        return back_to(back, said="moved", post=post_id)


def _plan(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    post_id: int,
    *,
    words: str,
    back: str,
    due_at: datetime | None = None,
    refused: InputError | PostError | None = None,
) -> HTMLResponse:
    app = frame.app
    with app.store.read() as tx:
        post = tx.posts.get(PostId(post_id))
        parts = together(Act.MOVE, post, tx.posts.thread_of(post))
        to = due_at or free_slot(tx, parts, now=app.clock.now(), slots=app.policy.slots)
        before = expect(app, tx)
        after = expect(app, tx, moved=[replace(part, due_at=to) for part in parts])
        changed = {one for one in knock_on(before, after) if one not in {part.id for part in parts}}
        others = [one for one in tx.posts.list_queued() if one.id in changed]
        return frame.page(
            request,
            "move.html",
            status=200 if refused is None else status_of(refused),
            card=list_cards(app, tx, [post], person=visitor.person, expected=before)[0],
            sentence=None if refused is None else str(refused),
            words=words,
            to=to,
            in_slot=due_at is None,
            parts=len(parts),
            expected_at=after.get(post.id),
            others=list_cards(app, tx, others, person=visitor.person, expected=after),
            before=before,
            back=back,
        )


def _add_embargo(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/{post_id}/embargo")
    def look(
        request: Request,
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.EMBARGO]))],
        back: str = "/queue",
    ) -> HTMLResponse:
        """When it ends, as far as anybody knows."""
        return _embargo(frame, request, visitor, post_id, until="", back=back)

    @routes.post("/{post_id}/embargo")
    def change(
        request: Request,
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.EMBARGO]))],
        version: Annotated[int, Form()],
        until: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "/queue",
        *,
        sure: Annotated[bool, Form()] = False,
    ) -> Response:
        """Its end as somebody gave it; without one it is released."""
        editor = frame.app.editor(visitor.person)
        try:
            editor.embargo(post_id, until=until or None, confirmed=sure, version=version)
        except _ANOTHER_PAGE:
            raise
        except (InputError, PostError) as error:
            return _embargo(frame, request, visitor, post_id, until=until, back=back, refused=error)
        return back_to(back, said="embargo" if until else "released", post=post_id)


def _embargo(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    post_id: int,
    *,
    until: str,
    back: str,
    refused: InputError | PostError | None = None,
) -> HTMLResponse:
    app = frame.app
    with app.store.read() as tx:
        post = tx.posts.get(PostId(post_id))
        together(Act.EMBARGO, post, tx.posts.thread_of(post))
        end = post.not_before_at
        due = app.editor(visitor.person).due_if_released(tx, post)
        return frame.page(
            request,
            "embargo.html",
            status=200 if refused is None else status_of(refused),
            card=list_cards(app, tx, [post], person=visitor.person)[0],
            sentence=None if refused is None else str(refused),
            ends=None if end is None else in_both_zones(end, app.policy.wording.zone),
            over=end is not None and end <= app.clock.now(),
            due_if_released=due if due > app.clock.now() else None,
            must_confirm=isinstance(refused, PostError),
            until=until,
            back=back,
        )
