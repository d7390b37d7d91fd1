"""Everything the local X knows, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from asiaradar_bot.sandbox.x.account import Account, Behaviour
from asiaradar_bot.sandbox.x.clock import MovableClock
from asiaradar_bot.sandbox.x.engagement import Counts, counts
from asiaradar_bot.sandbox.x.limits import RateLimits
from asiaradar_bot.sandbox.x.nouns import (
    InvoiceLine,
    StoredMedia,
    StoredPost,
    as_record,
    line_from,
    media_from,
    next_id,
    post_from,
)
from asiaradar_bot.sandbox.x.prices import Ledger
from asiaradar_bot.sandbox.x.shelf import Shelf


class XState:
    """
    Posts, media, ledger and limits of one account; hold `lock` while reading or changing them.
    """

    def __init__(
        self,
        *,
        clock: MovableClock,
        account: Account,
        behaviour: Behaviour,
        shelf: Shelf,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.account = account
        self.behaviour = behaviour
        self.limits = RateLimits(limits)
        self._shelf = shelf
        self._posts = {post.id: post for post in (post_from(record) for record, _ in shelf.records("post"))}
        self._media = {media.id: media for media in (media_from(*row) for row in shelf.records("media"))}
        self._lines = 0
        lines = [line_from(record) for record, _ in shelf.records("line")]
        self.ledger = Ledger(lines, keep=self._keep_line)
        self._lines = len(lines)
        self._newest_id = max((*self._posts, *self._media), key=int, default=None)
        self._latest: dict[str, str] = {}
        self._replies: dict[str, list[str]] = {}
        self._texts: dict[str, list[str]] = {}
        for post in self._posts.values():
            self._index(post)

    def new_id(self, now: datetime) -> str:
        """
        An id greater than every earlier one.
        """
        self._newest_id = next_id(now, after=self._newest_id)
        return self._newest_id

    def put_post(self, post: StoredPost) -> None:
        """
        Add a post, or replace the one with its id.
        """
        if post.id not in self._posts:
            self._index(post)
        self._posts[post.id] = post
        self._shelf.put("post", post.id, as_record(post))

    def put_media(self, media: StoredMedia) -> None:
        """
        Add an upload, or replace the one with its id.
        """
        self._media[media.id] = media
        self._shelf.put("media", media.id, as_record(media), content=media.content)

    def find_post(self, post_id: str) -> StoredPost | None:
        """
        The post or post version with this id, deleted or not; None: there never was one.
        """
        return self._posts.get(post_id)

    def find_media(self, media_id: str) -> StoredMedia | None:
        """
        The upload with this id; None: there is none, or it has expired unused.
        """
        return self._media.get(media_id)

    def media_of(self, post: StoredPost) -> tuple[StoredMedia, ...]:
        """
        What is attached to the post, in order.
        """
        return tuple(self._media[media_id] for media_id in post.media_ids)

    def posts(self) -> tuple[StoredPost, ...]:
        """
        All posts and versions, deleted ones included, oldest first.
        """
        return tuple(self._posts.values())

    def newest_first(self) -> Iterator[StoredPost]:
        """
        The posts that readers can see, each in its latest version.
        """
        for post in reversed(self._posts.values()):
            if post.is_live and self._latest[post.root_id] == post.id:
                yield post

    def same_text(self, text: str) -> Iterator[StoredPost]:
        """
        The posts with this text that readers can see, each in its latest version.
        """
        for post_id in self._texts.get(text, ()):
            post = self._posts[post_id]
            if post.is_live and self._latest[post.root_id] == post_id:
                yield post

    def versions(self, post: StoredPost) -> list[StoredPost]:
        """
        The versions of the post, first one first.
        """
        if self._latest[post.root_id] == post.root_id:
            return [post]
        return [version for version in self._posts.values() if version.root_id == post.root_id]

    def delete(self, post: StoredPost, now: datetime) -> None:
        """
        Take the post away with all its versions.

        Source: docs.x.com/x-api/fundamentals/edit-posts (deleting one version deletes the chain).
        """
        for version in self.versions(post):
            self.put_post(replace(version, deleted_at=now))

    def counts(self, post: StoredPost, now: datetime) -> Counts:
        """
        How the post does; replies that the account itself made count too.
        """
        grown = counts(post, now=now, seed=self.behaviour.seed, reach=self.behaviour.reach)
        own = sum(self._posts[reply_id].is_live for reply_id in self._replies.get(post.id, ()))
        return replace(grown, replies=grown.replies + own)

    def _index(self, post: StoredPost) -> None:
        self._latest[post.root_id] = post.id
        self._texts.setdefault(post.text, []).append(post.id)
        if post.in_reply_to is not None:
            self._replies.setdefault(post.in_reply_to, []).append(post.id)

    def _keep_line(self, line: InvoiceLine) -> None:
        self._lines += 1
        self._shelf.put("line", str(self._lines), as_record(line))

    def close(self) -> None:
        """
        Let the state file go.
        """
        with self.lock:
            self._shelf.close()
