"""The contract of `ports.Publisher`, held by FakeX, DryRunAccount and XAccount on the local X over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

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
)
from tests.contracts.accounts import AccountUnderTest, account_named, open_gate
from tests.sandbox.x_access import image_bytes


@pytest.fixture(params=["fake", "dry-run", "x"])
def account(request: pytest.FixtureRequest) -> Iterator[AccountUnderTest]:
    """Each implementation in turn."""
    with account_named(request.param) as made:
        yield made


@pytest.fixture(params=["fake", "x"])
def failing(request: pytest.FixtureRequest) -> Iterator[AccountUnderTest]:
    """Those that can fail."""
    with account_named(request.param) as made:
        yield made


def published(account: AccountUnderTest, text: str, *, media: str | None = None, reply_to: str | None = None) -> str:
    """The id of a new post."""
    media_ids = [] if media is None else [media]
    outcome = account.publisher.publish(text, gate=open_gate, media_ids=media_ids, reply_to=reply_to)
    assert isinstance(outcome, Published), outcome
    return outcome.remote_id


def test_a_post_is_there_once_with_an_id_of_its_own(account: AccountUnderTest) -> None:
    """Two calls are two posts with two ids, signed at the account's own time."""
    first = account.publisher.publish("Ferries run again", gate=open_gate)
    assert isinstance(first, Published)
    assert first.signed_at == account.clock.now()
    assert published(account, "Trains run again") != first.remote_id
    assert sorted(account.texts()) == ["Ferries run again", "Trains run again"]


def test_a_closed_gate_keeps_everything_here(account: AccountUnderTest) -> None:
    """The gate's sentence comes back, and nothing stands on the timeline."""
    outcome = account.publisher.publish("Ferries", gate=lambda _: "stopped by hand")
    assert isinstance(outcome, GateClosed)
    assert outcome.detail == "stopped by hand"
    assert outcome.signed_at == account.clock.now()
    assert account.texts() == []


def test_the_gate_is_asked_once_before_anything_leaves(account: AccountUnderTest) -> None:
    """It gets the aware instant of signing, and sees an account that does not show the post yet."""
    asked: list[tuple[datetime, list[str]]] = []

    def gate(signed_at: datetime) -> str | None:
        asked.append((signed_at, account.texts()))
        return None

    account.publisher.publish("Ferries", gate=gate)
    assert asked == [(account.clock.now(), [])]
    assert account.clock.now().utcoffset() == timedelta(0)
    assert account.texts() == ["Ferries"]


def test_a_reply_and_a_picture_are_attached(account: AccountUnderTest) -> None:
    """The second part of a thread answers the first; an uploaded picture is one medium."""
    first = published(account, "Part one")
    uploaded = account.publisher.upload(image_bytes(), media_type="image/jpeg", alt_text="A ferry")
    assert isinstance(uploaded, Uploaded)
    assert uploaded.expires_at is None or uploaded.expires_at > account.clock.now()
    published(account, "Part two", media=uploaded.media_id, reply_to=first)
    posts = account.timeline.own_posts(account.timeline.me().id, since=account.clock.now() - timedelta(hours=1))
    second = next(post for post in posts if post.id != first)
    assert (second.in_reply_to, second.media_count) == (first, 1)
    assert next(post for post in posts if post.id == first).media_count == 0


def test_what_is_deleted_is_gone(account: AccountUnderTest) -> None:
    """Only that post is away; deleting it once more says that it is gone, and a closed gate deletes nothing."""
    first, _ = published(account, "Ferries"), published(account, "Trains")
    assert isinstance(account.publisher.delete(first, gate=lambda _: "stopped by hand"), GateClosed)
    assert account.texts() == ["Trains", "Ferries"]
    for _ in range(2):
        assert isinstance(account.publisher.delete(first, gate=open_gate), Deleted)
        assert account.texts() == ["Trains"]


def test_an_edit_takes_the_old_texts_place(account: AccountUnderTest) -> None:
    """The new version has an id of its own and names the first one; a closed gate edits nothing."""
    first = published(account, "Feries")
    closed = account.publisher.edit("Ferries", previous_id=first, gate=lambda _: "stopped by hand")
    assert isinstance(closed, GateClosed)
    outcome = account.publisher.edit("Ferries", previous_id=first, gate=open_gate)
    assert isinstance(outcome, Published)
    since = account.clock.now() - timedelta(hours=1)
    (shown,) = account.timeline.own_posts(account.timeline.me().id, since=since)
    assert (shown.id, shown.first_id, shown.text) == (outcome.remote_id, first, "Ferries")
    assert isinstance(account.publisher.delete(outcome.remote_id, gate=open_gate), Deleted)
    assert account.texts() == []


@pytest.mark.parametrize(
    ("word", "outcome", "shown"),
    [
        ("yes_but_lost", Unconfirmed, True),
        ("lost", Unconfirmed, False),
        ("rate_limited", RetryLater, False),
        ("no_auth", AccountBlocked, False),
        ("no_final", Refused, False),
        ("duplicate", AlreadyThere, False),
    ],
)
def test_each_failure_is_told_as_what_it_is(
    failing: AccountUnderTest, word: str, outcome: type, *, shown: bool
) -> None:
    """The same fault gives the same outcome, is on the timeline or not, says why, and the next call works again."""
    failing.next_answer(word)
    found = failing.publisher.publish("Ferries", gate=open_gate)
    assert isinstance(found, outcome)
    assert not isinstance(found, Published)
    assert found.detail
    assert found.signed_at == failing.clock.now()
    assert failing.texts() == (["Ferries"] if shown else [])
    if isinstance(found, RetryLater):
        assert not found.counts
        assert found.wait is not None
        assert found.wait > timedelta(0)
    failing.clock.advance(hours=1)
    published(failing, "Trains")
