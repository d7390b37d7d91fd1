"""Chooses what the sample site answers to a path: pages, pictures, sitemaps and feeds; knows no sockets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote

from asiaradar_bot.sandbox.site.behaviours import Answer, Behaviours
from asiaradar_bot.sandbox.site.conditional import with_validators
from asiaradar_bot.sandbox.site.feeds import Feeds
from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.pictures import draw
from asiaradar_bot.sandbox.site.rendering import Renderer, category_label
from asiaradar_bot.sandbox.site.shelf import Choice, Shelf
from asiaradar_bot.sandbox.site.sitemaps import Sitemaps

_RELATED = 3
_LANGUAGE_HOME = re.compile(r"/(?P<language>[a-z]{2})/?")
_CATEGORY = re.compile(r"(?:/(?P<language>[a-z]{2}))?/category/(?P<category>[\w-]+)")
_PROFILE = re.compile(r"/profile/(?P<author>[^/]+)")
_TAG = re.compile(r"/tag/(?P<tag>[^/]+)")
_ARTICLE = re.compile(r"(?:/(?P<language>[a-z]{2}))?/(?P<slug>[^/]+)")
_IMAGE = re.compile(r"/images/(?P<slug>[^/]+)(?P<suffix>\.(?:jpg|png|webp))")
_STATIC = {"/static/site.css": "text/css; charset=utf-8", "/static/icon.svg": "image/svg+xml"}
_ABOUT = (
    "Radar Asia reports on politics, business, technology and culture across the region.",
    "This is its sample site, on your own machine, so that the bot has something to watch.",
    "Its articles are made up, but for one. Each carries something that real sites do and that programs trip over.",
)


class Responder:
    """
    The site's own answers, bent by the behaviours.
    """

    def __init__(
        self, shelf: Shelf, renderer: Renderer, *, feeds: Feeds, behaviours: Behaviours, habits: SiteHabits
    ) -> None:
        self._shelf = shelf
        self._renderer = renderer
        self._feeds = feeds
        self._sitemaps = Sitemaps(shelf, renderer, habits=habits)
        self._behaviours = behaviours
        self._habits = habits

    def answer(self, target: str, *, asked: Mapping[str, str]) -> Answer:
        """
        What the request for this path and query gets; `asked` are its headers.
        """
        behaviour = self._behaviours.take(target)
        answer = self._own_answer(target, asked=asked)
        return behaviour.bend(answer) if behaviour is not None else answer

    def _own_answer(self, target: str, *, asked: Mapping[str, str]) -> Answer:
        path = unquote(target.partition("?")[0])
        answer = self._feeds.answer(path, asked=asked) or self._sitemaps.answer(path) or self._page(path, target)
        return with_validators(answer, asked=asked) if self._habits.validators else answer

    def _page(self, path: str, target: str) -> Answer:
        fixed = self._fixed_pages().get(path)
        if fixed is not None:
            return fixed(target)
        if path in _STATIC:
            return Answer(content_type=_STATIC[path], body=(Path(__file__).parent / path.lstrip("/")).read_bytes())
        shapes: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Answer]], ...] = (
            (_LANGUAGE_HOME, self._language_home),
            (_CATEGORY, self._category),
            (_PROFILE, self._profile),
            (_TAG, self._tag),
            (_IMAGE, self._picture),
            (_ARTICLE, self._article),
        )
        for shape, page in shapes:
            found = shape.fullmatch(path)
            if found is not None:
                return page(found, target)
        return self._missing(404)

    def _fixed_pages(self) -> dict[str, Callable[[str], Answer]]:
        return {"/": self._home, "/about": self._about, "/rss-feeds": self._feed_list}

    def _missing(self, status: int) -> Answer:
        sentence = "The page you look for has been moved, taken down, or never was."
        body = self._renderer.plain("Page Not Found", path="/", links=[("Home", "/")], paragraphs=[sentence])
        return Answer(status=status, body=body)

    def _moved(self, path: str) -> Answer:
        return Answer(status=301, headers={"Location": self._renderer.base_url + path})

    def _home(self, target: str) -> Answer:
        """
        The newest articles; an address with ?p=NUMBER redirects, as WordPress does.
        """
        numbers = parse_qs(target.partition("?")[2]).get("p")
        if numbers:
            article = self._shelf.by_number(numbers[0])
            return self._missing(404) if article is None else self._moved(article.path)
        return self._listing(Choice(), title=None, requested=target, categories=self._shelf.categories())

    def _language_home(self, found: re.Match[str], target: str) -> Answer:
        if found["language"] not in self._shelf.languages():
            return self._missing(404)
        return self._listing(Choice(language=found["language"]), title=None, requested=target)

    def _category(self, found: re.Match[str], target: str) -> Answer:
        category, language = found["category"], found["language"]
        if category not in self._shelf.categories() or language not in {None, *self._shelf.languages()}:
            return self._missing(404)
        chosen = Choice(category=category, language=language)
        return self._listing(chosen, title=category_label(category), requested=target)

    def _profile(self, found: re.Match[str], target: str) -> Answer:
        name = self._shelf.authors().get(found["author"])
        if name is None:
            return self._missing(404)
        return self._listing(Choice(author=found["author"]), title=name, requested=target)

    def _tag(self, found: re.Match[str], target: str) -> Answer:
        latest = self._shelf.latest(Choice(tag=found["tag"]))
        if not latest:
            return self._missing(404)
        return self._listing(Choice(tag=found["tag"]), title=f"Tag: {found['tag']}", requested=target)

    def _listing(
        self, chosen: Choice, *, title: str | None, requested: str, categories: tuple[str, ...] = ()
    ) -> Answer:
        latest = self._shelf.latest(chosen)
        body = self._renderer.listing(latest, title=title, requested=requested, categories=categories)
        return Answer(body=body)

    def _about(self, target: str) -> Answer:
        return Answer(body=self._renderer.plain("About Radar Asia", path=target, links=[], paragraphs=_ABOUT))

    def _feed_list(self, target: str) -> Answer:
        return Answer(body=self._renderer.plain("RSS Feeds", path=target, links=self._feeds.addresses()))

    def _picture(self, found: re.Match[str], _: str) -> Answer:
        kind = self._shelf.image_kind(found["slug"])
        drawn = draw(kind, found["slug"]) if kind.suffix == found["suffix"] else None
        return self._missing(404) if drawn is None else Answer(content_type=drawn[0], body=drawn[1])

    def _article(self, found: re.Match[str], target: str) -> Answer:
        article = self._shelf.find(found["slug"])
        if article is None or article.written.language != (found["language"] or "en"):
            return self._gone(found["slug"])
        related = [other for other in self._shelf.latest() if other is not article][:_RELATED]
        body = self._renderer.article(article, requested=target, related=related)
        return Answer(body=body, changed_at=article.changed_at)

    def _gone(self, slug: str) -> Answer:
        moved = self._shelf.moved_to(slug)
        return self._missing(self._shelf.gone_status(slug)) if moved is None else self._moved(moved.path)
