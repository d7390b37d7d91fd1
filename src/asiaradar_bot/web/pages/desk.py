"""The Desk: what needs a person, what goes out next, and what just went out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.correction import NEEDS_PERSON, ChangeKind, Correction
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.views.correction_card import list_correction_cards
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.post_card import list_cards

_NEEDS_YOU = (PostState.UNKNOWN, PostState.REJECTED, PostState.HELD)
_MOST = 30


def desk_routes(frame: Frame) -> APIRouter:
    """
    `/`.
    """
    routes = APIRouter()

    @routes.get("/")
    def desk(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """Three columns."""
        person = visitor.person
        with frame.app.store.read() as tx:
            changed = sorted(tx.corrections.list_in(NEEDS_PERSON, limit=_MOST), key=_gravity)
            waiting = tx.posts.list_posts(states=_NEEDS_YOU, limit=_MOST)
            expected = expect(frame.app, tx)
            queued = sorted(tx.posts.list_queued(limit=_MOST), key=lambda post: expected.get(post.id, post.due_at))
            sent = tx.posts.list_posts(states=[PostState.SENDING, PostState.PUBLISHED], limit=_MOST)
            return frame.page(
                request,
                "desk.html",
                expected=expected,
                corrections=list_correction_cards(tx, changed, person=person),
                needs_you=list_cards(frame.app, tx, sorted(waiting, key=_urgency), person=person),
                next_up=list_cards(frame.app, tx, queued, person=person, expected=expected),
                just_sent=list_cards(frame.app, tx, sorted(sent, key=_sent_at, reverse=True), person=person),
            )

    return routes


def _gravity(correction: Correction) -> tuple[int, int]:
    return NEEDS_PERSON.index(correction.state), -list(ChangeKind).index(correction.kind)


def _urgency(post: Post) -> tuple[int, float]:
    return _NEEDS_YOU.index(post.state), -post.created_at.timestamp()


def _sent_at(post: Post) -> datetime:
    return post.published_at or post.due_at
