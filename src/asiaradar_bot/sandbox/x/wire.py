"""The sockets of the local X: HTTP/1.1 with keep-alive, and everything that can go wrong on a connection for real."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, assert_never
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from asiaradar_bot.sandbox.x.calls import Answer, Call, problem
from asiaradar_bot.sandbox.x.mishaps import Delivery, Manner

LOOPBACK = "127.0.0.1"
_BACKLOG = 128
_CHUNK = 65_536
_LARGEST_BODY = 24 * 1024 * 1024
_LOOK_AGAIN_SECONDS = 0.05


class Responder(Protocol):
    """
    What stands behind a listener.
    """

    def must_reset(self, method: str, path: str) -> bool:
        """
        Whether the request on the wire is to be dropped unread.
        """

    def respond(self, call: Call, *, wait: Callable[[float], object]) -> Delivery:
        """
        The answer to a request, and how it travels.
        """


class _TooLargeError(Exception):
    """The body is larger than anything the local X takes."""


@dataclass(slots=True)
class _Connection:
    wire: socket.socket
    http: h11.Connection


class Listener:
    """
    One port on loopback, a thread for each connection.

    Refusing keeps the port: the socket stays bound and only stops listening, so that nobody else can take its place.
    """

    def __init__(self, responder: Responder, *, port: int = 0) -> None:
        self._responder = responder
        self._socket = _bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._idle: set[socket.socket] = set()
        self._listening = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._accept_all, name=f"local-x-{self.port}", daemon=True)

    def start(self) -> None:
        """
        Listen from now on.
        """
        self._socket.listen(_BACKLOG)
        self._listening.set()
        self._thread.start()

    def refuse(self) -> None:
        """
        Stop listening: new connections are refused, idle ones closed, busy ones close after their answer.
        """
        if not self._listening.is_set():
            return
        self._listening.clear()
        # On Linux this wakes accept() and leaves the socket bound.
        self._socket.shutdown(socket.SHUT_RDWR)
        with self._lock:
            idle, self._idle = self._idle, set()
            for wire in idle:
                _shut(wire)

    def resume(self) -> None:
        """
        Listen again on the same port.
        """
        if self._thread.is_alive() and not self._listening.is_set() and not self._stopping.is_set():
            self._socket.listen(_BACKLOG)
            self._listening.set()

    def stop(self) -> None:
        """
        Stop listening and close every connection.
        """
        self._stopping.set()
        if self._listening.is_set():
            self._socket.shutdown(socket.SHUT_RDWR)
        self._listening.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._socket.close()
        with self._lock:
            for wire in self._open:
                _shut(wire)

    def _accept_all(self) -> None:
        while not self._stopping.is_set():
            self._listening.wait()
            try:
                wire, _ = self._socket.accept()
            except OSError:
                # Refusing or stopping; the turn of the loop tells which.
                self._stopping.wait(_LOOK_AGAIN_SECONDS / 50)
                continue
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(wire)
            threading.Thread(target=self._serve, args=(wire,), name="local-x-connection", daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        connection = _Connection(wire, h11.Connection(h11.SERVER, max_incomplete_event_size=_CHUNK))
        try:
            while self._serve_one(connection):
                pass
        except (OSError, h11.LocalProtocolError):
            # The client went away, or the listener stopped: either way there is nobody left to tell.
            pass
        finally:
            with self._lock:
                self._open.discard(wire)
                self._idle.discard(wire)
            wire.close()

    def _serve_one(self, connection: _Connection) -> bool:
        """
        Whether the connection can take another request.
        """
        if not connection.http.trailing_data[0] and not self._is_wanted(connection.wire):
            return False
        try:
            call = _read_call(connection)
        except h11.RemoteProtocolError:
            return _refuse_bytes(connection, problem(400, "Bad Request", "the request is no HTTP/1.1"))
        except _TooLargeError:
            return _refuse_bytes(connection, problem(413, "Payload Too Large", "the body is too large"))
        if call is None:
            return False
        delivery = self._responder.respond(call, wait=self._stopping.wait)
        return self._deliver(connection, delivery) and self._listening.is_set()

    def _is_wanted(self, wire: socket.socket) -> bool:
        """
        Wait for the first bytes of a request without reading them; False: none came, or they are to stay unread.
        """
        with self._lock:
            if not self._listening.is_set():
                return False
            self._idle.add(wire)
        first = wire.recv(_CHUNK, socket.MSG_PEEK)
        with self._lock:
            if wire not in self._idle:
                return False
            self._idle.discard(wire)
        method, _, rest = first.split(b"\r\n")[0].decode("latin-1").partition(" ")
        path = urlsplit(rest.partition(" ")[0]).path
        # Closing with unread bytes makes the kernel send a reset.
        return bool(first) and not self._responder.must_reset(method, path)

    def _deliver(self, connection: _Connection, delivery: Delivery) -> bool:
        match delivery.manner:
            case Manner.WHOLE:
                return _send(connection, delivery.answer)
            case Manner.CUT:
                _send_half(connection, delivery.answer)
            case Manner.HANG:
                self._hang(connection.wire)
            case Manner.DROP:
                pass
            case _:
                assert_never(delivery.manner)
        return False

    def _hang(self, wire: socket.socket) -> None:
        while not self._stopping.is_set():
            readable, _, _ = select.select([wire], [], [], _LOOK_AGAIN_SECONDS)
            if readable and not wire.recv(_CHUNK):
                return


def _bind(port: int) -> socket.socket:
    if port == 0:
        # A port that was asked for by number stays bound through refuse(); one that the kernel chose does not.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        raise
    return bound


def _shut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The client was quicker.
        return


def _read_call(connection: _Connection) -> Call | None:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.http.next_event()
        if event is h11.NEED_DATA:
            if connection.http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                connection.wire.sendall(connection.http.send(go_on))
            connection.http.receive_data(connection.wire.recv(_CHUNK))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _LARGEST_BODY:
                raise _TooLargeError
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return _call(request, bytes(body))
        else:
            return None


def _call(request: h11.Request, body: bytes) -> Call:
    target = request.target.decode("latin-1")
    parts = urlsplit(target)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    return Call(
        method=request.method.decode("latin-1"),
        path=unquote(parts.path),
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        body=body,
        origin=f"http://{headers.get('host', '')}",
        target=target,
    )


def _head(answer: Answer) -> h11.Response:
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers}
    return h11.Response(
        status_code=answer.status,
        headers=list(headers.items()),
        reason=HTTPStatus(answer.status).phrase.encode(),
    )


def _send(connection: _Connection, answer: Answer) -> bool:
    http = connection.http
    pieces = [http.send(_head(answer)), http.send(h11.Data(data=answer.body)), http.send(h11.EndOfMessage())]
    connection.wire.sendall(b"".join(piece for piece in pieces if piece))
    if http.our_state is not h11.DONE or http.their_state is not h11.DONE:
        return False
    http.start_next_cycle()
    return True


def _send_half(connection: _Connection, answer: Answer) -> None:
    head = connection.http.send(_head(answer)) or b""
    connection.wire.sendall(head + answer.body[: len(answer.body) // 2])


def _refuse_bytes(connection: _Connection, answer: Answer) -> bool:
    if connection.http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
        _send(connection, answer)
    return False
