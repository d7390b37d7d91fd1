"""The sample site's articles as written down in articles/: TOML between two lines of +++, then the text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

SERVER_ZONE = ZoneInfo("Asia/Hong_Kong")
"""The zone of the site's server: pages print its time without saying so."""
EMBARGO_SPAN = timedelta(hours=2)

_FOLDER = Path(__file__).parent / "articles"
_FENCE = "+++\n"


class ImageKind(StrEnum):
    """
    What is behind an article's picture.
    """

    PHOTO = "photo"
    """A JPEG."""
    EXIF = "exif"
    """A JPEG lying on its side, with the camera and the place it was taken at in its EXIF."""
    PNG = "png"
    WEBP = "webp"
    HUGE = "huge"
    """A JPEG of 30 million pixels."""
    TEXT = "text"
    """A page of HTML that calls itself a JPEG."""
    BROKEN = "broken"
    """A JPEG that breaks off."""
    MISSING = "missing"
    """The page names a picture that answers 404."""
    NONE = "none"
    """The page names no picture."""

    @property
    def suffix(self) -> str:
        """
        How the picture's address ends, dot included.
        """
        return f".{self.value}" if self in {ImageKind.PNG, ImageKind.WEBP} else ".jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArticle:
    """
    An article before its publication.
    """

    slug: str
    category: str
    author: str
    title: str
    summary: str
    """Empty: it has none."""
    paragraphs: tuple[str, ...]
    note: str
    """What is special about it."""
    language: str
    keywords: tuple[str, ...]
    caption: str
    image: ImageKind
    noindex: bool
    stamp_shift: timedelta
    """How far its publication stamp is ahead of its publication; negative: an editor approved it later."""
    source_url: str = ""
    """Where it was imported from; empty: it is the site's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteArticle:
    """
    An article on the site.
    """

    written: WrittenArticle
    slug: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    created_at: datetime
    """The publication stamp, in UTC."""
    shown_at: datetime
    """When readers could first see it, whatever its stamp says."""
    number: int
    """Its place in the script, from 1; other systems than the CMS make the guid of it."""
    updated_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """
        When its page last changed for readers.
        """
        return self.updated_at or self.shown_at

    @property
    def path(self) -> str:
        """
        Its address on the site; only other languages than English are told from it.
        """
        language = self.written.language
        return f"/{self.slug}" if language == "en" else f"/{language}/{self.slug}"


def load_articles(folder: Path = _FOLDER) -> tuple[WrittenArticle, ...]:
    """
    The written articles in the order of their file names.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.txt")))


def publish_article(written: WrittenArticle, *, now: datetime, number: int = 1) -> SiteArticle:
    """
    The article with its stamps, and with the end of its embargo filled in where it speaks of one.
    """
    embargo = f"{(now + EMBARGO_SPAN).astimezone(SERVER_ZONE):%H:%M HKT on %d %B %Y}"
    return SiteArticle(
        written=written,
        slug=written.slug,
        title=written.title,
        summary=written.summary.replace("{embargo}", embargo),
        paragraphs=tuple(text.replace("{embargo}", embargo) for text in written.paragraphs),
        created_at=now + written.stamp_shift,
        shown_at=now,
        number=number,
    )


def split_paragraphs(text: str) -> tuple[str, ...]:
    """
    The paragraphs of a text with empty lines between them.
    """
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def newest_first(articles: Iterable[SiteArticle]) -> tuple[SiteArticle, ...]:
    """
    By publication stamp, as the site's CMS sorts them.
    """
    return tuple(sorted(articles, key=lambda article: article.created_at, reverse=True))


def _read(path: Path) -> WrittenArticle:
    _, head, body = path.read_text(encoding="utf-8").split(_FENCE, 2)
    facts = tomllib.loads(head)
    return WrittenArticle(
        slug=facts["slug"],
        category=facts["category"],
        author=facts["author"],
        title=facts["title"],
        summary=facts["summary"],
        paragraphs=split_paragraphs(body),
        note=facts["note"],
        language=facts.get("lang", "en"),
        keywords=tuple(facts["keywords"]),
        caption=facts.get("caption", ""),
        image=ImageKind(facts.get("image", "photo")),
        noindex=facts.get("noindex", False),
        stamp_shift=timedelta(minutes=facts.get("stamp_shift_minutes", 0)),
        source_url=facts.get("source_url", ""),
    )
