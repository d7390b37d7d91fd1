"""Scripted stand-ins for X, the clocks and the side files; tests/contracts holds them to the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from asiaradar_bot.model.errors import CannotReadError
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    Deleted,
    DeleteOutcome,
    GateClosed,
    Published,
    PublishOutcome,
    Refused,
    RemoteAccount,
    RemotePost,
    RetryLater,
    Unconfirmed,
    Uploaded,
    UploadFailed,
    UploadOutcome,
)
from asiaradar_bot.rules.post_text import links

_NUMBERS = count(1000)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class SimulatedCrash(BaseException):
    """The process dies here."""


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now
        self.seconds = 1000.0

    def now(self) -> datetime:
        """The wall clock."""
        return self.instant

    def monotonic(self) -> float:
        """The steady clock."""
        return self.seconds

    def advance(self, **span: float) -> None:
        """Both clocks move on."""
        delta = timedelta(**span)
        self.instant += delta
        self.seconds += delta.total_seconds()


class FakeSideFiles:
    """Side files in memory, as the first start leaves them; `epoch` None: of a machine that was never started."""

    def __init__(self, epoch: int | None = 0) -> None:
        self.stop: str | None = None
        self.epoch = epoch

    def stop_reason(self) -> str | None:
        """The stop file's text."""
        return self.stop

    def read_epoch(self) -> int | None:
        """The remembered epoch."""
        return self.epoch

    def write_epoch(self, epoch: int) -> None:
        """Remember the highest."""
        self.epoch = max(self.epoch or 0, epoch)


class FakeX:
    """An account that does what its script says, one word per publish call, then `yes`."""

    def __init__(self, clock: FakeClock, *script: str) -> None:
        self.clock = clock
        self.script = list(script)
        self.timeline: list[RemotePost] = []
        self.cannot_read = False
        self.read_wait: timedelta | None = None
        """How long X asks to be left alone when it can't be read."""
        self.reads = 0
        """How often the timeline was asked for."""
        self.calls = 0
        self.upload_script: list[str] = []
        """One word per upload, then `yes`."""
        self.described: list[str | None] = []
        """Descriptions of uploads that were taken, in order."""

    def publish(
        self,
        text: str,
        *,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
        reply_to: str | None = None,
    ) -> PublishOutcome:
        """One scripted answer."""
        signed_at = self.clock.now()
        word = self.script.pop(0) if self.script else "yes"
        if word == "crash_before_wire":
            raise SimulatedCrash
        reason = gate(signed_at)
        if reason is not None:
            return GateClosed(detail=reason, signed_at=signed_at)
        self.calls += 1
        if word in {"yes", "yes_but_lost", "crash_after_wire"}:
            self.show(text, media=len(media_ids), reply_to=reply_to)
        if word == "crash_after_wire":
            raise SimulatedCrash
        return self._answer(word, signed_at)

    def _answer(self, word: str, signed_at: datetime) -> PublishOutcome:
        answers: dict[str, PublishOutcome] = {
            "yes_but_lost": Unconfirmed(detail="time-out", signed_at=signed_at),
            "lost": Unconfirmed(detail="time-out", signed_at=signed_at),
            "refused_connection": RetryLater(detail="no connection", signed_at=signed_at),
            "rate_limited": RetryLater(detail="429", wait=timedelta(minutes=5), counts=False, signed_at=signed_at),
            "no_auth": AccountBlocked(detail="401", signed_at=signed_at),
            "no_final": Refused(detail="400", signed_at=signed_at),
            "duplicate": AlreadyThere(detail="403 duplicate", signed_at=signed_at),
        }
        return answers.get(word) or Published(remote_id=self.timeline[0].id, signed_at=signed_at)

    def show(self, text: str, *, media: int = 0, reply_to: str | None = None) -> RemotePost:
        """Put a post on the timeline."""
        post = RemotePost(
            id=str(next(_NUMBERS)),
            text=text,
            created_at=self.clock.now().replace(microsecond=0),
            links=tuple(links(text)),
            media_count=media,
            in_reply_to=reply_to,
        )
        self.timeline.insert(0, post)
        return post

    def edit(
        self,
        text: str,
        *,
        previous_id: str,
        gate: Callable[[datetime], str | None],
        media_ids: Sequence[str] = (),
    ) -> PublishOutcome:
        """One scripted answer; a version that X took stands in place of the old one."""
        before = len(self.timeline)
        try:
            return self.publish(text, gate=gate, media_ids=media_ids)
        finally:
            if len(self.timeline) > before:
                old = next(post for post in self.timeline if post.id == previous_id)
                rest = [post for post in self.timeline[1:] if post.id != previous_id]
                self.timeline = [replace(self.timeline[0], first_id=old.first_id or old.id), *rest]

    def delete(self, remote_id: str, *, gate: Callable[[datetime], str | None]) -> DeleteOutcome:
        """One scripted answer; whatever takes the post away takes it away with all its versions."""
        signed_at = self.clock.now()
        word = self.script.pop(0) if self.script else "yes"
        if word == "crash_before_wire":
            raise SimulatedCrash
        reason = gate(signed_at)
        if reason is not None:
            return GateClosed(detail=reason, signed_at=signed_at)
        self.calls += 1
        was_there = any(remote_id in {post.id, post.first_id} for post in self.timeline)
        if word in {"yes", "yes_but_lost", "crash_after_wire"}:
            self.timeline = [post for post in self.timeline if remote_id not in {post.id, post.first_id}]
        if word == "crash_after_wire":
            raise SimulatedCrash
        if word == "yes":
            return Deleted(was_gone=not was_there, signed_at=signed_at)
        outcome = self._answer(word, signed_at)
        assert not isinstance(outcome, Published | AlreadyThere), word
        return outcome

    def upload(self, content: bytes, *, media_type: str, alt_text: str | None) -> UploadOutcome:
        """Taken, unless the script says otherwise."""
        del media_type
        word = self.upload_script.pop(0) if self.upload_script else "yes"
        if word == "crash":
            raise SimulatedCrash
        if word == "slow":
            self.clock.advance(seconds=25)
        if word == "fails":
            return UploadFailed(detail="its picture could not be brought to X", described=alt_text is not None)
        self.described.append(alt_text)
        return Uploaded(media_id=f"m{len(content)}", expires_at=None)

    def me(self) -> RemoteAccount:
        """The account."""
        return RemoteAccount(id="1", username="AsiaRadar", name="Radar Asia")

    def own_posts(self, account_id: str, *, since: datetime, until: datetime | None = None) -> Sequence[RemotePost]:
        """The timeline of that span."""
        del account_id
        self.reads += 1
        if self.cannot_read:
            raise CannotReadError("X did not answer", wait=self.read_wait)
        return [
            post for post in self.timeline if post.created_at >= since and (until is None or post.created_at < until)
        ]
