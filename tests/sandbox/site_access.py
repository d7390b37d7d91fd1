"""A clock that tests turn, and plain requests to the sample site."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from asiaradar_bot.adapters.news_site.feed import FeedSettings, read_feed
from asiaradar_bot.adapters.news_site.page import read_page_document
from asiaradar_bot.model.article import ArticlePage, SourceItem
from asiaradar_bot.model.outcome import SourceRead
from asiaradar_bot.sandbox.site import SampleSite

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    """
    The site's clock; calling it tells the time.
    """

    at: datetime = START

    def __call__(self) -> datetime:  # noqa: D102  the class says it
        return self.at

    def pass_by(self, **span: float) -> None:
        """
        Turn it on by a span, as timedelta takes it.
        """
        self.at += timedelta(**span)


@dataclass
class Reply:
    """
    An HTTP answer.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """
        The body as text.
        """
        return self.body.decode()


def get(site: SampleSite, path: str, *, method: str = "GET", **headers: str) -> Reply:
    """
    What the site answers; a path or a whole address.
    """
    parts = urlsplit(path if path.startswith("http") else site.base_url + path)
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port or 0, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return reply


def read_items(site: SampleSite, path: str = "/rss/latest-posts") -> tuple[SourceItem, ...]:
    """
    The items that the bot's own reader sees in a feed.
    """
    url = site.base_url + path
    answer = read_feed(get(site, path).body, settings=FeedSettings(url=url))
    assert isinstance(answer, SourceRead), answer
    return answer.items


def read_article(site: SampleSite, slug: str) -> ArticlePage:
    """
    What the bot's own reader sees on an article's page.
    """
    url = site.url(slug)
    return read_page_document(get(site, url).body, url=url, content_type="text/html; charset=UTF-8")
