"""Each way X can fail, over real sockets: the outcome, and that «surely not posted» is never said of a post that exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from asiaradar_bot.adapters.x_account import XAccount
from asiaradar_bot.model.errors import CannotReadError, SettingsError
from asiaradar_bot.model.outcome import (
    AccountBlocked,
    AlreadyThere,
    GateClosed,
    Published,
    Refused,
    RetryLater,
    Unconfirmed,
    Uploaded,
    UploadFailed,
)
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from tests.sandbox.x_access import image_bytes

SURELY_NOT = (RetryLater, Refused, AccountBlocked, GateClosed)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@pytest.fixture
def x() -> Iterator[LocalX]:
    """A local X."""
    with LocalX() as local:
        yield local


def account_at(x: LocalX, base_url: str | None = None) -> XAccount:
    """The real adapter on the local X, with short time-outs."""
    keys = x.credentials
    return XAccount(
        base_url=base_url or x.base_url,
        consumer_key=keys.consumer_key,
        consumer_secret=keys.consumer_secret,
        access_token=keys.access_token,
        access_token_secret=keys.access_token_secret,
        now=utc_now,
        connect_seconds=1,
        read_seconds=0.4,
    )


def open_gate(signed_at: datetime) -> str | None:
    """Lets everything through."""
    del signed_at
    return None


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FaultKind.NOT_CREATED_DROP, Unconfirmed),
        (FaultKind.NOT_CREATED_500, Unconfirmed),
        (FaultKind.NOT_CREATED_503, Unconfirmed),
        (FaultKind.NOT_CREATED_HANG, Unconfirmed),
        (FaultKind.CREATED_DROP, Unconfirmed),
        (FaultKind.CREATED_500, Unconfirmed),
        (FaultKind.CREATED_503, Unconfirmed),
        (FaultKind.CREATED_CUT, Unconfirmed),
        (FaultKind.CREATED_HANG, Unconfirmed),
        (FaultKind.CREATED_NO_ID, Unconfirmed),
        (FaultKind.HTML_502, Unconfirmed),
        (FaultKind.REDIRECT_302, Unconfirmed),
        (FaultKind.REDIRECT_307, Unconfirmed),
        (FaultKind.LIMIT_429, RetryLater),
        (FaultKind.LIMIT_429_BARE, RetryLater),
        (FaultKind.LIMIT_429_DAY, RetryLater),
        (FaultKind.UNAUTHORIZED_401, AccountBlocked),
        (FaultKind.NO_CREDIT_402, AccountBlocked),
        (FaultKind.SUSPENDED_403, AccountBlocked),
        (FaultKind.DUPLICATE_403, AlreadyThere),
        (FaultKind.FORBIDDEN_403, Refused),
    ],
)
def test_each_fault_has_its_outcome(x: LocalX, kind: FaultKind, outcome: type) -> None:
    """The outcome is the table's, one request left, and no existing post is called unsent."""
    x.faults.add(Fault(kind=kind, method="POST", path="/2/tweets", times=1, seconds=1.0))
    found = account_at(x).publish("Ferries run again", gate=open_gate)
    assert isinstance(found, outcome), found
    assert found.signed_at is not None
    assert len([seen for seen in x.requests if seen.method == "POST"]) <= 1
    if isinstance(found, SURELY_NOT):
        assert x.posts() == []
    if isinstance(found, RetryLater):
        assert found.counts is False
        assert found.wait is not None
        assert found.wait > timedelta(0)


def test_nobody_there_is_surely_not_sent(x: LocalX) -> None:
    """A refused connection and a name that does not exist are told as not sent."""
    for base in ("http://127.0.0.1:1", "https://nobody.invalid"):
        found = account_at(x, base).publish("Ferries", gate=open_gate)
        assert isinstance(found, RetryLater)
        assert found.counts is True


def test_a_closed_gate_writes_nothing(x: LocalX) -> None:
    """The gate is asked after signing, and its no keeps every byte here."""
    found = account_at(x).publish("Ferries", gate=lambda _: "stopped by hand")
    assert found == GateClosed(detail="stopped by hand", signed_at=found.signed_at)
    assert x.requests == ()


def test_what_was_sent_is_read_back(x: LocalX) -> None:
    """Text, link and reply come back as they were sent; deleting takes the post away."""
    account = account_at(x)
    first = account.publish("Ferries & trains\nhttps://radar.asia/a?utm_id=m1", gate=open_gate)
    assert isinstance(first, Published)
    second = account.publish("Second part", gate=open_gate, reply_to=first.remote_id)
    assert isinstance(second, Published)
    me = account.me()
    posts = account.own_posts(me.id, since=utc_now() - timedelta(hours=1))
    assert [post.id for post in posts] == [second.remote_id, first.remote_id]
    assert posts[0].in_reply_to == first.remote_id
    assert posts[1].text.startswith("Ferries & trains")
    assert posts[1].links == ("https://radar.asia/a?utm_id=m1",)
    assert (
        account.delete(second.remote_id)
        == Published(remote_id=second.remote_id, signed_at=account.delete(second.remote_id).signed_at)
        or len(x.posts()) == 1
    )


def test_a_long_timeline_is_read_whole_or_not_at_all(x: LocalX) -> None:
    """All pages are read; a failing page makes the whole answer unusable."""
    for number in range(120):
        x.post_by_hand(f"Post {number}")
    account = account_at(x)
    me = account.me()
    assert len(account.own_posts(me.id, since=utc_now() - timedelta(hours=1))) == 120
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, method="GET", path="/2/users/.*", times=1))
    with pytest.raises(CannotReadError):
        account.own_posts(me.id, since=utc_now() - timedelta(hours=1))


def test_a_picture_with_alt_text_is_attached(x: LocalX) -> None:
    """An upload gives an id that a post can carry; a failing one is said, not raised."""
    account = account_at(x)
    media = account.upload(image_bytes(), media_type="image/jpeg", alt_text="A ferry")
    assert isinstance(media, Uploaded)
    account.publish("Ferry", gate=open_gate, media_ids=[media.media_id])
    assert account.own_posts(account.me().id, since=utc_now() - timedelta(hours=1))[0].media_count == 1
    x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, method="POST", path="/2/media.*", times=1))
    assert isinstance(account.upload(image_bytes(), media_type="image/jpeg", alt_text=None), UploadFailed)


def test_http_to_a_strange_host_is_refused(x: LocalX) -> None:
    """Credentials never leave over plain http."""
    with pytest.raises(SettingsError, match="must be https"):
        account_at(x, "http://api.x.com")
