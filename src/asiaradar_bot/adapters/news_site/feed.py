"""
Reads feeds: RSS 0.9x, 1.0 and 2.0 and Atom through feedparser, JSON Feed through the standard library.

Most polls hold nothing new, so an unchanged body is known by its digest and never parsed; in a changed one, only the
items that were not there last time go through feedparser (docs/adr/0005-feed-parser.md).
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asiaradar_bot.adapters.news_site.feed_entry import EntryReader, RawEntry
from asiaradar_bot.adapters.news_site.feed_memory import FeedMemory, one_item_documents, split_known
from asiaradar_bot.adapters.news_site.json_feed import looks_like_json, read_json_feed
from asiaradar_bot.adapters.news_site.xml_guard import readable_xml
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators

MAX_FEED_BYTES = 5 * 1024 * 1024
MAX_ITEMS = 1000

_DIGEST_VERSION = "1"
"""Counts up whenever items are read differently, so that an unchanged body is read anew."""
_FIRST_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_REQUEST_TIME = re.compile(
    rb"<((?:\w{1,20}:)?(?:lastBuildDate|pubDate|ttl|generator|updated|modified|date|updateBase))(?:\s[^<>]*)?>"
    rb"[^<]{0,400}</\1>|<!--[^<>]{0,400}-->"
)
_BUILD_DATE = re.compile(rb"<lastBuildDate>[^<]{0,400}</lastBuildDate>")
_COMMENT = re.compile(rb"<!--[^<>]{0,400}-->")
_FEED_VERSION = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|RDF|channel)\b", re.IGNORECASE)
_PARSER_SURPRISES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What feedparser lets out on some broken input; it promises nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """
    How a feed is to be understood.
    """

    url: str
    """Where it was fetched from; relative addresses in it are meant from there."""
    charset: str | None = None
    """What HTTP says of it."""
    language: str | None = None
    zone: str = "UTC"


def body_digest(content: bytes) -> str:
    """
    Digest of a feed without what changes with each request: build and channel dates, time to live, comments.
    """
    first = _FIRST_ITEM.search(content)
    at = first.start() if first else len(content)
    head = _REQUEST_TIME.sub(b"", content[:at])
    end = max(content.rfind(b"</item>"), content.rfind(b"</entry>"), at)
    tail = b"".join(_COMMENT.sub(b"", _BUILD_DATE.sub(b"", content[end:])).split())
    digest = hashlib.sha256(head)
    digest.update(memoryview(content)[at:end])
    digest.update(tail)
    return f"{_DIGEST_VERSION}:{digest.hexdigest()}"


def read_feed(content: bytes, *, settings: FeedSettings, memory: FeedMemory | None = None) -> SourceRead | SourceFailed:
    """
    The items of a feed in its order; never raises.

    `memory` holds the items of earlier reads of the same feed, by their bytes; None: parse everything.
    """
    if len(content) > MAX_FEED_BYTES:
        return _failed(settings, f"is larger than {MAX_FEED_BYTES:,} bytes; have the site shorten it")
    try:
        if looks_like_json(content):
            return read_json_feed(content, url=settings.url, language=settings.language, zone=settings.zone)
        text, mended = readable_xml(content, charset=settings.charset)
    except InputError as error:
        return _failed(settings, f"was refused: {error}")
    if not _FEED_VERSION.search(text, 0, 5000):
        return _failed(settings, "is no RSS, Atom or JSON feed; check the address")
    return _read_xml(text, mended, settings=settings, memory=memory)


def _read_xml(
    text: str, mended: Sequence[str], *, settings: FeedSettings, memory: FeedMemory | None
) -> SourceRead | SourceFailed:
    split = split_known(text, memory=memory, scope=(settings.url, settings.language or "", settings.zone))
    warnings = [f"the feed {settings.url}: {clause}" for clause in mended]
    parsed = _parse(split.unknown_text)
    if parsed is None:
        return _read_one_by_one(text, warnings, settings=settings)
    if parsed.get("bozo") and not split.well_formed:
        warnings.append(f"the feed {settings.url} is not well-formed XML and was read leniently: {_complaint(parsed)}")
    items = [item for item in split.join(_read_entries(parsed, warnings, settings=settings)) if item is not None]
    return _answer(items, parsed, warnings, settings=settings)


def _read_one_by_one(text: str, warnings: list[str], *, settings: FeedSettings) -> SourceRead | SourceFailed:
    """
    What can be had of a feed that broke the parser as a whole: each item alone.
    """
    documents = one_item_documents(text)[:MAX_ITEMS]
    items: list[SourceItem] = []
    last: Mapping[str, Any] | None = None
    for number, document in enumerate(documents, start=1):
        parsed = _parse(document)
        if parsed is None:
            warnings.append(f"item {number} of the feed {settings.url} broke the feed parser and was passed over")
            continue
        last = parsed
        items.extend(
            item for item in _read_entries(parsed, warnings, settings=settings, first=number) if item is not None
        )
    if last is None:
        return _failed(settings, "broke the feed parser; have the site check it with a feed validator")
    return _answer(items, last, warnings, settings=settings)


def _read_entries(
    parsed: Mapping[str, Any], warnings: list[str], *, settings: FeedSettings, first: int = 1
) -> list[SourceItem | None]:
    reader = EntryReader(
        url=settings.url,
        language=_text(dict(parsed.get("feed") or {}), "language") or settings.language,
        zone=settings.zone,
        is_atom=str(parsed.get("version", "")).startswith("atom"),
    )
    entries = enumerate(parsed.get("entries") or [], start=first)
    return [_read_entry(reader, entry, number=number, warnings=warnings) for number, entry in entries]


def _answer(
    items: Sequence[SourceItem], parsed: Mapping[str, Any], warnings: list[str], *, settings: FeedSettings
) -> SourceRead:
    if len(items) > MAX_ITEMS:
        warnings.append(f"the feed {settings.url} has {len(items)} items; only the first {MAX_ITEMS} were read")
    hub, topic = _hub(dict(parsed.get("feed") or {}))
    return SourceRead(
        items=tuple(items[:MAX_ITEMS]), validators=Validators(), warnings=tuple(warnings), hub=hub, topic=topic
    )


def _parse(text: str) -> Mapping[str, Any] | None:
    """
    The answer of feedparser; None: it gave up.
    """
    import feedparser

    # A file object, because a string or bytes could name a file or an address, which feedparser would open. No address
    # of the feed, because feedparser would resolve guids against it, which are names and not to be touched.
    try:
        answer: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _PARSER_SURPRISES:
        return None
    return answer


def _read_entry(reader: EntryReader, entry: RawEntry, *, number: int, warnings: list[str]) -> SourceItem | None:
    """
    The item, or None with a warning; one broken item never costs the others.
    """
    # A plain dict, because feedparser's own answers a missing `updated` with `published`.
    try:
        item, complaints = reader.read(dict(entry))
    except InputError as error:
        warnings.append(f"item {number} of the feed {reader.url} was passed over: {error}")
        return None
    warnings.extend(f"item {number} of the feed {reader.url}: {complaint}" for complaint in complaints)
    return item


def _hub(feed: Mapping[str, Any]) -> tuple[str | None, str | None]:
    links = {
        str(link.get("rel")): str(link.get("href")) for link in reversed(feed.get("links") or []) if link.get("href")
    }
    hub = links.get("hub")
    return hub, (links.get("self") if hub else None)


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def _complaint(parsed: Mapping[str, Any]) -> str:
    return " ".join(str(parsed.get("bozo_exception", "")).split())[:160]


def _failed(settings: FeedSettings, clause: str) -> SourceFailed:
    return SourceFailed(detail=f"the feed {settings.url} {clause}")
