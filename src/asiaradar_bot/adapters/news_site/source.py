"""The news site as the steps see it: sources, article pages and pictures, each answer a value, nothing raised."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from asiaradar_bot.adapters.news_site.answer import FailureKind, Fetched, FetchFailed
from asiaradar_bot.adapters.news_site.feed import MAX_FEED_BYTES, FeedSettings, body_digest, read_feed
from asiaradar_bot.adapters.news_site.feed_memory import FeedMemory
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from asiaradar_bot.adapters.news_site.listing import read_listing
from asiaradar_bot.adapters.news_site.page import MAX_PAGE_BYTES, read_page_document
from asiaradar_bot.adapters.news_site.picture import CHILD_SECONDS, MAX_PICTURE_BYTES, PICTURE_TYPES, make_safe
from asiaradar_bot.adapters.news_site.sitemap import MAX_ADDRESSES, MAX_SITEMAP_BYTES, Sitemap, read_sitemap
from asiaradar_bot.adapters.news_site.websub import discover_hub
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import (
    PageAnswer,
    PageFailed,
    PageGone,
    PageRead,
    PictureAnswer,
    PictureRefused,
    SourceAnswer,
    SourceFailed,
    SourceRead,
    SourceUnchanged,
    Validators,
)
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.rules.addresses import canonical_url, host_of

FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    "text/plain",
    "text/html",
    "application/octet-stream",
)
"""Feeds come under all of these; whether it is one, the content tells."""
SITEMAP_TYPES = (
    "application/xml",
    "text/xml",
    "application/gzip",
    "application/x-gzip",
    "application/rss+xml",
    "text/plain",
    "application/octet-stream",
)
PAGE_TYPES = ("text/html", "application/xhtml+xml")
CHILDREN_SECONDS = 60.0
"""For all files of a sitemap index together."""
PICTURE_SECONDS = 6.0
_GONE = frozenset({404, 410})
_PASSING = frozenset({408, 425, 429, *range(500, 600)})
"""Statuses of a server that may answer otherwise in a moment."""
_NOT_FOUND = 404
_LASTING_GONE = 410


class NewsSite:
    """
    The port ArticleSource over HTTP; safe to use from several threads.
    """

    def __init__(
        self,
        fetcher: SafeFetcher,
        *,
        picture_seconds: float = PICTURE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._picture_seconds = picture_seconds
        self._monotonic = monotonic
        self._memory = FeedMemory()

    def read_source(
        self,
        source: Source,
        *,
        url: str,
        validators: Validators,
        now: datetime,  # noqa: ARG002  the port gives it to sources that ask by date
    ) -> SourceAnswer:
        """
        What the source shows now; unchanged if the server says so or the content is the same but for its stamps.
        """
        fetched = self._fetch_source(source, url=url, validators=validators)
        if isinstance(fetched, FetchFailed):
            hint = "; feeds that are switched off in the CMS answer so" if fetched.status == _NOT_FOUND else ""
            return SourceFailed(
                detail=f"the source «{source.name}» can't be read: {fetched.detail}{hint}",
                retry_after=fetched.retry_after,
                gone=fetched.status == _LASTING_GONE,
            )
        if fetched.not_modified:
            return SourceUnchanged(validators=_validators(fetched, digest=validators.body_digest, old=validators))
        return self._read(source, fetched, old_digest=validators.body_digest)

    def read_page(self, url: str, *, language: str | None, zone: str) -> PageAnswer:
        """
        What the article's page says; it is asked for without tracking parameters.
        """
        try:
            address = canonical_url(url)
        except InputError as error:
            return PageFailed(detail=str(error), lasting=True)
        fetched = self._fetcher.get(address, headers={}, max_bytes=MAX_PAGE_BYTES, accept_types=PAGE_TYPES)
        if isinstance(fetched, FetchFailed):
            return _page_failure(fetched)
        try:
            page = read_page_document(
                fetched.content,
                url=address,
                content_type=fetched.headers.get("content-type"),
                language=language,
                zone=zone,
                final_url=fetched.url,
                robots=fetched.headers.get("x-robots-tag", ""),
            )
        except InputError as error:
            return PageFailed(detail=str(error), lasting=True)
        return PageRead(page=page)

    def read_picture(self, url: str) -> PictureAnswer:
        """
        The image made safe; fetching and decoding together end after the set time.
        """
        started = self._monotonic()
        fetched = self._fetcher.get(
            url, headers={}, max_bytes=MAX_PICTURE_BYTES, accept_types=PICTURE_TYPES, deadline=self._picture_seconds
        )
        if isinstance(fetched, FetchFailed):
            passing = not fetched.lasting and (fetched.status is None or fetched.status in _PASSING)
            return PictureRefused(detail=f"the picture can't be had: {fetched.detail}", passing=passing)
        left = self._picture_seconds - (self._monotonic() - started)
        if left <= 0:
            return PictureRefused(detail=f"the picture {url} came too late to be decoded")
        return make_safe(fetched.content, name=url, seconds=min(left, CHILD_SECONDS))

    def _fetch_source(self, source: Source, *, url: str, validators: Validators) -> Fetched | FetchFailed:
        headers = {}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        accept_types, max_bytes = _expected(source.kind)
        fetched = self._fetcher.get(url, headers=headers, max_bytes=max_bytes, accept_types=accept_types)
        if isinstance(fetched, Fetched) and fetched.not_modified and fetched.moved_to:
            # «Unchanged» cannot carry the new address; one full answer can.
            return self._fetcher.get(url, headers={}, max_bytes=max_bytes, accept_types=accept_types)
        return fetched

    def _read(self, source: Source, fetched: Fetched, *, old_digest: str | None) -> SourceAnswer:
        match source.kind:
            case SourceKind.FEED:
                return self._read_feed(source, fetched, old_digest=old_digest)
            case SourceKind.LISTING:
                answer = read_listing(
                    fetched.content,
                    url=fetched.url,
                    allowed_hosts=self._fetcher.allowed_hosts,
                    charset=fetched.charset,
                    language=source.language,
                )
                return _compared(answer, fetched, old_digest=old_digest)
            case SourceKind.SITEMAP:
                return self._read_sitemap(source, fetched, old_digest=old_digest)
        assert_never(source.kind)

    def _read_feed(self, source: Source, fetched: Fetched, *, old_digest: str | None) -> SourceAnswer:
        digest = body_digest(fetched.content)
        validators = _validators(fetched, digest=digest)
        if digest == old_digest and not fetched.moved_to:
            return SourceUnchanged(validators=validators)
        settings = FeedSettings(url=fetched.url, charset=fetched.charset, language=source.language, zone=source.zone)
        answer = read_feed(fetched.content, settings=settings, memory=self._memory)
        if isinstance(answer, SourceFailed):
            return answer
        hub = discover_hub(fetched.headers.get("link"), url=fetched.url, hub=answer.hub, topic=answer.topic)
        return replace(
            answer,
            validators=validators,
            moved_to=fetched.moved_to,
            hub=hub.url if hub else None,
            topic=hub.topic if hub else None,
        )

    def _read_sitemap(self, source: Source, fetched: Fetched, *, old_digest: str | None) -> SourceAnswer:
        try:
            sitemap = _sitemap_of(fetched, source)
        except InputError as error:
            return SourceFailed(detail=f"the sitemap {fetched.url} can't be read: {error}")
        if not sitemap.children:
            answer = SourceRead(items=sitemap.items, validators=Validators(), warnings=sitemap.warnings)
            return _compared(answer, fetched, old_digest=old_digest)
        read = self._read_children(source, sitemap)
        if isinstance(read, SourceFailed):
            return read
        # An unchanged index says nothing of its files, so its own validators are not kept.
        compared = _compared(read, fetched, old_digest=old_digest)
        if isinstance(compared, SourceFailed):
            return compared
        return replace(compared, validators=Validators(body_digest=compared.validators.body_digest))

    def _read_children(self, source: Source, index: Sitemap) -> SourceRead | SourceFailed:
        items: list[SourceItem] = []
        warnings = list(index.warnings)
        ends = self._monotonic() + CHILDREN_SECONDS
        read = 0
        for child in index.children:
            seconds = min(20.0, ends - self._monotonic())
            if seconds <= 0 or len(items) >= MAX_ADDRESSES:
                warnings.append(f"{len(index.children) - read} files of the sitemap were not read, as it is too large")
                break
            sitemap = self._read_child(child, source=source, seconds=seconds)
            if isinstance(sitemap, str):
                warnings.append(f"a file of the sitemap was passed over: {sitemap}")
                continue
            read += 1
            items.extend(sitemap.items)
            warnings.extend(sitemap.warnings)
        if not read:
            return SourceFailed(detail=f"none of the files of the sitemap can be read; the last: {warnings[-1]}")
        return SourceRead(items=tuple(items[:MAX_ADDRESSES]), validators=Validators(), warnings=tuple(warnings))

    def _read_child(self, url: str, *, source: Source, seconds: float) -> Sitemap | str:
        """
        The file, or a sentence why it could not be read.
        """
        fetched = self._fetcher.get(
            url, headers={}, max_bytes=MAX_SITEMAP_BYTES, accept_types=SITEMAP_TYPES, deadline=seconds
        )
        if isinstance(fetched, FetchFailed):
            return fetched.detail
        try:
            return _sitemap_of(fetched, source)
        except InputError as error:
            return f"{url}: {error}"


def read_source_document(
    content: bytes,
    *,
    kind: SourceKind,
    url: str,
    content_type: str | None = None,
    language: str | None = None,
    zone: str = "UTC",
    allowed_hosts: Sequence[str] = (),
) -> SourceRead | SourceFailed:
    """
    What the source parser sees in a document that is at hand; never raises.

    `allowed_hosts` bound the links of a listing; empty: the host of `url`. Files of a sitemap index are named in the
    warnings and not fetched.
    """
    _, _, parameters = (content_type or "").partition("charset=")
    charset = parameters.strip("\"' ;") or None
    try:
        match kind:
            case SourceKind.FEED:
                settings = FeedSettings(url=url, charset=charset, language=language, zone=zone)
                return read_feed(content, settings=settings)
            case SourceKind.LISTING:
                hosts = allowed_hosts or (host_of(url),)
                return read_listing(content, url=url, allowed_hosts=hosts, charset=charset, language=language)
            case SourceKind.SITEMAP:
                sitemap = read_sitemap(content, url=url, charset=charset, language=language, zone=zone)
                unread = tuple(f"the file {child} of the sitemap index was not fetched" for child in sitemap.children)
                warnings = (*sitemap.warnings, *unread)
                return SourceRead(items=sitemap.items, validators=Validators(), warnings=warnings)
    except InputError as error:
        return SourceFailed(detail=f"the {kind} {url} can't be read: {error}")
    assert_never(kind)


def _expected(kind: SourceKind) -> tuple[tuple[str, ...], int]:
    """
    Media types and the most bytes of a source.
    """
    match kind:
        case SourceKind.FEED:
            return FEED_TYPES, MAX_FEED_BYTES
        case SourceKind.LISTING:
            return PAGE_TYPES, MAX_PAGE_BYTES
        case SourceKind.SITEMAP:
            return SITEMAP_TYPES, MAX_SITEMAP_BYTES
    assert_never(kind)


def _sitemap_of(fetched: Fetched, source: Source) -> Sitemap:
    return read_sitemap(
        fetched.content, url=fetched.url, charset=fetched.charset, language=source.language, zone=source.zone
    )


def _compared(answer: SourceRead | SourceFailed, fetched: Fetched, *, old_digest: str | None) -> SourceAnswer:
    """
    The answer, or «unchanged» if it shows the same items as last time; pages differ with each request.
    """
    if isinstance(answer, SourceFailed):
        return answer
    digest = f"items:{hashlib.sha256(repr(answer.items).encode('utf-8', 'replace')).hexdigest()}"
    validators = _validators(fetched, digest=digest)
    if digest == old_digest and not fetched.moved_to:
        return SourceUnchanged(validators=validators)
    return replace(answer, validators=validators, moved_to=fetched.moved_to)


def _validators(fetched: Fetched, *, digest: str | None, old: Validators | None = None) -> Validators:
    """
    What the answer carries; a 304 that repeats none keeps the old ones.
    """
    return Validators(
        etag=fetched.headers.get("etag") or (old.etag if old else None),
        last_modified=fetched.headers.get("last-modified") or (old.last_modified if old else None),
        body_digest=digest,
    )


def _page_failure(failed: FetchFailed) -> PageAnswer:
    if failed.kind is FailureKind.STATUS and failed.status in _GONE:
        return PageGone(status=failed.status or 404)
    return PageFailed(detail=failed.detail, retry_after=failed.retry_after, lasting=failed.lasting)
