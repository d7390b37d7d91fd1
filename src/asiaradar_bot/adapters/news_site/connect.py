"""Decides which network addresses may be reached, connects to exactly those, and bounds the time of it all."""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to addresses as text; raises OSError where there are none."""

CONNECT_SECONDS = 5.0
MAX_ADDRESSES = 4
_PROTOCOL_ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")
"""Not global, though Python 3.11 counts parts of it as such. Source: IANA special-purpose address registry."""
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
"""Deprecated by RFC 3879, and still nobody's on the outside; Python 3.11 counts it as global."""
_METADATA = frozenset(ipaddress.ip_address(text) for text in ("fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"))
"""Where clouds (AWS, Google, Oracle) hand out credentials, though these addresses are private and not link-local."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Deadline:
    """
    A moment on the monotonic clock by which everything has to be over.
    """

    def __init__(self, seconds: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._ends = monotonic() + seconds

    def remaining(self) -> float:
        """
        Seconds left.

        Raises:
            httpcore2.ReadTimeout: none are left.
        """
        left = self._ends - self._monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the whole exchange is over")
        return left


def system_resolver(host: str, port: int) -> Sequence[str]:
    """
    All addresses of the host by the system's resolver.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(host: str, port: int, *, resolver: Resolver, deadline: Deadline) -> tuple[IpAddress, ...]:
    """
    The host's addresses, asked for once; a host that is an address is its own.

    Raises:
        OSError: the name has no address.
        httpcore2.ReadTimeout: the resolver took too long.
    """
    try:
        return (ipaddress.ip_address(host),)
    except ValueError:
        pass
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    # The system's resolver knows no time limit of ours; a daemon thread lets us walk away from it.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty as error:
        raise httpcore2.ReadTimeout("the name was not resolved in time") from error
    if isinstance(answer, OSError):
        raise answer
    return tuple(ipaddress.ip_address(text.partition("%")[0]) for text in answer)


def is_public(address: IpAddress) -> bool:
    """
    Whether the address is reachable from anywhere, as are all IPv4 addresses that it carries inside.
    """
    return all(
        part.is_global
        and not part.is_multicast
        and not part.is_reserved
        and part not in _PROTOCOL_ASSIGNMENTS
        and part not in _SITE_LOCAL
        for part in _with_inner(address)
    )


def is_near(address: IpAddress) -> bool:
    """
    Whether the address is this machine or a private network, and not a link-local one (cloud metadata lives there).
    """
    plain = _plain(address)
    if plain.is_loopback:
        return True
    return (
        plain.is_private
        and plain not in _METADATA
        and not (plain.is_link_local or plain.is_unspecified or plain.is_reserved)
    )


class PinnedBackend(httpcore2.NetworkBackend):
    """
    Connects to the addresses it was made with, whatever host it is asked for, and ends every wait at the deadline.

    TLS still names and checks the host of the request.
    """

    def __init__(self, addresses: Sequence[IpAddress], *, deadline: Deadline) -> None:
        self._addresses = addresses[:MAX_ADDRESSES]
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline rules
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """
        A stream to the first checked address that answers.
        """
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._addresses:
            try:
                seconds = min(CONNECT_SECONDS, self._deadline.remaining())
                stream = self._sockets.connect_tcp(
                    str(address), port, timeout=seconds, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, deadline=self._deadline)
        raise failure


class _TimedStream(httpcore2.NetworkStream):
    """
    A stream whose every wait ends at the deadline, so that a server that drips bytes cannot hold us.
    """

    def __init__(self, stream: httpcore2.NetworkStream, *, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  the deadline rules
        return self._stream.read(max_bytes, timeout=self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  the deadline rules
        self._stream.write(buffer, timeout=self._deadline.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  the deadline rules
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, timeout=self._deadline.remaining())
        return _TimedStream(secured, deadline=self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _plain(address: IpAddress) -> IpAddress:
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, ipaddress.IPv4Address) else address


def _with_inner(address: IpAddress) -> tuple[IpAddress, ...]:
    """
    The address and the IPv4 addresses that IPv6 forms of transition carry inside.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address, address.sixtofour)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)
