"""The Publisher and TimelineReader for the real X and the local one."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import requests
import tweepy
from tweepy.errors import TweepyException

from asiaradar_bot.adapters.x_account.outcomes import (
    outcome_of_answer,
    outcome_of_delete,
    outcome_of_failed_delete,
    outcome_of_failure,
)
from asiaradar_bot.adapters.x_account.readings import (
    NEW_FIELDS,
    OLD_FIELDS,
    lacks_metrics,
    read_readings,
    read_usage_days,
)
from asiaradar_bot.adapters.x_account.session import STALE_SECONDS, GateClosedError, WireSession, wire_call
from asiaradar_bot.adapters.x_account.timeline import PAGE_SIZE, TIMELINE_FIELDS, Page, read_account, read_page
from asiaradar_bot.model.engagement import Readings
from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.money import UsageDay
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    DeleteOutcome,
    PublishOutcome,
    Refused,
    RemoteAccount,
    RemotePost,
    RetryLater,
    Uploaded,
    UploadFailed,
    UploadOutcome,
)

_MOST_PAGES = 40
_FAILURES = (TweepyException, requests.RequestException, GateClosedError, AttributeError, ValueError, OSError)
"""All that tweepy and requests are known to raise; AttributeError is tweepy's on a 5xx with JSON `null`."""


class XAccount:
    """
    One account on X through tweepy, with OAuth 1.0a user context; safe to use from several threads.
    """

    def __init__(  # noqa: PLR0913 - an address, five credentials, two time-outs and a clock, all by name
        self,
        *,
        base_url: str,
        consumer_key: str,
        consumer_secret: str,
        access_token: str,
        access_token_secret: str,
        now: Callable[[], datetime],
        connect_seconds: float = 5,
        read_seconds: float = 20,
        bearer_token: str | None = None,
    ) -> None:
        for name in ("tweepy", "requests_oauthlib", "oauthlib"):
            logging.getLogger(name).setLevel(logging.INFO)  # their DEBUG prints tokens
        self._now = now
        self._fields = OLD_FIELDS
        self._bearer = bearer_token is not None
        self._client = tweepy.Client(
            bearer_token,
            consumer_key=consumer_key,
            consumer_secret=consumer_secret,
            access_token=access_token,
            access_token_secret=access_token_secret,
            return_type=requests.Response,
        )
        self._session = WireSession(base_url, connect_seconds=connect_seconds, read_seconds=read_seconds, now=now)
        self._client.session = self._session

    @property
    def rate_left(self) -> Mapping[str, int]:
        """
        Requests that X still allowed at its last answer, by route.
        """
        return self._session.rate_left

    def publish(
        self,
        text: str,
        *,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> PublishOutcome:
        """
        The outcome of one create call; see `ports.Publisher`.
        """
        return self._write(
            lambda: self._client.create_tweet(
                text=text, media_ids=list(media_ids) or None, in_reply_to_tweet_id=reply_to, user_auth=True
            ),
            gate,
        )

    def edit(
        self,
        text: str,
        *,
        previous_id: str,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
    ) -> PublishOutcome:
        """
        The outcome of one edit; see `ports.Publisher`.

        Source: X's OpenAPI document 2.167, CreatePostsRequest (edit_options); docs.x.com/x-api/fundamentals/edit-posts.
        """
        asked: dict[str, object] = {"text": text, "edit_options": {"previous_post_id": previous_id}}
        if media_ids:
            asked["media"] = {"media_ids": list(media_ids)}
        return self._write(lambda: self._client.request("POST", "/2/tweets", json=asked, user_auth=True), gate)

    def delete(self, remote_id: str, *, gate: Callable[[datetime], str | None]) -> DeleteOutcome:
        """
        The outcome of deleting one's own post with all its versions; see `ports.Publisher`.
        """
        with wire_call(gate) as wire:
            try:
                answer = self._client.delete_tweet(remote_id, user_auth=True)
                outcome = outcome_of_delete(answer, now=self._now())
            except _FAILURES as error:
                outcome = outcome_of_failed_delete(error, now=self._now())
        return replace(outcome, signed_at=wire.signed_at)

    def upload(self, content: bytes, *, media_type: str, alt_text: str | None) -> UploadOutcome:
        """
        Bring a picture to X; safe to repeat, as readers do not see it before it is attached.

        Source: X API v2 media upload (docs.x.com/x-api/media), one-shot JSON with base64.
        """
        asked = {
            "media": base64.b64encode(content).decode(),
            "media_category": "tweet_image",
            "media_type": media_type,
        }
        described = False
        try:
            answer = self._client.request("POST", "/2/media/upload", json=asked, user_auth=True).json()["data"]
            media_id = str(answer["id"])
            if alt_text:
                described = True
                metadata = {"id": media_id, "metadata": {"alt_text": {"text": alt_text[:1000]}}}
                self._client.request("POST", "/2/media/metadata", json=metadata, user_auth=True)
        except (*_FAILURES, KeyError, TypeError) as error:
            return UploadFailed(
                detail=f"its picture could not be brought to X ({type(error).__name__}), it goes without",
                described=described and not _surely_not(error, now=self._now()),
            )
        seconds = answer.get("expires_after_secs")
        ends = self._now() + timedelta(seconds=seconds) if isinstance(seconds, int) else None
        return Uploaded(media_id=media_id, expires_at=ends)

    def me(self) -> RemoteAccount:
        """
        The account behind the credentials.

        Raises:
            CannotReadError: X gave no usable answer.
        """
        return read_account(self._read("/2/users/me", {}))

    def own_posts(self, account_id: str, *, since: datetime, until: datetime | None = None) -> Sequence[RemotePost]:
        """
        All own posts created at or after `since` (and before `until`), newest first, replies included.

        Raises:
            CannotReadError: X gave no usable answer, or not the whole span.
        """
        found: list[RemotePost] = []
        token: str | None = None
        for _ in range(_MOST_PAGES):
            asked = {"max_results": PAGE_SIZE, "tweet.fields": TIMELINE_FIELDS, "start_time": _stamp(since)}
            if until is not None:
                asked["end_time"] = _stamp(until)
            if token is not None:
                asked["pagination_token"] = token
            page = self._timeline_page(account_id, asked, first=token is None)
            found.extend(page.posts)
            token = page.next_token
            if token is None:
                return found
        raise CannotReadError(f"our timeline since {since:%Y-%m-%d %H:%M} UTC has more pages than can be read at once")

    def read_timeline(self, account_id: str, *, oldest_id: str, newest_id: str, private: bool) -> Readings:
        """
        Posts of our own timeline between two ids, both included; see `ports.MetricsReader`.
        """
        span = {"since_id": str(int(oldest_id) - 1), "until_id": str(int(newest_id) + 1), "max_results": PAGE_SIZE}
        return self._readings(f"/2/users/{account_id}/tweets", span, private=private)

    def look_up(self, ids: Sequence[str], *, private: bool) -> Readings:
        """
        Up to 100 posts by id; see `ports.MetricsReader`.
        """
        return self._readings("/2/tweets", {"ids": ",".join(ids)}, private=private)

    def read_usage(self, *, days: int) -> Sequence[UsageDay]:
        """
        X's own count of posts read; see `ports.UsageReader`.

        Source: X API, GET /2/usage/tweets (docs.x.com/x-api/usage).
        """
        if not self._bearer:
            raise CannotReadError(
                "X counts reads for an app's bearer token only: set x.bearer_token", surely_unread=True
            )
        return read_usage_days(self._read("/2/usage/tweets", {"days": days}, user_auth=False))

    def _readings(self, route: str, asked: dict[str, object], *, private: bool) -> Readings:
        fields = "public_metrics,non_public_metrics" if private else "public_metrics"
        answer = self._read(route, {**asked, self._fields: fields})
        if lacks_metrics(answer):
            # X has dropped these words: the other ones are asked for now, free of charge within a day, and from now on.
            self._fields = NEW_FIELDS if self._fields == OLD_FIELDS else OLD_FIELDS
            try:
                answer = self._read(route, {**asked, self._fields: fields})
            except CannotReadError as error:
                error.surely_unread = False  # the posts were shown, without figures, and are billed
                raise
        return read_readings(answer)

    def _timeline_page(self, account_id: str, asked: dict[str, object], *, first: bool) -> Page:
        try:
            return read_page(self._read(f"/2/users/{account_id}/tweets", asked))
        except CannotReadError as error:
            error.surely_unread = error.surely_unread and first  # pages before it were read, and are billed
            raise

    def _write(self, call: Callable[[], requests.Response], gate: Callable[[datetime], str | None]) -> PublishOutcome:
        with wire_call(gate) as wire:
            try:
                outcome = outcome_of_answer(call(), now=self._now())
            except _FAILURES as error:
                outcome = outcome_of_failure(error, now=self._now())
        if isinstance(outcome, AccountBlocked) and wire.age_seconds(self._now()) > STALE_SECONDS:
            outcome = RetryLater(detail="this process stood still between signing and sending, and X refused that")
        return replace(outcome, signed_at=wire.signed_at)

    def _read(self, route: str, asked: dict[str, object], *, user_auth: bool = True) -> object:
        try:
            with wire_call():  # a read has no gate, not even one that is asked from within a gate
                return self._client.request("GET", route, params=asked, user_auth=user_auth).json()
        except _FAILURES as error:
            now = self._now()
            outcome = outcome_of_failure(error, now=now)
            raise CannotReadError(
                f"X did not answer GET {route.split('/')[2]} ({_status(error)})",
                surely_unread=_surely_not(error, now=now),
                wait=outcome.wait if isinstance(outcome, RetryLater) else None,
            ) from error


def _surely_not(error: Exception, *, now: datetime) -> bool:
    return isinstance(outcome_of_failure(error, now=now), RetryLater | Refused | AccountBlocked)


def _status(error: Exception) -> str:
    response = getattr(error, "response", None)
    return f"status {response.status_code}" if response is not None else type(error).__name__


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
