"""The fetcher against real HTTP on loopback: every limit of the security checklist."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from asiaradar_bot.adapters.news_site.answer import FailureKind, Fetched, FetchFailed, retry_after
from asiaradar_bot.adapters.news_site.connect import Resolver
from asiaradar_bot.adapters.news_site.fetch import SafeFetcher
from tests.adapters.news_site.local_server import LocalServer, serving

HTML = ("text/html",)


def get(fetcher: SafeFetcher, url: str, *, max_bytes: int = 100_000, deadline: float = 5.0) -> Fetched | FetchFailed:
    """
    A GET with the limits of these tests.
    """
    return fetcher.get(url, headers={}, max_bytes=max_bytes, accept_types=HTML, deadline=deadline)


def failed(answer: Fetched | FetchFailed) -> FetchFailed:
    """
    The failure that a test expects.
    """
    assert isinstance(answer, FetchFailed), answer
    return answer


def strict(resolver: dict[str, Sequence[str]], *, hosts: Sequence[str] = ("radar.asia",)) -> SafeFetcher:
    """
    A fetcher as in production, with a resolver that knows these names.
    """

    def resolve(host: str, port: int) -> Sequence[str]:
        if host not in resolver:
            raise OSError("unknown name")
        return resolver[host]

    return SafeFetcher(
        allowed_hosts=hosts,
        allow_private_addresses=False,
        user_agent="asiaradar_bot/test",
        contact="https://radar.asia",
        resolver=resolve,
    )


def always(*addresses: str) -> Resolver:
    """
    A resolver that gives these addresses for every name.
    """

    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def test_a_page_comes_with_its_type_charset_and_headers(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A good answer carries body, media type, charset, lower-case headers and the address."""
    server.on("/a", "hello", content_type="Text/HTML; charset=Big5", etag='"1"')
    answer = get(fetcher, server.url("/a"))
    assert isinstance(answer, Fetched)
    assert (answer.content, answer.media_type, answer.charset) == (b"hello", "text/html", "big5")
    assert (answer.headers["etag"], answer.url, answer.moved_to) == ('"1"', server.url("/a"), None)


def test_requests_name_the_bot_and_send_no_cookies(server: LocalServer, fetcher: SafeFetcher) -> None:
    """The User-Agent says who we are and how to reach us, and a cookie that was set is not sent back."""
    server.on("/a", "x", content_type="text/html", set_cookie="a=b")
    get(fetcher, server.url("/a"))
    get(fetcher, server.url("/a"))
    assert "User-Agent: asiaradar_bot/test (+https://radar.asia)" in server.requests[0]
    assert "cookie" not in server.requests[1].lower()


def test_proxies_of_the_environment_are_ignored(
    server: LocalServer, fetcher: SafeFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in the environment does not come between us and the site."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.on("/a", "x", content_type="text/html")
    assert isinstance(get(fetcher, server.url("/a")), Fetched)


def test_a_permanent_redirect_is_reported(server: LocalServer, fetcher: SafeFetcher) -> None:
    """301 and 308 from the start of the way give the address to move to."""
    server.on("/a", status=301, location="/b")
    server.on("/b", status=308, location="/c")
    server.on("/c", "x", content_type="text/html")
    answer = get(fetcher, server.url("/a"))
    assert isinstance(answer, Fetched)
    assert (answer.moved_to, answer.url, answer.requested_url) == (
        server.url("/c"), server.url("/c"), server.url("/a"),
    )  # fmt: skip


def test_a_passing_redirect_moves_nothing(server: LocalServer, fetcher: SafeFetcher) -> None:
    """After a temporary redirect, a permanent one counts no more."""
    server.on("/a", status=302, location="/b")
    server.on("/b", status=301, location="/c")
    server.on("/c", "x", content_type="text/html")
    answer = get(fetcher, server.url("/a"))
    assert isinstance(answer, Fetched)
    assert (answer.moved_to, answer.url) == (None, server.url("/c"))


def test_a_redirect_may_carry_raw_utf_8(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A Location with bytes beyond ASCII is read as UTF-8."""
    server.answers["/a"] = "HTTP/1.1 302 Found\r\nLocation: /ä\r\nContent-Length: 0\r\n\r\n".encode()
    server.on("/%C3%A4", "x", content_type="text/html")
    assert isinstance(get(fetcher, server.url("/a")), Fetched)


def test_the_fourth_redirect_is_one_too_many(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Three redirects are followed, the fourth is not."""
    for number in range(5):
        server.on(f"/{number}", status=302, location=f"/{number + 1}")
    server.on("/3", "x", content_type="text/html")
    assert isinstance(get(fetcher, server.url("/0")), Fetched)
    server.on("/3", status=302, location="/4")
    answer = failed(get(fetcher, server.url("/0")))
    assert answer.kind is FailureKind.FORBIDDEN
    assert "redirects more than 3 times" in answer.detail


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/",
        "http://127.0.0.2/",
        "http://user:secret@127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1\\@evil.example/",
        "//evil.example/",
        "http://[",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(server: LocalServer, fetcher: SafeFetcher, location: str) -> None:
    """No redirect leads to a host, scheme or login that would be refused at once."""
    server.on("/a", status=302, location=location)
    server.on("/@evil.example/", "x", content_type="text/plain")
    answer = failed(get(fetcher, server.url("/a")))
    assert answer.lasting or answer.kind is FailureKind.UNREACHABLE
    assert "secret" not in answer.detail


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://radar.asia/", "is not https"),
        ("https://radar.asia:8443/", "port 8443"),
        ("https://user:secret@radar.asia/", "user name or password"),
        ("https://evil.example/", "not allowed"),
        ("https://notradar.asia/", "not allowed"),
        ("https://radar.asia.evil.example/", "not allowed"),
        ("ftp://radar.asia/", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("", "empty address"),
        ("https://radar.asia\\@evil.example/", "not a public address"),
        ("https://0x7f.1/", "not allowed"),
        ("https://unknown.radar.asia/", "has no address"),
    ],
)
def test_forbidden_addresses_are_refused_in_words(url: str, words: str) -> None:
    """Each forbidden address is refused before anything is sent, with a sentence that shows no secret."""
    answer = failed(get(strict({"radar.asia": ["127.0.0.1"]}), url))
    assert words in answer.detail
    assert "secret" not in answer.detail


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "192.0.0.8", "198.18.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2001::1", "::", "fec0::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    """A public name that resolves to an address that is not global is refused, in whatever form it comes."""
    answer = failed(get(strict({"radar.asia": [address]}), "https://radar.asia/"))
    assert answer.kind is FailureKind.FORBIDDEN
    assert "not a public address" in answer.detail


def test_one_bad_address_among_good_ones_spoils_the_name() -> None:
    """Every address of a name has to be public, not only the first."""
    answer = failed(get(strict({"radar.asia": ["93.184.216.34", "127.0.0.1"]}), "https://radar.asia/"))
    assert "127.0.0.1" in answer.detail


def test_a_name_is_resolved_once(server: LocalServer) -> None:
    """The connection goes to the address that was checked, even if the name leads elsewhere a moment later."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    fetcher = SafeFetcher(
        allowed_hosts=("radar.test",),
        allow_private_addresses=True,
        user_agent="t",
        contact="c",
        resolver=rebinding,
    )
    server.on("/a", "x", content_type="text/html")
    assert isinstance(get(fetcher, server.url("/a", host="radar.test")), Fetched)
    assert asked == ["radar.test"]
    assert f"Host: radar.test:{server.port}" in server.requests[0]


def test_the_next_address_is_tried_when_the_first_is_dead(server: LocalServer) -> None:
    """Of several checked addresses, one that refuses the connection does not cost the answer."""
    fetcher = SafeFetcher(
        allowed_hosts=("radar.test",),
        allow_private_addresses=True,
        user_agent="t",
        contact="c",
        resolver=always("127.0.0.9", "127.0.0.1"),
    )
    server.on("/a", "x", content_type="text/html")
    assert isinstance(get(fetcher, server.url("/a", host="radar.test")), Fetched)


def test_metadata_addresses_stay_closed_in_the_sandbox() -> None:
    """Even where private addresses are allowed, link-local ones are not."""
    fetcher = SafeFetcher(allowed_hosts=("169.254.169.254",), allow_private_addresses=True, user_agent="t", contact="c")
    answer = failed(get(fetcher, "http://169.254.169.254/latest/meta-data"))
    assert answer.kind is FailureKind.FORBIDDEN


@pytest.mark.parametrize("address", ["fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"])
def test_credentials_of_clouds_are_not_near(address: str) -> None:
    """Where private addresses are allowed, those at which clouds hand out credentials are not."""
    fetcher = SafeFetcher(allowed_hosts=(address,), allow_private_addresses=True, user_agent="t", contact="c")
    assert "not a public address" in failed(get(fetcher, f"http://[{address}]/")).detail


def test_plain_http_to_a_public_host_stays_closed_in_the_sandbox() -> None:
    """Allowing private addresses does not open http to public ones."""
    fetcher = SafeFetcher(
        allowed_hosts=("radar.asia",),
        allow_private_addresses=True,
        user_agent="t",
        contact="c",
        resolver=always("93.184.216.34"),
    )
    assert "only https" in failed(get(fetcher, "http://radar.asia/")).detail


def test_a_slow_resolver_does_not_hold_us() -> None:
    """The resolver's own patience does not count; the deadline does."""
    release = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        release.wait(30)
        return []

    fetcher = SafeFetcher(
        allowed_hosts=("radar.asia",), allow_private_addresses=False, user_agent="t", contact="c", resolver=stuck
    )
    answer = failed(get(fetcher, "https://radar.asia/", deadline=0.2))
    release.set()
    assert answer.kind is FailureKind.TIMEOUT
    assert "DNS" in answer.detail


def test_tls_names_and_checks_the_host() -> None:
    """The connection goes to the pinned address, while TLS asks for the host by name and believes only its roots."""
    authority = trustme.CA()
    serving_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("radar.test").configure_cert(serving_tls)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def fetcher(tls: ssl.SSLContext | None, host: str) -> SafeFetcher:
        return SafeFetcher(
            allowed_hosts=(host,),
            allow_private_addresses=True,
            user_agent="t",
            contact="c",
            resolver=always("127.0.0.1"),
            tls=tls,
        )

    with serving(serving_tls) as server:
        server.on("/a", "x", content_type="text/html")
        good = get(fetcher(trusting, "radar.test"), server.url("/a", host="radar.test", scheme="https"))
        wrong_name = get(fetcher(trusting, "other.test"), server.url("/a", host="other.test", scheme="https"))
        unknown_root = get(fetcher(None, "radar.test"), server.url("/a", host="radar.test", scheme="https"))
    assert isinstance(good, Fetched)
    assert server.names[0] == "radar.test"
    assert "no valid certificate" in failed(wrong_name).detail
    assert "no valid certificate" in failed(unknown_root).detail
    assert len(server.requests) == 1


def test_gzip_is_unpacked(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Packed bodies come unpacked, gzip and deflate."""
    server.on("/g", gzip.compress(b"hello" * 1000, mtime=0), content_type="text/html", content_encoding="gzip")
    server.on("/d", zlib.compress(b"hello"), content_type="text/html", content_encoding="deflate")
    answer, deflated = get(fetcher, server.url("/g")), get(fetcher, server.url("/d"))
    assert isinstance(answer, Fetched)
    assert isinstance(deflated, Fetched)
    assert (answer.content, deflated.content) == (b"hello" * 1000, b"hello")


def test_a_gzip_bomb_is_met_at_the_limit(server: LocalServer, fetcher: SafeFetcher) -> None:
    """100 MB of nothing in 100 kB is refused by its decoded size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(100)) + packer.flush()
    assert len(bomb) < 200_000
    server.on("/a", bomb, content_type="text/html", content_encoding="gzip")
    answer = failed(get(fetcher, server.url("/a"), max_bytes=1_000_000))
    assert answer.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"hello" * 1000, mtime=0)[:-20],
        b"no gzip",
        gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0),
        b"",
    ],
)
def test_broken_packing_is_said(server: LocalServer, fetcher: SafeFetcher, body: bytes) -> None:
    """A packed body that breaks off, is none, or holds several parts is refused."""
    server.on("/a", body, content_type="text/html", content_encoding="gzip")
    assert failed(get(fetcher, server.url("/a"))).kind is FailureKind.BROKEN


def test_unknown_packing_is_said(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A packing that we did not ask for is refused by name."""
    server.on("/a", b"x", content_type="text/html", content_encoding="br")
    assert "packed as br" in failed(get(fetcher, server.url("/a"))).detail


def test_too_much_is_refused_by_its_stated_and_its_true_length(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A body over the limit is refused, whether or not its length is stated."""
    server.on("/stated", b"x" * 1001, content_type="text/html")
    server.answers["/unstated"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n"
    )
    for path in ("/stated", "/unstated"):
        assert failed(get(fetcher, server.url(path), max_bytes=1000)).kind is FailureKind.TOO_LARGE
    server.on("/fits", b"x" * 1000, content_type="text/html")
    assert isinstance(get(fetcher, server.url("/fits"), max_bytes=1000), Fetched)


def test_too_many_headers_are_refused(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Headers beyond 64 kB are refused, and endless ones too."""
    server.on("/a", "x", content_type="text/html", x_long="y" * 66_000)
    server.on("/b", "x", content_type="text/html", x_long="y" * 500_000)
    for path in ("/a", "/b"):
        assert failed(get(fetcher, server.url(path))).kind is FailureKind.BROKEN


def test_a_server_that_drips_is_left_at_the_deadline(server: LocalServer, fetcher: SafeFetcher) -> None:
    """One byte at a time, in headers or body, does not stretch the total time."""

    def drip(stream: socket.socket, head: bytes) -> None:
        stream.sendall(head)
        while not server.stopping.wait(0.02):
            stream.sendall(b"x")

    server.answers["/head"] = lambda stream: drip(stream, b"HTTP/1.1 200 OK\r\nX-Slow: ")
    server.answers["/body"] = lambda stream: drip(
        stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
    )
    for path in ("/head", "/body"):
        started = time.monotonic()
        answer = failed(get(fetcher, server.url(path), deadline=0.3))
        assert answer.kind is FailureKind.TIMEOUT
        assert time.monotonic() - started < 3


def test_the_wrong_type_is_refused(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Another media type than asked for is refused; one that is not stated is taken."""
    server.on("/pdf", "x", content_type="application/pdf")
    server.on("/none", "x")
    answer = failed(get(fetcher, server.url("/pdf")))
    assert (answer.kind, answer.lasting) == (FailureKind.WRONG_TYPE, True)
    assert "application/pdf" in answer.detail
    assert isinstance(get(fetcher, server.url("/none")), Fetched)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 206, 204])
def test_other_statuses_are_failures(server: LocalServer, fetcher: SafeFetcher, status: int) -> None:
    """Whatever is not 200 is a failure that names the status."""
    server.on("/a", status=status)
    answer = failed(get(fetcher, server.url("/a")))
    assert (answer.kind, answer.status) == (FailureKind.STATUS, status)
    assert str(status) in answer.detail


def test_not_modified_comes_through(server: LocalServer, fetcher: SafeFetcher) -> None:
    """Validators are sent, and 304 is an answer without body."""
    server.answers["/a"] = b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n'
    answer = fetcher.get(server.url("/a"), headers={"If-None-Match": '"2"'}, max_bytes=10, accept_types=HTML)
    assert isinstance(answer, Fetched)
    assert (answer.not_modified, answer.content) == (True, b"")
    assert 'If-None-Match: "2"' in server.requests[0]


def test_a_header_value_with_a_line_break_is_not_sent(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A validator that would break the request out of its line is left out."""
    server.on("/a", "x", content_type="text/html")
    fetcher.get(server.url("/a"), headers={"If-None-Match": "a\r\nX-Evil: 1"}, max_bytes=10, accept_types=HTML)
    assert "evil" not in server.requests[0].lower()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_broken_http_is_a_failure(server: LocalServer, fetcher: SafeFetcher, answer: bytes) -> None:
    """Silence, rubbish and bodies that break off are failures, not short bodies."""
    server.answers["/a"] = answer
    assert failed(get(fetcher, server.url("/a"))).kind is FailureKind.BROKEN


def test_a_closed_port_is_unreachable(fetcher: SafeFetcher) -> None:
    """A refused connection is said to be that."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answer = failed(get(fetcher, f"http://127.0.0.1:{port}/"))
    assert (answer.kind, answer.lasting) == (FailureKind.UNREACHABLE, False)


def test_a_post_keeps_its_body_through_a_redirect_or_fails(server: LocalServer, fetcher: SafeFetcher) -> None:
    """307 repeats the POST elsewhere; 302 would lose its body and is refused."""
    server.on("/a", status=307, location="/b")
    server.on("/b", status=202)
    server.on("/c", status=302, location="/b")
    answer = fetcher.post(server.url("/a"), headers={}, body=b"hub.mode=subscribe", max_bytes=100)
    assert isinstance(answer, Fetched)
    assert server.requests[-1].startswith("POST /b")
    assert server.requests[-1].endswith("hub.mode=subscribe")
    refused = fetcher.post(server.url("/c"), headers={}, body=b"x", max_bytes=100)
    assert failed(refused).status == 302


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 02:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2020 02:05:00 GMT", timedelta(0)),
        ("99999999999999", timedelta(days=1)),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Tue, 99 Nov 2026 99:05:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, wait: timedelta | None) -> None:
    """Seconds and dates are read, bounded by a day; nonsense counts as unsaid."""
    assert retry_after(value, now=datetime(2026, 11, 24, 2, 0, tzinfo=UTC)) == wait


def test_retry_after_comes_with_the_failure(server: LocalServer, fetcher: SafeFetcher) -> None:
    """A date in Retry-After is measured against the server's own clock."""
    server.on("/a", status=429, date="Tue, 24 Nov 2026 02:00:00 GMT", retry_after="Tue, 24 Nov 2026 02:01:00 GMT")
    assert failed(get(fetcher, server.url("/a"))).retry_after == timedelta(minutes=1)
