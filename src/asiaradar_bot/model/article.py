"""What a source shows, what the article's page says, and the one article behind all its names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

ArticleId = NewType("ArticleId", int)


class ArticleState(StrEnum):
    """
    How far an article has come; the text is what the database stores.
    """

    NOTICED = "noticed"
    """A source showed it; its page is still to be read."""
    READ = "read"
    """Its facts are on record; it waits for a decision."""
    DECIDED = "decided"
    """Decided to be posted or held; it waits for its wording."""
    DONE = "done"
    """Skipped, or its post exists; only a new revision wakes it."""


ARTICLE_MOVES: dict[ArticleState, frozenset[ArticleState]] = {
    ArticleState.NOTICED: frozenset({ArticleState.READ, ArticleState.DONE}),
    ArticleState.READ: frozenset({ArticleState.DECIDED, ArticleState.DONE}),
    ArticleState.DECIDED: frozenset({ArticleState.DONE, ArticleState.READ}),
    ArticleState.DONE: frozenset({ArticleState.READ, ArticleState.NOTICED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """
    One item as a feed, listing or sitemap shows it, decoded and trimmed but not yet believed.
    """

    id: str
    """The guid, or the address where the source has none; never empty."""
    url: str
    """Absolute http(s) address as the source gives it."""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    """None: missing or unreadable. A stamp without zone was read in the source's zone."""
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    """BCP 47, lower case, e.g. `en`, `zh-hans`; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """
    What an article's own page says of itself; empty text and None mean that the page does not say.
    """

    requested_url: str
    final_url: str
    """After redirects."""
    canonical_url: str | None
    """`link rel=canonical` or og:url, absolute; not yet cleaned of tracking parameters."""
    is_article: bool
    """og:type article, or JSON-LD NewsArticle, Article, BlogPosting, VideoObject and their kin."""
    noindex: bool
    title: str = ""
    summary: str = ""
    paragraphs: tuple[str, ...] = ()
    """The body's own text, boilerplate dropped, in order."""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    image_alt: str | None = None
    """og:image:alt, the picture's alt or its caption."""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What we hold to be true of an article: page facts over feed facts, cleaned; the content of a revision.
    """

    url: str
    """Canonical address: https where the site answers, percent-encoded, no tracking parameters, no fragment."""
    title: str
    summary: str
    body: str = ""
    """First paragraphs, joined by newlines; used when the summary is missing."""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str | None = None
    image_alt: str | None = None
    language: str | None = None
    noindex: bool = False
    is_article: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """
    One article, whatever names it comes by.
    """

    id: ArticleId
    url: str
    """Canonical address of the newest revision."""
    state: ArticleState
    source: str
    """Name of the source that showed it first."""
    first_seen_at: datetime
    facts: Facts
    revision: int
    """1 for the first; counts up with each change of the facts."""
    read_at: datetime | None
    """When its page was last read with success."""
    next_read_at: datetime | None = None
    """When the page is to be read again, where reading failed."""
    read_failures: int = 0
    seeded: bool = False
    """True: it stood in the source when the bot first looked; recorded, never posted by itself."""
    burst: int = 0
    """How many new articles came in the same poll as this one."""
    gone_at: datetime | None = None
    """When its page was first found to be gone (404, 410)."""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    The facts of an article at one moment, and which of them changed.
    """

    article_id: ArticleId
    number: int
    seen_at: datetime
    facts: Facts
    changed: tuple[str, ...]
    """Names of the fields that differ from the revision before; empty for the first."""
