"""Compose: a text with what the sender makes of it, remarks, price and time; new, or of a post that waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AsiaRadarError, InputError, TextError
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.rules.lints import RecentText, lint_text
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.text_view import view_text
from asiaradar_bot.rules.when import read_when
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.refused import status_of

_COMPARED = timedelta(days=7)
_MOST_CHARS = 20_000


class Then(StrEnum):
    """
    What becomes of the text.
    """

    CHECK = "check"
    QUEUE = "queue"
    SLOT = "slot"
    DRAFT = "draft"
    SAVE = "save"
    """Of a post that is there already."""


def compose_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/compose`.
    """
    routes = APIRouter()

    @routes.get("/compose")
    def write(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        post: int | None = None,
        at: str = "",
    ) -> HTMLResponse:
        """An empty sheet, or the text of a post."""
        del visitor
        old = _find(frame.app, post)
        return _sheet(frame, request, text=old.text if old else "", at=at, old=old)

    @routes.post("/compose")
    def done(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        text: Annotated[str, Form(max_length=_MOST_CHARS)],
        then: Annotated[Then, Form()],
        at: Annotated[str, Form(max_length=100)] = "",
        post: Annotated[int | None, Form()] = None,
        version: Annotated[int | None, Form()] = None,
    ) -> Response:
        """Check it again, or file it; what can't be filed is shown again with its reason, and nothing is lost."""
        old = _find(frame.app, post)
        if then is Then.CHECK:
            return _sheet(frame, request, text=text, at=at, old=old, version=version)
        try:
            filed = _file(frame.app, visitor, text, then, at, old=old, version=version)
        except (TextError, InputError) as error:
            return _sheet(frame, request, text=text, at=at, old=old, version=version, error=error)
        except AsiaRadarError as error:
            return _sheet(frame, request, text=text, at=at, old=_find(frame.app, post), version=version, error=error)
        wake("publish")
        return back_to(f"/posts/{filed.id}", said="saved")

    return routes


def _file(app: App, visitor: Visitor, text: str, then: Then, at: str, *, old: Post | None, version: int | None) -> Post:
    editor = app.editor(visitor.person)
    if old is not None:
        return editor.edit(old.id, text=text, version=version)
    due_at = read_when(at, now=app.clock.now(), zone=app.policy.wording.zone)
    return editor.add([text], due_at=due_at, slot=then is Then.SLOT, draft=then is Then.DRAFT)[0]


def _sheet(
    frame: Frame,
    request: Request,
    *,
    text: str,
    at: str,
    old: Post | None,
    version: int | None = None,
    error: AsiaRadarError | None = None,
) -> HTMLResponse:
    app = frame.app
    text = text.replace("\r\n", "\n")
    now = app.clock.now()
    return frame.page(
        request,
        "compose.html",
        text=text,
        at=at,
        old=old,
        version=version if version is not None else (old.version if old else None),
        stale=old is not None and version is not None and old.version != version,
        view=view_text(text),
        remarks=lint_text(text, policy=app.policy, recent=_recent(app, now, but=old)),
        price=price_of_post(text, on=now.date(), lists=app.prices),
        sentence=str(error) if error is not None else None,
        status=200 if error is None else status_of(error),
    )


def _recent(app: App, now: datetime, *, but: Post | None) -> Sequence[RecentText]:
    with app.store.read() as tx:
        posts = tx.posts.list_posts(limit=300)
    return [
        RecentText(post_id=post.id, text=post.text, at=post.published_at or post.due_at)
        for post in posts
        if post.state is not PostState.CANCELLED
        and post.created_at > now - _COMPARED
        and (but is None or post.id != but.id)
    ]


def _find(app: App, post_id: int | None) -> Post | None:
    if post_id is None:
        return None
    with app.store.read() as tx:
        return tx.posts.get(PostId(post_id))
