"""The sample site as a running HTTP server on loopback, for the demo and for tests; the whole site is in memory."""

from __future__ import annotations

import gzip
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from asiaradar_bot.sandbox.site.answers import Answer, Behaviour, Responder
from asiaradar_bot.sandbox.site.rendering import MANNERS, Renderer
from asiaradar_bot.sandbox.site.shelf import Shelf

_IDLE_SECONDS = 30
_GZIP_FROM_BYTES = 1024
_START_GAP = timedelta(minutes=1)


class SampleSite:
    """
    A small news site in the shape of Varient 2.2 or 2.4; `now` is its clock, `start_with` articles are there at once.

    The server listens as soon as the object exists, and answers inside the `with` block.

    Raises:
        ValueError: no such manner.
        OSError: the port can't be had.
    """

    def __init__(self, *, now: Callable[[], datetime], manner: str = "2.4", start_with: int = 0, port: int = 0) -> None:
        if manner not in MANNERS:
            raise ValueError(f"the sample site has no manner {manner!r}; choose one of {', '.join(MANNERS)}")
        self._shelf = Shelf(now)
        self.requests: list[str] = []
        """Paths with their queries, in order of arrival."""
        self._server = _Server(("127.0.0.1", port), _Conversation)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._responder = Responder(self._shelf, Renderer(self.base_url, manner=manner), manner=manner)
        self._server.answer = self._answer
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        for number in range(start_with, 0, -1):
            self._shelf.publish_next(at=now() - number * _START_GAP)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def slugs(self) -> tuple[str, ...]:
        """
        All articles in script order, published or not.
        """
        return self._shelf.slugs

    def note(self, slug: str) -> str:
        """
        What is special about an article.
        """
        return self._shelf.note(slug)

    def url(self, slug: str) -> str:
        """
        The address of an article that is on the site.

        Raises:
            ValueError: it is not.
        """
        article = self._shelf.find(slug)
        if article is None:
            raise ValueError(f"{slug} is not on the sample site; publish it first")
        return self.base_url + article.path

    def is_used(self, slug: str) -> bool:
        """
        Whether the article was published once, whatever became of it.
        """
        return self._shelf.is_used(slug)

    def publish(self, slug: str) -> str:
        """
        The address of the article, published at this moment.

        Raises:
            ValueError: no such article is written.
        """
        return self.base_url + self._shelf.publish(slug).path

    def publish_next(self) -> str | None:
        """
        The slug of the next article of the script, published at this moment; None: all were.
        """
        return self._shelf.publish_next()

    def update(self, slug: str, title: str | None = None, summary: str | None = None) -> None:
        """
        Save the article again, with another title or summary where one is given.

        Raises:
            ValueError: it is not on the site.
        """
        self._shelf.update(slug, title=title, summary=summary)

    def rename(self, slug: str, new_slug: str) -> None:
        """
        Move the article to another address; the old one answers 404.

        Raises:
            ValueError: it is not on the site, or the new address is taken.
        """
        self._shelf.rename(slug, new_slug)

    def remove(self, slug: str, status: int = 404) -> None:
        """
        Take the article off the site; its address answers `status`, which a second call may change.

        Raises:
            ValueError: it never was on the site.
        """
        self._shelf.remove(slug, status=status)

    def behave(
        self,
        path_regex: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        times: int | None = None,
    ) -> None:
        """
        Bend the answers to paths (with query) in which the expression is found; the earliest wish wins.

        What is None stays as usual; `times` None: from now on for ever.
        """
        self._responder.behave(
            Behaviour(
                path=re.compile(path_regex),
                status=status,
                headers=dict(headers or {}),
                body=body.encode() if isinstance(body, str) else body,
                left=times,
            )
        )

    def _answer(self, target: str) -> Answer:
        self.requests.append(target)
        return self._responder.answer(target)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    answer: Callable[[str], Answer]

    def handle_error(self, request: object, client_address: object) -> None:
        """
        A client that went away is no surprise; everything else is shown.
        """
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the stubs want a socket


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = _IDLE_SECONDS
    wbufsize = -1
    """Head and body leave in one go, else each answer waits for the client's acknowledgement."""

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        """
        Nothing: the site keeps a list of its requests.
        """

    def _send(self, *, with_body: bool) -> None:
        assert isinstance(self.server, _Server)
        answer = self.server.answer(self.path)
        body, headers = answer.body, {"Content-Type": answer.content_type, **answer.headers}
        if self._may_pack(answer):
            body, headers = gzip.compress(body, 5), {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response(answer.status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _may_pack(self, answer: Answer) -> bool:
        is_text = not answer.content_type.startswith("image/") and "Content-Encoding" not in answer.headers
        asked = "gzip" in self.headers.get("Accept-Encoding", "")
        return asked and is_text and len(answer.body) >= _GZIP_FROM_BYTES
