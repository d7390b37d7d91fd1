"""Finds the article in a page's JSON-LD; broken JSON is passed over, as the CMS prints it from string templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asiaradar_bot.adapters.news_site.feed_entry import names
from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, plain_text

ARTICLE_TYPES = frozenset({"BlogPosting", "LiveBlogPosting", "Report", "VideoObject", "PodcastEpisode"})
_MAX_NODES = 500
_NESTS = ("@graph", "mainEntity")


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredArticle:
    """
    What JSON-LD says of the article; empty text and None: it does not say.
    """

    title: str = ""
    summary: str = ""
    published: str = ""
    updated: str = ""
    """Stamps as they stand there."""
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str = ""
    language: str = ""
    body: str = ""


def find_article(scripts: Sequence[str]) -> StructuredArticle | None:
    """
    The first article among the scripts' objects; None: there is none that can be read.
    """
    for script in scripts:
        for node in _nodes(_load(script)):
            if _is_article(node):
                return _read(node)
    return None


def _load(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip()
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").strip().rstrip(";")
    try:
        # Line breaks inside strings are common and do no harm.
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """
    The objects that stand on their own, in their order: in lists, graphs and main entities.
    """
    waiting = [value]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        current = waiting.pop(0)
        if isinstance(current, list):
            waiting = [*current[:_MAX_NODES], *waiting]
        elif isinstance(current, dict):
            yield current
            waiting = [*(current[nest] for nest in _NESTS if nest in current), *waiting]


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = [_last_part(kind) for kind in _listed(node.get("@type")) if isinstance(kind, str)]
    return any(kind in ARTICLE_TYPES or kind.endswith("Article") for kind in kinds)


def _last_part(kind: str) -> str:
    return kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _read(node: Mapping[str, Any]) -> StructuredArticle:
    return StructuredArticle(
        title=plain_text(_text(node, "headline") or _text(node, "name"), limit=MAX_TITLE_CHARS),
        summary=plain_text(_text(node, "description")),
        published=_text(node, "datePublished") or _text(node, "uploadDate"),
        updated=_text(node, "dateModified"),
        authors=names(_names(node.get("author"))),
        sections=names(_split(node.get("articleSection"))),
        keywords=names(_split(node.get("keywords"))),
        image=next(_addresses(node.get("image")), "") or next(_addresses(node.get("thumbnailUrl")), ""),
        language=_language(node.get("inLanguage")),
        body=_text(node, "articleBody"),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(node: Mapping[str, Any], key: str) -> str:
    for value in _listed(node.get(key)):
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _names(value: Any) -> Iterator[str]:
    for part in _listed(value):
        if isinstance(part, str) and not part.startswith(("http://", "https://")):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("name"), str):
            yield part["name"]


def _split(value: Any) -> Iterator[str]:
    for part in _listed(value):
        if isinstance(part, str):
            yield from part.split(",")
        elif isinstance(part, dict) and isinstance(part.get("name"), str):
            yield part["name"]


def _addresses(value: Any) -> Iterator[str]:
    for part in _listed(value):
        if isinstance(part, str) and part.strip():
            yield part.strip()
        elif isinstance(part, dict):
            yield from (part[key].strip() for key in ("url", "contentUrl", "@id") if isinstance(part.get(key), str))


def _language(value: Any) -> str:
    for part in _listed(value):
        if isinstance(part, str):
            return part
        if isinstance(part, dict):
            return _text(part, "alternateName") or _text(part, "@id")
    return ""
