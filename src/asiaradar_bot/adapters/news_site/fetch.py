"""
The only way to the outside for feeds, pages, pictures and hubs: one exchange with hard limits.

The rules, each of them checked anew for every redirect: the address is read by one parser, and only its normalised form
is used; https, and http only to this machine or a private network where settings allow that; ports 80 and 443; no
credentials in the address; the host is in the allowlist or below one of its entries; the name is resolved once, every
one of its addresses is public (or near, where settings allow that), and the connection goes to one of exactly these,
while TLS names and checks the host. At most three redirects. No proxies from the environment, no cookies, no kept
connections. Headers, decoded bytes and the time of the whole exchange are bounded.

Source: OWASP ASVS 5.0, 1.3.6, 1.5.3, 5.2.1, 13.2.4.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace

import certifi
import httpcore2
from ada_url import URL

from asiaradar_bot.adapters.news_site.answer import (
    Ask,
    FailureKind,
    Fetched,
    FetchError,
    FetchFailed,
    Redirect,
    brief,
    header_value,
    read_answer,
    reason,
)
from asiaradar_bot.adapters.news_site.connect import (
    Deadline,
    IpAddress,
    PinnedBackend,
    Resolver,
    is_near,
    is_public,
    resolve,
    system_resolver,
)
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import is_host_allowed, parse_address

TOTAL_SECONDS = 20.0
MAX_REDIRECTS = 3


class SafeFetcher:
    """
    Fetches by the rules of this module; safe to use from several threads, as it keeps nothing between calls.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Sequence[str],
        allow_private_addresses: bool,
        user_agent: str,
        contact: str,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed_hosts = tuple(allowed_hosts)
        self._allow_near = allow_private_addresses
        self._user_agent = header_value(f"{user_agent} (+{contact})") or "asiaradar_bot"
        self._resolver = resolver
        # The same roots as the client of X trusts, so that one machine has one answer to «is this certificate good».
        self._tls = tls or ssl.create_default_context(cafile=certifi.where())

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """
        Hosts that may be fetched from, with the hosts below them.
        """
        return self._allowed_hosts

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        accept_types: Sequence[str],
        max_redirects: int = MAX_REDIRECTS,
        deadline: float = TOTAL_SECONDS,
    ) -> Fetched | FetchFailed:
        """
        What stands at the address, or why it could not be had; never raises.

        `max_bytes` bounds the decoded body, `deadline` is in seconds for everything together. `accept_types` are media
        types; empty: any. An answer that states none is taken.
        """
        ask = Ask(
            method="GET",
            headers=headers,
            body=b"",
            max_bytes=max_bytes,
            accept_types=accept_types,
            max_redirects=max_redirects,
        )
        return self._follow(url, ask, Deadline(deadline))

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        deadline: float = TOTAL_SECONDS,
    ) -> Fetched | FetchFailed:
        """
        The answer to a POST; only redirects that keep the method (307, 308) are followed. Never raises.
        """
        ask = Ask(
            method="POST",
            headers=headers,
            body=body,
            max_bytes=max_bytes,
            accept_types=(),
            max_redirects=MAX_REDIRECTS,
        )
        return self._follow(url, ask, Deadline(deadline))

    def _follow(self, url: str, ask: Ask, deadline: Deadline) -> Fetched | FetchFailed:
        try:
            return self._follow_redirects(url, ask, deadline)
        except InputError as error:
            return FetchFailed(kind=FailureKind.FORBIDDEN, detail=str(error))
        except FetchError as error:
            return error.failure
        except httpcore2.TimeoutException:
            return FetchFailed(kind=FailureKind.TIMEOUT, detail=f"{brief(url)} did not answer in time; try again later")
        except httpcore2.NetworkError as error:
            return FetchFailed(kind=FailureKind.UNREACHABLE, detail=_unreachable(url, error))
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            return FetchFailed(kind=FailureKind.BROKEN, detail=f"{brief(url)} broke the rules of HTTP: {reason(error)}")

    def _follow_redirects(self, url: str, ask: Ask, deadline: Deadline) -> Fetched | FetchFailed:
        address = parse_address(url)
        requested = address.href
        moved_to: str | None = None
        permanent = True
        for hop in range(ask.max_redirects + 1):
            answer = self._exchange(address, ask, deadline)
            if isinstance(answer, FetchFailed):
                return answer
            if not isinstance(answer, Redirect):
                return replace(answer, requested_url=requested, moved_to=moved_to)
            if hop == ask.max_redirects:
                break
            permanent = permanent and answer.permanent
            address = parse_address(answer.location, base=address.href)
            moved_to = address.href if permanent else moved_to
        detail = f"{brief(url)} redirects more than {ask.max_redirects} times; give the final address instead"
        return FetchFailed(kind=FailureKind.FORBIDDEN, detail=detail)

    def _exchange(self, address: URL, ask: Ask, deadline: Deadline) -> Fetched | FetchFailed | Redirect:
        addresses = self._checked_addresses(address, deadline)
        backend = PinnedBackend(addresses, deadline=deadline)
        request = self._request(address, ask)
        with httpcore2.ConnectionPool(
            ssl_context=self._tls, network_backend=backend, max_keepalive_connections=0, retries=0
        ) as pool:
            response = pool.handle_request(request)
            try:
                return read_answer(response, url=address.href, ask=ask)
            finally:
                response.close()

    def _checked_addresses(self, address: URL, deadline: Deadline) -> tuple[IpAddress, ...]:
        host = address.hostname.strip("[]").rstrip(".")
        if not is_host_allowed(host, self._allowed_hosts):
            raise FetchError(
                FailureKind.FORBIDDEN,
                f"the host «{host}» is not allowed; add it to fetch.allowed_hosts if it should be",
            )
        plain_http = address.protocol == "http:"
        odd_port = address.port not in {"", "80", "443"}
        if not self._allow_near and plain_http:
            raise FetchError(FailureKind.FORBIDDEN, f"{brief(address.href)} is not https; give its https address")
        if not self._allow_near and odd_port:
            raise FetchError(
                FailureKind.FORBIDDEN, f"port {address.port} of «{host}» is not allowed; only 80 and 443 are"
            )
        addresses = self._resolved(host, int(address.port or (80 if plain_http else 443)), deadline)
        self._check_addresses(host, addresses, needs_near=plain_http or odd_port)
        return addresses

    def _resolved(self, host: str, port: int, deadline: Deadline) -> tuple[IpAddress, ...]:
        try:
            addresses = resolve(host, port, resolver=self._resolver, deadline=deadline)
        except httpcore2.TimeoutException as error:
            detail = f"the name «{host}» was not resolved in time; look at this machine's DNS"
            raise FetchError(FailureKind.TIMEOUT, detail) from error
        except (OSError, ValueError) as error:
            detail = f"the name «{host}» has no address; check its spelling and this machine's DNS"
            raise FetchError(FailureKind.UNREACHABLE, detail) from error
        if not addresses:
            raise FetchError(FailureKind.UNREACHABLE, f"the name «{host}» has no address; check its spelling")
        return addresses

    def _check_addresses(self, host: str, addresses: Sequence[IpAddress], *, needs_near: bool) -> None:
        for address in addresses:
            if self._allow_near and is_near(address):
                continue
            if not is_public(address):
                raise FetchError(
                    FailureKind.FORBIDDEN,
                    f"«{host}» leads to {address}, which is not a public address; nothing was sent there",
                )
            if needs_near:
                raise FetchError(
                    FailureKind.FORBIDDEN,
                    f"«{host}» is a public host, where only https on ports 443 and 80 is read; give its https address",
                )

    def _request(self, address: URL, ask: Ask) -> httpcore2.Request:
        headers = {
            "Host": address.host,
            "User-Agent": self._user_agent,
            "Accept": ", ".join([*ask.accept_types, "*/*;q=0.1"]),
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if ask.method == "POST":
            headers["Content-Length"] = str(len(ask.body))
        headers |= {name: value for name, value in ask.headers.items() if header_value(value) is not None}
        scheme = address.protocol.rstrip(":")
        target = httpcore2.URL(
            scheme=scheme.encode(),
            host=address.hostname.strip("[]").encode(),
            port=int(address.port) if address.port else None,
            target=f"{address.pathname}{address.search}".encode(),
        )
        return httpcore2.Request(
            method=ask.method,
            url=target,
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            content=ask.body,
        )


def _unreachable(url: str, error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"{brief(url)} has no valid certificate ({reason(error)}); mend the certificate of the site"
    return f"{brief(url)} can't be reached ({reason(error)}); see whether the site is up"
