"""The local X's sockets: keep-alive, odd requests, speed, and a clean stop."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from asiaradar_bot.sandbox.x import LocalX
from tests.sandbox.x_access import LoopbackSession, call, create, signer


@pytest.fixture
def x() -> Iterator[LocalX]:
    """
    A fresh local X with roomy limits.
    """
    with LocalX(limits={"POST /2/tweets": 10_000}) as started:
        yield started


def port_of(x: LocalX) -> int:
    """
    The API's port.
    """
    return int(x.base_url.rpartition(":")[2])


def spoken(headers: Mapping[str, Any]) -> dict[str, str]:
    """
    Headers as text; the signer writes some as bytes.
    """
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}


def raw(x: LocalX, data: bytes) -> bytes:
    """
    Everything that comes back for these bytes until the server closes.
    """
    with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
        wire.sendall(data)
        received = b""
        while piece := wire.recv(65_536):
            received += piece
    return received


def test_a_connection_serves_many_requests(x: LocalX) -> None:
    """Ten requests go over one connection."""
    with LoopbackSession(x.base_url) as session:
        for number in range(10):
            answer = session.request("POST", f"{x.base_url}/2/tweets", auth=signer(x), json={"text": f"{number}"})
            assert answer.status_code == 201
        pools = session.get_adapter(x.base_url).poolmanager.pools  # type: ignore[attr-defined]  # requests types no pools
        assert [pools.get(key).num_connections for key in pools.keys()] == [1]  # noqa: SIM118  # no mapping


def test_two_requests_in_one_write_are_both_answered(x: LocalX) -> None:
    """Pipelined requests are answered in order."""
    one = b"GET /sandbox/clock HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert raw(x, one + last).count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "rubbish", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"G" * 70_000 + b"\r\n\r\n"]
)
def test_rubbish_is_a_400_and_closes(x: LocalX, rubbish: bytes) -> None:
    """What is no HTTP/1.1 is told so and the connection ends; others go on."""
    assert raw(x, rubbish).startswith(b"HTTP/1.1 400 ")
    create(x, "Still here")


def test_a_half_request_harms_nobody(x: LocalX) -> None:
    """A client that leaves in the middle of its body creates nothing."""
    with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
        wire.sendall(b"POST /2/tweets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    create(x, "Still here")
    assert [post.text for post in x.posts()] == ["Still here"]


def test_a_body_beyond_all_measure_is_refused(x: LocalX) -> None:
    """More than 24 MB is a 413 before the body was taken in."""
    head = b"POST /2/tweets HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"
    with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
        wire.sendall(head)
        try:
            for _ in range(26):
                wire.sendall(chunk)
            received = wire.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            received = b"HTTP/1.1 413 "
    assert received.startswith(b"HTTP/1.1 413 ")
    assert x.requests == ()


def test_expect_continue_is_honoured(x: LocalX) -> None:
    """A client that asks before sending its body is told to go on."""
    with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
        head = b"POST /sandbox/posts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        wire.sendall(head + b"Content-Length: 16\r\nExpect: 100-continue\r\n\r\n")
        assert wire.recv(100).startswith(b"HTTP/1.1 100 ")
        wire.sendall(b'{"text": "Wait"}')
        assert wire.recv(1000).startswith(b"HTTP/1.1 201 ")


def test_concurrent_creates_are_all_there_once(x: LocalX) -> None:
    """Eight threads create two hundred posts: none lost, none twice, ids in order of creation."""
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda number: create(x, f"post {number}"), range(200)))
    assert sorted(ids, key=int) == [post.id for post in x.posts()]
    assert len(set(ids)) == 200


def test_the_same_text_at_the_same_time_is_posted_once(x: LocalX) -> None:
    """Of eight simultaneous identical creates one wins and seven are duplicates."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(x, "POST", "/2/tweets", json={"text": "same"}).status_code, range(8)))
    assert sorted(answers) == [201] + [403] * 7


def test_requests_on_one_connection_are_answered_each_in_turn(x: LocalX) -> None:
    """A client that keeps its connection gets every answer on it; how fast is measured by benchmarks/small_parts.py."""
    with socket.create_connection(("127.0.0.1", port_of(x)), timeout=5) as wire:
        for number in range(50):
            wire.sendall(spelled_out(x, f"post {number}"))
            assert wire.recv(65_536).startswith(b"HTTP/1.1 201 ")
    assert len(x.posts()) == 50


def spelled_out(x: LocalX, text: str) -> bytes:
    """A signed create call as it goes over the wire."""
    ready = requests.Request("POST", f"{x.base_url}/2/tweets", json={"text": text}, auth=signer(x)).prepare()
    lines = [f"{name}: {value}" for name, value in spoken(ready.headers).items()]
    lines.append(f"Host: 127.0.0.1:{port_of(x)}")
    body = ready.body if isinstance(ready.body, bytes) else b""
    return ("POST /2/tweets HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def test_stopping_ends_every_thread_and_frees_the_port() -> None:
    """After stop() no connection is served, hanging ones included, and the port can be had again."""
    x = LocalX()
    x.start()
    port = port_of(x)
    wire = socket.create_connection(("127.0.0.1", port), timeout=5)
    wire.sendall(b"GET /sandbox/clock HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert json.loads(wire.recv(65_536).partition(b"\r\n\r\n")[2])
    x.stop()
    assert wire.recv(1) == b""
    wire.close()
    deadline = time.monotonic() + 5
    while _connection_threads() and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    assert _connection_threads() == []
    with LocalX(port=port) as again:
        assert port_of(again) == port


def _connection_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "local-x-connection"]
