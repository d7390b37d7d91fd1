"""The sample site's HTTP server on loopback: sockets, packing, and answers that are slow, endless or cut off."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asiaradar_bot.sandbox.site.behaviours import Answer

_IDLE_SECONDS = 30
_GZIP_FROM_BYTES = 1024
_MAX_ASKED_BYTES = 1_000_000
_ENDLESS_CHUNK = b" " * 16_384
_WITHOUT_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    One request.
    """

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    """Each word of a name with a capital, as in If-None-Match."""
    body: bytes


class SiteServer(ThreadingHTTPServer):
    """
    Listens as soon as it exists; `answer` is asked for each request, from several threads.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        self.answer: Callable[[Asked], Answer] = lambda _: Answer(status=503)
        self.stopping = threading.Event()
        """Set: slow answers wait no longer, endless ones end."""
        super().__init__(("127.0.0.1", port), _Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """
        A client that went away is no surprise; everything else is shown.
        """
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the stubs want a socket


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = _IDLE_SECONDS
    wbufsize = -1
    """Head and body leave in one go, else each answer waits for the client's acknowledgement."""
    server: SiteServer

    def do_GET(self) -> None:
        self._send(self._ask())

    def do_HEAD(self) -> None:
        self._send(self._ask())

    def do_POST(self) -> None:
        self._send(self._ask())

    def do_DELETE(self) -> None:
        self._send(self._ask())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        """
        Nothing: the site keeps a list of its requests.
        """

    def _ask(self) -> Answer:
        size = self.headers.get("Content-Length", "0")
        if not size.isdigit() or int(size) > _MAX_ASKED_BYTES:
            self.close_connection = True
            return Answer(status=413)
        body = self.rfile.read(int(size))
        headers = {name.title(): value for name, value in self.headers.items()}
        return self.server.answer(Asked(method=self.command, target=self.path, headers=headers, body=body))

    def _send(self, answer: Answer) -> None:
        self.server.stopping.wait(answer.delay.total_seconds())
        if answer.is_endless:
            self._send_endlessly(answer)
            return
        body, headers = answer.body, {"Content-Type": answer.content_type, **answer.headers}
        if self._may_pack(answer):
            body, headers = gzip.compress(body, 5), {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if answer.status in _WITHOUT_BODY:
            body = b""
        else:
            headers["Content-Length"] = str(len(body))
        self._send_head(answer.status, headers)
        if self.command == "HEAD":
            return
        if answer.cut_after_bytes is not None:
            body, self.close_connection = body[: answer.cut_after_bytes], True
        self.wfile.write(body)

    def _send_endlessly(self, answer: Answer) -> None:
        """
        The body and then blanks, in chunks, until the client or the site has had enough.
        """
        self.close_connection = True
        headers = {"Content-Type": answer.content_type, **answer.headers, "Transfer-Encoding": "chunked"}
        self._send_head(answer.status, headers)
        chunk = answer.body or _ENDLESS_CHUNK
        while self.command != "HEAD" and not self.server.stopping.is_set():
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            chunk = _ENDLESS_CHUNK

    def _send_head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _may_pack(self, answer: Answer) -> bool:
        is_text = not answer.content_type.startswith("image/") and "Content-Encoding" not in answer.headers
        asked = "gzip" in self.headers.get("Accept-Encoding", "")
        return asked and is_text and len(answer.body) >= _GZIP_FROM_BYTES
