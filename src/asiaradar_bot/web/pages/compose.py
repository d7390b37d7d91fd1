"""Compose: a sheet for a post or a thread, saved while it is written, shown as X will show it, and filed at last."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.adapters.news_site.picture import take_in
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import (
    AsiaRadarError,
    InputError,
    NotFoundError,
    SheetConflictError,
    VersionConflictError,
)
from asiaradar_bot.model.post import Post, PostPicture, PostState
from asiaradar_bot.model.sheet import Base, Sheet, SheetPart
from asiaradar_bot.rules.lints import picture_errors
from asiaradar_bot.rules.sheet_edits import edit_parts, without_empty_end
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.rules.text_diff import DiffPiece, diff_texts
from asiaradar_bot.rules.when import read_when
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.refused import status_of
from asiaradar_bot.web.sheet_form import Sent, SheetForm
from asiaradar_bot.web.views.sheet_view import view_sheet

Writer = Annotated[Visitor, Depends(needs(Action.WRITE))]
Subject = Annotated[str, Form(pattern=r"^(post|sheet) [0-9]{1,15}$")]
_FILED = frozenset({"queue", "slot", "draft", "now", "save"})
_FILED_AS = {PostState.QUEUED: "queued", PostState.HELD: "held", PostState.DRAFT: "draft"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """
    What stands there now beside what was written here; both are kept.
    """

    sentence: str
    parts: tuple[tuple[DiffPiece, ...], ...]
    """From theirs to ours, part by part."""
    theirs: str
    """Where theirs can be looked at."""
    of_post: bool
    """True: the post itself changed, and the next save takes that in; False: somebody saved the sheet."""


def compose_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/compose`.
    """
    routes = APIRouter()
    app = frame.app

    @routes.get("/compose")
    def write(
        request: Request, visitor: Writer, post: int | None = None, sheet: int | None = None, at: str = ""
    ) -> HTMLResponse:
        """An empty sheet, one that was left, or that of a post with its thread."""
        found = _open(app, visitor, post=post, sheet=sheet)
        return _page(frame, request, visitor, replace(found, due_words=at or found.due_words))

    @routes.post("/compose")
    def done(request: Request, visitor: Writer, sent: Sent) -> Response:
        """Save it as it is written, change its parts, or file it; whatever is refused, nothing written is lost."""
        try:
            return _act(frame, request, visitor, sent, wake)
        except SheetConflictError as error:
            return _clash(frame, request, visitor, sent.sheet, error)
        except NotFoundError as error:
            fresh = replace(sent.sheet, id=None, version=0, page="")
            return _page(frame, request, visitor, fresh, error=error)
        except VersionConflictError as error:
            return _moved_on(frame, request, visitor, sent.sheet, error)
        except AsiaRadarError as error:
            return _page(frame, request, visitor, sent.sheet, error=error)

    @routes.post("/compose/here")
    def here(
        request: Request, visitor: Writer, subject: Annotated[str, Form(pattern=r"^(post|sheet) \d{1,15}$")]
    ) -> Response:
        """This editor is at it; who else is, as a piece of the page."""
        sheets = app.sheets(visitor.person)
        sheets.enter(subject)
        return frame.part(request, "parts/presence.html", others=sheets.others([subject]))

    return routes


def _open(app: App, visitor: Visitor, *, post: int | None, sheet: int | None) -> Sheet:
    sheets = app.sheets(visitor.person)
    if sheet is not None:
        found = sheets.open(sheet)
        if found is None:
            raise InputError("this text was queued or thrown away: look for it in the queue")
        return found
    if post is not None:
        return sheets.open_post(post)
    return Sheet(id=None, version=0, page="", post_id=None, bases=(), parts=(SheetPart(text=""),))


def _act(frame: Frame, request: Request, visitor: Visitor, sent: SheetForm, wake: Callable[[str], None]) -> Response:
    sheets = frame.app.sheets(visitor.person)
    word, places = _button(sent.then)
    if word == "discard":
        if sent.sheet.id is not None:
            sheets.discard(sent.sheet.id)
        return back_to("/compose", said="done")
    if word in _FILED:
        saved = sheets.save(sent.sheet) if sent.sheet.id is not None or sent.sheet.bases else sent.sheet
        filed = _file(frame.app, visitor, saved, word)[0]
        wake("publish")
        said = "saved" if saved.bases else _FILED_AS.get(filed.state, "saved")
        return back_to(f"/posts/{filed.id}", said="now" if word == "now" and said == "queued" else said)
    sheet = sent.sheet
    if word in {"mine", "theirs"}:
        sheet = _settled(frame.app, visitor, sheet, keep_mine=word == "mine")
    problem = None
    edited = edit_parts(sheet.parts, word, places)
    if edited is not None:
        sheet = replace(sheet, parts=edited)
    elif any(sent.files.values()):
        sheet, problem = _with_files(frame.app, visitor, sent)
    saved = sheets.save(sheet) if _worth_saving(sheet) else sheet
    return _page(frame, request, visitor, saved, error=problem)


def _button(then: str) -> tuple[str, list[int]]:
    word, *places = then.split("-")
    if not all(place.isdecimal() and len(place) < 4 for place in places):  # noqa: PLR2004 - so many parts there are not
        raise InputError("there is no such button")
    return word, [int(place) for place in places]


def _worth_saving(sheet: Sheet) -> bool:
    return sheet.id is not None or any(part.text.strip() or part.pictures for part in sheet.parts)


def _file(app: App, visitor: Visitor, sheet: Sheet, word: str) -> Sequence[Post]:
    """
    What is sent at once was asked for in so many words: without a time it goes to the next free slot.
    """
    editor = app.editor(visitor.person)
    parts = without_empty_end(sheet.parts)
    if sheet.bases:
        return editor.rewrite(sheet.bases, parts, sheet=sheet.id)
    now = app.clock.now()
    words = "now" if word == "now" else sheet.due_words.strip()
    slot = word == "slot" or not words
    return editor.add(
        [part.text for part in parts],
        due_at=None if slot else read_when(words, now=now, zone=app.policy.wording.zone),
        slot=slot,
        draft=word == "draft",
        pictures=[part.pictures for part in parts],
        sheet=sheet.id,
    )


def _with_files(app: App, visitor: Visitor, sent: SheetForm) -> tuple[Sheet, InputError | None]:
    """
    The sheet with the new pictures, decoded and encoded anew by a child process; those that can't be used are said.
    """
    editor = app.editor(visitor.person)
    parts, problems = list(sent.sheet.parts), []
    for at, files in sent.files.items():
        shown = list(parts[at].pictures)
        for name, content in files:
            if found := picture_errors([None] * (len(shown) + 1)):
                problems.append(found[0])
                break
            try:
                picture = take_in(content, name=f"«{name}»")
            except InputError as error:
                problems.append(str(error))
            else:
                shown.append(PostPicture(picture_id=editor.keep_picture(picture)))
        parts[at] = replace(parts[at], pictures=tuple(shown))
    problem = InputError("; ".join(problems)) if problems else None
    return replace(sent.sheet, parts=tuple(parts)), problem


def _settled(app: App, visitor: Visitor, sheet: Sheet, *, keep_mine: bool) -> Sheet:
    """
    After a clash: theirs as it stands now, or ours on top of it.
    """
    sheets = app.sheets(visitor.person)
    newest = sheets.open(sheet.id) if sheet.id is not None else None
    if newest is None and sheet.post_id is not None:
        newest = sheets.open_post(sheet.post_id)
    if newest is None:
        return replace(sheet, id=None, version=0)
    if keep_mine:
        return replace(sheet, id=newest.id, version=newest.version, bases=_bases(app, newest))
    return replace(newest, page=sheet.page)


def _bases(app: App, sheet: Sheet) -> tuple[Base, ...]:
    with app.store.read() as tx:
        posts = [tx.posts.get(base.post_id) for base in sheet.bases]
    return tuple(Base(post_id=post.id, version=post.version) for post in posts)


def _clash(frame: Frame, request: Request, visitor: Visitor, mine: Sheet, error: SheetConflictError) -> Response:
    theirs = error.theirs
    assert isinstance(theirs, Sheet)
    clash = Clash(
        sentence=str(error),
        parts=_differences([part.text for part in theirs.parts], mine),
        theirs=f"/compose?sheet={theirs.id}",
        of_post=False,
    )
    return _page(frame, request, visitor, replace(mine, id=theirs.id), clash=clash)


def _moved_on(frame: Frame, request: Request, visitor: Visitor, mine: Sheet, error: VersionConflictError) -> Response:
    """
    A post changed under the sheet: what stands there now beside what was written, and a save that takes it in.
    """
    with frame.app.store.read() as tx:
        posts = [tx.posts.get(base.post_id) for base in mine.bases]
        sheet = tx.sheets.find_for_post(posts[0].id)
    fresh = tuple(Base(post_id=post.id, version=post.version) for post in posts)
    clash = Clash(
        sentence=str(error),
        parts=_differences([post.text for post in posts if post.state is not PostState.CANCELLED], mine),
        theirs=f"/posts/{posts[0].id}",
        of_post=True,
    )
    newer = (
        replace(mine, bases=fresh) if sheet is None else replace(mine, id=sheet.id, version=sheet.version, bases=fresh)
    )
    return _page(frame, request, visitor, newer, clash=clash)


def _differences(theirs: Sequence[str], mine: Sheet) -> tuple[tuple[DiffPiece, ...], ...]:
    texts = [part.text for part in mine.parts]
    longest = max(len(theirs), len(texts))
    pairs = [(theirs[at] if at < len(theirs) else "", texts[at] if at < len(texts) else "") for at in range(longest)]
    return tuple(diff_texts(old, new) for old, new in pairs)


def _due(app: App, sheet: Sheet) -> datetime | str | None:
    """
    What the words of its time mean; a sentence if they mean nothing, None if there are none.
    """
    if not sheet.due_words.strip():
        return None
    try:
        return read_when(sheet.due_words, now=app.clock.now(), zone=app.policy.wording.zone)
    except InputError as error:
        return str(error)


def _next_slot(app: App) -> datetime:
    now = app.clock.now()
    with app.store.read() as tx:
        return next_slot(now, app.policy.slots, tx.posts.taken_slots(now))


def _page(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    sheet: Sheet,
    *,
    error: AsiaRadarError | None = None,
    clash: Clash | None = None,
) -> HTMLResponse:
    app = frame.app
    sheets = app.sheets(visitor.person)
    known = sheet.id is not None or sheet.post_id is not None
    status = 409 if clash is not None else 200 if error is None else status_of(error)
    return frame.page(
        request,
        "compose.html",
        sheet=sheet,
        page_key=sheet.page if request.method == "POST" and sheet.page else secrets.token_urlsafe(16),
        shown=view_sheet(app, sheet),
        due=_due(app, sheet),
        slot_at=_next_slot(app) if not sheet.bases else None,
        name=app.settings.x.handle,
        others=sheets.others([sheet.subject]) if known else [],
        open_sheets=[one for one in sheets.list_open() if one.id != sheet.id],
        sentence=str(error) if error is not None else None,
        clash=clash,
        status=status,
    )
