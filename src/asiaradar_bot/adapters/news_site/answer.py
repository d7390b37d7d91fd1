"""Reads what a server answered, within the limits of the exchange; used by the fetcher only."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType

import httpcore2

MAX_HEADER_BYTES = 64 * 1024
MAX_RETRY_AFTER = timedelta(days=1)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_METHOD_KEEPING = frozenset({307, 308})
_READABLE = frozenset({200, 203})
_HEADER_TEXT = re.compile(r"[\x20-\x7e]{1,512}")
_CHUNK = 64 * 1024
_SHOWN_CHARS = 160
_MAX_LENGTH_DIGITS = 18
_SUCCESS = range(200, 300)
_NAMED_TYPES = 3


class FailureKind(StrEnum):
    """
    Why nothing was fetched.
    """

    FORBIDDEN = "forbidden"
    """Our own rules: host, scheme, port, address, redirects. Trying again will not help."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """It spoke something else than sound HTTP."""
    STATUS = "status"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """
    An answer that may be used: 200 with its whole decoded body, or 304 without one; after a POST any 2xx.
    """

    requested_url: str
    url: str
    """Where the answer came from, after redirects."""
    status: int
    content: bytes
    media_type: str
    """Lower case, without parameters; empty: not stated."""
    charset: str | None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Names in lower case; values of a repeated header joined by commas."""
    moved_to: str | None = None
    """The new address, if the way there began with permanent redirects."""

    @property
    def not_modified(self) -> bool:
        """
        Whether the server says that nothing changed.
        """
        return self.status == HTTPStatus.NOT_MODIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """
    No answer that may be used.
    """

    kind: FailureKind
    detail: str
    """One sentence: what, where, how to mend it."""
    status: int | None = None
    retry_after: timedelta | None = None

    @property
    def lasting(self) -> bool:
        """
        Whether trying again will not help; no status says so for certain, as sites and their guards have moods.
        """
        return self.kind in {FailureKind.FORBIDDEN, FailureKind.TOO_LARGE, FailureKind.WRONG_TYPE}


class FetchError(Exception):
    """
    Carries a failure out of the exchange; never leaves the fetcher.
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.failure = FetchFailed(kind=kind, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """
    The server points elsewhere; the location may be relative and is not yet checked.
    """

    location: str
    permanent: bool


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """
    How long the server asks us to wait: seconds or a date; at most a day. None: it does not say, or nonsense.

    Source: RFC 9110, section 10.2.3.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), MAX_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max(until - now, timedelta(0)), MAX_RETRY_AFTER)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """
    One exchange as it was asked for, redirects included.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes
    max_bytes: int
    accept_types: Sequence[str]
    max_redirects: int


def read_answer(response: httpcore2.Response, *, url: str, ask: Ask) -> Fetched | FetchFailed | Redirect:
    """
    The answer of one hop.

    Raises:
        FetchError: it breaks a limit, or is packed wrongly.
    """
    headers = _headers(response, url)
    status = response.status
    if status in _REDIRECTS and headers.get("location"):
        if ask.method != "GET" and status not in _METHOD_KEEPING:
            detail = f"{brief(url)} answers a POST with redirect {status}, which would lose its body"
            return FetchFailed(kind=FailureKind.STATUS, detail=detail, status=status)
        # Servers write raw UTF-8 into this header, against the rules.
        location = headers["location"].encode("latin-1").decode("utf-8", "replace")
        return Redirect(location=location, permanent=status in _PERMANENT)
    fetched = Fetched(
        requested_url=url,
        url=url,
        status=status,
        content=b"",
        media_type=_media_type(headers),
        charset=_charset(headers),
        headers=MappingProxyType(headers),
    )
    if status == HTTPStatus.NOT_MODIFIED:
        return fetched
    if status not in _READABLE and not (ask.method == "POST" and status in _SUCCESS):
        return _refused_by_server(status, headers, url)
    _check_type(fetched, ask)
    return replace(fetched, content=_read_body(response, headers, url, max_bytes=ask.max_bytes))


def _headers(response: httpcore2.Response, url: str) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in response.headers) > MAX_HEADER_BYTES:
        raise FetchError(FailureKind.BROKEN, f"{brief(url)} sends more than {MAX_HEADER_BYTES} bytes of headers")
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _refused_by_server(status: int, headers: Mapping[str, str], url: str) -> FetchFailed:
    meaning = _STATUS_MEANINGS.get(status, _OTHER_MEANING)
    stated = _http_date(headers.get("date"))
    wait = retry_after(headers.get("retry-after"), now=stated or datetime.now(UTC))
    detail = f"{brief(url)} answers {status}: {meaning}"
    return FetchFailed(kind=FailureKind.STATUS, detail=detail, status=status, retry_after=wait)


_OTHER_MEANING = "see the site's own log for the reason"
_STATUS_MEANINGS = {
    401: "it asks for a login; give an address that is open to readers",
    403: "it refuses us; ask the site's operator to let our User-Agent through",
    404: "there is nothing (any more); check the address",
    410: "it is gone for good; take the address out of the settings",
    429: "too many requests; we wait",
    500: "the site is broken at the moment; we try again",
    502: "the site is broken at the moment; we try again",
    503: "the site is overloaded or under maintenance; we try again",
    504: "the site is too slow at the moment; we try again",
}


def _check_type(fetched: Fetched, ask: Ask) -> None:
    if ask.accept_types and fetched.media_type and fetched.media_type not in ask.accept_types:
        raise FetchError(
            FailureKind.WRONG_TYPE,
            f"{brief(fetched.url)} is {fetched.media_type[:60]}, and is to be {_alternatives(ask.accept_types)}",
        )


def _alternatives(types: Sequence[str]) -> str:
    return " or ".join(types[:_NAMED_TYPES]) + (" or the like" if len(types) > _NAMED_TYPES else "")


def _read_body(response: httpcore2.Response, headers: Mapping[str, str], url: str, *, max_bytes: int) -> bytes:
    stated = headers.get("content-length", "")
    if stated.isdigit() and (len(stated) > _MAX_LENGTH_DIGITS or int(stated) > max_bytes):
        raise _too_large(url, max_bytes)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    chunks = response.iter_stream()
    if encoding in {"gzip", "x-gzip"}:
        chunks = _gunzip(chunks, url)
    elif encoding == "deflate":
        chunks = _inflate(chunks, url)
    elif encoding not in {"", "identity"}:
        raise FetchError(FailureKind.BROKEN, f"{brief(url)} is packed as {encoding[:40]}, which we did not ask for")
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(url, max_bytes)
    return bytes(body)


def _too_large(url: str, max_bytes: int) -> FetchError:
    return FetchError(FailureKind.TOO_LARGE, f"{brief(url)} is larger than {max_bytes:,} bytes; it was not read")


def _gunzip(chunks: Iterator[bytes], url: str) -> Iterator[bytes]:
    return _unpack(chunks, url, window=zlib.MAX_WBITS | 16)


def _inflate(chunks: Iterator[bytes], url: str) -> Iterator[bytes]:
    return _unpack(chunks, url, window=zlib.MAX_WBITS)


def _unpack(chunks: Iterator[bytes], url: str, *, window: int) -> Iterator[bytes]:
    """
    The unpacked bytes in pieces of bounded size, so that a small bomb is met piece by piece.
    """
    unpacker = zlib.decompressobj(window)
    try:
        for chunk in chunks:
            packed = chunk
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail
            if unpacker.eof and unpacker.unused_data[:2] == b"\x1f\x8b":
                raise FetchError(FailureKind.BROKEN, f"{brief(url)} holds several packed parts; one is read")
        while not unpacker.eof and (piece := unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)):
            yield piece
    except zlib.error as error:
        raise FetchError(FailureKind.BROKEN, f"{brief(url)} is packed wrongly: {error}") from error
    if not unpacker.eof:
        raise FetchError(FailureKind.BROKEN, f"{brief(url)} broke off in the middle of its packed body")


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _charset(headers: Mapping[str, str]) -> str | None:
    found = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._:-]{1,40})", headers.get("content-type", ""), re.IGNORECASE)
    return found.group(1).lower() if found else None


def _http_date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def header_value(value: str) -> str | None:
    """
    The value, if it may stand in a header; None: it may not.
    """
    return value if _HEADER_TEXT.fullmatch(value) else None


def brief(url: str) -> str:
    """
    The address as it may stand in a sentence.
    """
    text = "".join(character if character.isprintable() else " " for character in url)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..."


def reason(error: Exception) -> str:
    """
    What the library says, on one line.
    """
    return " ".join(str(error).split())[:_SHOWN_CHARS] or type(error).__name__
