"""
Reads an article's page: what its meta tags, JSON-LD and body say, in a fixed order of trust.

Title, summary, dates, authors, section, keywords: JSON-LD first, as it is written for machines and carries zones; then
meta tags; then what readers see. Image: og:image first, as it is chosen for sharing. Language: `html lang`, then
JSON-LD, never og:locale, which the site's CMS prints as en_US whatever the language. `twitter:site` is not read: there
it is the site's name with an @, not its account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from asiaradar_bot.adapters.news_site.feed_entry import clean_language, names, secured
from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, decode_document, html_tree, markup_text, plain_text
from asiaradar_bot.adapters.news_site.page_body import read_paragraphs, split_paragraphs
from asiaradar_bot.adapters.news_site.page_dump import looks_like_html, read_page_dump
from asiaradar_bot.adapters.news_site.stamps import read_stamp
from asiaradar_bot.adapters.news_site.structured import StructuredArticle, find_article
from asiaradar_bot.model.article import ArticlePage
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import absolute_url
from asiaradar_bot.rules.cleaning import same_words

MAX_PAGE_BYTES = 3 * 1024 * 1024
MAX_ALT_CHARS = 1000

_VISIBLE_STAMP = re.compile(r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4} - \d{1,2}:\d{2}\b")
_STAMP_PLACES = ".post-meta, .post-details, .post-header, .post-title, article header, .post-content"
_ROBOT_DIRECTIVE = re.compile(r"^(?:(?P<agent>[a-z][a-z0-9_-]*)\s*:)?\s*(?P<directive>[a-z][a-z0-9_-]*)", re.IGNORECASE)
_OUR_ROBOTS = frozenset({"", "googlebot"})
_VALUED_DIRECTIVES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_CREDIT = re.compile(r"\s+\|\s+.*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """
    A parsed page with what is asked of it again and again.
    """

    tree: LexborHTMLParser
    meta: dict[str, list[str]]
    """By lower-case name or property, in order."""
    data: StructuredArticle
    has_data: bool
    url: str
    zone: str

    def first(self, *keys: str) -> str:
        """
        The first non-empty meta content under one of the keys, which are tried in order.
        """
        return next((content for key in keys for content in self.meta.get(key, ()) if content), "")


def read_page_document(
    content: bytes,
    *,
    url: str,
    content_type: str | None = None,
    language: str | None = None,
    zone: str = "UTC",
    final_url: str | None = None,
    robots: str = "",
) -> ArticlePage:
    """
    What the page says; `language` and `zone` are used where it names none.

    `content_type` is the HTTP header's value, charset included; `final_url` where the page was found, if redirected;
    `robots` the X-Robots-Tag header. A plain-text copy of a page (title, summary, stamps, caption, paragraphs) is
    read too.

    Raises:
        InputError: it is too large, no text, or built to stall a parser.
    """
    if len(content) > MAX_PAGE_BYTES:
        raise InputError(f"the page {url} is larger than {MAX_PAGE_BYTES:,} bytes; give the article's own page")
    if b"\0" in content[:1000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"the page {url} is no text; give an HTML page or its plain text")
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]{1,40})", content_type or "", re.IGNORECASE)
    text, _ = decode_document(content, charset=charset.group(1) if charset else None)
    found_at = final_url or url
    if not looks_like_html(text):
        return read_page_dump(text, url=url, final_url=found_at, language=language, zone=zone)
    try:
        tree = html_tree(text)
    except InputError as error:
        raise InputError(f"the page {url} was refused: {error}") from error
    return _read_tree(tree, url=url, final_url=found_at, language=language, zone=zone, robots=robots)


def _read_tree(
    tree: LexborHTMLParser, *, url: str, final_url: str, language: str | None, zone: str, robots: str
) -> ArticlePage:
    data = find_article([node.text() for node in tree.css("script[type='application/ld+json']")])
    reading = _Reading(
        tree=tree,
        meta=_meta(tree),
        data=data or StructuredArticle(),
        has_data=data is not None,
        url=_base(tree, final_url),
        zone=zone,
    )
    title = _title(reading)
    image = _image(reading)
    published_at, updated_at = _stamps(reading)
    canonical_url = _canonical(reading)
    page_language = _language(reading) or clean_language(language)
    summary, authors, section, categories = (
        _summary(reading),
        _authors(reading),
        _section(reading),
        _categories(reading),
    )
    image_alt = _image_alt(reading, image=image, title=title)
    keywords = _keywords(reading)
    # Last, because it takes the tree apart.
    paragraphs = read_paragraphs(tree, without=(title, summary)) or split_paragraphs(reading.data.body)
    return ArticlePage(
        requested_url=url,
        final_url=final_url,
        canonical_url=canonical_url,
        is_article=reading.has_data or reading.first("og:type").lower() == "article",
        noindex=_is_noindex(reading, robots),
        title=title,
        summary=summary,
        paragraphs=paragraphs,
        published_at=published_at,
        updated_at=updated_at,
        authors=authors,
        section=section,
        categories=categories,
        keywords=keywords,
        image=image,
        image_alt=image_alt,
        language=page_language,
    )


def _meta(tree: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in tree.css("meta"):
        name = (
            node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop") or ""
        ).strip()
        content = (node.attributes.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), []).append(content)
    return found


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    return _absolute((node.attributes.get("href") or "") if node is not None else "", base=url) or url


def _absolute(address: str, *, base: str) -> str | None:
    try:
        return absolute_url(address, base=base) if address.strip() else None
    except InputError:
        return None


def _text(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return markup_text(node.html or "", limit=MAX_TITLE_CHARS) if node is not None else ""


def _title(reading: _Reading) -> str:
    shared = plain_text(reading.first("og:title", "twitter:title"), limit=MAX_TITLE_CHARS)
    headline = reading.data.title
    # Some systems cut the headline for machines and share the whole one.
    if headline.endswith(("…", "...")) and shared.startswith(headline.rstrip("….").rstrip()):
        return shared
    return (
        headline
        or shared
        or _text(reading.tree, "h1.title, h1.post-title, article h1, main h1, h1")
        or _text(reading.tree, "head > title")
    )


def _summary(reading: _Reading) -> str:
    stated = plain_text(reading.first("og:description", "description", "twitter:description"))
    return reading.data.summary or stated or _text(reading.tree, ".post-summary")


def _canonical(reading: _Reading) -> str | None:
    node = reading.tree.css_first("link[rel~=canonical][href]")
    stated = (node.attributes.get("href") or "") if node is not None else ""
    return _absolute(stated, base=reading.url) or _absolute(reading.first("og:url"), base=reading.url)


def _stamps(reading: _Reading) -> tuple[datetime | None, datetime | None]:
    """
    Published and updated; the stamps that readers see are the last resort, as they carry no zone.
    """
    published = _first_stamp(
        reading,
        [reading.data.published, reading.first("article:published_time", "og:article:published_time", "datepublished")],
    )
    updated = _first_stamp(
        reading,
        [reading.data.updated, reading.first("article:modified_time", "og:updated_time", "datemodified")],
    )
    if published is None:
        seen = _visible_stamps(reading)
        published = seen[0] if seen else None
        updated = updated or (seen[1] if len(seen) > 1 else None)
    return published, updated


def _first_stamp(reading: _Reading, texts: Iterable[str]) -> datetime | None:
    return next((at for text in texts if (at := read_stamp(text, zone=reading.zone))), None)


def _visible_stamps(reading: _Reading) -> list[datetime]:
    for node in reading.tree.css(_STAMP_PLACES):
        found = _VISIBLE_STAMP.findall(markup_text(node.html or "", limit=3000))
        stamps = [at for text in found[:2] if (at := read_stamp(text, zone=reading.zone))]
        if stamps:
            return stamps
    timed = reading.tree.css_first("time[datetime]")
    stated = read_stamp(timed.attributes.get("datetime"), zone=reading.zone) if timed is not None else None
    return [stated] if stated else []


def _authors(reading: _Reading) -> tuple[str, ...]:
    """
    Names for display; an author given by address only is none.
    """
    stated = [*reading.meta.get("author", ()), *reading.meta.get("article:author", ())]
    return reading.data.authors or names(name for name in stated if "://" not in name) or _seen_authors(reading)


def _seen_authors(reading: _Reading) -> tuple[str, ...]:
    return names(
        [_text(reading.tree, ".post-author-meta a, .post-details .author, .author-name, [rel=author], .byline a")]
    )


def _section(reading: _Reading) -> str | None:
    stated = [*reading.data.sections, *names(reading.meta.get("article:section", ()))]
    return (
        stated[0]
        if stated
        else _text(reading.tree, ".post-content .badge-category, .post-header .badge-category") or None
    )


def _categories(reading: _Reading) -> tuple[str, ...]:
    return reading.data.sections or names(reading.meta.get("article:section", ()))


def _keywords(reading: _Reading) -> tuple[str, ...]:
    stated = reading.meta.get("article:tag") or (reading.first("news_keywords", "keywords")).split(",")
    return reading.data.keywords or names(stated)


def _image(reading: _Reading) -> str | None:
    for address in (
        reading.first("og:image:secure_url", "og:image", "og:image:url"),
        reading.data.image,
        reading.first("twitter:image", "twitter:image:src"),
        _body_picture(reading),
    ):
        absolute = _absolute(address, base=reading.url)
        if absolute is not None:
            return secured(absolute, page=reading.url)
    return None


def _body_picture(reading: _Reading) -> str:
    node = reading.tree.css_first(".post-image img, .post-content img, article figure img, article img")
    if node is None:
        return ""
    return node.attributes.get("data-src") or node.attributes.get("src") or ""


def _image_alt(reading: _Reading, *, image: str | None, title: str) -> str | None:
    """
    What the page says that the picture shows; a repeated headline says nothing of it.
    """
    node = _node_of_picture(reading, image)
    caption = _text(reading.tree, ".post-image figcaption, .post-image .img-description, figure figcaption")
    candidates = [
        reading.first("og:image:alt"),
        (node.attributes.get("alt") or "") if node is not None else "",
        caption,
        reading.first("twitter:image:alt"),
    ]
    for candidate in candidates:
        text = plain_text(candidate, limit=MAX_ALT_CHARS)
        text = _CREDIT.sub("", text)
        if text and not same_words(text, title):
            return text
    return None


def _node_of_picture(reading: _Reading, image: str | None) -> LexborNode | None:
    file_name = (image or "").rpartition("/")[2].partition("?")[0]
    for node in reading.tree.css("img"):
        source = f"{node.attributes.get('src') or ''} {node.attributes.get('data-src') or ''}"
        if file_name and file_name in source:
            return node
    return reading.tree.css_first(".post-image img")


def _language(reading: _Reading) -> str | None:
    node = reading.tree.css_first("html[lang]")
    stated = node.attributes.get("lang") if node is not None else None
    return clean_language(stated) or clean_language(reading.data.language)


def _is_noindex(reading: _Reading, robots: str) -> bool:
    stated = [*reading.meta.get("robots", ()), *reading.meta.get("googlebot", ()), robots]
    return any(_forbids_indexing(value) for value in stated)


def _forbids_indexing(value: str) -> bool:
    """
    Whether the directives, for everybody or for the search engine that counts, keep the page out.

    An agent's name stands before its first directive and counts until the next name.
    Source: Google Search Central, robots meta tag and X-Robots-Tag specifications.
    """
    agent = ""
    for part in value.lower().split(","):
        found = _ROBOT_DIRECTIVE.match(part.strip())
        if found is None:
            continue
        if found["agent"] and found["agent"] not in _VALUED_DIRECTIVES:
            agent = found["agent"]
        if agent in _OUR_ROBOTS and found["directive"] in {"noindex", "none"}:
            return True
    return False
