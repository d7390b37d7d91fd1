"""The contract of `ports.TimelineReader`, held by FakeX, DryRunAccount and XAccount on the local X over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from asiaradar_bot.model.errors import CannotReadError
from tests.contracts.accounts import AccountUnderTest, account_named, open_gate


@pytest.fixture(params=["fake", "dry-run", "x"])
def account(request: pytest.FixtureRequest) -> Iterator[AccountUnderTest]:
    """Each implementation in turn."""
    with account_named(request.param) as made:
        yield made


def test_the_account_is_named(account: AccountUnderTest) -> None:
    """It has an id and a handle, the same each time."""
    me = account.timeline.me()
    assert me.id
    assert me.username == "AsiaRadar"
    assert account.timeline.me() == me


def test_posts_come_newest_first_with_what_was_sent(account: AccountUnderTest) -> None:
    """Text, links with all their parameters, and an aware time in whole order."""
    link = "https://radar.asia/a?utm_id=m1"
    account.publisher.publish(f"Ferries & trains <now>\n{link}", gate=open_gate)
    account.clock.advance(minutes=5)
    account.publisher.publish("Second", gate=open_gate)
    newest, oldest = account.timeline.own_posts(
        account.timeline.me().id, since=account.clock.now() - timedelta(hours=1)
    )
    assert newest.text == "Second"
    assert oldest.text.startswith("Ferries & trains <now>\n")
    assert oldest.links == (link,)
    assert newest.links == ()
    assert newest.created_at - oldest.created_at == timedelta(minutes=5)
    assert newest.created_at.utcoffset() == timedelta(0)
    assert (newest.in_reply_to, newest.media_count, newest.first_id) == (None, 0, None)


def test_only_the_span_is_read(account: AccountUnderTest) -> None:
    """What is older than asked for is left out; what was made at that very second is there."""
    account.publisher.publish("First", gate=open_gate)
    account.clock.advance(minutes=5)
    since = account.clock.now()
    account.publisher.publish("Second", gate=open_gate)
    me = account.timeline.me()
    assert [post.text for post in account.timeline.own_posts(me.id, since=since)] == ["Second"]
    account.clock.advance(minutes=5)
    assert list(account.timeline.own_posts(me.id, since=account.clock.now())) == []


@pytest.mark.parametrize("name", ["fake", "x"])
def test_no_answer_is_said_and_never_an_empty_timeline(name: str) -> None:
    """A failing read raises CannotReadError; it is not mistaken for «nothing there»."""
    with account_named(name) as account:
        account.publisher.publish("Ferries", gate=open_gate)
        me = account.timeline.me()
        account.break_reading()
        with pytest.raises(CannotReadError):
            account.timeline.own_posts(me.id, since=account.clock.now() - timedelta(hours=1))
