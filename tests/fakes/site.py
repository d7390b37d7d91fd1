"""A news site that shows what a test puts there; the contract in tests/contracts/test_article_source.py holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from asiaradar_bot.model.article import ArticlePage, SourceItem
from asiaradar_bot.model.outcome import (
    PageAnswer,
    PageFailed,
    PageGone,
    PageRead,
    Picture,
    PictureAnswer,
    PictureRefused,
    SourceAnswer,
    SourceFailed,
    SourceRead,
    SourceUnchanged,
    Validators,
)
from asiaradar_bot.model.source import Source


class FakeSite:
    """Sources by address, pages and pictures by address; what is not there is gone."""

    def __init__(self) -> None:
        self.items: dict[str, list[SourceItem]] = {}
        self.pages: dict[str, ArticlePage] = {}
        self.pictures: dict[str, Picture] = {}
        self.answers: dict[str, SourceAnswer] = {}
        """What a source answers instead, by address."""
        self.page_answers: dict[str, PageAnswer] = {}
        """What a page answers instead, by address."""
        self.meanwhile: Callable[[str], object] | None = None
        """What happens while a page or picture is being fetched."""
        self.broken: str | None = None
        """A sentence: nothing can be read for now."""
        self.retry_after: timedelta | None = None
        self.read: list[str] = []
        """Addresses of pages, in the order in which they were asked for."""
        self.zones: dict[str, str] = {}
        """In which zone each page was last read."""

    def read_source(self, source: Source, *, url: str, validators: Validators, now: datetime) -> SourceAnswer:
        """What was put there, or unchanged if it is what the validators stand for."""
        del source, now
        if self.broken is not None:
            return SourceFailed(detail=self.broken, retry_after=self.retry_after)
        if url in self.answers:
            return self.answers[url]
        if url not in self.items:
            return SourceFailed(detail=f"{url} answers 410", gone=True)
        digest = hashlib.sha256(repr(self.items[url]).encode()).hexdigest()
        if validators.body_digest == digest:
            return SourceUnchanged(validators=validators)
        return SourceRead(items=tuple(self.items[url]), validators=Validators(body_digest=digest))

    def read_page(self, url: str, *, language: str | None, zone: str) -> PageAnswer:
        """The page that was put there."""
        del language
        self.read.append(url)
        self.zones[url] = zone
        if self.meanwhile is not None:
            self.meanwhile(url)
        if url in self.page_answers:
            return self.page_answers[url]
        if self.broken is not None:
            return PageFailed(detail=self.broken, retry_after=self.retry_after)
        return PageRead(page=self.pages[url]) if url in self.pages else PageGone(status=404)

    def read_picture(self, url: str) -> PictureAnswer:
        """The picture that was put there."""
        if self.meanwhile is not None:
            self.meanwhile(url)
        if self.broken is not None:
            return PictureRefused(detail=self.broken, passing=True)
        return self.pictures.get(url) or PictureRefused(detail=f"there is no picture at {url}")
