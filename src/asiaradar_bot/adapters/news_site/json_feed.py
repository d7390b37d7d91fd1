"""Reads JSON Feed 1.0 and 1.1. Source: jsonfeed.org/version/1.1."""

from __future__ import annotations

import json
from typing import Any

from asiaradar_bot.adapters.news_site.feed_entry import MAX_ID_CHARS, clean_language, names, secured
from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, decode_document, plain_text
from asiaradar_bot.adapters.news_site.stamps import read_stamp
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.rules.addresses import absolute_url

MAX_ITEMS = 1000


def looks_like_json(content: bytes) -> bool:
    """
    Whether the document begins as a JSON object does.
    """
    return content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"{"


def read_json_feed(content: bytes, *, url: str, language: str | None, zone: str) -> SourceRead | SourceFailed:
    """
    The items of a JSON feed in its order; never raises.
    """
    text, warning = decode_document(content, charset=None)
    try:
        feed = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return SourceFailed(detail=f"the JSON feed {url} is not valid JSON ({error}); have the site mend it")
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return SourceFailed(detail=f"the JSON document {url} is no JSON feed, as it has no list of items")
    warnings = [f"the feed {url}: {warning}"] if warning else []
    if len(items) > MAX_ITEMS:
        warnings.append(f"the feed {url} has {len(items)} items; only the first {MAX_ITEMS} were read")
    read: list[SourceItem] = []
    for number, entry in enumerate(items[:MAX_ITEMS], start=1):
        try:
            read.append(_item(entry, url=url, language=_string(feed, "language") or language, zone=zone))
        except InputError as error:
            warnings.append(f"item {number} of the feed {url} was passed over: {error}")
    hub = next((_string(entry, "url") for entry in _objects(feed.get("hubs")) if _string(entry, "url")), None)
    topic = _string(feed, "feed_url") or url if hub else None
    return SourceRead(items=tuple(read), validators=Validators(), warnings=tuple(warnings), hub=hub, topic=topic)


def _item(entry: Any, *, url: str, language: str | None, zone: str) -> SourceItem:
    if not isinstance(entry, dict):
        raise InputError("it is no object")
    address = _string(entry, "url") or _string(entry, "external_url") or _string(entry, "id")
    if not address or not (_string(entry, "url") or address.startswith(("http://", "https://"))):
        raise InputError(f"«{plain_text(_string(entry, 'title'), limit=80)}» has no address")
    address = absolute_url(address, base=url)
    picture = _string(entry, "image") or _string(entry, "banner_image")
    return SourceItem(
        id=plain_text(_id(entry), limit=MAX_ID_CHARS) or address,
        url=address,
        title=plain_text(_string(entry, "title"), limit=MAX_TITLE_CHARS),
        summary=plain_text(_string(entry, "summary")),
        published_at=read_stamp(_string(entry, "date_published"), zone=zone),
        updated_at=read_stamp(_string(entry, "date_modified"), zone=zone),
        authors=_authors(entry),
        keywords=names(tag for tag in _list(entry.get("tags")) if isinstance(tag, str)),
        image=_picture(picture, url=url),
        language=clean_language(_string(entry, "language")) or clean_language(language),
    )


def _picture(picture: str, *, url: str) -> str | None:
    try:
        return secured(absolute_url(picture, base=url), page=url) if picture else None
    except InputError:
        return None


def _authors(entry: dict[str, Any]) -> tuple[str, ...]:
    stated = [*_objects(entry.get("authors")), *_objects([entry.get("author")])]
    return names(_string(author, "name") for author in stated)


def _id(entry: dict[str, Any]) -> str:
    """
    The id as text; version 1.0 asks to take numbers too.
    """
    value = entry.get("id")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [part for part in _list(value) if isinstance(part, dict)]


def _string(mapping: dict[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value.strip() if isinstance(value, str) else ""
