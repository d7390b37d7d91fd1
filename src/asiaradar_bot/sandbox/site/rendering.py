"""Prints the sample site's pages, feeds and sitemaps in the shape of its CMS (Varient 2.2 and 2.4), traps included."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import jinja2

from asiaradar_bot.sandbox.site.articles import SERVER_ZONE, ImageKind, SiteArticle

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


def _machine_stamp(at: datetime) -> str:
    return at.astimezone(SERVER_ZONE).isoformat(timespec="seconds")


def _label(category: str) -> str:
    return _LABELS.get(category, category.title())


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
        "machine_stamp": _machine_stamp,
        "label": _label,
        "xml": escape,
        "escaped": html.escape,
    }
    return environment


class Renderer:
    """
    The site's templates for one version of its CMS; `base_url` has no slash at its end.
    """

    def __init__(self, base_url: str, *, manner: str) -> None:
        self._base_url = base_url
        self._manner = manner
        self._environment = _environment()

    def _print(self, template: str, **values: object) -> bytes:
        values = {"base": self._base_url, "manner": self._manner, "image_of": self.image_of, **values}
        return self._environment.get_template(template).render(values).encode()

    def image_of(self, article: SiteArticle) -> str | None:
        """
        The picture's address as pages print it.
        """
        if article.written.image is ImageKind.NONE:
            return None
        return f"{self._base_url}/images/{article.written.slug}.jpg"

    def article(self, article: SiteArticle, *, requested: str, related: Sequence[SiteArticle]) -> bytes:
        """
        The article's page; `requested` is the path and query that were asked for, which its canonical link repeats.
        """
        language = article.written.language
        return self._print(
            "article.html",
            article=article,
            requested=requested,
            related=related,
            language=language,
            direction="rtl" if language in _RIGHT_TO_LEFT else "ltr",
        )

    def listing(self, articles: Sequence[SiteArticle], *, category: str | None, categories: Sequence[str]) -> bytes:
        """
        The home page or a category's; the featured block of the home page is not in order of time.
        """
        featured = tuple(reversed(articles[-_FEATURED:])) if category is None else ()
        return self._print(
            "listing.html",
            articles=articles,
            featured=featured,
            category=category,
            categories=categories,
            requested="/" if category is None else f"/category/{category}",
            language="en",
            direction="ltr",
        )

    def plain(self, title: str, *, path: str, links: Sequence[tuple[str, str]]) -> bytes:
        """
        A page that is no article, with links (text, address) in it.
        """
        return self._print("plain.html", title=title, requested=path, links=links, language="en", direction="ltr")

    def rss(self, articles: Sequence[SiteArticle], *, path: str, title: str, language: str, now: datetime) -> bytes:
        """
        The feed of the CMS; `now` is the time of the request.
        """
        return self._print(
            f"rss-{self._manner}.xml", articles=articles, path=path, title=title, language=language, now=now
        )

    def atom(self, articles: Sequence[SiteArticle], *, now: datetime) -> bytes:
        """
        An Atom feed, as other systems give.
        """
        return self._print("atom.xml", articles=articles, now=now)

    def rss1(self, articles: Sequence[SiteArticle]) -> bytes:
        """
        An RSS 1.0 feed.
        """
        return self._print("rss1.xml", articles=articles)

    def json_feed(self, articles: Sequence[SiteArticle]) -> bytes:
        """
        A JSON Feed 1.1.
        """
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Radar Asia",
            "home_page_url": f"{self._base_url}/",
            "feed_url": f"{self._base_url}/feeds/feed.json",
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
            "id": f"{self._base_url}{article.path}",
            "url": f"{self._base_url}{article.path}",
            "title": article.title,
            "summary": article.summary,
            "content_text": "\n\n".join(article.paragraphs),
            **stamps,
            "authors": [{"name": article.written.author}],
            "tags": list(article.written.keywords),
            "language": article.written.language,
            **({"image": image} if image else {}),
        }

    def robots(self) -> bytes:
        """
        Everything is allowed, and the sitemap is named.
        """
        return f"User-agent: *\nDisallow:\nSitemap: {self._base_url}/sitemap.xml\n".encode()

    def sitemap(self, articles: Sequence[SiteArticle], *, categories: Sequence[str], now: datetime) -> bytes:
        """
        The static sitemap: lower-case addresses of all kinds, one stamp for every row.
        """
        paths = ["/", "/about", *(f"/category/{name}" for name in categories)]
        paths += [article.path for article in articles]
        tags = dict.fromkeys(word.replace(" ", "-") for article in articles for word in article.written.keywords)
        paths += [f"/tag/{word}" for word in tags]
        return self._print("sitemap.xml", paths=[path.lower() for path in paths], now=now)

    def news_sitemap(self, articles: Sequence[SiteArticle]) -> bytes:
        """
        A Google News sitemap.
        """
        return self._print("news-sitemap.xml", articles=articles)

    def hostile(self, name: str, *, now: datetime) -> bytes:
        """
        A feed meant to do harm or to break a parser.
        """
        return self._print(f"{name}.xml", now=now)
