"""Many and slow clients of the web server: they end, and the bot keeps its files and sockets."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from fastapi import FastAPI, Request

from asiaradar_bot.runner import connections
from asiaradar_bot.runner.service import WebThread
from tests.waiting import until
from tests.web.desk import desk_app


async def _length(request: Request) -> int:
    return len(await request.body())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebThread]:
    """A web server that tells the length of what it is sent."""
    with desk_app(tmp_path, web={"port": 0}) as app:
        web = FastAPI()
        web.post("/")(_length)
        running = WebThread(app, lambda: web)
        running.start()
        until(lambda: _answers(running))
        yield running
        running.stop()


def _client(server: WebThread, stack: ExitStack, sent: bytes) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    client = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
    client.sendall(sent)
    return client


def _ended(client: socket.socket) -> bool:
    """Waits until the server ends it, or sends something."""
    with suppress(ConnectionResetError):
        return client.recv(1) == b""
    return True


def _answers(server: WebThread) -> bool:
    request = urllib.request.Request(server.url, data=b"four", headers={"Connection": "close"})  # noqa: S310 - ours
    with suppress(OSError), urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - ours
        return bool(answer.read() == b"4")
    return False


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HTT",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"GET /no HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHo",
    ],
    ids=["nothing", "half a head", "half a body", "half a second head"],
)
def test_a_client_that_owes_its_request_is_ended(
    server: WebThread, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """By the byte or not at all: it does not keep its socket."""
    monkeypatch.setattr(connections, "PATIENCE_SECONDS", 0.2)
    with ExitStack() as stack:
        client = _client(server, stack, sent)
        if sent.startswith(b"GET"):
            assert client.recv(12) == b"HTTP/1.1 404"
            while not client.recv(4096).endswith(b"}"):
                pass
        assert _ended(client)


def test_clients_beyond_the_most_are_ended_at_once(server: WebThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are there stay, and when they go others come in."""
    monkeypatch.setattr(connections, "MOST", 3)
    with ExitStack() as stack:
        there = [_client(server, stack, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n") for _ in range(3)]
        assert _ended(_client(server, stack, b""))
        there[0].sendall(b"four")
        assert there[0].recv(12) == b"HTTP/1.1 200"
    until(lambda: _answers(server))
