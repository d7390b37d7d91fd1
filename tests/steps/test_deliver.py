"""Webhooks: told of every change in its order, signed, at least once; a failing one waits, a hopeless one is given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import AccessError, InputError, NotFoundError, SealError
from asiaradar_bot.model.program import Event, Webhook
from asiaradar_bot.rules.delivering import body_of, check_events, is_wanted, settled
from asiaradar_bot.runner.timetable import run_once
from tests.fakes.outside import NOON
from tests.fakes.receiver import Receiver
from tests.web.desk import desk_app

ROOT = Person(who="cli:root", role=Role.ADMIN)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another program that listens."""
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot that may speak to this machine."""
    with desk_app(tmp_path, fetch={"allowed_hosts": ["radar.asia"], "allow_private_addresses": True}) as made:
        yield made


def later(app: App, span: timedelta) -> Any:
    """The clock of the bot, moved on."""
    moved = datetime.now(UTC) + span
    return patch.object(type(app.clock), "now", lambda _: moved)


def test_changes_arrive_signed_and_in_order(app: App, receiver: Receiver) -> None:
    """Each change since the webhook was made, with the post as it is, under a signature that the library verifies."""
    app.editor(ROOT).add(["Before"], draft=True)
    webhook, secret = app.webhooks().add(receiver.url, ["post.*"], person=ROOT)
    (post,) = app.editor(ROOT).add(["Ferries run again"], draft=True)
    app.editor(ROOT).approve(post.id)
    assert run_once(app, "deliver") == 2
    assert receiver.types == ["post.add", "post.queued"]
    headers, body = receiver.got[1]
    told = Verifier(secret).verify(body, headers)
    assert told["data"]["before"]["state"] == "draft"
    assert told["data"]["after"]["state"] == "queued"
    assert told["data"]["post"]["text"] == "Ferries run again"
    assert told["data"]["who"] == "cli:root"
    assert len({one["webhook-id"] for one, _ in receiver.got}) == 2
    assert run_once(app, "deliver") == 0
    with app.store.read() as tx:
        assert tx.programs.get_webhook(webhook.id).delivered_at is not None
        assert secret not in tx.programs.get_webhook(webhook.id).sealed_secret


def test_nothing_of_people_leaves_the_house(app: App, receiver: Receiver) -> None:
    """A webhook for all changes hears of posts and the kill switch, never of users, sign-ins or tokens."""
    app.webhooks().add(receiver.url, [], person=ROOT)
    app.access().add_user("mei", Role.EDITOR, person=ROOT)
    app.editor(ROOT).add(["Ferries"], draft=True)
    run_once(app, "deliver")
    assert receiver.types == ["post.add"]


def test_a_failing_webhook_waits_and_then_hears_all(app: App, receiver: Receiver) -> None:
    """After an error it is not asked before its time; then it is told everything, each message under its old id."""
    webhook, _ = app.webhooks().add(receiver.url, [], person=ROOT)
    app.editor(ROOT).add(["Ferries"], draft=True)
    receiver.status = 500
    assert run_once(app, "deliver") == 0
    with app.store.read() as tx:
        failed = tx.programs.get_webhook(webhook.id)
    assert failed.failures == 1
    assert failed.error is not None
    assert failed.next_try_at is not None
    assert run_once(app, "deliver") == 0
    assert len(receiver.got) == 1
    receiver.status = 200
    app.editor(ROOT).add(["Trains"], draft=True)
    with later(app, timedelta(minutes=2)):
        assert run_once(app, "deliver") == 2
    assert receiver.types == ["post.add"] * 3
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert receiver.got[1][0]["webhook-id"] != receiver.got[2][0]["webhook-id"]


@pytest.mark.parametrize(("status", "days"), [(410, 0), (503, 4)])
def test_a_hopeless_webhook_is_given_up_with_an_alert(app: App, receiver: Receiver, status: int, days: int) -> None:
    """One that says it is gone, or failed for days, is stopped; people are told, and can start it again."""
    webhook, _ = app.webhooks().add(receiver.url, [], person=ROOT)
    app.editor(ROOT).add(["Ferries"], draft=True)
    receiver.status = status
    with later(app, timedelta(days=days)):
        run_once(app, "deliver")
        with app.store.read() as tx:
            assert tx.programs.get_webhook(webhook.id).stopped_at is not None
            assert "webhook_stopped" in [one.kind for one in tx.inbox.list_alerts()]
        assert run_once(app, "deliver") == 0
        receiver.status = 200
        app.webhooks().start(webhook.id, person=ROOT)
        assert run_once(app, "deliver") == 1
    app.webhooks().remove(webhook.id, person=ROOT)
    assert app.webhooks().list_webhooks() == []


def test_a_secret_that_cannot_be_opened_is_a_failure_in_words(app: App, receiver: Receiver) -> None:
    """With a lost key nothing is sent unsigned, and the webhook says what to mend."""
    webhook, _ = app.webhooks().add(receiver.url, [], person=ROOT)
    app.editor(ROOT).add(["Ferries"], draft=True)
    with patch.object(type(app.secret_box), "open", side_effect=SealError("the key is lost: put it back")):
        assert run_once(app, "deliver") == 0
    with app.store.read() as tx:
        assert tx.programs.get_webhook(webhook.id).error == "the key is lost: put it back"
    assert receiver.got == []


def test_who_may_say_who_is_told(app: App) -> None:
    """Only an admin adds a webhook; only https, known changes, and not too many."""
    webhooks = app.webhooks()
    editor = Person(who="desk:mei", role=Role.EDITOR)
    with pytest.raises(AccessError):
        webhooks.add("https://cms.example/hook", [], person=editor)
    for url, events in (
        ("ftp://cms.example/", []),
        ("nonsense", []),
        ("https://cms.example/", ["user.add"]),
        ("https://cms.example/", ["everything"]),
        ("https://cms.example/" + "x" * 600, []),
    ):
        with pytest.raises(InputError):
            webhooks.add(url, events, person=ROOT)
    with pytest.raises(InputError, match="begins with https"):
        replace(webhooks, http_allowed=False).add("http://cms.example/", [], person=ROOT)
    with pytest.raises(NotFoundError):
        webhooks.start(99, person=ROOT)
    for number in range(20):
        webhooks.add(f"https://cms.example/{number}", [], person=ROOT)
    with pytest.raises(InputError, match="remove one first"):
        webhooks.add("https://cms.example/more", [], person=ROOT)


def event(number: int, *, at: datetime = NOON, action: str = "post.add") -> Event:
    """An entry of the audit with its number."""
    return Event(number=number, entry=AuditEntry(at=at, who="bot", action=action, subject="post 1"))


def test_a_young_gap_is_waited_at() -> None:
    """A number missing may still come: nothing after it is told before a minute has passed."""
    events = [event(4), event(5), event(7), event(8)]
    assert [one.number for one in settled(events, after=3, now=NOON)] == [4, 5]
    assert [one.number for one in settled(events, after=3, now=NOON + timedelta(minutes=1))] == [4, 5, 7, 8]
    assert [one.number for one in settled([event(9)], after=3, now=NOON)] == []


def test_names_of_changes() -> None:
    """Exact names and stars; repeats fall together; a change outside the public ones is wanted by nobody."""
    assert check_events(["post.*", "post.*", "kill_switch.on"]) == ("post.*", "kill_switch.on")
    assert body_of(event(1), post=None)["timestamp"] == "2026-11-24T12:00:00Z"
    webhook = replace(_WEBHOOK, events=("post.published", "kill_switch.*"))
    assert is_wanted(webhook, "post.published")
    assert is_wanted(webhook, "kill_switch.off")
    assert not is_wanted(webhook, "post.add")
    assert not is_wanted(_WEBHOOK, "user.add")


_WEBHOOK = Webhook(
    id=1, url="https://cms.example/", sealed_secret="", events=(), cursor=0, created_at=NOON, created_by="cli:root"
)


def test_told_again_from_a_change_on(app: App, receiver: Receiver) -> None:
    """An admin has changes told once more, under the ids they had; what was not told yet comes in its turn."""
    webhooks = app.webhooks()
    webhook, _ = webhooks.add(receiver.url, ["post.*"], person=ROOT)
    (post,) = app.editor(ROOT).add(["Ferries run again"], draft=True)
    app.editor(ROOT).approve(post.id)
    assert [state.value for _, state in webhooks.recent(50)[webhook.id]] == ["waiting", "waiting"]
    run_once(app, "deliver")
    (second, told), (first, _) = webhooks.recent(50)[webhook.id]
    assert (first.entry.action, second.entry.action, told.value) == ("post.add", "post.queued", "told")
    webhooks.tell_again(webhook.id, second.number, person=ROOT)
    assert run_once(app, "deliver") == 1
    assert receiver.types == ["post.add", "post.queued", "post.queued"]
    assert receiver.got[1][0]["webhook-id"] == receiver.got[2][0]["webhook-id"]
    with pytest.raises(InputError, match="in its turn"):
        webhooks.tell_again(webhook.id, 10_000, person=ROOT)
    with pytest.raises(AccessError):
        webhooks.tell_again(webhook.id, 1, person=Person(who="desk:kim", role=Role.PUBLISHER))


def test_a_failing_and_a_given_up_delivery_say_so(app: App, receiver: Receiver) -> None:
    """The first change that is not taken is failing, those after it wait; of a stopped webhook all are given up."""
    webhook, _ = app.webhooks().add(receiver.url, [], person=ROOT)
    app.editor(ROOT).add(["One"], draft=True)
    app.editor(ROOT).add(["Two"], draft=True)
    receiver.status = 500
    run_once(app, "deliver")
    assert [state.value for _, state in app.webhooks().recent(50)[webhook.id]] == ["waiting", "failing"]
    receiver.status = 410
    app.webhooks().start(webhook.id, person=ROOT)
    run_once(app, "deliver")
    assert {state.value for _, state in app.webhooks().recent(50)[webhook.id]} == {"given up"}


def test_what_is_set_back_while_the_other_side_is_told_stays_so(app: App, receiver: Receiver) -> None:
    """A delivery under way does not write over an admin's wish to have all told again."""
    webhook, _ = app.webhooks().add(receiver.url, ["post.*"], person=ROOT)
    app.editor(ROOT).add(["One"], draft=True)
    run_once(app, "deliver")
    app.editor(ROOT).add(["Two"], draft=True)
    deliver_it = type(app.courier).deliver

    def set_back(courier: Any, *args: Any, **named: Any) -> Any:
        with app.store.begin() as tx:
            tx.programs.save_webhook(replace(tx.programs.get_webhook(webhook.id), cursor=webhook.cursor))
        return deliver_it(courier, *args, **named)

    with patch.object(type(app.courier), "deliver", set_back):
        run_once(app, "deliver")
    with app.store.read() as tx:
        assert tx.programs.get_webhook(webhook.id).cursor == webhook.cursor


def test_the_path_of_an_address_stays_with_the_admins(app: App, receiver: Receiver) -> None:
    """With many receivers it is what lets in: the record, which everybody reads, and alerts name the host alone."""
    webhook, _ = app.webhooks().add(f"{receiver.url}/T0/LETSIN?key=LETSIN", [], person=ROOT)
    app.editor(ROOT).add(["Ferries"], draft=True)
    receiver.status = 410
    run_once(app, "deliver")
    with app.store.read() as tx:
        error = tx.programs.get_webhook(webhook.id).error
        alerts = [one.message for one in tx.inbox.list_alerts()]
    app.webhooks().remove(webhook.id, person=ROOT)
    with app.store.read() as tx:
        record = [f"{one.action} {one.why} {one.before} {one.after}" for one in tx.audit.list_recent()]
    assert [one.split(" ")[0] for one in record if one.startswith("webhook.")] == [
        "webhook.remove",
        "webhook.stop",
        "webhook.add",
    ]
    assert error is not None
    assert f"127.0.0.1:{receiver.server.server_port}" in error
    assert alerts
    assert "LETSIN" not in " ".join([error, *alerts, *record])


def test_a_slow_receiver_leaves_time_for_the_others(app: App, receiver: Receiver) -> None:
    """One that takes nine seconds for each message is told two in a round, not twenty; the rest comes in the next."""
    app.webhooks().add(receiver.url, ["post.*"], person=ROOT)
    for number in range(5):
        app.editor(ROOT).add([f"Story {number}"], draft=True)
    with patch.object(type(app.clock), "monotonic", lambda _: 9.0 * len(receiver.got)):
        assert run_once(app, "deliver") == 2
        assert run_once(app, "deliver") == 2
        assert run_once(app, "deliver") == 1
    assert receiver.types == ["post.add"] * 5
