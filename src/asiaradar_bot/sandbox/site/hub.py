"""The sample site's WebSub hub: takes subscriptions, asks whether they were meant, and sends what is new, signed."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

from asiaradar_bot.sandbox.site.behaviours import Answer

PATH = "/hub"
_PATIENCE_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subscriber:
    callback: str
    topic: str
    secret: str
    lease: str


class SampleHub:
    """
    Source: W3C Recommendation WebSub, sections 5 and 7.
    """

    def __init__(self, document: Callable[[str], bytes]) -> None:
        """
        `document` gives what stands at a topic's path now.
        """
        self._document = document
        self._subscribers: dict[str, _Subscriber] = {}

    @property
    def subscribers(self) -> int:
        """
        How many callbacks have said that they meant it.
        """
        return len(self._subscribers)

    def answer(self, body: bytes) -> Answer:
        """
        202, and the question to the callback follows; 400 for a request that makes no sense.
        """
        fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        try:
            asked = _Subscriber(
                callback=fields["hub.callback"],
                topic=fields["hub.topic"],
                secret=fields["hub.secret"],
                lease=fields["hub.lease_seconds"],
            )
        except KeyError as error:
            return Answer(status=400, body=f"{error.args[0]} is missing".encode())
        self._in_background(lambda: self._verify(asked))
        return Answer(status=202)

    def distribute(self) -> None:
        """
        Send every subscriber its topic as it stands now.
        """
        for one in list(self._subscribers.values()):
            self._in_background(lambda one=one: self._send(one))  # type: ignore[misc]  # bound at once

    def _in_background(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    def _verify(self, asked: _Subscriber) -> None:
        challenge = secrets.token_hex(16)
        query = urlencode(
            {
                "hub.mode": "subscribe",
                "hub.topic": asked.topic,
                "hub.challenge": challenge,
                "hub.lease_seconds": asked.lease,
            }
        )
        status, content = _call("GET", f"{asked.callback}?{query}")
        if status == 200 and content == challenge.encode():  # noqa: PLR2004 - OK
            self._subscribers[asked.callback] = asked

    def _send(self, one: _Subscriber) -> None:
        content = self._document(urlsplit(one.topic).path)
        digest = hmac.new(one.secret.encode(), content, "sha256").hexdigest()
        _call("POST", one.callback, content, {"X-Hub-Signature": f"sha256={digest}", "Content-Type": "text/xml"})


def _call(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request(method, where.path + (f"?{where.query}" if where.query else ""), body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""  # a subscriber that is away loses this one; it polls
    finally:
        connection.close()
