"""A small HTTP server on loopback whose answers are raw bytes or functions that write to the socket themselves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]


@dataclass
class LocalServer:
    """
    What it answers by path, and the requests that it got.
    """

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    """Request heads and bodies as text, in order of arrival."""
    names: list[str | None] = field(default_factory=list)
    """Server names that TLS clients asked for."""
    stopping: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """
        The address of a path on this server.
        """
        return f"{scheme}://{host}:{self.port}{path}"

    def on(self, path: str, body: bytes | str = b"", *, status: int = 200, **headers: str) -> None:
        """
        Answer the path with this body; header names are given with underscores.
        """
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} Status"]
        fields = {"content_length": str(len(content)), **headers}
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
        self.answers[path] = "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[LocalServer]:
    """
    A server on a free port until the block ends.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    server = LocalServer(port=listener.getsockname()[1])
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.names.append(name)
    thread = threading.Thread(target=_accept, args=(listener, server, tls), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        listener.close()
        with socket.socket() as waker:
            waker.settimeout(0.2)
            waker.connect_ex(("127.0.0.1", server.port))
        thread.join(timeout=5)


def _accept(listener: socket.socket, server: LocalServer, tls: ssl.SSLContext | None) -> None:
    while not server.stopping.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, server, tls), daemon=True).start()


def _serve(connection: socket.socket, server: LocalServer, tls: ssl.SSLContext | None) -> None:
    with connection:
        try:
            connection.settimeout(30)
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            with stream:
                _answer(stream, server)
        except OSError:
            return


def _answer(stream: socket.socket, server: LocalServer) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        part = stream.recv(65536)
        if not part:
            return
        request += part
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += stream.recv(65536)
    server.requests.append(head.decode("latin-1") + "\n\n" + body.decode("latin-1"))
    path = head.split(b" ")[1].decode()
    answer = server.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    if callable(answer):
        answer(stream)
    else:
        stream.sendall(answer)
