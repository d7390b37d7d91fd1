"""The Desk behind a proxy that speaks TLS, over real HTTP: what is believed of it, and what the browser is given then."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.runner.service import WebThread
from tests.web.desk import desk_app
from tests.web.shared import web_for
from tests.web.test_session import csrf_of, link_for

pytestmark = pytest.mark.enable_socket
BY_PROXY = {
    "Host": "desk.radar.asia",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "Accept": "text/html",
}


@contextmanager
def desk(folder: Path, *proxies: str) -> Iterator[tuple[App, str]]:
    """A running Desk that trusts these proxies; the app and its address."""
    with desk_app(folder, web={"port": 0, "trusted_proxies": proxies}) as app:
        server = WebThread(app, lambda: web_for(app))
        server.start()
        try:
            yield app, urlsplit(server.url).netloc
        finally:
            server.stop()


def ask(
    netloc: str, method: str, path: str, *, body: str = "", headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage, str]:
    """Status, headers and text of an answer to the proxy."""
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    with closing(http.client.HTTPConnection(netloc, timeout=30)) as wire:
        wire.request(method, path, body=body or None, headers=BY_PROXY | form | headers)
        answer = wire.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def test_behind_a_trusted_proxy_the_cookie_is_bound_to_host_and_tls(tmp_path: Path) -> None:
    """Its name says so, the next page knows whose it is, and forms are taken from the public address alone."""
    with desk(tmp_path, "127.0.0.1") as (app, netloc):
        home = {"Sec-Fetch-Site": "same-origin"}
        status, headers, _ = ask(netloc, "POST", f"/enter/{link_for(app)}", headers=home)
        given = headers["Set-Cookie"]
        assert status == 303
        assert given.startswith("__Host-asiaradar=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in given.split(";")}
        assert "domain" not in given.lower()
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        cookie = {"Cookie": given.partition(";")[0]}
        status, _, page = ask(netloc, "GET", "/me", headers=cookie)
        assert status == 200
        form = f"csrf={csrf_of(page)}&language=ja"
        for origin, expected in (("http://desk.radar.asia", 403), ("https://desk.radar.asia", 303)):
            status, _, _ = ask(netloc, "POST", "/me/language", body=form, headers=cookie | {"Origin": origin})
            assert status == expected, origin
        assert 'lang="ja"' in ask(netloc, "GET", "/me", headers=cookie)[2]


def test_whoever_is_no_trusted_proxy_is_not_believed(tmp_path: Path) -> None:
    """What it says of TLS counts for nothing: no cookie of that name, and no promise of TLS."""
    with desk(tmp_path, "192.0.2.1") as (app, netloc):
        home = {"Sec-Fetch-Site": "same-origin"}
        _, headers, _ = ask(netloc, "POST", f"/enter/{link_for(app)}", headers=home)
        assert headers["Set-Cookie"].startswith("asiaradar=")
        assert "Strict-Transport-Security" not in headers
