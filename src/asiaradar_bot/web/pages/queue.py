"""The queue: every state with its count, by day with the free slots between, and bulk changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AsiaRadarError, InputError
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.rules.acts import NEEDED, Act
from asiaradar_bot.rules.slots import upcoming_slots
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.post import BUTTONS
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.post_card import PostCard, list_cards

_PAGE = 60
"""Posts of one page: a day's, by the usual cap."""
_MOST_PAGES = 10_000
_SLOT_DAYS = 7
_BULK = (Act.APPROVE, Act.HOLD, Act.SKIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A line of a day: a post, or a free slot.
    """

    at: datetime
    card: PostCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """
    A day in the newsroom's zone.
    """

    on: date
    places: Sequence[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLine:
    """
    What became of one post of a bulk change.
    """

    post_id: int
    problem: str | None
    """None: it was done."""


def queue_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/queue` and its bulk changes.
    """
    routes = APIRouter(prefix="/queue")

    @routes.get("")
    def queue(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.LOOK))],
        state: PostState = PostState.QUEUED,
        page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1,
    ) -> HTMLResponse:
        """One tab, a page of it."""
        skip = (page - 1) * _PAGE
        with frame.app.store.read() as tx:
            expected = expect(frame.app, tx)
            posts = (
                tx.posts.list_queued(limit=_PAGE, skip=skip)
                if state is PostState.QUEUED
                else tx.posts.list_posts(states=[state], limit=_PAGE, skip=skip)
            )
            cards = list_cards(frame.app, tx, posts, person=visitor.person, expected=expected)
            counts = tx.posts.count_by_state()
            taken = tx.posts.taken_slots(frame.app.clock.now())
        total = counts.get(state, 0)
        pages = max(1, -(-total // _PAGE))
        free = _between(_free_slots(frame, taken), cards, page, pages) if state is PostState.QUEUED else []
        return frame.page(
            request,
            "queue.html",
            expected=expected,
            tabs=[(name.value, counts.get(name, 0)) for name in PostState],
            state=state.value,
            days=list_days(frame, cards, free),
            bulk=[act.value for act in _BULK if visitor.person.may(NEEDED[act])],
            page=page,
            pages=min(pages, _MOST_PAGES),
        )

    @routes.post("/bulk")
    def bulk(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        act: Annotated[Act, Form()],
        chosen: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
        back: Annotated[str, Form()] = "/queue",
    ) -> Response:
        """The same for several; what can't be done is said, and the rest is done."""
        if act not in _BULK:
            raise InputError(f"{act} is not for several posts at once")
        visitor.person.check(NEEDED[act])
        lines = [_one(frame, visitor, act, number, version) for number, version in _named(frame, chosen)]
        wake("publish")
        if all(line.problem is None for line in lines):
            return back_to(back, said="done")
        return frame.page(request, "bulk.html", lines=lines, act=act.value, back=back, status=409)

    return routes


def _named(frame: Frame, chosen: Sequence[str]) -> list[tuple[int, int]]:
    """
    Numbers and versions of what was chosen; of a thread one part, since the others go with it.

    It is one that changed since the page was made, if there is such a one, so that nobody acts on what they have not
    read.
    """
    of_thread: dict[int, tuple[int, int]] = {}
    with frame.app.store.read() as tx:
        for one in chosen:
            number, _, version = one.partition(":")
            if not (number.isdecimal() and version.isdecimal()):
                raise InputError("a post to change is named NUMBER:VERSION")
            post = tx.posts.find(PostId(int(number)))
            key = int(number) if post is None or post.thread_id is None else post.thread_id
            if key not in of_thread or (post is not None and post.version != int(version)):
                of_thread[key] = (int(number), int(version))
    return list(of_thread.values())


def _one(frame: Frame, visitor: Visitor, act: Act, number: int, version: int) -> BulkLine:
    try:
        BUTTONS[act].do(frame.app.editor(visitor.person), number, version)
    except AsiaRadarError as error:
        return BulkLine(post_id=number, problem=str(error))
    return BulkLine(post_id=PostId(number), problem=None)


def _free_slots(frame: Frame, taken: Collection[datetime]) -> list[datetime]:
    slots = upcoming_slots(frame.app.clock.now(), frame.app.policy.slots, days=_SLOT_DAYS)
    return [slot for slot in slots if slot not in taken]


def _between(free: Sequence[datetime], cards: Sequence[PostCard], page: int, pages: int) -> list[datetime]:
    """
    The free slots that lie among the cards of this page; the first page begins now, the last one ends with the slots.
    """
    if not cards:
        return list(free)
    first, last = cards[0].due_at, cards[-1].due_at
    return [slot for slot in free if (page == 1 or slot >= first) and (page == pages or slot < last)]


def list_days(frame: Frame, cards: Sequence[PostCard], free: Sequence[datetime]) -> list[Day]:
    """
    The cards and the free slots by local day, each day in order of time.
    """
    places = [Place(at=card.due_at, card=card) for card in cards] + [Place(at=slot, card=None) for slot in free]
    by_day: dict[date, list[Place]] = {}
    for place in sorted(places, key=lambda place: place.at):
        by_day.setdefault(place.at.astimezone(frame.zone).date(), []).append(place)
    return [Day(on=on, places=found) for on, found in by_day.items()]
