"""What the bot itself holds or lets expire of a thread takes the parts behind it along, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.press import Press
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.verify import verify
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, add_post, make_article
from tests.fakes.outside import FakeClock, FakeSideFiles, FakeX, SimulatedCrash
from tests.fakes.site import FakeSite
from tests.protocol.rig import dying_at

HOUR = timedelta(hours=1)
MEI = Person(who="desk:mei", role=Role.ADMIN)
STRICT = Policy(allowed_domains=("elsewhere.example",))


def press_of(store: SqlStore, *script: str, clock: FakeClock | None = None, policy: Policy | None = None) -> Press:
    """A press on a fake X."""
    clock = clock or FakeClock()
    x = FakeX(clock, *script)
    limits, files = Limits(), FakeSideFiles()
    parts = {"store": store, "x": x, "timeline": x, "clock": clock, "files": files, "owner": "one", "limits": limits}
    return Press(**parts, policy=policy or Policy(), prices=PRICES)  # type: ignore[arg-type]  # as they are called


def thread(store: SqlStore, *texts: str) -> list[Post]:
    """A thread that is due now."""
    return Editor(store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=MEI).add(texts)


def states(store: SqlStore, parts: Sequence[Post]) -> list[str]:
    """Where they stand."""
    with store.read() as tx:
        return [tx.posts.get(part.id).state.value for part in parts]


def test_a_part_that_is_held_holds_those_behind_it(store: SqlStore) -> None:
    """What is out stays; every part has the reason in the audit, and one alert tells of them all."""
    parts = thread(store, "One", "Two https://radar.asia/two", "Three", "Four")
    press = press_of(store, policy=STRICT)
    publish_due(press)
    assert states(store, parts) == ["published", "held", "held", "held"]
    with store.read() as tx:
        why = tx.posts.get(parts[1].id).reason
        assert "is not an allowed domain" in why
        assert {tx.posts.get(part.id).reason for part in parts[1:]} == {why}
        for part in parts[1:]:
            assert tx.audit.list_recent(subject=f"post {part.id}")[0].action == "post.held"
        assert [alert.subject for alert in tx.inbox.list_alerts(limit=9)] == [f"post {parts[1].id}"]


def test_approving_the_held_thread_lets_it_go_on(store: SqlStore) -> None:
    """Whichever part is named."""
    parts = thread(store, "One", "Two https://radar.asia/two", "Three")
    publish_due(press_of(store, policy=STRICT))
    Editor(store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=MEI).approve(parts[2].id)
    publish_due(press_of(store))
    assert states(store, parts) == ["published"] * 3


def test_a_backlog_is_held_by_the_thread(store: SqlStore) -> None:
    """After downtime the oldest ones wait for a person: of a thread all parts, not its first alone."""
    clock = FakeClock()
    press = press_of(store, clock=clock, policy=replace(Policy(), burst_limit=1))
    publish_due(press)
    clock.advance(minutes=60)
    parts = thread(store, "One", "Two", "Three")
    newest = add_post(store, due_at=NOON + timedelta(minutes=50), text_frozen=True)
    publish_due(press)
    assert states(store, [newest, *parts]) == ["published", "held", "held", "held"]


def test_a_thread_expires_as_one(store: SqlStore) -> None:
    """A part whose time is over would hold up the others for ever."""
    parts = thread(store, "One", "Two")
    with store.begin() as tx:
        tx.posts.change(tx.posts.get(parts[0].id), at=NOON, who="t", why="t", expires_at=NOON)
    publish_due(press_of(store))
    assert states(store, parts) == ["expired", "expired"]


def test_an_article_that_is_gone_holds_the_thread_about_it(store: SqlStore) -> None:
    """An editor wrote more parts under the bot's post; one look at the page that is gone stops them all."""
    with store.begin() as tx:
        article = tx.articles.add(make_article(), names=["url:x"])
    first = add_post(store, article_id=article.id, verified_at=NOON - HOUR, text_frozen=True)
    with store.begin() as tx:
        first = tx.posts.change(first, at=NOON, who="t", why="t", thread_id=first.id, parts=2)
    second = add_post(store, thread_id=first.id, part=2, parts=2, marker="m2", text="More")
    verify(store, FakeSite(), FakeClock(), sources=[], limits=Limits())
    assert states(store, [first, second]) == ["held", "held"]


@pytest.mark.parametrize("cause", ["guard", "backlog"])
def test_a_crash_holds_all_or_none(store: SqlStore, cause: str) -> None:
    """The process dies before each statement in turn: no part is ever held without the others, and all are at last."""
    number = 0
    done = False
    while not done:
        number += 1
        clock = FakeClock()
        calm = press_of(store, clock=clock)
        with store.begin() as tx:
            tx.account.set_mark("last_sweep_at", (NOON - timedelta(seconds=60)).isoformat())
        press = replace(calm, policy=STRICT if cause == "guard" else replace(Policy(), burst_limit=0))
        parts = thread(store, "One https://radar.asia/one", "Two", "Three")
        if cause == "backlog":
            clock.advance(minutes=60)
        with suppress(SimulatedCrash), dying_at(store, number):
            publish_due(press)
            done = True
        assert set(map(str, states(store, parts))) in ({"queued"}, {"held"}), f"statement {number}"
        publish_due(press)
        assert states(store, parts) == ["held"] * 3, f"statement {number}"
    assert number > 6, "each part has its move and its row in the audit"
