"""Prints the sample site's pages, feeds and sitemaps in the shape of its CMS (Varient 2.2 and 2.4), traps included."""

from __future__ import annotations

import html
import json
import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import jinja2

from asiaradar_bot.sandbox.site.articles import SERVER_ZONE, ImageKind, SiteArticle
from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.shelf import name_slug

MANNERS = ("2.2", "2.4")

_LABELS = {"politics": "Politics", "business": "Business", "tech": "Tech", "culture": "Culture"}
_RIGHT_TO_LEFT = frozenset({"ar"})
_FEATURED = 3


def _stamp(at: datetime) -> str:
    """
    As readers see it: in the server's zone, which is not said.
    """
    return f"{at.astimezone(SERVER_ZONE):%b %d, %Y - %H:%M}"


def _feed_stamp(at: datetime) -> str:
    return format_datetime(at.astimezone(SERVER_ZONE))


def _utc_stamp(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def _machine_stamp(at: datetime) -> str:
    return at.astimezone(SERVER_ZONE).isoformat(timespec="seconds")


def category_label(category: str) -> str:
    """
    A category's name as readers see it.
    """
    return _LABELS.get(category, category.title())


def _picture_type(address: str) -> str:
    """
    By the end of the address, as version 2.4 tells it.
    """
    return mimetypes.guess_type(address)[0] or "image/jpeg"


def _environment() -> jinja2.Environment:
    folder = Path(__file__).parent / "pages"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "stamp": _stamp,
        "feed_stamp": _feed_stamp,
        "utc_stamp": _utc_stamp,
        "machine_stamp": _machine_stamp,
        "label": category_label,
        "name_slug": name_slug,
        "picture_type": _picture_type,
        "xml": escape,
        "escaped": html.escape,
    }
    return environment


class Renderer:
    """
    The site's templates for one version of its CMS; `base_url` is the one it prints, without a slash at its end.
    """

    def __init__(self, base_url: str, *, manner: str, habits: SiteHabits) -> None:
        self.base_url = base_url
        self._manner = manner
        self._habits = habits
        self._environment = _environment()

    def print(self, template: str, *, charset: str = "utf-8", **values: object) -> bytes:
        """
        The template with these values; characters that the charset lacks become XML's character references.
        """
        shared: dict[str, object] = {
            "base": self.base_url,
            "manner": self._manner,
            "habits": self._habits,
            "image_of": self.image_of,
            "address_of": self.address_of,
        }
        return self._environment.get_template(template).render(shared | values).encode(charset, "xmlcharrefreplace")

    def image_of(self, article: SiteArticle) -> str | None:
        """
        The picture's address as pages print it.
        """
        kind = article.written.image
        return None if kind is ImageKind.NONE else f"{self.base_url}/images/{article.written.slug}{kind.suffix}"

    def address_of(self, article: SiteArticle) -> str:
        """
        Where feeds and listings link to: another site, if the article is imported and the site's habit is so.
        """
        if self._habits.imported_links and article.written.source_url:
            return article.written.source_url
        return self.base_url + article.path

    def article(self, article: SiteArticle, *, requested: str, related: Sequence[SiteArticle]) -> bytes:
        """
        The article's page; `requested` is the path and query that were asked for, which its canonical link repeats.
        """
        language = article.written.language
        return self.print(
            "article.html",
            article=article,
            requested=requested,
            related=related,
            language=language,
            direction="rtl" if language in _RIGHT_TO_LEFT else "ltr",
        )

    def listing(
        self, articles: Sequence[SiteArticle], *, title: str | None, requested: str, categories: Sequence[str] = ()
    ) -> bytes:
        """
        A page of articles; one without a title is a home page, whose featured block the editors chose, whatever is new.
        """
        chosen = sorted(articles, key=lambda article: article.number)[:_FEATURED] if title is None else ()
        return self.print(
            "listing.html",
            articles=articles,
            featured=chosen,
            title=title,
            categories=categories,
            requested=requested,
            language="en",
            direction="ltr",
        )

    def plain(
        self, title: str, *, path: str, links: Sequence[tuple[str, str]], paragraphs: Sequence[str] = ()
    ) -> bytes:
        """
        A page that is no article, with paragraphs and with links (text, address) in it.
        """
        return self.print(
            "plain.html",
            title=title,
            requested=path,
            links=links,
            paragraphs=paragraphs,
            language="en",
            direction="ltr",
        )

    def rss(self, articles: Sequence[SiteArticle], *, path: str, title: str, language: str, now: datetime) -> bytes:
        """
        The feed of the CMS; `now` is the time of the request.
        """
        return self.print(
            f"rss-{self._manner}.xml", articles=articles, path=path, title=title, language=language, now=now
        )

    def json_feed(self, articles: Sequence[SiteArticle]) -> bytes:
        """
        A JSON Feed 1.1.
        """
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Radar Asia",
            "home_page_url": f"{self.base_url}/",
            "feed_url": f"{self.base_url}/feeds/feed.json",
            "language": "en",
            "items": [self._json_item(article) for article in articles],
        }
        return json.dumps(feed, ensure_ascii=False, indent=1).encode()

    def _json_item(self, article: SiteArticle) -> dict[str, object]:
        stamps = {"date_published": _machine_stamp(article.created_at)}
        if article.updated_at is not None:
            stamps["date_modified"] = _machine_stamp(article.updated_at)
        image = self.image_of(article)
        return {
            "id": f"{self.base_url}{article.path}",
            "url": self.address_of(article),
            "title": article.title,
            "summary": article.summary,
            "content_text": "\n\n".join(article.paragraphs),
            **stamps,
            "authors": [{"name": article.written.author}],
            "tags": list(article.written.keywords),
            "language": article.written.language,
            **({"image": image} if image else {}),
        }
