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
    Deleted,
    GateClosed,
    Published,
    Refused,
    RetryLater,
    Unconfirmed,
    Uploaded,
    UploadFailed,
)
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.sandbox.x.account import Behaviour
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
    assert isinstance(account.delete(second.remote_id, gate=open_gate), Deleted)
    assert [post.id for post in x.posts()] == [first.remote_id]


def test_deleting_twice_and_deleting_nothing_both_end_gone(x: LocalX) -> None:
    """A second deletion, and one of a post that X never had, say that it is gone; the gate is asked before each."""
    account = account_at(x)
    made = account.publish("Ferries", gate=open_gate)
    assert isinstance(made, Published)
    closed = account.delete(made.remote_id, gate=lambda _: "stopped by hand")
    assert isinstance(closed, GateClosed)
    assert len(x.posts()) == 1
    for _ in range(2):
        assert isinstance(account.delete(made.remote_id, gate=open_gate), Deleted)
    never = account.delete("1234567890123456789", gate=open_gate)
    assert isinstance(never, Deleted)
    assert never.was_gone is True


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FaultKind.NOT_CREATED_500, Unconfirmed),
        (FaultKind.CREATED_DROP, Unconfirmed),
        (FaultKind.LIMIT_429, RetryLater),
    ],
)
def test_a_deletion_without_a_clear_answer_is_no_deletion(x: LocalX, kind: FaultKind, outcome: type) -> None:
    """A failing or missing answer says nothing, a rate limit says later; neither is taken for gone."""
    account = account_at(x)
    made = account.publish("Ferries", gate=open_gate)
    assert isinstance(made, Published)
    x.faults.add(Fault(kind=kind, method="DELETE"))
    assert isinstance(account.delete(made.remote_id, gate=open_gate), outcome)


def test_an_edit_is_a_new_version_of_the_same_post() -> None:
    """On a Premium account the edited text stands in the old one's place and names it as its first version."""
    with LocalX(behaviour=Behaviour(premium=True)) as x:
        account = account_at(x)
        first = account.publish("Feries", gate=open_gate)
        assert isinstance(first, Published)
        second = account.edit("Ferries", previous_id=first.remote_id, gate=open_gate)
        assert isinstance(second, Published)
        (shown,) = account.own_posts(account.me().id, since=utc_now() - timedelta(hours=1))
        assert (shown.id, shown.first_id, shown.text) == (second.remote_id, first.remote_id, "Ferries")
        assert (
            account.own_posts(
                account.me().id, since=utc_now() - timedelta(hours=2), until=utc_now() - timedelta(hours=1)
            )
            == []
        )


def test_an_account_that_is_not_premium_may_not_edit(x: LocalX) -> None:
    """X refuses for good."""
    account = account_at(x)
    first = account.publish("Feries", gate=open_gate)
    assert isinstance(first, Published)
    assert isinstance(account.edit("Ferries", previous_id=first.remote_id, gate=open_gate), Refused)


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
