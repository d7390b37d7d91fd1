"""What X makes of a post's text: cleaned on the way in; links as t.co, entities and escapes on the way out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Literal
from urllib.parse import urlsplit

from asiaradar_bot.rules import post_text
from asiaradar_bot.sandbox.x.nouns import StoredMedia, StoredPost

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SLUG_CHARS = 10
_DISPLAY_CHARS = 27

SpanKind = Literal["url", "hashtag", "mention", "cashtag"]


@dataclass(frozen=True, slots=True)
class Span:
    """
    A piece of a text that means something; `value` is the link as written, or the tag without its sign.
    """

    start: int
    end: int
    kind: SpanKind
    value: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """
    A text as X's answers carry it, with its entities.
    """

    text: str
    entities: dict[str, list[dict[str, Any]]]


def clean(text: str) -> str:
    """
    The text as X keeps it: NFC, LF line ends, no space at either end.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def full_address(link: str) -> str:
    """
    Where a link leads: bare hosts get a scheme.
    """
    return link if re.match(r"https?://", link, re.IGNORECASE) else f"http://{link}"


def display_address(link: str) -> str:
    """
    A link as readers see it: without scheme, cut after some letters.
    """
    bare = re.sub(r"^https?://(www\.)?", "", link, flags=re.IGNORECASE)
    return bare if len(bare) <= _DISPLAY_CHARS else bare[: _DISPLAY_CHARS - 1] + "…"


def host_of(link: str) -> str:
    """
    The host that a link card names.
    """
    host = urlsplit(full_address(link)).hostname or ""
    return host.removeprefix("www.")


def spans(text: str) -> list[Span]:
    """
    Links and tags of a text in order, never overlapping.
    """
    found = [Span(start, end, "url", link) for start, end, link in post_text.link_spans(text)]
    tags: tuple[tuple[SpanKind, str, list[str]], ...] = (
        ("hashtag", "#＃", post_text.hashtags(text)),  # noqa: RUF001  the full-width sign makes hashtags too
        ("mention", "@＠", post_text.mentions(text)),  # noqa: RUF001  same
        ("cashtag", "$", post_text.cashtags(text)),
    )
    for kind, signs, names in tags:
        found += _tag_spans(text, kind, signs=signs, names=names, taken=found)
    return sorted(found, key=lambda span: span.start)


def _tag_spans(text: str, kind: SpanKind, *, signs: str, names: Sequence[str], taken: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    cursor = 0
    for name in names:
        for match in re.finditer(f"[{re.escape(signs)}]{re.escape(name)}", text[cursor:]):
            start, end = cursor + match.start(), cursor + match.end()
            if not any(span.start < end and start < span.end for span in taken):
                found.append(Span(start, end, kind, name))
                cursor = end
                break
    return found


@lru_cache(maxsize=4096)
def show(post: StoredPost, media: tuple[StoredMedia, ...], *, username: str) -> ShownText:
    """
    The post's text as X gives it: `&`, `<` and `>` escaped, links as t.co, one more t.co at the end for media.

    Posts and media never change, so that the answer is kept; treat the entities as read-only.
    """
    pieces: list[str] = []
    entities: dict[str, list[dict[str, Any]]] = {}
    length = cursor = 0

    def put(piece: str) -> tuple[int, int]:
        nonlocal length
        start = length
        pieces.append(piece)
        length += len(piece)
        return start, length

    for number, span in enumerate(spans(post.text)):
        put(escape(post.text[cursor : span.start], quote=False))
        cursor = span.end
        if span.kind == "url":
            address = short_address(post.id, number)
            start, end = put(address)
            entity = _url_entity(span.value, address)
        else:
            start, end = put(escape(post.text[span.start : span.end], quote=False))
            entity = {"username" if span.kind == "mention" else "tag": span.value}
        entities.setdefault(f"{span.kind}s", []).append({"start": start, "end": end, **entity})
    put(escape(post.text[cursor:], quote=False))
    if media:
        put(" " if length else "")
        start, end = put(short_address(post.id, -1))
        entities.setdefault("urls", []).extend(
            {"start": start, "end": end, **_media_entity(post, item, username)} for item in media
        )
    return ShownText("".join(pieces), entities)


def short_address(post_id: str, number: int) -> str:
    """
    The t.co address of a post's link number `number`; always the same one.
    """
    digest = int.from_bytes(hashlib.sha256(f"{post_id}:{number}".encode()).digest()[:10])
    letters = []
    for _ in range(_SLUG_CHARS):
        digest, rest = divmod(digest, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "https://t.co/" + "".join(letters)


def _url_entity(link: str, address: str) -> dict[str, Any]:
    expanded = full_address(link)
    return {
        "url": address,
        "expanded_url": expanded,
        "display_url": display_address(link),
        "unwound_url": expanded,
        "status": 200,
    }


def _media_entity(post: StoredPost, media: StoredMedia, username: str) -> dict[str, Any]:
    address = short_address(post.id, -1)
    kind = "photo" if media.kind == "photo" else "video"
    return {
        "url": address,
        "expanded_url": f"https://x.com/{username}/status/{post.id}/{kind}/1",
        "display_url": address.replace("https://t.co/", "pic.x.com/"),
        "media_key": media.key,
    }
