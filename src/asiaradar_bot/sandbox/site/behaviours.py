"""One HTTP answer of the sample site, and the ways in which tests bend it; knows no sockets."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One HTTP answer.
    """

    status: int = 200
    content_type: str = HTML
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None
    """When its content last changed; None: it does not know."""
    delay: timedelta = timedelta(0)
    """How long it waits before its first byte."""
    is_endless: bool = False
    """Whether the body comes again and again until the client has had enough."""
    cut_after_bytes: int | None = None
    """After how many bytes of the body the connection breaks; None: it does not."""


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """
    A wish for other answers than the site's own; None: as usual.
    """

    path: re.Pattern[str]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    delay: timedelta = timedelta(0)
    is_endless: bool = False
    cut_after_bytes: int | None = None
    left: int | None = None
    """For how many requests it still holds; None: for all."""

    def bend(self, answer: Answer) -> Answer:
        """
        The answer as wished; a status without a body says itself what it is.
        """
        body = self.body
        if body is None:
            body = answer.body if self.status is None else f"<h1>{self.status}</h1>".encode()
        return replace(
            answer,
            status=answer.status if self.status is None else self.status,
            body=body,
            headers={**answer.headers, **self.headers},
            delay=self.delay,
            is_endless=self.is_endless,
            cut_after_bytes=self.cut_after_bytes,
        )


class Behaviours:
    """
    The wishes in the order in which they were made; the earliest that fits a request wins. For several threads.
    """

    def __init__(self) -> None:
        self._wishes: list[Behaviour] = []
        self._lock = threading.Lock()

    def add(self, behaviour: Behaviour) -> None:
        """
        Answer the matching requests like this from now on.
        """
        with self._lock:
            self._wishes.append(behaviour)

    def clear(self) -> None:
        """
        Answer as usual from now on.
        """
        with self._lock:
            self._wishes.clear()

    def take(self, target: str) -> Behaviour | None:
        """
        The wish for this request, which uses it up by one; None: there is none.
        """
        with self._lock:
            for behaviour in self._wishes:
                if behaviour.left != 0 and behaviour.path.search(target):
                    if behaviour.left is not None:
                        behaviour.left -= 1
                    return behaviour
        return None
