"""Scripted stand-ins for people, hubs and X's own count; the contracts in tests/contracts hold them to the truth."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.model.money import UsageDay
from asiaradar_bot.model.outcome import Hub, HubAnswer
from tests.fakes.outside import NOON


class PlainPasswords:
    """Counts what is hashed, so that a test sees whether a try was worth the work."""

    def __init__(self) -> None:
        self.checked = 0

    def hash(self, password: str) -> str:
        """Readable."""
        return f"hash of {password}"

    def is_right(self, password: str, stored: str | None) -> bool:
        """Counted, for unknown users too."""
        self.checked += 1
        return stored == f"hash of {password}"


class FakeUsage:
    """X's own count, scripted."""

    def read_usage(self, *, days: int) -> list[UsageDay]:
        """Three posts yesterday, one today."""
        del days
        return [
            UsageDay(day_on=(NOON - timedelta(days=1)).date(), posts_read=3),
            UsageDay(day_on=NOON.date(), posts_read=1),
        ]


class FakeDigestFolder:
    """Digests in memory."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        """Keep it."""
        self.files[name] = text


class FakeAlerts:
    """Keeps what people would be told."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        """Kind, message, subject."""

    def send(self, kind: str, message: str, *, subject: str) -> None:
        """Kept."""
        self.sent.append((kind, message, subject))


class ScriptedHub:
    """A hub that answers as told and notes the callbacks."""

    def __init__(self, answer: HubAnswer) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.secrets: list[str] = []

    def subscribe(self, hub: Hub, *, callback: str, secret: str, lease: timedelta) -> HubAnswer:
        """As told."""
        assert hub.topic
        assert len(secret) > 20
        assert lease > timedelta(0)
        self.asked.append(callback)
        self.secrets.append(secret)
        return self.answer
