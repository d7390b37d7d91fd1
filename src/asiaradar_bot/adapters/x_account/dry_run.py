"""An account where nothing leaves: everything is done but the sending."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from asiaradar_bot.model.engagement import Readings
from asiaradar_bot.model.money import UsageDay
from asiaradar_bot.model.outcome import (
    Deleted,
    DeleteOutcome,
    GateClosed,
    Published,
    PublishOutcome,
    RemoteAccount,
    RemotePost,
    Uploaded,
    UploadOutcome,
)
from asiaradar_bot.rules.post_text import links


class DryRunAccount:
    """
    Implements Publisher and TimelineReader without a network; its ids begin with `dry-run-`.
    """

    def __init__(self, *, now: Callable[[], datetime], handle: str) -> None:
        self._now = now
        self._handle = handle
        self._posts: list[RemotePost] = []
        self._lock = Lock()
        self.rate_left: Mapping[str, int] = {}
        """As of the real account; nobody counts here."""

    def publish(
        self,
        text: str,
        *,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> PublishOutcome:
        """
        Published with a made-up id, unless the gate is closed.
        """
        signed_at = self._now()
        reason = gate(signed_at)
        if reason is not None:
            return GateClosed(detail=reason, signed_at=signed_at)
        with self._lock:
            seed = f"{text}|{signed_at.isoformat()}|{len(self._posts)}"
            remote_id = "dry-run-" + hashlib.sha256(seed.encode()).hexdigest()[:12]
            post = RemotePost(
                id=remote_id,
                text=text,
                created_at=signed_at,
                links=tuple(links(text)),
                media_count=len(media_ids),
                in_reply_to=reply_to,
            )
            self._posts.insert(0, post)
        return Published(remote_id=remote_id, signed_at=signed_at)

    def edit(
        self,
        text: str,
        *,
        previous_id: str,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
    ) -> PublishOutcome:
        """
        A new version in place of the old one.
        """
        outcome = self.publish(text, gate=gate, media_ids=media_ids)
        if isinstance(outcome, Published):
            with self._lock:
                first = next((post.first_id or post.id for post in self._posts if post.id == previous_id), previous_id)
                newest = replace(self._posts[0], first_id=first)
                self._posts = [newest, *(post for post in self._posts[1:] if post.id != previous_id)]
        return outcome

    def delete(self, remote_id: str, *, gate: Callable[[datetime], str | None]) -> DeleteOutcome:
        """
        Forgets the post.
        """
        signed_at = self._now()
        reason = gate(signed_at)
        if reason is not None:
            return GateClosed(detail=reason, signed_at=signed_at)
        with self._lock:
            self._posts = [post for post in self._posts if post.id != remote_id]
        return Deleted(signed_at=signed_at)

    def upload(self, content: bytes, *, media_type: str, alt_text: str | None) -> UploadOutcome:
        """
        A made-up media id.
        """
        del media_type, alt_text
        return Uploaded(media_id="dry-run-" + hashlib.sha256(content).hexdigest()[:12], expires_at=None)

    def me(self) -> RemoteAccount:
        """
        The configured handle.
        """
        return RemoteAccount(id="dry-run", username=self._handle, name=self._handle)

    def read_timeline(self, account_id: str, *, oldest_id: str, newest_id: str, private: bool) -> Readings:
        """
        Nothing: nobody reads posts that never left.
        """
        del account_id, oldest_id, newest_id, private
        return Readings(posts=(), complete=False)

    def look_up(self, ids: Sequence[str], *, private: bool) -> Readings:
        """
        Nothing, as above.
        """
        del ids, private
        return Readings(posts=(), complete=False)

    def read_usage(self, *, days: int) -> Sequence[UsageDay]:
        """
        Nothing, as above.
        """
        del days
        return []

    def own_posts(self, account_id: str, *, since: datetime, until: datetime | None = None) -> Sequence[RemotePost]:
        """
        What was «sent» by this process since then.
        """
        del account_id
        with self._lock:
            return [
                post for post in self._posts if post.created_at >= since and (until is None or post.created_at < until)
            ]
