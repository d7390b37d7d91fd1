"""Cookies, and proof that a change was meant: same origin, and the session's own token in the form or a header."""

from __future__ import annotations

import hmac
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException, MultiPartParser

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.errors import AccessError, InputError, StorageError
from asiaradar_bot.model.second_factor import Place
from asiaradar_bot.model.user import ABSOLUTE
from asiaradar_bot.web.entry import Visitor

MAX_FORM_BYTES = 256 * 1024
MAX_UPLOAD_BYTES = 34 * 1024 * 1024
"""Four pictures of 8 MB each, and the words around them."""
_UPLOADS = frozenset({"/compose", "/queue/import"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = ("/hooks/", "/api/")
"""Signed by themselves, or let in by a token; no cookie counts there."""


def cookie_name(request: Request) -> str:
    """
    `__Host-` binds the cookie to this host and to TLS. Source: RFC 6265bis, 4.1.3.2.

    Without TLS (a Desk on loopback) browsers refuse that name, so there it has another.
    """
    return "__Host-asiaradar" if request.url.scheme == "https" else "asiaradar"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """
    Give the browser its session.
    """
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def clear_cookie(request: Request, response: Response) -> None:
    """
    Take it away.
    """
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def address_of(request: Request) -> str:
    """
    Where the request comes from, as tries are counted.
    """
    return (request.client.host if request.client is not None else "unknown")[:60]


def agent_of(request: Request) -> str:
    """
    What the browser calls itself; a hint for people.
    """
    return request.headers.get("user-agent", "")[:200]


def place_of(request: Request) -> Place:
    """
    The Desk as this browser sees it. A lie in the Host header gains nothing: the browser signs the real one.
    """
    return Place(host=request.url.hostname or "", origin=f"{request.url.scheme}://{request.url.netloc}")


def takes_passkeys(request: Request) -> bool:
    """
    Whether passkeys can be bound to this address: browsers want a name, not digits.
    """
    host = request.url.hostname or ""
    return bool(host) and not host.replace(".", "").isdecimal() and ":" not in host


async def find_visitor(app: App, request: Request) -> Visitor | None:
    """
    Who is signed in, by the cookie; None for nobody, and while the database is away.
    """
    token = request.cookies.get(cookie_name(request))
    if not token or len(token) > 100:  # noqa: PLR2004 - ours have 43 characters
        return None
    try:
        found = await run_in_threadpool(app.access().find, token)
    except StorageError:
        return None
    if found is None:
        return None
    return Visitor(
        user_id=found.user.id,
        name=found.user.name,
        role=found.user.role,
        csrf=found.session.csrf,
        session_id=found.session.id,
        language=found.user.language,
        confirmed=found.confirmed,
        must_set_up=found.must_set_up,
    )


async def check_meant(request: Request, visitor: Visitor | None) -> None:
    """
    Return if the request changes nothing, or surely comes from a page of ours and this session.

    Raises:
        AccessError: it comes from elsewhere, or without the session's token.
        InputError: it is too large.
    """
    if request.method in _SAFE or request.url.path.startswith(_OPEN):
        return
    _check_origin(request)
    body = await _body(request)
    if visitor is None:
        return
    given = request.headers.get("x-csrf") or await _field(request, body)
    if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
        raise AccessError("this page is out of date: load it again, then repeat")


def _check_origin(request: Request) -> None:
    """
    Source: OWASP ASVS 5.0, 3.5.1; Fetch Metadata Request Headers (W3C).
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        same = site == "same-origin"
    elif origin is not None:
        same = origin == f"{request.url.scheme}://{request.url.netloc}"
    else:
        same = False
    if not same:
        raise AccessError("the request does not come from a page of the Desk")


async def _body(request: Request) -> bytes:
    with_files = request.url.path in _UPLOADS and _is_multipart(request)
    most = MAX_UPLOAD_BYTES if with_files else MAX_FORM_BYTES
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise InputError(f"the form is larger than {most // 1024:,} kB: send less")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError(f"the form is larger than {most // 1024:,} kB: send less")
    request._body = bytes(body)  # noqa: SLF001 - as Request.body() keeps it, so that the page can read it again
    return bytes(body)


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def _field(request: Request, body: bytes) -> str:
    if _is_multipart(request):
        return await _field_of_parts(request, body)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    try:
        fields = parse_qs(body.decode(), max_num_fields=2000)
    except ValueError as error:
        raise InputError("the form cannot be read: send it from a page of the Desk") from error
    return fields.get("csrf", [""])[0]


async def _field_of_parts(request: Request, body: bytes) -> str:
    """
    The token of a form with files, sent without scripts (they send it as a header).
    """

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, whole(), max_files=100, max_fields=1000).parse()
    except (MultiPartException, KeyError) as error:
        raise InputError("the form cannot be read: send it from a page of the Desk") from error
    found = form.get("csrf", "")
    await form.close()
    return found if isinstance(found, str) else ""
