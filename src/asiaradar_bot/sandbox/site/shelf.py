"""What the sample site shows at this moment: published, changed and removed articles; for several threads."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asiaradar_bot.sandbox.site.articles import ImageKind, SiteArticle, WrittenArticle, newest_first, publish_article

FEED_CACHE_SPAN = timedelta(minutes=10)
"""How long version 2.4 keeps a feed's item list, whatever is published meanwhile."""


def name_slug(name: str) -> str:
    """
    The word that stands for an author or a tag in an address.
    """
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    Which articles a list shows; None: whatever it is.
    """

    category: str | None = None
    language: str | None = None
    author: str | None = None
    """As `name_slug` writes it, and so is the tag."""
    tag: str | None = None

    def takes(self, article: SiteArticle) -> bool:
        """
        Whether the article belongs to the list.
        """
        written = article.written
        return (
            self.category in {None, written.category}
            and self.language in {None, written.language}
            and self.author in {None, name_slug(written.author)}
            and (self.tag is None or self.tag in map(name_slug, written.keywords))
        )


EVERYTHING = Choice()


class Shelf:
    """
    The articles of the site; `now` is its clock, which tests may change for another.
    """

    def __init__(self, now: Callable[[], datetime], articles: Sequence[WrittenArticle]) -> None:
        self.now = now
        self._lock = threading.RLock()
        self._written = {article.slug: article for article in articles}
        self._numbers = {slug: number for number, slug in enumerate(self._written, start=1)}
        self._shown: dict[str, SiteArticle] = {}
        """By slug, in order of publication."""
        self._used: set[str] = set()
        """Slugs of the script that have been published once."""
        self._gone: dict[str, int] = {}
        """The status of what was removed, by slug."""
        self._moved: dict[str, str] = {}
        """New slugs of what answers with a redirect, by old slug."""
        self._kept: dict[str, tuple[datetime, tuple[SiteArticle, ...]]] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """
        All written articles in script order, published or not.
        """
        return tuple(self._written)

    def note(self, slug: str) -> str:
        """
        What is special about a written article.
        """
        return self._written[slug].note

    def image_kind(self, slug: str) -> ImageKind:
        """
        What is behind the picture of a written article; a picture of no article is missing.
        """
        written = self._written.get(slug)
        return written.image if written is not None else ImageKind.MISSING

    def publish(self, slug: str, *, at: datetime | None = None) -> SiteArticle:
        """
        The article, on the site from now on; one that was published before comes back with a new stamp.

        Raises:
            ValueError: no such article is written.
        """
        with self._lock:
            if slug not in self._written:
                raise ValueError(f"the sample site has no article {slug}; choose one of {', '.join(self._written)}")
            article = publish_article(self._written[slug], now=at or self.now(), number=self._numbers[slug])
            self._shown[slug] = article
            self._used.add(slug)
            self._free(slug)
            return article

    def publish_next(self, *, at: datetime | None = None) -> str | None:
        """
        The slug of the next article of the script, now published; None: all were.
        """
        with self._lock:
            slug = next((slug for slug in self._written if slug not in self._used), None)
            if slug is not None:
                self.publish(slug, at=at)
            return slug

    def is_used(self, slug: str) -> bool:
        """
        Whether the script's article was published once, whatever became of it.
        """
        return slug in self._used

    def update(
        self, slug: str, *, title: str | None, summary: str | None, paragraphs: tuple[str, ...] | None = None
    ) -> None:
        """
        Save the article again; the updated stamp moves even if nothing visible changes.

        Raises:
            ValueError: it is not on the site.
        """
        with self._lock:
            article = self._get(slug)
            self._shown[slug] = replace(
                article,
                title=article.title if title is None else title,
                summary=article.summary if summary is None else summary,
                paragraphs=article.paragraphs if paragraphs is None else paragraphs,
                updated_at=self.now(),
            )

    def rename(self, slug: str, new_slug: str, *, redirect: bool = False) -> None:
        """
        Give the article another address; the old one answers 404 as in the CMS, or redirects as elsewhere.

        Raises:
            ValueError: it is not on the site, or the new address is taken.
        """
        with self._lock:
            article = self._get(slug)
            if new_slug in self._shown:
                raise ValueError(f"the address {new_slug} is taken; choose another")
            del self._shown[slug]
            self._free(new_slug)
            if redirect:
                self._moved[slug] = new_slug
            else:
                self._gone[slug] = 404
            self._shown[new_slug] = replace(article, slug=new_slug, updated_at=self.now())

    def remove(self, slug: str, *, status: int) -> None:
        """
        Take the article off the site; its address answers `status`. Removing again changes the status.

        Raises:
            ValueError: it never was on the site.
        """
        with self._lock:
            if slug not in self._gone and slug not in self._moved:
                self._get(slug)
            self._shown.pop(slug, None)
            self._moved.pop(slug, None)
            self._gone[slug] = status

    def find(self, slug: str) -> SiteArticle | None:
        """
        The article under this slug, capitals or not, as the database of the site's CMS compares.
        """
        with self._lock:
            exact = self._shown.get(slug)
            return exact or next((article for key, article in self._shown.items() if key.lower() == slug.lower()), None)

    def gone_status(self, slug: str) -> int:
        """
        The status of an address without an article.
        """
        return self._gone.get(slug, 404)

    def moved_to(self, slug: str) -> SiteArticle | None:
        """
        The article that an old address redirects to, over several renamings; None: it does not.
        """
        with self._lock:
            seen: set[str] = set()
            while slug in self._moved and slug not in seen:
                seen.add(slug)
                slug = self._moved[slug]
            return self._shown.get(slug) if seen else None

    def by_number(self, number: str) -> SiteArticle | None:
        """
        The article on the site with this number; None: there is none.
        """
        with self._lock:
            return next((article for article in self._shown.values() if str(article.number) == number), None)

    def latest(self, chosen: Choice = EVERYTHING) -> tuple[SiteArticle, ...]:
        """
        What is on the site, newest stamp first.
        """
        with self._lock:
            return newest_first(article for article in self._shown.values() if chosen.takes(article))

    def categories(self) -> tuple[str, ...]:
        """
        The categories of the script, published in or not.
        """
        return tuple(dict.fromkeys(article.category for article in self._written.values()))

    def languages(self) -> tuple[str, ...]:
        """
        The languages of the script, published in or not.
        """
        return tuple(dict.fromkeys(article.language for article in self._written.values()))

    def authors(self) -> dict[str, str]:
        """
        The names of the script's authors by the word that stands for them in addresses.
        """
        return {name_slug(article.author): article.author for article in self._written.values()}

    def kept_latest(
        self, key: str, *, span: timedelta, chosen: Choice = EVERYTHING
    ) -> tuple[datetime, tuple[SiteArticle, ...]]:
        """
        As `latest`, but kept under `key` for `span`, with the time it is from; publishing does not empty it.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self.now() - kept[0] >= span:
                kept = self._kept[key] = (self.now(), self.latest(chosen))
            return kept

    def _free(self, slug: str) -> None:
        self._gone.pop(slug, None)
        self._moved.pop(slug, None)

    def _get(self, slug: str) -> SiteArticle:
        if slug not in self._shown:
            raise ValueError(f"{slug} is not on the sample site; publish it first")
        return self._shown[slug]
