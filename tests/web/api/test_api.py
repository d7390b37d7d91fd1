"""The API as programs use it: who gets in, what each scope reaches, nothing done twice, refusals in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action, Person, Role, Scope
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.web.api.app import MAX_BODY_BYTES, build_api
from tests.factories import NOON, URL, add_article, make_facts
from tests.web.api.program import ROOT, key, program, secret_of
from tests.web.desk import desk_app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def state_of(app: App, post_id: int) -> str:
    """Where a post stands."""
    with app.store.read() as tx:
        return tx.posts.get(PostId(post_id)).state


NO_OBJECT = "the body is missing or no object: send a JSON object, with Content-Type: application/json"


def test_a_posts_whole_life(app: App) -> None:
    """Written, read, changed, moved, held, approved, sent at once, withdrawn: the same states as at the Desk."""
    woken: list[str] = []
    client = program(app, woken=woken)
    answer = client.post("posts", json={"texts": ["Ferries run again"], "at": "in 2 h"}, headers=key())
    assert answer.status_code == 201
    (post,) = answer.json()["posts"]
    assert (post["state"], post["price_usd"], post["class"], post["version"]) == ("queued", "0.015", "normal", 1)
    assert woken == ["publish"]
    address = f"posts/{post['id']}"
    edited = client.patch(address, json={"text": "Ferries run https://radar.asia/f", "version": 1}, headers=key())
    assert (edited.json()["price_usd"], edited.json()["version"]) == ("0.200", 2)
    moved = client.post(f"{address}/move", json={"to": "in 3 h", "version": 2}, headers=key()).json()
    assert moved["due_at"] > post["due_at"]
    assert client.post(f"{address}/move", json={}, headers=key()).status_code == 200
    assert client.post(f"{address}/hold", json={"why": "wait"}, headers=key()).json()["reason"] == "wait"
    assert client.post(f"{address}/approve", json={}, headers=key()).json()["state"] == "queued"
    assert client.post(f"{address}/publish-now", json={}, headers=key()).status_code == 200
    shown = client.get(address).json()
    assert shown["expected_at"] is not None
    assert shown["tries"] == []
    assert client.post(f"{address}/cancel", json={}, headers=key()).json()["state"] == "cancelled"
    assert client.post(f"{address}/restore", json={}, headers=key()).json()["state"] == "held"
    assert [one["id"] for one in client.get("posts", params={"state": "held"}).json()["posts"]] == [post["id"]]


def test_a_link_to_an_article_under_embargo_is_kept_back_for_programs(app: App) -> None:
    """The preview says so, the post waits for the end, and what is gone is refused."""
    client = program(app)
    end = (app.clock.now() + timedelta(hours=5)).replace(microsecond=0)
    add_article(app.store, not_before_at=end)
    add_article(app.store, facts=make_facts(url="https://radar.asia/gone"), gone_at=NOON)
    shown = client.post("preview", json={"text": f"Look: {URL}"}).json()
    assert [
        f"leads to an article under embargo until {in_both_zones(end, app.policy.wording.zone)}" in one["sentence"]
        for one in shown["remarks"]
    ] == [True]
    (post,) = client.post("posts", json={"texts": [f"Look: {URL}"]}, headers=key()).json()["posts"]
    assert post["not_before_at"] == post["due_at"] == end.isoformat().replace("+00:00", "Z")
    refused = client.post(f"posts/{post['id']}/publish-now", json={}, headers=key())
    assert "is under embargo until" in refused.json()["detail"]
    gone = client.post("posts", json={"texts": ["Look: https://radar.asia/gone"]}, headers=key())
    assert gone.status_code == 422
    assert "the article behind https://radar.asia/gone is gone" in gone.json()["detail"]


def test_an_embargo_is_kept_for_programs_too(app: App) -> None:
    """Said, kept against a move and «publish now», released only when that is confirmed."""
    client = program(app)
    (post,) = client.post("posts", json={"texts": ["Ferries run"], "at": "in 2 h"}, headers=key()).json()["posts"]
    address = f"posts/{post['id']}"
    said = client.post(f"{address}/embargo", json={"until": "in 5 h"}, headers=key()).json()
    assert said["not_before_at"] == said["due_at"] > post["due_at"]
    for act, body in (("move", {"to": "in 3 h"}), ("publish-now", {}), ("embargo", {})):
        refused = client.post(f"{address}/{act}", json=body, headers=key())
        assert refused.status_code == 409
        assert "is under embargo until" in refused.json()["detail"]
    released = client.post(f"{address}/embargo", json={"confirmed": True}, headers=key())
    assert released.status_code == 200
    assert client.post(f"{address}/publish-now", json={}, headers=key()).status_code == 200


def test_a_time_and_a_slot_are_one_too_many(app: App) -> None:
    """Neither is dropped in silence, and nothing is queued."""
    client = program(app)
    refused = client.post("posts", json={"texts": ["Ferries"], "at": "in 2 h", "slot": True}, headers=key())
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "`at` and `slot` both say when: give one of the two",
    )
    assert client.get("posts").json()["posts"] == []


def test_without_a_good_token_nobody_gets_in(app: App) -> None:
    """No token, a wrong one, a revoked one, one whose time is over, and a session's cookie: 401 with a sentence."""
    over = secret_of(app, days=1)
    app.tokens().make("gone", [Scope.READ], days=None, person=ROOT)
    good = program(app)
    assert good.get("posts").status_code == 200
    bare = TestClient(good.app, base_url="http://testserver/api/v1/", cookies={"asiaradar": "x" * 43})
    for value in (None, "Bearer", "Bearer arb_wrong", "Basic eDp5", f"Bearer {'arb_' + 'x' * 200}"):
        answer = bare.get("posts", headers={} if value is None else {"authorization": value})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "token" in answer.json()["detail"]
        assert answer.headers["www-authenticate"].startswith("Bearer")
    name = good.get("me").json()["name"]
    app.tokens().revoke(name, person=ROOT)
    assert good.get("posts").status_code == 401
    late = app.clock.now() + timedelta(days=2)
    with patch.object(type(app.clock), "now", lambda _: late):
        assert program(app, secret=over).get("posts").status_code == 401


def api_routes(app: App) -> list[APIRoute]:
    """Every route of the API."""
    found: list[APIRoute] = []

    def walk(routes: list[object]) -> None:
        for route in routes:
            if isinstance(route, APIRoute):
                found.append(route)
            elif hasattr(route, "original_router"):
                walk(list(route.original_router.routes))

    api: FastAPI = build_api(app, wake=lambda _: None)
    walk(list(api.routes))
    return found


def action_of(route: APIRoute) -> Action | None:
    """The action whose door the route names."""
    doors = [one.call for one in route.dependant.dependencies if one.call is not None and hasattr(one.call, "action")]
    return doors[0].action if doors else None


@pytest.mark.parametrize("scope", Scope)
def test_every_route_keeps_its_door(app: App, scope: Scope) -> None:
    """With each scope alone exactly the routes of its actions open; all others answer 403."""
    routes = [route for route in api_routes(app) if route.path != "/openapi.json"]
    assert len(routes) > 14
    client = program(app, scope)
    reached = Person(who="api:x", role=Role.ADMIN, scopes=frozenset({scope}))
    for route in routes:
        action = action_of(route)
        assert action is not None, route.path
        for method in route.methods or ():
            address = re.sub(r"{\w+}", "1", route.path).lstrip("/")
            answer = client.request(method, address, json={} if method != "GET" else None, headers=key())
            assert (answer.status_code == 403) is not reached.may(action), (method, route.path, answer.text)


def test_no_scope_reaches_what_takes_a_person() -> None:
    """Resuming, settling doubts, deleting, rules, people and settings are for people, whatever scopes a token has."""
    everything = Person(who="api:x", role=Role.ADMIN, scopes=frozenset(Scope))
    for action in (Action.RESUME, Action.SETTLE, Action.DELETE, Action.RULES, Action.USERS, Action.SETTINGS):
        assert not everything.may(action), action


def test_what_a_writing_program_writes_waits_for_a_person(app: App) -> None:
    """With `write` alone a post is held, says why, and nobody counts as having approved it."""
    client = program(app, Scope.READ, Scope.WRITE)
    (post,) = client.post("posts", json={"texts": ["Ferries"]}, headers=key()).json()["posts"]
    assert post["state"] == "held"
    assert "waits for somebody to approve it" in post["reason"]
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post["id"])).approved_by is None
    assert client.post(f"posts/{post['id']}/approve", json={}, headers=key()).status_code == 403


def test_a_writing_program_cannot_change_what_was_approved_unseen(app: App) -> None:
    """Another text for a queued post holds it until a person approves the new one; with `queue` it stays queued."""
    post = app.editor(ROOT).add(["Ferries"])[0]
    edited = program(app, Scope.WRITE).patch(f"posts/{post.id}", json={"text": "Boats", "version": 1}, headers=key())
    assert edited.json()["state"] == "held"
    assert "waits for somebody to approve it" in edited.json()["reason"]
    app.editor(ROOT).approve(post.id)
    again = program(app, Scope.WRITE, Scope.QUEUE)
    answer = again.patch(f"posts/{post.id}", json={"text": "Ships", "version": 3}, headers=key())
    assert (answer.json()["state"], answer.json()["text"]) == ("queued", "Ships")


def test_a_repeat_is_done_once(app: App) -> None:
    """The same key and request: one post, the same answer; the same key for another thing: refused."""
    client = program(app)
    once = key()
    first = client.post("posts", json={"texts": ["Ferries"]}, headers=once)
    again = client.post("posts", json={"texts": ["Ferries"]}, headers=once)
    assert again.json() == first.json()
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get("posts").json()["posts"]) == 1
    other = client.post("posts", json={"texts": ["Trains"]}, headers=once)
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    elsewhere = program(app).post("posts", json={"texts": ["Trains"]}, headers=once)
    assert elsewhere.status_code == 201, "keys of two programs have nothing to do with each other"


def test_a_request_without_a_key_is_refused(app: App) -> None:
    """Whatever changes something says its key, or nothing happens."""
    client = program(app)
    for bad in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 300}):
        answer = client.post("posts", json={"texts": ["Ferries"]}, headers=bad)
        assert answer.status_code == 400
        assert "Idempotency-Key" in answer.json()["detail"]
    assert client.get("posts").json()["posts"] == []


def test_a_refused_request_leaves_its_key_free(app: App) -> None:
    """After a refusal that changed nothing, the mended request may come with the same key."""
    client = program(app)
    once = key()
    assert client.post("posts", json={"texts": ["See Booking.com"]}, headers=once).status_code == 422
    assert client.post("posts", json={"texts": []}, headers=once).status_code == 422
    assert client.post("posts", json={"texts": ["Ferries"]}, headers=once).status_code == 201


def test_a_request_that_was_cut_off_is_never_done_again(app: App) -> None:
    """If the process died between the change and its answer, the key answers 409 and nothing is doubled."""
    client = program(app)
    once = key()
    with patch("asiaradar_bot.web.api.once._keep", side_effect=StorageError("the disk went away")):
        assert client.post("posts", json={"texts": ["Ferries"]}, headers=once).status_code == 503
    again = client.post("posts", json={"texts": ["Ferries"]}, headers=once)
    assert again.status_code == 409
    assert "look at what is there" in again.json()["detail"]
    assert len(client.get("posts").json()["posts"]) == 1


def test_a_stale_change_gets_the_post_as_it_is(app: App) -> None:
    """409 with the newer post, so that the program can show the difference; nothing is overwritten."""
    client = program(app)
    (post,) = client.post("posts", json={"texts": ["Ferries"], "draft": True}, headers=key()).json()["posts"]
    address = f"posts/{post['id']}"
    assert client.patch(address, json={"text": "Ferries run", "version": 1}, headers=key()).status_code == 200
    answer = client.patch(address, json={"text": "Ferries sink", "version": 1}, headers=key())
    assert answer.status_code == 409
    assert answer.json()["post"]["text"] == "Ferries run"
    assert answer.json()["post"]["version"] == 2


def test_refusals_are_one_sentence(app: App) -> None:
    """Unknown posts, paths and methods, wrong fields, huge and broken bodies: the right status and problem+json."""
    client = program(app)
    for method, address, body, status in (
        ("GET", "posts/999", None, 404),
        ("GET", "nothing", None, 404),
        ("DELETE", "posts", None, 405),
        ("GET", "posts/x", None, 422),
        ("GET", "articles/why?url=https://radar.asia/never", None, 404),
        ("GET", "articles/why?url=nonsense", None, 400),
        ("POST", "posts", b"{", 422),
        ("POST", "posts", b'{"texts": ["a"], "extra": 1}', 422),
        ("POST", "posts", b'{"texts": ["a"], "at": "some day"}', 400),
        ("POST", "posts", b"x" * (MAX_BODY_BYTES + 1), 413),
    ):
        headers = {"content-type": "application/json", **key()}
        answer = client.request(method, address, content=body, headers=headers)
        assert answer.status_code == status, (method, address, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert "Traceback" not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            '{"texts": [\n "Ferries"',
            "the body is not valid JSON at line 2, column 11: expecting ',' delimiter; mend it there",
        ),
        ("x", "the body is not valid JSON at line 1, column 1: expecting value; mend it there"),
        ('{"texts": ["a"], "slto": true}', "the request does not fit: there is no field slto: did you mean slot?"),
        (
            '{"text": "a"}',
            "the request does not fit: texts: it is missing; there is no field text: did you mean texts?",
        ),
        ('{"texts": ["a"], "colour": 1}', "the request does not fit: there is no field colour: take it out"),
        (
            '{"texts": ["a"], "pictures": [[{"picture_id": 1, "alt_txt": "A ferry"}]]}',
            "the request does not fit: there is no field pictures.0.0.alt_txt: did you mean alt_text?",
        ),
        ('{"texts": "a", "at": 5}', "the request does not fit: texts: write a list; at: write a text"),
        ('["a"]', f"the request does not fit: {NO_OBJECT}"),
    ],
)
def test_a_body_that_does_not_fit_is_told_where_and_how(app: App, body: str, said: str) -> None:
    """One sentence in our own words: the place, and the field that was probably meant."""
    headers = {"content-type": "application/json", **key()}
    answer = program(app).post("posts", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (422, said)


def test_a_body_in_another_form_or_script_is_told_so(app: App) -> None:
    """What curl sends without a header, nothing at all, and bytes that are no UTF-8."""
    client = program(app)
    for content, form in ((b'{"texts": ["a"]}', "application/x-www-form-urlencoded"), (b"", "application/json")):
        answer = client.post("posts", content=content, headers={"content-type": form, **key()})
        assert NO_OBJECT in answer.json()["detail"]
    answer = client.post("posts", content=b'{"texts": ["\xff"]}', headers={"content-type": "application/json", **key()})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "the body cannot be read: send JSON in UTF-8, or a form for a picture",
    )
    refused = client.get("posts", params={"limit": "many"}).json()["detail"]
    assert refused == "the request does not fit: query.limit: write a whole number"


def test_the_address_of_the_api_says_how_to_go_on(app: App) -> None:
    """With or without a token and a slash; an address that is none leads to the document."""
    client = program(app)
    bare = TestClient(client.app, base_url="http://testserver", follow_redirects=False)
    for path in ("/api/v1", "/api/v1/", "/api/v1/docs"):
        answer = bare.get(path)
        assert (answer.status_code, answer.json()["openapi"]) == (200, "/api/v1/openapi.json")
        assert "Settings, Programs" in answer.json()["token"]
    assert bare.post("/api/v1/").status_code == 401
    assert "/api/v1/openapi.json lists all addresses" in client.get("doc").json()["detail"]
    assert "/api/v1/posts takes no DELETE" in client.delete("posts").json()["detail"]


def test_a_surprise_is_logged_and_told_without_its_inner_parts(app: App) -> None:
    """A bug of ours is a 500 in one sentence with a number; what broke stands under it in the log only."""
    client = program(app)
    with (
        patch("asiaradar_bot.web.api.newsroom.top_bar", side_effect=RuntimeError("secret inner part")),
        capture_logs() as logged,
    ):
        answer = client.get("status")
    assert answer.status_code == 500
    assert "inner part" not in answer.text
    assert f"under number {logged[0]['number']}" in answer.json()["detail"]


def test_the_brake_is_pulled_by_a_program_but_not_let_go(app: App) -> None:
    """Stop works, shows in the status, and there is no way to resume."""
    client = program(app)
    assert client.get("status").json()["stopped"] is None
    answer = client.post("stop", json={"reason": "wrong numbers in the feed"}, headers=key())
    assert "wrong numbers" in answer.json()["stopped"]
    assert client.post("resume", json={}, headers=key()).status_code == 404


def test_a_preview_is_the_senders_own(app: App) -> None:
    """Count, links, price and remarks of a text; nothing is written and no key is needed."""
    client = program(app, Scope.READ)
    seen = client.post("preview", json={"text": "Ferries https://radar.asia/f and README.md"}).json()
    assert seen["weighted_length"] == 8 + 23 + 5 + 23
    assert seen["price_usd"] == "0.200"
    assert seen["links"] == ["https://radar.asia/f", "README.md"]
    assert any(one["blocks"] for one in seen["remarks"])
    assert client.get("posts").json()["posts"] == []


def test_what_programs_do_is_in_the_audit(app: App) -> None:
    """Tokens made and revoked, and every change by its token's name."""
    client = program(app)
    client.post("posts", json={"texts": ["Ferries"]}, headers=key())
    name = client.get("me").json()["name"]
    with app.store.read() as tx:
        entries = tx.audit.list_recent()
    assert ("post.add", f"api:{name}") in [(one.action, one.who) for one in entries]
    assert ("token.add", "cli:root") in [(one.action, one.who) for one in entries]
    secret = client.headers["authorization"].removeprefix("Bearer ")
    assert all(secret not in f"{one}" for one in entries)


def test_the_document_is_whole(app: App) -> None:
    """OpenAPI names each route, its scheme, its key and its refusals; without a token it is not shown."""
    client = program(app, Scope.STOP)
    document = client.get("openapi.json").json()
    assert document["openapi"].startswith("3.")
    post = document["paths"]["/posts"]["post"]
    assert post["security"]
    assert [one["name"] for one in post["parameters"]] == ["Idempotency-Key"]
    assert {"401", "403", "409", "422"} <= set(post["responses"])
    client.headers.pop("authorization")
    assert client.get("openapi.json").status_code == 401


def test_refusals_name_no_commands(app: App) -> None:
    """What is not there is told in words that fit a program, a page and a terminal alike."""
    client = program(app)
    for path in ("posts/77", "articles/77", "articles/why?url=https://radar.asia/nowhere"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "look it up in the list of" in answer.json()["detail"]
        assert "`" not in answer.text
