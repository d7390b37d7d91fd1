"""The local X's controls over HTTP: faults, clock, requests, invoice and posts by hand, safe from other web pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from asiaradar_bot.sandbox.x import LocalX
from asiaradar_bot.sandbox.x.clock import MovableClock
from tests.sandbox.x_access import NOON, FixedClock, call, create


@pytest.fixture
def x() -> Iterator[LocalX]:
    """
    A fresh local X.
    """
    with LocalX(now=FixedClock()) as started:
        yield started


def control(x: LocalX, method: str, path: str, **how: Any) -> requests.Response:
    """
    The answer of a control.
    """
    return requests.request(method, f"{x.control_url}/sandbox/{path}", timeout=5, **how)


def test_a_fault_comes_strikes_and_goes(x: LocalX) -> None:
    """Rules are added, listed with what is left of them, and cleared one by one or all."""
    rule = {"kind": "not_created_503", "method": "POST", "path": "/2/tweets", "times": 2}
    assert control(x, "POST", "faults", json=rule).json() == {"number": 1}
    control(x, "POST", "faults", json={"kind": "delay", "seconds": 0.01})
    assert call(x, "POST", "/2/tweets", json={"text": "x"}).status_code == 503
    listed = control(x, "GET", "faults").json()["faults"]
    assert [(one["number"], one["kind"], one["left"]) for one in listed] == [
        (1, "not_created_503", 1),
        (2, "delay", None),
    ]
    assert control(x, "DELETE", "faults/1").json() == {"cleared": 1}
    assert control(x, "DELETE", "faults").json() == {"cleared": 1}
    assert control(x, "DELETE", "faults/9").json() == {"cleared": 0}
    create(x, "Well again")


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "delay"},
        {"kind": "limit_429", "often": 3},
        {},
        {"kind": "limit_429", "path": "("},
    ],
)
def test_a_wrong_rule_is_a_400(x: LocalX, rule: dict[str, Any]) -> None:
    """A rule that cannot be understood is refused with a sentence."""
    answer = control(x, "POST", "faults", json=rule)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]
    assert x.faults.rules() == []


def test_the_clock_is_read_moved_and_set(x: LocalX) -> None:
    """Another process can let time pass on the server."""
    assert control(x, "GET", "clock").json() == {"now": NOON.isoformat()}
    moved = control(x, "POST", "clock", json={"advance_seconds": 3600}).json()
    assert moved == {"now": (NOON + timedelta(hours=1)).isoformat()}
    control(x, "POST", "clock", json={"set": "2027-01-01T00:00:00Z"})
    create(x, "New year")
    assert x.posts()[0].created_at.isoformat() == "2027-01-01T00:00:00+00:00"
    assert control(x, "POST", "clock", json={"set": "2027-01-01T00:00:00"}).status_code == 400


def test_a_clock_without_zone_is_refused() -> None:
    """The clock takes aware instants only."""
    with pytest.raises(ValueError, match="zone"):
        MovableClock().set(NOON.replace(tzinfo=None))


def test_requests_posts_and_invoice_are_listed(x: LocalX) -> None:
    """What happened can be read from another process; signatures and secrets are in none of it."""
    post_id = create(x, "A link https://radar.asia/1")
    hand = control(x, "POST", "posts", json={"text": "By hand", "in_reply_to": post_id}).json()["id"]
    seen = control(x, "GET", "requests")
    posts = control(x, "GET", "posts").json()["posts"]
    invoice = control(x, "GET", "invoice").json()
    assert [(one["method"], one["status"], one["happened"]) for one in seen.json()["requests"]] == [
        ("POST", 201, f"created {post_id}")
    ]
    assert "oauth" not in seen.text.lower()
    assert [(post["id"], post["by_hand"], post["conversation_id"]) for post in posts] == [
        (post_id, False, post_id),
        (hand, True, post_id),
    ]
    assert (invoice["total_usd"], [line["what"] for line in invoice["lines"]]) == ("0.200", ["post_with_link"])


def test_faults_do_not_reach_the_controls(x: LocalX) -> None:
    """A fault for everything leaves page and controls alone, on the API's port too."""
    control(x, "POST", "faults", json={"kind": "drop_before_accept"})
    assert requests.get(f"{x.base_url}/sandbox/clock", timeout=5).status_code == 200
    assert requests.get(x.base_url, timeout=5).status_code == 200


def test_other_web_pages_cannot_use_the_controls(x: LocalX) -> None:
    """A foreign Host (rebinding) and a form post (cross-site) are refused."""
    assert control(x, "GET", "posts", headers={"Host": "evil.example"}).status_code == 403
    assert control(x, "POST", "posts", data='{"text": "x"}', headers={"Content-Type": "text/plain"}).status_code == 415
    assert x.posts() == []


def test_an_unknown_control_is_a_404(x: LocalX) -> None:
    """What is not there is not found, pictures and static files included."""
    for path in ("nothing", "media/5", "static/secret.txt", "faults/x"):
        assert control(x, "GET", path).status_code == 404
    assert control(x, "DELETE", "faults/x").status_code == 404
