"""Coming in by the browser: cookies, changes that were meant, and every route with its role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.web.pages.entering import PUBLIC
from asiaradar_bot.web.session import MAX_FORM_BYTES
from tests.web.desk import browser, desk_app, visitor
from tests.web.shared import web_for

ROOT = Person(who="cli:root", role=Role.ADMIN)
HOME = {"sec-fetch-site": "same-origin"}
SIGNED = {"/hooks/publish", "/hooks/websub/{path}", "/livez", "/readyz", "/metrics", "/api/v1"}
"""For machines: signed by themselves, or told nothing that is secret."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def link_for(app: App, name: str = "mei", role: Role = Role.ADMIN) -> str:
    """The token of a one-time link of somebody new."""
    app.access().add_user(name, role, person=ROOT)
    return app.access().make_link(name, person=ROOT)


def fresh(app: App, *, scheme: str = "http") -> TestClient:
    """A browser without a cookie."""
    return TestClient(
        web_for(app),
        base_url=f"{scheme}://testserver",
        follow_redirects=False,
        headers={"accept": "text/html", **HOME},
    )


def csrf_of(page: str) -> str:
    """The session's token as the forms of a page carry it."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_whole_way_in_and_out(app: App) -> None:
    """Link, password, out, in by password, language, out everywhere."""
    client = fresh(app)
    token = link_for(app)
    assert client.get(f"/enter/{token}").status_code == 200
    answer = client.post(f"/enter/{token}")
    assert answer.headers["location"] == "/me"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    csrf = csrf_of(client.get("/me").text)
    assert client.post("/me/password", data={"csrf": csrf, "new": "short"}).status_code == 400
    assert client.post("/me/password", data={"csrf": csrf, "new": "correct horse"}).status_code == 303
    assert client.post("/me/language", data={"csrf": csrf, "language": "ja"}).status_code == 303
    assert '<html lang="ja" dir="ltr">' in client.get("/").text
    assert client.post("/me/language", data={"csrf": csrf, "language": "xx"}).status_code == 400
    client.post("/logout", data={"csrf": csrf})
    assert client.get("/").headers["location"] == "/login?next=%2F"
    assert client.post("/login", data={"name": "mei", "password": "wrong"}).status_code == 403
    answer = client.post("/login", data={"name": "mei", "password": "correct horse", "next": "/queue"})
    assert answer.headers["location"] == "/queue"
    csrf = csrf_of(client.get("/me").text)
    client.post("/logout", data={"csrf": csrf, "everywhere": "true"})
    assert client.get("/queue").status_code == 303
    assert fresh(app).post(f"/enter/{token}").status_code == 403


def test_a_new_session_has_a_new_id(app: App) -> None:
    """A cookie that somebody planted before the sign-in is not the one that is signed in."""
    client = fresh(app)
    client.cookies.set("asiaradar", "planted")
    client.post(f"/enter/{link_for(app)}")
    assert client.cookies.get("asiaradar", domain="testserver.local") != "planted"
    planted = fresh(app)
    planted.cookies.set("asiaradar", "planted")
    assert planted.get("/").status_code == 303


def test_behind_tls_the_cookie_is_bound_to_the_host(app: App) -> None:
    """Over https the cookie is __Host-, Secure, and the browser is told to stay with TLS."""
    client = fresh(app, scheme="https")
    answer = client.post(f"/enter/{link_for(app)}")
    assert answer.headers["set-cookie"].startswith("__Host-asiaradar=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_changes_must_be_meant(app: App) -> None:
    """From another site, without a word of where from, without or with a wrong token: refused, and nothing changes."""
    client = fresh(app)
    client.post(f"/enter/{link_for(app)}")
    csrf = csrf_of(client.get("/").text)
    for headers, data in (
        ({"sec-fetch-site": "cross-site"}, {"csrf": csrf}),
        ({"sec-fetch-site": "same-site"}, {"csrf": csrf}),
        (HOME, {}),
        (HOME, {"csrf": "wrong"}),
    ):
        assert client.post("/stop", headers=headers, data=data).status_code == 403, headers
    bare = fresh(app)
    bare.headers.pop("sec-fetch-site")
    bare.cookies = client.cookies
    assert bare.post("/stop", data={"csrf": csrf}).status_code == 403
    assert bare.post("/stop", data={"csrf": csrf}, headers={"origin": "http://evil.example"}).status_code == 403
    with app.store.read() as tx:
        assert tx.account.state().stopped is None
    assert bare.post("/stop", data={"csrf": csrf}, headers={"origin": "http://testserver"}).status_code == 303
    with app.store.read() as tx:
        assert tx.account.state().stopped == "by hand at the Desk (desk:mei)"


def test_a_huge_form_is_not_read(app: App) -> None:
    """More than a form can need is refused with a sentence, whether it says its length or not."""
    client = browser(app, visitor())
    assert client.post("/stop", data={"reason": "x" * MAX_FORM_BYTES}).status_code == 400
    parts = (b"x" * 65536 for _ in range(5))
    assert client.post("/stop", content=parts).status_code == 400


def routes_of(app: App) -> list[APIRoute]:
    """Every route of the web app, those of included routers too."""
    found: list[APIRoute] = []

    def walk(routes: list[object], prefix: str = "") -> None:
        for route in routes:
            if isinstance(route, APIRoute):
                found.append(route)
            elif hasattr(route, "original_router"):
                walk(list(route.original_router.routes), prefix)

    walk(list(web_for(app).routes))
    return found


def actions_of(route: APIRoute) -> list[object]:
    """The actions whose door the route names."""
    doors = [dependency.call for dependency in route.dependant.dependencies]
    return [door.action for door in doors if door is not None and hasattr(door, "action")]


def test_every_route_names_its_door(app: App) -> None:
    """A page that forgot to say who may see it fails here."""
    routes = routes_of(app)
    assert len(routes) > 25
    for route in routes:
        if route.path in PUBLIC | SIGNED:
            assert not actions_of(route), route.path
        else:
            assert len(actions_of(route)) == 1, route.path


@pytest.mark.parametrize("role", [*Role, None])
def test_every_route_keeps_its_door(app: App, role: Role | None) -> None:
    """For each role and each route: whoever may not is refused, 403 when signed in and 401 or the sign-in otherwise."""
    client = browser(app, None if role is None else visitor(role))
    for route in routes_of(app):
        if route.path in PUBLIC | SIGNED or route.path == "/live":
            continue
        (action,) = actions_of(route)
        for method in route.methods or ():
            answer = client.request(method, re.sub(r"{\w+}", "1", route.path), data={} if method == "POST" else None)
            if role is None:
                assert answer.status_code in {303, 401}, route.path
                assert answer.headers.get("location", "/login").startswith("/login"), route.path
            else:
                may = Person(who="desk:mei", role=role).may(action)  # type: ignore[arg-type]  # read off the door
                assert (answer.status_code != 403) is may, (method, route.path, role, answer.status_code)


def test_a_link_may_lead_to_a_page_of_ours(app: App) -> None:
    """The demo's leads to the Desk at once; an address elsewhere is none of ours."""
    cases = (("/", "/"), ("/queue?state=held", "/queue?state=held"), ("https://evil.example/", "/"))
    for number, (wanted, there) in enumerate(cases):
        client = fresh(app)
        token = link_for(app, f"mei{number}")
        page = client.get(f"/enter/{token}", params={"next": wanted}).text
        assert f'name="next" value="{wanted}"' in page
        answer = client.post(f"/enter/{token}", data={"next": wanted})
        assert answer.headers["location"] == there
