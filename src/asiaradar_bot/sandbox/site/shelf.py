"""What the sample site shows at this moment: published, changed and removed articles; for several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from asiaradar_bot.sandbox.site.articles import ImageKind, SiteArticle, load_articles, newest_first, publish_article

FEED_CACHE_SPAN = timedelta(minutes=10)
"""How long version 2.4 keeps a feed's item list, whatever is published meanwhile."""


class Shelf:
    """
    The articles of the site; `now` is its clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._lock = threading.RLock()
        self._written = {article.slug: article for article in load_articles()}
        self._shown: dict[str, SiteArticle] = {}
        """By slug, in order of publication."""
        self._used: set[str] = set()
        """Slugs of the script that have been published once."""
        self._gone: dict[str, int] = {}
        """The status of what was removed, by slug."""
        self._cached: dict[str, tuple[datetime, tuple[SiteArticle, ...]]] = {}

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
            article = publish_article(self._written[slug], now=at or self.now())
            self._shown[slug] = article
            self._used.add(slug)
            self._gone.pop(slug, None)
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

    def update(self, slug: str, *, title: str | None, summary: str | None) -> None:
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
                updated_at=self.now(),
            )

    def rename(self, slug: str, new_slug: str) -> None:
        """
        Give the article another address; the old one answers 404 from now on, as in the site's CMS.

        Raises:
            ValueError: it is not on the site, or the new address is taken.
        """
        with self._lock:
            article = self._get(slug)
            if new_slug in self._shown:
                raise ValueError(f"the address {new_slug} is taken; choose another")
            del self._shown[slug]
            self._gone[slug] = 404
            self._gone.pop(new_slug, None)
            self._shown[new_slug] = replace(article, slug=new_slug, updated_at=self.now())

    def remove(self, slug: str, *, status: int) -> None:
        """
        Take the article off the site; its address answers `status`. Removing again changes the status.

        Raises:
            ValueError: it never was on the site.
        """
        with self._lock:
            if slug not in self._gone:
                self._get(slug)
            self._shown.pop(slug, None)
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

    def latest(self, *, category: str | None = None, language: str | None = None) -> tuple[SiteArticle, ...]:
        """
        What is on the site, newest stamp first; None: of all categories, in all languages.
        """
        with self._lock:
            return newest_first(
                article
                for article in self._shown.values()
                if category in (None, article.written.category) and language in (None, article.written.language)
            )

    def categories(self) -> tuple[str, ...]:
        """
        The categories of the script, published in or not.
        """
        return tuple(dict.fromkeys(article.category for article in self._written.values()))

    def cached_latest(
        self, key: str, *, category: str | None = None, language: str | None = None
    ) -> tuple[SiteArticle, ...]:
        """
        As `latest`, but kept under `key` for ten minutes; publishing does not empty it.
        """
        with self._lock:
            at, articles = self._cached.get(key, (None, ()))
            if at is None or self.now() - at >= FEED_CACHE_SPAN:
                articles = self.latest(category=category, language=language)
                self._cached[key] = (self.now(), articles)
            return articles

    def _get(self, slug: str) -> SiteArticle:
        if slug not in self._shown:
            raise ValueError(f"{slug} is not on the sample site; publish it first")
        return self._shown[slug]
