"""Makes a source item of one entry as feedparser gives it, by what the news site's CMS and its like are known to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, plain_text
from asiaradar_bot.adapters.news_site.stamps import read_stamp
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import absolute_url

RawEntry = Mapping[str, Any]

MAX_NAMES = 30
MAX_NAME_CHARS = 200
MAX_ID_CHARS = 1000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReader:
    """
    Reads the entries of one feed.
    """

    url: str
    language: str | None
    zone: str
    is_atom: bool = False

    def read(self, entry: RawEntry) -> tuple[SourceItem, list[str]]:
        """
        The item, and what of it could not be read, a clause each.

        Raises:
            InputError: it has no usable address.
        """
        complaints: list[str] = []
        url = self._address(entry)
        updated_at = self._stamp(entry, "updated", complaints)
        published_at = self._stamp(entry, "published", complaints)
        if published_at is None and not self.is_atom and not _string(entry, "published"):
            # RSS 1.0 has only dc:date, which is when the item was published; feedparser calls it updated.
            published_at, updated_at = updated_at, None
        keywords = names(_string(entry, "media_keywords").split(","))
        item = SourceItem(
            id=plain_text(_string(entry, "id"), limit=MAX_ID_CHARS) or url,
            url=url,
            title=plain_text(_string(entry, "title"), limit=MAX_TITLE_CHARS),
            summary=_summary(entry),
            published_at=published_at,
            updated_at=updated_at,
            authors=_authors(entry),
            categories=_categories(entry, keywords),
            keywords=keywords,
            image=self._image(entry, complaints),
            language=clean_language(_detail_language(entry)) or clean_language(self.language),
        )
        if not item.title:
            complaints.append("it has no title")
        if len(_string(entry, "title")) > MAX_TITLE_CHARS and len(item.title) > MAX_TITLE_CHARS - 2:
            complaints.append(f"its title was cut at {MAX_TITLE_CHARS} characters")
        return item, complaints

    def _address(self, entry: RawEntry) -> str:
        guid = _string(entry, "id")
        link = _string(entry, "link") or guid
        # A guid that says nothing of itself stands as the link in feedparser's answer, whatever it is.
        if not link or (link == guid and not guid.startswith(("http://", "https://"))):
            raise InputError(f"«{plain_text(_string(entry, 'title'), limit=80) or guid[:80]}» has no address")
        return absolute_url(link, base=self.url)

    def _stamp(self, entry: RawEntry, name: str, complaints: list[str]) -> Any:
        text = _string(entry, name)
        at = read_stamp(text, zone=self.zone)
        if text and at is None:
            complaints.append(f"its date «{plain_text(text, limit=60)}» can't be read and counts as missing")
        return at

    def _image(self, entry: RawEntry, complaints: list[str]) -> str | None:
        for address in _pictures(entry):
            try:
                return secured(absolute_url(address, base=self.url), page=self.url)
            except InputError as error:
                complaints.append(f"its picture was passed over: {error}")
        return None


def secured(picture: str, *, page: str) -> str:
    """
    The picture's address, with https where the page has it: some systems write http whatever the site speaks.
    """
    if page.startswith("https://") and picture.startswith("http://"):
        return f"https://{picture.removeprefix('http://')}"
    return picture


def names(parts: Iterable[str]) -> tuple[str, ...]:
    """
    Cleaned names in order, without empty and repeated ones.
    """
    cleaned = (plain_text(part, limit=MAX_NAME_CHARS) for part in parts)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MAX_NAMES]


def clean_language(tag: str | None) -> str | None:
    """
    The language tag in lower case with hyphens, e.g. `zh-hans`; None: none, or nonsense.
    """
    text = (tag or "").strip().lower().replace("_", "-")
    return text if _LANGUAGE.fullmatch(text) else None


def _string(entry: RawEntry, name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _mappings(entry: RawEntry, name: str) -> list[Mapping[str, Any]]:
    value = entry.get(name)
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _summary(entry: RawEntry) -> str:
    """
    The summary; empty if what stands there is the whole article, which feedparser puts in place of a missing one.
    """
    summary = _string(entry, "summary")
    bodies = {_string(part, "value") for part in _mappings(entry, "content")}
    return "" if summary in bodies else plain_text(summary)


def _authors(entry: RawEntry) -> tuple[str, ...]:
    stated = [_string(author, "name") for author in _mappings(entry, "authors")]
    return names(name for name in stated if not _is_mail(name))


def _is_mail(name: str) -> bool:
    """
    Whether it is an address of mail alone; found by looking once, as a pattern takes hours with thousands of «@.».
    """
    at = name.find("@", 1)
    dot = name.find(".", at + 2)
    return at > 0 and at + 1 < dot < len(name) - 1 and len(name.split()) == 1


def _categories(entry: RawEntry, keywords: tuple[str, ...]) -> tuple[str, ...]:
    """
    The tags that are no keywords; feedparser puts `media:keywords` among the tags.
    """
    terms = list(names(_string(tag, "term") or _string(tag, "label") for tag in _mappings(entry, "tags")))
    return tuple(term for term in terms if term not in keywords)


def _pictures(entry: RawEntry) -> list[str]:
    """
    Addresses of pictures, the most fitting first.
    """
    found: list[str] = []
    for name, key in (("links", "href"), ("media_content", "url"), ("media_thumbnail", "url")):
        for part in _mappings(entry, name):
            address = _string(part, key)
            if name == "links" and part.get("rel") != "enclosure":
                continue
            if address and (name == "media_thumbnail" or _is_picture(part, address)):
                found.append(address)
    return found


def _is_picture(part: Mapping[str, Any], address: str) -> bool:
    kind = _string(part, "type") or _string(part, "medium")
    return kind.startswith("image") or (not kind and bool(_PICTURE_NAME.search(address)))


def _detail_language(entry: RawEntry) -> str | None:
    detail = entry.get("title_detail")
    language = detail.get("language") if isinstance(detail, Mapping) else None
    return language if isinstance(language, str) else None
