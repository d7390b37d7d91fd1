"""Chooses what the sample site answers to a path, and lets tests bend an answer; knows no sockets."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from asiaradar_bot.sandbox.site.articles import ImageKind
from asiaradar_bot.sandbox.site.pictures import draw_broken_picture, draw_picture
from asiaradar_bot.sandbox.site.rendering import Renderer
from asiaradar_bot.sandbox.site.shelf import Shelf

FEED_TYPE = "application/rss+xml; charset=utf-8"

_HTML = "text/html; charset=UTF-8"
_XML = "application/xml; charset=utf-8"
_RELATED = 3
_RSS = re.compile(r"(?:/(?P<language>[a-z]{2}))?/rss/(?:latest-posts|category/(?P<category>[\w-]+))")
_CATEGORY = re.compile(r"/category/(?P<category>[\w-]+)")
_ARTICLE = re.compile(r"(?:/(?P<language>[a-z]{2}))?/(?P<slug>[^/]+)")
_IMAGE = re.compile(r"/images/(?P<slug>[^/]+)\.jpg")
_HOSTILE = re.compile(r"/feeds/(?P<name>bomb|malformed|hostile)\.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One HTTP answer.
    """

    status: int = 200
    content_type: str = _HTML
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """
    A wish for other answers than the site's own; None: as usual.
    """

    path: re.Pattern[str]
    status: int | None
    headers: Mapping[str, str]
    body: bytes | None
    left: int | None
    """For how many requests it still holds; None: for all."""

    def bend(self, answer: Answer) -> Answer:
        """
        The answer as wished; a status without a body says itself what it is.
        """
        body = self.body
        if body is None:
            body = answer.body if self.status is None else f"<h1>{self.status}</h1>".encode()
        return Answer(
            status=answer.status if self.status is None else self.status,
            content_type=answer.content_type,
            body=body,
            headers={**answer.headers, **self.headers},
        )


class Responder:
    """
    The site's own answers, bent by the behaviours in the order in which they were asked for.
    """

    def __init__(self, shelf: Shelf, renderer: Renderer, *, manner: str) -> None:
        self._shelf = shelf
        self._renderer = renderer
        self._manner = manner
        self._behaviours: list[Behaviour] = []
        self._lock = threading.Lock()

    def behave(self, behaviour: Behaviour) -> None:
        """
        Answer the matching requests like this from now on.
        """
        with self._lock:
            self._behaviours.append(behaviour)

    def answer(self, target: str) -> Answer:
        """
        What the request for this path and query gets.
        """
        behaviour = self._take_behaviour(target)
        path = unquote(target.partition("?")[0])
        answer = self._page(path, target)
        return behaviour.bend(answer) if behaviour is not None else answer

    def _take_behaviour(self, target: str) -> Behaviour | None:
        with self._lock:
            for behaviour in self._behaviours:
                if behaviour.left != 0 and behaviour.path.search(target):
                    if behaviour.left is not None:
                        behaviour.left -= 1
                    return behaviour
        return None

    def _page(self, path: str, target: str) -> Answer:
        fixed = self._fixed_pages().get(path)
        if fixed is not None:
            return fixed()
        shapes: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Answer]], ...] = (
            (_RSS, self._rss),
            (_CATEGORY, self._category),
            (_IMAGE, self._picture),
            (_HOSTILE, self._hostile),
            (_ARTICLE, self._article),
        )
        for shape, page in shapes:
            found = shape.fullmatch(path)
            if found is not None:
                return page(found, target)
        return self._missing(404)

    def _fixed_pages(self) -> dict[str, Callable[[], Answer]]:
        return {
            "/": self._home,
            "/about": self._about,
            "/rss-feeds": self._feed_list,
            "/robots.txt": self._robots,
            "/sitemap.xml": self._sitemap,
            "/news-sitemap.xml": self._news_sitemap,
            "/feeds/atom.xml": self._atom,
            "/feeds/feed.json": self._json_feed,
            "/feeds/rss1.rdf": self._rss1,
            "/static/site.css": self._style,
        }

    def _missing(self, status: int) -> Answer:
        body = self._renderer.plain("Page Not Found", path="/", links=[("Home", "/")])
        return Answer(status=status, body=body)

    def _home(self) -> Answer:
        shelf = self._shelf
        return Answer(body=self._renderer.listing(shelf.latest(), category=None, categories=shelf.categories()))

    def _about(self) -> Answer:
        return Answer(body=self._renderer.plain("About Radar Asia", path="/about", links=[("Home", "/")]))

    def _feed_list(self) -> Answer:
        links = [("Latest Posts", "/rss/latest-posts")]
        links += [(name, f"/rss/category/{name}") for name in self._shelf.categories()]
        return Answer(body=self._renderer.plain("RSS Feeds", path="/rss-feeds", links=links))

    def _robots(self) -> Answer:
        return Answer(content_type="text/plain; charset=utf-8", body=self._renderer.robots())

    def _style(self) -> Answer:
        body = (Path(__file__).parent / "static" / "site.css").read_bytes()
        return Answer(content_type="text/css; charset=utf-8", body=body)

    def _sitemap(self) -> Answer:
        shelf = self._shelf
        body = self._renderer.sitemap(shelf.latest(), categories=shelf.categories(), now=shelf.now())
        return Answer(content_type=_XML, body=body)

    def _news_sitemap(self) -> Answer:
        return Answer(content_type=_XML, body=self._renderer.news_sitemap(self._shelf.latest()))

    def _atom(self) -> Answer:
        body = self._renderer.atom(self._shelf.latest(), now=self._shelf.now())
        return Answer(content_type="application/atom+xml; charset=utf-8", body=body)

    def _rss1(self) -> Answer:
        return Answer(content_type="application/rdf+xml", body=self._renderer.rss1(self._shelf.latest()))

    def _json_feed(self) -> Answer:
        return Answer(content_type="application/feed+json", body=self._renderer.json_feed(self._shelf.latest()))

    def _rss(self, found: re.Match[str], target: str) -> Answer:
        category, language = found["category"], found["language"]
        shelf = self._shelf
        if category is not None and category not in shelf.categories():
            return self._missing(404)
        latest = shelf.latest(category=category, language=language)
        if self._manner == "2.4":
            latest = shelf.cached_latest(found[0], category=category, language=language)
        body = self._renderer.rss(
            latest,
            path=target,
            title=f"Radar Asia - {category or 'Latest Posts'}",
            language=language or "en",
            now=shelf.now(),
        )
        return Answer(content_type=FEED_TYPE, body=body)

    def _category(self, found: re.Match[str], _: str) -> Answer:
        category, shelf = found["category"], self._shelf
        if category not in shelf.categories():
            return self._missing(404)
        latest = shelf.latest(category=category)
        return Answer(body=self._renderer.listing(latest, category=category, categories=()))

    def _hostile(self, found: re.Match[str], _: str) -> Answer:
        return Answer(content_type=FEED_TYPE, body=self._renderer.hostile(found["name"], now=self._shelf.now()))

    def _picture(self, found: re.Match[str], _: str) -> Answer:
        match self._shelf.image_kind(found["slug"]):
            case ImageKind.PHOTO:
                return Answer(content_type="image/jpeg", body=draw_picture(found["slug"]))
            case ImageKind.BROKEN:
                return Answer(content_type="image/jpeg", body=draw_broken_picture(found["slug"]))
            case ImageKind.MISSING | ImageKind.NONE:
                return self._missing(404)

    def _article(self, found: re.Match[str], target: str) -> Answer:
        article = self._shelf.find(found["slug"])
        if article is None or article.written.language != (found["language"] or "en"):
            return self._missing(self._shelf.gone_status(found["slug"]))
        related = [other for other in self._shelf.latest() if other is not article][:_RELATED]
        return Answer(body=self._renderer.article(article, requested=target, related=related))
