"""The sample site as a running HTTP server on loopback, for the demo and for tests; the whole site is in memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from asiaradar_bot.sandbox.site.answers import Responder
from asiaradar_bot.sandbox.site.articles import WrittenArticle, load_articles, split_paragraphs
from asiaradar_bot.sandbox.site.behaviours import Answer, Behaviour, Behaviours
from asiaradar_bot.sandbox.site.control import PREFIX, Control
from asiaradar_bot.sandbox.site.feeds import Feeds
from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.hub import PATH as HUB_PATH
from asiaradar_bot.sandbox.site.hub import SampleHub
from asiaradar_bot.sandbox.site.rendering import MANNERS, Renderer
from asiaradar_bot.sandbox.site.server import Asked, SiteServer
from asiaradar_bot.sandbox.site.shelf import Shelf

_READING = frozenset({"GET", "HEAD"})
_START_GAP = timedelta(minutes=1)


class SampleSite:
    """
    A small news site in the shape of Varient 2.2 or 2.4; `now` is its clock, `start_with` articles are there at once.

    `articles` None: those that come with it. `public_base` (https://host) is what it prints in its addresses when a
    proxy stands in front; None: its own. The server listens as soon as the object exists, and answers inside the
    `with` block.

    Raises:
        ValueError: no such manner.
        OSError: the port can't be had.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        manner: str = "2.4",
        start_with: int = 0,
        port: int = 0,
        articles: Sequence[WrittenArticle] | None = None,
        public_base: str | None = None,
        habits: SiteHabits | None = None,
    ) -> None:
        if manner not in MANNERS:
            raise ValueError(f"the sample site has no manner {manner!r}; choose one of {', '.join(MANNERS)}")
        habits = habits or SiteHabits()
        self._shelf = Shelf(now, load_articles() if articles is None else articles)
        self.requests: list[str] = []
        """Paths with their queries, in order of arrival."""
        self._server = SiteServer(port)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        """Where it listens."""
        self.public_base = (public_base or self.base_url).rstrip("/")
        self._hub = SampleHub(self._document) if habits.hub_url == HUB_PATH else None
        if self._hub is not None:
            habits = replace(habits, hub_url=self.public_base + HUB_PATH)
        renderer = Renderer(self.public_base, manner=manner, habits=habits)
        self._behaviours = Behaviours()
        self._responder = Responder(
            self._shelf,
            renderer,
            feeds=Feeds(self._shelf, renderer, manner=manner, habits=habits),
            behaviours=self._behaviours,
            habits=habits,
        )
        self._control = Control(self._shelf, self._behaviours, base_url=self.public_base, requests=self.requests)
        self._server.answer = self._answer
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        for number in range(start_with, 0, -1):
            self._shelf.publish_next(at=now() - number * _START_GAP)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def slugs(self) -> tuple[str, ...]:
        """
        All articles in script order, published or not.
        """
        return self._shelf.slugs

    def note(self, slug: str) -> str:
        """
        What is special about an article.
        """
        return self._shelf.note(slug)

    def url(self, slug: str) -> str:
        """
        The address of an article that is on the site.

        Raises:
            ValueError: it is not.
        """
        article = self._shelf.find(slug)
        if article is None:
            raise ValueError(f"{slug} is not on the sample site; publish it first")
        return self.public_base + article.path

    def is_used(self, slug: str) -> bool:
        """
        Whether the article was published once, whatever became of it.
        """
        return self._shelf.is_used(slug)

    @property
    def subscribers(self) -> int:
        """
        How many subscribers its hub has verified; 0 without a hub of its own.
        """
        return 0 if self._hub is None else self._hub.subscribers

    def publish(self, slug: str) -> str:
        """
        The address of the article, published at this moment.

        Raises:
            ValueError: no such article is written.
        """
        url = self.public_base + self._shelf.publish(slug).path
        self._tell_hub()
        return url

    def publish_next(self) -> str | None:
        """
        The slug of the next article of the script, published at this moment; None: all were.
        """
        slug = self._shelf.publish_next()
        self._tell_hub()
        return slug

    def update(
        self, slug: str, title: str | None = None, *, summary: str | None = None, body: str | None = None
    ) -> None:
        """
        Save the article again, with another title, summary or body (empty lines between paragraphs) where given.

        Raises:
            ValueError: it is not on the site.
        """
        paragraphs = None if body is None else split_paragraphs(body)
        self._shelf.update(slug, title=title, summary=summary, paragraphs=paragraphs)

    def rename(self, slug: str, new_slug: str, *, redirect: bool = False) -> None:
        """
        Move the article to another address; the old one answers 404, or with `redirect` 301.

        Raises:
            ValueError: it is not on the site, or the new address is taken.
        """
        self._shelf.rename(slug, new_slug, redirect=redirect)

    def remove(self, slug: str, status: int = 404) -> None:
        """
        Take the article off the site; its address answers `status`, which a second call may change.

        Raises:
            ValueError: it never was on the site.
        """
        self._shelf.remove(slug, status=status)

    def set_clock(self, now: Callable[[], datetime]) -> None:
        """
        Take the time from another clock from now on.
        """
        self._shelf.now = now

    def hits(self, path: str) -> int:
        """
        How many requests came for this path, with whatever query.
        """
        return sum(target.partition("?")[0] == path for target in list(self.requests))

    def behave(
        self,
        path_regex: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        times: int | None = None,
        delay_seconds: float = 0,
        endless: bool = False,
        cut_after_bytes: int | None = None,
    ) -> None:
        """
        Bend the answers to paths (with query) in which the expression is found; the earliest wish wins.

        What is None stays as usual; `times` None: from now on for ever. The answer may wait, its body may go on for
        ever, or the connection may break in its midst.
        """
        self._behaviours.add(
            Behaviour(
                path=re.compile(path_regex),
                status=status,
                headers=dict(headers or {}),
                body=body.encode() if isinstance(body, str) else body,
                delay=timedelta(seconds=delay_seconds),
                is_endless=endless,
                cut_after_bytes=cut_after_bytes,
                left=times,
            )
        )

    def behave_normally(self) -> None:
        """
        Forget all that `behave` asked for.
        """
        self._behaviours.clear()

    def _tell_hub(self) -> None:
        if self._hub is not None:
            self._hub.distribute()

    def _document(self, path: str) -> bytes:
        return self._responder.answer(path, asked={}).body

    def _answer(self, asked: Asked) -> Answer:
        path = asked.target.partition("?")[0]
        if path.startswith(PREFIX):
            return self._control.answer(asked.method, path, host=asked.headers.get("Host", ""), body=asked.body)
        self.requests.append(asked.target)
        if self._hub is not None and path == HUB_PATH and asked.method == "POST":
            return self._hub.answer(asked.body)
        if asked.method not in _READING:
            return Answer(status=405, headers={"Allow": "GET, HEAD"})
        return self._responder.answer(asked.target, asked=asked.headers)
