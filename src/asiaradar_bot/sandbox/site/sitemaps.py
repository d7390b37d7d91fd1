"""The sample site's sitemaps and its robots.txt."""

from __future__ import annotations

import re
from datetime import timedelta

from asiaradar_bot.sandbox.site.behaviours import Answer
from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.rendering import Renderer
from asiaradar_bot.sandbox.site.shelf import Shelf, name_slug

NEWS_SPAN = timedelta(days=2)
"""How old an article may be in the news sitemap. Source: Google Search Central, "News sitemaps"."""

_XML = "application/xml; charset=utf-8"
_PART = re.compile(r"/sitemap(?:-(?P<part>[1-9]\d*))?\.xml")


class Sitemaps:
    """
    Answers the addresses that robots look for.
    """

    def __init__(self, shelf: Shelf, renderer: Renderer, *, habits: SiteHabits) -> None:
        self._shelf = shelf
        self._renderer = renderer
        self._habits = habits

    def answer(self, path: str) -> Answer | None:
        """
        The file at this address; None: it is another's.
        """
        if path == "/robots.txt":
            sentence = f"User-agent: *\nDisallow:\nSitemap: {self._renderer.base_url}/sitemap.xml\n"
            return Answer(content_type="text/plain; charset=utf-8", body=sentence.encode())
        if path == "/news-sitemap.xml":
            return self._news()
        found = _PART.fullmatch(path)
        return None if found is None else self._part(found["part"])

    def _news(self) -> Answer:
        now = self._shelf.now()
        fresh = [article for article in self._shelf.latest() if now - article.created_at <= NEWS_SPAN]
        return Answer(content_type=_XML, body=self._renderer.print("news-sitemap.xml", articles=fresh))

    def _part(self, part: str | None) -> Answer | None:
        """
        The whole sitemap, or where it is split its index and its parts, all as the cron job last wrote them.
        """
        written_at, articles = self._shelf.kept_latest("/sitemap.xml", span=self._habits.sitemap_every)
        paths = ["/", "/about", *(f"/category/{name}" for name in self._shelf.categories())]
        paths += [article.path for article in articles]
        paths += [f"/tag/{word}" for word in _tags([word for article in articles for word in article.written.keywords])]
        rows = [path.lower() for path in paths]
        size = self._habits.sitemap_rows or len(rows)
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        if part is None and len(parts) > 1:
            body = self._renderer.print("sitemap-index.xml", parts=range(1, len(parts) + 1), now=written_at)
            return Answer(content_type=_XML, body=body)
        number = int(part or 1)
        if number > len(parts) or (part is not None and len(parts) == 1):
            return None
        return Answer(
            content_type=_XML, body=self._renderer.print("sitemap.xml", paths=parts[number - 1], now=written_at)
        )


def _tags(words: list[str]) -> list[str]:
    return list(dict.fromkeys(name_slug(word) for word in words))
