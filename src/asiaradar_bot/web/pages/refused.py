"""What a page says when it can't do what was asked: one sentence, the right status, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.requests import ClientDisconnect

from asiaradar_bot.model.errors import (
    AccessError,
    AsiaRadarError,
    InputError,
    NotFoundError,
    PostError,
    RulesConflictError,
    SealError,
    SettingsError,
    StorageError,
    TemplateError,
    TextError,
    VersionConflictError,
    WrongStateError,
)
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.rules.text_diff import DiffPiece, diff_texts
from asiaradar_bot.web.frame import Frame, here
from asiaradar_bot.web.surprises import log_surprise

_MOST_CHANGES = 10
_MOST_SHOWN = 60
"""Characters of a wrong value that its refusal repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One change that the reader of a page did not know of.
    """

    who: str
    why: str
    at: datetime
    pieces: tuple[DiffPiece, ...]
    """Of the text; empty: it stayed."""


_STATUS: tuple[tuple[type[AsiaRadarError], int], ...] = (
    (StorageError, 503),
    (SealError, 503),
    (AccessError, 403),
    (NotFoundError, 404),
    (VersionConflictError, 409),
    (RulesConflictError, 409),
    (TemplateError, 422),
    (SettingsError, 422),
    (PostError, 409),
    (TextError, 422),
    (InputError, 400),
)


def status_of(error: AsiaRadarError) -> int:
    """
    The HTTP status of a refusal.
    """
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def refuse(frame: Frame, request: Request, error: AsiaRadarError) -> Response:
    """
    The refusal as a page for people and as problem+json (RFC 9457) for programs.
    """
    status = status_of(error)
    if isinstance(error, StorageError):
        return _told(frame, request, str(error), status=status, with_bar=False)
    post_id = error.post_id if isinstance(error, PostError) else None
    changes = _changes(frame, error) if isinstance(error, VersionConflictError) else []
    out = isinstance(error, WrongStateError) and post_id is not None and _is_out(frame, post_id)
    return _told(frame, request, str(error), status=status, post_id=post_id, changes=changes, correctable=out)


def _is_out(frame: Frame, post_id: int) -> bool:
    with frame.app.store.read() as tx:
        post = tx.posts.find(PostId(post_id))
    return post is not None and post.state is PostState.PUBLISHED


def admit(frame: Frame, request: Request, error: Exception) -> Response:
    """
    What nobody foresaw, as a page or problem+json with its number; without the bar on top if that breaks, too.
    """
    if isinstance(error, ClientDisconnect):  # nobody reads it, and strangers could fill the log
        return Response(status_code=400)
    sentence = log_surprise(request, error)
    for with_bar in (True, False):
        with suppress(Exception):
            return _told(frame, request, sentence, status=500, with_bar=with_bar)
    return problem(500, sentence)


def _told(
    frame: Frame,
    request: Request,
    sentence: str,
    *,
    status: int,
    with_bar: bool = True,
    post_id: int | None = None,
    changes: Sequence[Change] = (),
    correctable: bool = False,
) -> Response:
    if not wants_page(request):
        return problem(status, sentence)
    if not with_bar:
        request.state.visitor = None  # what stands there is read from the database
    return frame.page(
        request,
        "refused.html",
        sentence=sentence,
        post_id=post_id,
        changes=changes,
        correctable=correctable,
        status=status,
    )


def _changes(frame: Frame, error: VersionConflictError) -> list[Change]:
    """
    What was done to the post since it was read, the newest first; each change of a post has one entry in the audit.
    """
    if error.changes == 0:
        return []
    with frame.app.store.read() as tx:
        entries = tx.audit.list_recent(subject=f"post {error.post_id}", limit=min(error.changes, _MOST_CHANGES))
    return [
        Change(
            who=entry.who,
            why=entry.why,
            at=entry.at,
            pieces=diff_texts(str(entry.before["text"]), str(entry.after["text"])) if "text" in entry.before else (),
        )
        for entry in entries
    ]


def refuse_form(frame: Frame, request: Request, error: RequestValidationError) -> Response:
    """
    A part of the address or a field of the form that is missing or cannot be, in words of ours.
    """
    first = error.errors()[0]
    place, *steps = first["loc"]
    field = ".".join(str(step) for step in steps) or "body"
    value = str(first.get("input") or "")[:_MOST_SHOWN]
    if place == "path":  # an address that nothing of ours can have
        return refuse_address(frame, request, HTTPStatus.NOT_FOUND)
    most = first.get("ctx", {}).get("max_length")
    if place == "query":
        refusal = InputError(f"this page has no «{value}»: choose from what it shows instead")
    elif first["type"] == "missing":
        refusal = InputError(f"the form came without its field {field}: load the page anew, then send it again")
    elif most is not None:
        refusal = InputError(f"the field {field} takes {most} characters at most: shorten it")
    else:
        refusal = InputError(f"the field {field} cannot be «{value}»: choose or write something else")
    return refuse(frame, request, refusal)


def refuse_address(frame: Frame, request: Request, status: int) -> Response:
    """
    There is nothing at that address, or nothing that takes this method.
    """
    path = request.url.path[:100]
    sentence = f"{path} answers {status}"
    if status == HTTPStatus.NOT_FOUND:
        sentence = f"there is nothing at {path}: look for it from the Desk"
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        sentence = f"{path} can't be asked in this way"
    return _told(frame, request, sentence, status=status)


def lead_to_sign_in(request: Request) -> Response:
    """
    Pages lead to the sign-in and back; everything else is told 401.
    """
    if request.method == "GET" and wants_page(request) and request.url.path != "/live":
        return RedirectResponse(f"/login?next={quote(here(request), safe='')}", status_code=303)
    return problem(401, "sign in first")


def lead_to_set_up(request: Request) -> Response:
    """
    Whoever needs a second factor and has none sets one up before anything else.
    """
    if wants_page(request) and request.url.path != "/live":
        return RedirectResponse("/me/second", status_code=303)
    return problem(403, "set up a second factor first: open /me/second")


def lead_to_confirm(request: Request) -> Response:
    """
    The password or second factor is asked again, then the page is shown that was asked for, or that had the form.
    """
    if not wants_page(request):
        return problem(403, "give your password or second factor again first: open /confirm")
    asked = here(request) if request.method == "GET" else _page_of_form(request)
    return RedirectResponse(f"/confirm?next={quote(asked, safe='')}", status_code=303)


def _page_of_form(request: Request) -> str:
    from_page = urlsplit(request.headers.get("referer", ""))
    if from_page.netloc != request.url.netloc or not from_page.path.startswith("/"):
        return "/"
    return from_page.path + (f"?{from_page.query}" if from_page.query else "")


def problem(status: int, title: str) -> JSONResponse:
    """
    Source: RFC 9457.
    """
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status},
        status_code=status,
        media_type="application/problem+json",
    )


def wants_page(request: Request) -> bool:
    """
    Whether a person's browser asks, not a program.
    """
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/hooks/"))
