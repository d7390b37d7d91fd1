"""Every fault of the local X, as the client sees it and as the account's timeline has it afterwards."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from urllib3.exceptions import NewConnectionError, ProtocolError

from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from tests.sandbox.x_access import NOON, FixedClock, LoopbackSession, call, create, signer, timeline

CREATE: dict[str, Any] = {"json": {"text": "Rates held in Tokyo"}}


@pytest.fixture
def clock() -> FixedClock:
    """
    The server's clock.
    """
    return FixedClock()


@pytest.fixture
def x(clock: FixedClock) -> Iterator[LocalX]:
    """
    A fresh local X.
    """
    with LocalX(now=clock) as started:
        yield started


def strike(x: LocalX, kind: FaultKind, *, seconds: float | None = None, timeout: float = 5.0) -> requests.Response:
    """
    The answer to a create call that the fault strikes, once.
    """
    x.faults.add(Fault(kind=kind, method="POST", path="/2/tweets", times=1, seconds=seconds))
    return call(x, "POST", "/2/tweets", timeout=timeout, **CREATE)


def assert_all_well(x: LocalX, *, created: int) -> None:
    """
    The fault left this many posts, and the next request goes through.
    """
    assert len(x.posts()) == created
    create(x, "The next one")
    assert len(x.posts()) == created + 1


def test_refusing_means_that_nobody_listens(x: LocalX) -> None:
    """A refused connection is requests' ConnectionError around NewConnectionError, before any byte."""
    number = x.faults.add(Fault(kind=FaultKind.REFUSE))
    with pytest.raises(requests.ConnectionError) as caught:
        call(x, "POST", "/2/tweets", **CREATE)
    assert isinstance(caught.value.args[0].reason, NewConnectionError)
    x.faults.clear(number)
    assert_all_well(x, created=0)


def test_refusing_closes_idle_connections_too(x: LocalX) -> None:
    """A client with a kept-alive connection is refused just like a new one, and comes back on the same port."""
    with LoopbackSession(x.base_url) as session:
        assert session.request("POST", f"{x.base_url}/2/tweets", auth=signer(x), **CREATE).status_code == 201
        x.faults.add(Fault(kind=FaultKind.REFUSE))
        with pytest.raises(requests.ConnectionError):
            session.request("POST", f"{x.base_url}/2/tweets", auth=signer(x), json={"text": "two"})
        x.faults.clear()
        answer = session.request("POST", f"{x.base_url}/2/tweets", auth=signer(x), json={"text": "three"})
        assert answer.status_code == 201
    assert [post.text for post in x.posts()] == ["Rates held in Tokyo", "three"]


def test_refusing_for_seconds_ends_by_itself(x: LocalX) -> None:
    """With `seconds` the port listens again without anyone lifting the fault."""
    x.faults.add(Fault(kind=FaultKind.REFUSE, seconds=0.05))
    with pytest.raises(requests.ConnectionError):
        call(x, "POST", "/2/tweets", **CREATE)
    deadline = time.monotonic() + 5
    while x.faults.rules() and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    assert_all_well(x, created=0)


def test_a_refusal_can_be_lifted_over_the_control_port(x: LocalX) -> None:
    """The control port answers while the API refuses, so that another process can lift the fault."""
    x.faults.add(Fault(kind=FaultKind.REFUSE))
    assert requests.delete(f"{x.control_url}/sandbox/faults", timeout=5).json() == {"cleared": 1}
    assert_all_well(x, created=0)


def test_dropping_before_accepting_reads_nothing(x: LocalX) -> None:
    """The connection breaks with a ProtocolError, nothing is created and no signature is used up."""
    with pytest.raises(requests.ConnectionError) as caught:
        strike(x, FaultKind.DROP_BEFORE_ACCEPT)
    assert isinstance(caught.value.args[0], ProtocolError)
    assert x.requests[-1].happened == "connection reset, nothing read"
    assert x.requests[-1].body == b""
    assert_all_well(x, created=0)


def test_dropping_before_accepting_is_a_reset_on_the_socket(x: LocalX) -> None:
    """A bare socket that wrote a request gets ECONNRESET: its bytes were left unread."""
    x.faults.add(Fault(kind=FaultKind.DROP_BEFORE_ACCEPT, times=1))
    with socket.create_connection(("127.0.0.1", int(x.base_url.rpartition(":")[2])), timeout=5) as wire:
        wire.sendall(b"GET /2/tweets HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            wire.recv(1)


@pytest.mark.parametrize(
    ("kind", "created"), [(FaultKind.NOT_CREATED_DROP, 0), (FaultKind.CREATED_DROP, 1)], ids=["undone", "done"]
)
def test_a_dropped_answer_is_a_protocol_error(x: LocalX, kind: FaultKind, created: int) -> None:
    """The client cannot tell a drop after creating from one before; the account can."""
    with pytest.raises(requests.ConnectionError) as caught:
        strike(x, kind)
    assert isinstance(caught.value.args[0], ProtocolError)
    assert x.requests[-1].status is None
    assert_all_well(x, created=created)


@pytest.mark.parametrize(
    ("kind", "status", "created"),
    [
        (FaultKind.NOT_CREATED_500, 500, 0),
        (FaultKind.NOT_CREATED_503, 503, 0),
        (FaultKind.CREATED_500, 500, 1),
        (FaultKind.CREATED_503, 503, 1),
    ],
)
def test_a_5xx_says_nothing_about_the_post(x: LocalX, kind: FaultKind, status: int, created: int) -> None:
    """Whether the post exists after a 5xx is for the timeline to tell; both cases look the same."""
    answer = strike(x, kind)
    assert answer.status_code == answer.json()["status"] == status
    assert_all_well(x, created=created)


def test_a_cut_body_is_a_chunked_encoding_error(x: LocalX) -> None:
    """The 201 arrives, its body breaks off, the post exists."""
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        strike(x, FaultKind.CREATED_CUT)
    assert x.requests[-1].status == 201
    assert_all_well(x, created=1)


@pytest.mark.parametrize(("kind", "created"), [(FaultKind.NOT_CREATED_HANG, 0), (FaultKind.CREATED_HANG, 1)])
def test_a_hang_is_a_read_timeout(x: LocalX, kind: FaultKind, created: int) -> None:
    """The client gives up by its own time-out; the account may or may not have the post."""
    with pytest.raises(requests.ReadTimeout):
        strike(x, kind, timeout=0.2)
    assert_all_well(x, created=created)


def test_an_answer_without_id(x: LocalX) -> None:
    """A 201 whose data lacks the id, although the post exists."""
    answer = strike(x, FaultKind.CREATED_NO_ID)
    assert answer.status_code == 201
    assert "id" not in answer.json()["data"]
    assert_all_well(x, created=1)


def test_rate_limit_with_reset(x: LocalX) -> None:
    """The 429 tells when to come back: 900 seconds of the server's clock."""
    answer = strike(x, FaultKind.LIMIT_429)
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-remaining"] == "0"
    reset = datetime.fromtimestamp(int(answer.headers["x-rate-limit-reset"]), UTC)
    assert reset == NOON + timedelta(seconds=900)
    assert_all_well(x, created=0)


def test_rate_limit_without_headers(x: LocalX) -> None:
    """The 429 that tells nothing."""
    answer = strike(x, FaultKind.LIMIT_429_BARE)
    assert answer.status_code == 429
    assert not [name for name in answer.headers if "limit" in name.lower()]
    assert_all_well(x, created=0)


def test_rate_limit_of_the_day(x: LocalX) -> None:
    """The 24-hour block has its own headers, while the short limit looks free."""
    answer = strike(x, FaultKind.LIMIT_429_DAY, seconds=3600)
    assert answer.status_code == 429
    assert answer.headers["x-user-limit-24hour-remaining"] == "0"
    assert int(answer.headers["x-user-limit-24hour-reset"]) == int(NOON.timestamp()) + 3600
    assert int(answer.headers["x-rate-limit-remaining"]) > 0
    assert_all_well(x, created=0)


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (FaultKind.UNAUTHORIZED_401, 401, "Unauthorized"),
        (FaultKind.NO_CREDIT_402, 402, "credits depleted"),
        (FaultKind.DUPLICATE_403, 403, "duplicate content"),
        (FaultKind.FORBIDDEN_403, 403, "not permitted to perform this action"),
        (FaultKind.SUSPENDED_403, 403, "suspended"),
    ],
)
def test_definite_refusals(x: LocalX, kind: FaultKind, status: int, told: str) -> None:
    """Each refusal has X's body, healthy rate headers and no post."""
    answer = strike(x, kind)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert told in answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["x-rate-limit-remaining"]) > 0
    assert_all_well(x, created=0)


def test_an_html_error_page(x: LocalX) -> None:
    """A proxy's 502 is HTML, without rate headers."""
    answer = strike(x, FaultKind.HTML_502)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert_all_well(x, created=0)


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.REDIRECT_302, 302), (FaultKind.REDIRECT_307, 307)])
def test_a_redirect(x: LocalX, kind: FaultKind, status: int) -> None:
    """A redirect points back at the same address, and nothing is created."""
    answer = strike(x, kind)
    assert (answer.status_code, answer.headers["Location"]) == (status, f"{x.base_url}/2/tweets")
    assert_all_well(x, created=0)


def test_delay_lets_the_post_appear_after_the_client_left(x: LocalX) -> None:
    """A client that times out during the delay still gets its post, later."""
    with pytest.raises(requests.ReadTimeout):
        strike(x, FaultKind.DELAY, seconds=0.4, timeout=0.1)
    assert x.posts() == []
    deadline = time.monotonic() + 5
    while not x.posts() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert_all_well(x, created=1)


def test_the_timeline_lags_by_the_servers_clock(x: LocalX, clock: FixedClock) -> None:
    """A lagging timeline hides young posts from the timeline only, until they are old enough."""
    post_id = create(x, "Young")
    x.faults.add(Fault(kind=FaultKind.TIMELINE_LAG, seconds=60))
    assert timeline(x)["meta"] == {"result_count": 0}
    assert call(x, "GET", "/2/tweets", params={"ids": post_id}).json()["data"][0]["id"] == post_id
    clock.pass_by(seconds=60)
    assert [post["id"] for post in timeline(x)["data"]] == [post_id]


def test_a_delay_goes_along_with_another_fault(x: LocalX) -> None:
    """Delay and another fault strike the same request."""
    x.faults.add(Fault(kind=FaultKind.DELAY, seconds=0.05, times=1))
    began = time.monotonic()
    assert strike(x, FaultKind.NOT_CREATED_503).status_code == 503
    assert time.monotonic() - began >= 0.05


def test_a_rule_strikes_only_what_it_names(x: LocalX) -> None:
    """Method and path must fit wholly; everything else goes on undisturbed."""
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, method="POST", path="/2/media/.*"))
    create(x, "Undisturbed")
    assert timeline(x)["meta"]["result_count"] == 1
    assert call(x, "POST", "/2/media/upload", json={}).status_code == 500


def test_a_rule_ends_after_its_times(x: LocalX) -> None:
    """`times` counts requests struck, and the rules of a queue strike in turn."""
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_503, times=2))
    x.faults.add(Fault(kind=FaultKind.LIMIT_429, times=1))
    statuses = [call(x, "POST", "/2/tweets", json={"text": f"try {n}"}).status_code for n in range(4)]
    assert statuses == [503, 503, 429, 201]


def test_probability_is_repeatable(x: LocalX) -> None:
    """The same seed strikes the same requests; about as many as the probability says."""
    drawn = []
    for _ in range(2):
        x.faults.clear()
        x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, probability=0.3, seed=7))
        drawn.append([x.faults.strike("POST", "/2/tweets").fault is not None for _ in range(300)])
    assert drawn[0] == drawn[1]
    assert 60 <= sum(drawn[0]) <= 120


def test_faults_do_not_touch_requests_beside_them(x: LocalX) -> None:
    """While one request hangs, others are answered."""
    x.faults.add(Fault(kind=FaultKind.CREATED_HANG, times=1))

    def give_up() -> None:
        with pytest.raises(requests.ReadTimeout):
            call(x, "POST", "/2/tweets", timeout=1.0, **CREATE)

    hanging = threading.Thread(target=give_up)
    hanging.start()
    while not x.requests:
        threading.Event().wait(0.002)
    create(x, "Beside it")
    hanging.join()
    assert len(x.posts()) == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": FaultKind.DELAY}, "needs seconds"),
        ({"kind": FaultKind.LIMIT_429, "probability": 0.0}, "probability must be above 0"),
        ({"kind": FaultKind.LIMIT_429, "times": 0}, "times must be 1 or more"),
        ({"kind": FaultKind.LIMIT_429, "path": "("}, "path is no regular expression"),
    ],
)
def test_a_senseless_rule_is_refused(wrong: dict[str, object], told: str) -> None:
    """A rule that cannot mean anything says so when it is made."""
    with pytest.raises(ValueError, match=told):
        Fault(**wrong)  # type: ignore[arg-type]  # wrong on purpose
