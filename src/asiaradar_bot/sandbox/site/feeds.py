"""The sample site's feeds: those of its CMS, those of other systems over the same articles, and some that do harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from asiaradar_bot.sandbox.site.articles import SiteArticle
from asiaradar_bot.sandbox.site.behaviours import Answer
from asiaradar_bot.sandbox.site.conditional import with_validators
from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.rendering import Renderer
from asiaradar_bot.sandbox.site.shelf import FEED_CACHE_SPAN, Choice, Shelf

FEED_TYPE = "application/rss+xml; charset=utf-8"
MAX_ITEMS = 500
"""How many items the CMS prints at most."""

_CMS_FEED = re.compile(
    r"(?:/(?P<language>[a-z]{2}))?/rss/(?:latest-posts|category/(?P<category>[\w-]+)|author/(?P<author>[\w-]+))"
)
_HARMFUL = re.compile(r"/feeds/(?P<name>bomb|malformed|hostile|hostile-titles)\.xml")
_CHARSETS = re.compile(r"/feeds/(?P<charset>latin-1|gb18030|shift_jis)\.xml")


class Feeds:
    """
    Answers the addresses of feeds.
    """

    def __init__(self, shelf: Shelf, renderer: Renderer, *, manner: str, habits: SiteHabits) -> None:
        self._shelf = shelf
        self._renderer = renderer
        self._manner = manner
        self._habits = habits
        self._others: Mapping[str, Callable[[], Answer]] = {
            "/feeds/atom.xml": self._atom,
            "/feeds/feed.json": self._json_feed,
            "/feeds/rss1.rdf": self._rss1,
            "/feeds/rss091.xml": self._rss091,
        }

    def answer(self, path: str, *, asked: Mapping[str, str]) -> Answer | None:
        """
        The feed at this address; None: it is no feed's, or feeds are switched off.
        """
        if path in self._others:
            return self._others[path]()
        if path == "/feeds/wordpress.xml":
            return self._wordpress(asked)
        charset = _CHARSETS.fullmatch(path)
        if charset is not None:
            return self._in_charset(charset["charset"])
        harmful = _HARMFUL.fullmatch(path)
        if harmful is not None:
            return Answer(
                content_type=FEED_TYPE, body=self._renderer.print(f"{harmful['name']}.xml", now=self._shelf.now())
            )
        found = _CMS_FEED.fullmatch(path)
        return None if found is None or not self._habits.feeds else self._of_the_cms(found)

    def addresses(self) -> list[tuple[str, str]]:
        """
        Names and paths of the CMS's feeds, as /rss-feeds lists them.
        """
        if not self._habits.feeds:
            return []
        found = [("Latest Posts", "/rss/latest-posts")]
        found += [(name, f"/rss/category/{name}") for name in self._shelf.categories()]
        others = [language for language in self._shelf.languages() if language != "en"]
        return found + [(f"Latest Posts ({language})", f"/{language}/rss/latest-posts") for language in others]

    def _of_the_cms(self, found: re.Match[str]) -> Answer | None:
        shelf, chosen = self._shelf, Choice(**found.groupdict())
        if (
            chosen.category not in {None, *shelf.categories()}
            or chosen.language not in {None, *shelf.languages()}
            or chosen.author not in {None, *shelf.authors()}
        ):
            return None
        span = FEED_CACHE_SPAN if self._manner == "2.4" else timedelta(0)
        _, latest = shelf.kept_latest(found[0], span=span, chosen=chosen)
        subject = chosen.category or shelf.authors().get(chosen.author or "") or "Latest Posts"
        body = self._renderer.rss(
            latest[:MAX_ITEMS],
            path=found[0],
            title=f"Radar Asia - {subject}",
            language=chosen.language or "en",
            now=shelf.now(),
        )
        return self._announced(Answer(content_type=FEED_TYPE, body=body, changed_at=_newest(latest)), path=found[0])

    def _announced(self, answer: Answer, *, path: str) -> Answer:
        """
        With the links to the hub, as the proxy in front of it adds them.

        Source: W3C Recommendation "WebSub", section 4.
        """
        hub = self._habits.hub_url
        if hub is None:
            return answer
        links = f'<{hub}>; rel="hub", <{self._renderer.base_url}{path}>; rel="self"'
        return replace(answer, headers={**answer.headers, "Link": links})

    def _atom(self) -> Answer:
        latest = self._shelf.latest()
        body = self._renderer.print("atom.xml", articles=latest, now=self._shelf.now())
        return Answer(content_type="application/atom+xml; charset=utf-8", body=body, changed_at=_newest(latest))

    def _rss1(self) -> Answer:
        latest = self._shelf.latest()
        body = self._renderer.print("rss1.xml", articles=latest)
        return Answer(content_type="application/rdf+xml", body=body, changed_at=_newest(latest))

    def _rss091(self) -> Answer:
        latest = self._shelf.latest()
        body = self._renderer.print("rss-0.91.xml", articles=latest)
        return Answer(content_type="text/xml", body=body, changed_at=_newest(latest))

    def _json_feed(self) -> Answer:
        latest = self._shelf.latest()
        body = self._renderer.json_feed(latest)
        return Answer(content_type="application/feed+json", body=body, changed_at=_newest(latest))

    def _wordpress(self, asked: Mapping[str, str]) -> Answer:
        """
        Always with validators: WordPress sends them itself.
        """
        latest = self._shelf.latest()
        body = self._renderer.print("wordpress.xml", articles=latest)
        answer = Answer(content_type="application/rss+xml; charset=UTF-8", body=body, changed_at=_newest(latest))
        return with_validators(self._announced(answer, path="/feeds/wordpress.xml"), asked=asked)

    def _in_charset(self, charset: str) -> Answer:
        """
        Latin-1 is said by the HTTP header only, the others by the XML declaration only.
        """
        is_said_by_header = charset == "latin-1"
        body = self._renderer.print(
            "rss-plain.xml",
            charset=charset,
            articles=self._shelf.latest(),
            declaration=None if is_said_by_header else charset,
        )
        return Answer(content_type="text/xml; charset=iso-8859-1" if is_said_by_header else "text/xml", body=body)


def _newest(articles: tuple[SiteArticle, ...]) -> datetime | None:
    return max((article.changed_at for article in articles), default=None)
