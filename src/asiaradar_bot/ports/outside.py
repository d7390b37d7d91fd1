"""What the steps ask of the news site, of X, of templates, of clocks and of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from asiaradar_bot.model.engagement import Readings
from asiaradar_bot.model.money import UsageDay
from asiaradar_bot.model.outcome import (
    DeleteOutcome,
    Hub,
    HubAnswer,
    PageAnswer,
    PictureAnswer,
    PublishOutcome,
    RemoteAccount,
    RemotePost,
    SourceAnswer,
    UploadOutcome,
    Validators,
)
from asiaradar_bot.model.source import Source
from asiaradar_bot.model.wording import Skeleton, TemplateValue


class Clock(Protocol):
    """
    The two clocks of the machine.
    """

    def now(self) -> datetime:
        """
        The wall clock, aware, in UTC.
        """

    def monotonic(self) -> float:
        """
        Seconds of a clock that never jumps; only differences mean something.
        """


class ArticleSource(Protocol):
    """
    Reads sources and article pages; never raises for what the outside does.
    """

    def read_source(self, source: Source, *, url: str, validators: Validators, now: datetime) -> SourceAnswer:
        """
        What the source shows now; `url` is the address in use, `validators` what the last answer carried.
        """

    def read_page(self, url: str, *, language: str | None, zone: str) -> PageAnswer:
        """
        What the article's page says; language and zone are used where the page names none.
        """

    def read_picture(self, url: str) -> PictureAnswer:
        """
        The image at `url`, made safe and within X's limits.
        """


class HubClient(Protocol):
    """
    Asks WebSub hubs to tell us of news.
    """

    def subscribe(self, hub: Hub, *, callback: str, secret: str, lease: timedelta) -> HubAnswer:
        """
        Whether the hub took the request; its question whether we meant it comes to the callback. Never raises.
        """


class Renderer(Protocol):
    """
    Turns a template and its variables into a skeleton of text.
    """

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """
        The skeleton.

        Raises:
            TemplateError: the template is missing, broken, forbidden or too costly.
        """

    def list_templates(self) -> Sequence[str]:
        """
        Names of all templates, sorted.
        """


class Publisher(Protocol):
    """
    Writes to the account on X; one call, one try, no retries of any kind.
    """

    def publish(
        self,
        text: str,
        *,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> PublishOutcome:
        """
        The outcome of one create call; never raises.

        `gate` is called after the request is signed, with the instant of signing, as the last thing before the first
        byte leaves. A sentence from it closes the gate: nothing is sent and the outcome is GateClosed.
        """

    def edit(
        self,
        text: str,
        *,
        previous_id: str,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
    ) -> PublishOutcome:
        """
        The outcome of putting a new version in place of one's own post: Published carries the version's own id.

        `previous_id` is the newest version; `gate` as above. What is not attached again is not promised to stay.
        """

    def delete(self, remote_id: str, *, gate: Callable[[datetime], str | None]) -> DeleteOutcome:
        """
        The outcome of deleting one's own post with all its versions; `gate` as above.
        """

    def upload(self, content: bytes, *, media_type: str, alt_text: str | None) -> UploadOutcome:
        """
        Bring a picture to X; safe to repeat.
        """


class TimelineReader(Protocol):
    """
    Reads what the account shows.
    """

    def me(self) -> RemoteAccount:
        """
        The account behind the credentials.

        Raises:
            CannotReadError: X gave no usable answer.
        """

    def own_posts(self, account_id: str, *, since: datetime, until: datetime | None = None) -> Sequence[RemotePost]:
        """
        All own posts created at or after `since` (and before `until`), newest first, replies included.

        Raises:
            CannotReadError: X gave no usable answer, or not the whole span.
        """


class MetricsReader(Protocol):
    """
    Reads how the account's posts do; each call is one request.
    """

    def read_timeline(self, account_id: str, *, oldest_id: str, newest_id: str, private: bool) -> Readings:
        """
        Posts of our own timeline with ids from `oldest_id` to `newest_id`, both included; at most 100 fit.

        `private` asks for the figures that only the owner sees; X then leaves out posts older than 30 days.

        Raises:
            CannotReadError: X gave no usable answer.
        """

    def look_up(self, ids: Sequence[str], *, private: bool) -> Readings:
        """
        Up to 100 posts by id, at five times the price; those that are gone are left out.

        Raises:
            CannotReadError: X gave no usable answer.
        """


class UsageReader(Protocol):
    """
    Reads what X itself counts.
    """

    def read_usage(self, *, days: int) -> Sequence[UsageDay]:
        """
        How many posts X showed us on each of the last days (1 to 90), oldest first; not billed.

        Raises:
            CannotReadError: X gave no usable answer, or this account may not ask.
        """


class Alerts(Protocol):
    """
    Tells people that something needs them; never raises.
    """

    def send(self, kind: str, message: str, *, subject: str) -> None:
        """
        Pass one alert on; grouped and rate limited by kind and subject.
        """


class PasswordHasher(Protocol):
    """
    Turns passwords into hashes that are costly to guess from.
    """

    def hash(self, password: str) -> str:
        """
        The hash to store. Raises AccessError: too many passwords wait to be hashed.
        """

    def is_right(self, password: str, stored: str | None) -> bool:
        """
        Whether it is the password of that hash; without one as much work is done, and the answer is no.

        Raises:
            AccessError: too many passwords wait to be hashed.
        """


class SideFiles(Protocol):
    """
    The few facts that live outside the database: the stop file and the epoch that tells a restored database.
    """

    def stop_reason(self) -> str | None:
        """
        Why the stop file or the environment forbids sending; None: they do not.
        """

    def read_epoch(self) -> int | None:
        """
        The last epoch this machine saw; None: no side file, or a damaged one.
        """

    def write_epoch(self, epoch: int) -> None:
        """
        Remember it unless it is lower; a failure is passed over, as without one nothing is sent unlooked.
        """
