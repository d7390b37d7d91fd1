"""WebSub end to end: the feed names a hub, the hub is asked, asks back, and its news brings the article at once."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.adapters.secret_box import FernetBox
from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.outcome import HubAccepted, HubRefused
from asiaradar_bot.rules.subscriptions import is_request_due
from asiaradar_bot.runner.service import WebThread
from asiaradar_bot.runner.timetable import TIMETABLE, run_once
from asiaradar_bot.sandbox.site import SampleSite, SiteHabits
from asiaradar_bot.settings import load_settings
from asiaradar_bot.steps.subscribe import subscribe
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.web.hooks import answer_question, take_content
from tests.fakes.outside import FakeClock
from tests.fakes.people import ScriptedHub
from tests.waiting import until
from tests.web.shared import web_for

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def only_subscription(app: App) -> Subscription:
    """The one on record."""
    with app.store.read() as tx:
        (found,) = tx.inbox.list_subscriptions()
    return found


@pytest.fixture
def site() -> Iterator[SampleSite]:
    """The sample site with its own hub."""
    with SampleSite(
        now=lambda: datetime.now(UTC), manner="2.2", start_with=3, habits=SiteHabits(hub_url="/hub")
    ) as made:
        yield made


@pytest.fixture
def bot(tmp_path: Path, site: SampleSite) -> Iterator[tuple[App, list[str]]]:
    """A bot whose callback the hub can reach, and what was woken in it."""
    settings = load_settings(
        storage={"url": f"sqlite:///{tmp_path}/bot.db", "folder": tmp_path},
        x={"mode": "dry-run"},
        sources=[
            {"name": "latest", "kind": "feed", "url": "https://radar.asia/rss/latest-posts", "poll_seconds": 3600}
        ],
        fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url},
        web={"port": 0},
    )
    app = build_app(settings)
    woken: list[str] = []
    server = WebThread(app, lambda: web_for(app, woken=woken))
    server.start()
    web = settings.web.model_copy(update={"public_url": server.url})
    yield replace(app, settings=settings.model_copy(update={"web": web})), woken
    server.stop()
    app.close()


def test_a_published_article_arrives_by_the_hub(bot: tuple[App, list[str]], site: SampleSite) -> None:
    """An hour before the next poll, the hub's news makes the feed due, and the new article is on record."""
    app, woken = bot
    run_once(app, "watch")
    assert run_once(app, "subscribe") == 1
    until(lambda: only_subscription(app).verified_at is not None)
    until(lambda: site.subscribers == 1)
    assert run_once(app, "subscribe") == 0
    with app.store.read() as tx:
        before = len(tx.articles.list_recent(limit=100))
    assert TIMETABLE["watch"].step(app).polled == 0  # type: ignore[attr-defined]  # a Watched
    site.publish_next()
    until(lambda: woken == ["watch"])
    until(lambda: TIMETABLE["watch"].step(app).polled == 1)  # type: ignore[attr-defined]  # a Watched
    with app.store.read() as tx:
        assert len(tx.articles.list_recent(limit=100)) == before + 1


def test_what_is_not_signed_by_the_hub_is_passed_over(bot: tuple[App, list[str]], tmp_path: Path) -> None:
    """A stranger learns nothing: 200 and no effect without the secret, 404 for another path, too large is refused."""
    app, woken = bot
    run_once(app, "watch")
    run_once(app, "subscribe")
    until(lambda: only_subscription(app).verified_at is not None)
    one = only_subscription(app)
    good = "sha256=" + hmac.new(app.secret_box.open(one.sealed_secret or "").encode(), b"news", "sha256").hexdigest()
    assert take_content(app, one.path, b"news", {}) == (200, False)
    assert take_content(app, one.path, b"other", {"x-hub-signature": good}) == (200, False)
    assert take_content(app, "elsewhere", b"news", {"x-hub-signature": good}) == (404, False)
    assert take_content(app, one.path, b"news", {"x-hub-signature": good}) == (200, True)
    other_key = replace(app, secret_box=FernetBox(tmp_path / "other.key"))
    assert take_content(other_key, one.path, b"news", {"x-hub-signature": good}) == (200, False)
    assert woken == []


def test_only_what_we_asked_for_is_confirmed(bot: tuple[App, list[str]]) -> None:
    """Before we asked, for another topic, or with no challenge, the answer is 404; a denial is an alert."""
    app, _ = bot
    run_once(app, "watch")
    one = only_subscription(app)
    question = {"hub.mode": "subscribe", "hub.topic": one.topic, "hub.challenge": "c", "hub.lease_seconds": "60"}
    assert answer_question(app, one.path, question)[0] == 404
    with app.store.begin() as tx:
        tx.inbox.save_subscription(replace(one, requested_at=app.clock.now()))
    assert answer_question(app, one.path, {**question, "hub.topic": "https://radar.asia/x"})[0] == 404
    assert answer_question(app, one.path, {**question, "hub.challenge": ""})[0] == 404
    assert answer_question(app, "elsewhere", question)[0] == 404
    assert answer_question(app, one.path, question) == (200, "c")
    assert only_subscription(app).verified_at is not None
    assert answer_question(app, one.path, {**question, "hub.mode": "denied", "hub.reason": "no"}) == (200, "noted")
    assert only_subscription(app).verified_at is None
    with app.store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["websub"]


def a_subscription(**changes: object) -> Subscription:
    """As a feed names it."""
    fresh = Subscription(topic="https://radar.asia/feed", hub="https://radar.asia/hub", path="p")
    return replace(fresh, **changes)  # type: ignore[arg-type]  # fields by name


def test_a_refusing_hub_is_asked_again_after_an_hour(store: SqlStore, tmp_path: Path) -> None:
    """A refusal is an alert and no storm of requests; without a public address nobody is asked."""
    clock, box = FakeClock(), FernetBox(tmp_path / "seal.key")
    hub = ScriptedHub(HubRefused(detail="the hub did not take the request: 500"))
    with store.begin() as tx:
        tx.inbox.save_subscription(a_subscription())
    assert subscribe(store, hub, box, clock, public_url=None) == 0
    assert subscribe(store, hub, box, clock, public_url="https://bot.radar.asia/") == 1
    assert subscribe(store, hub, box, clock, public_url="https://bot.radar.asia/") == 0
    clock.advance(seconds=3600)
    hub.answer = HubAccepted()
    assert subscribe(store, hub, box, clock, public_url="https://bot.radar.asia") == 1
    assert hub.asked == ["https://bot.radar.asia/hooks/websub/p"] * 2
    assert len(set(hub.secrets)) == 1
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["websub"]


def test_the_secret_stands_sealed_and_a_lost_key_makes_another(store: SqlStore, tmp_path: Path) -> None:
    """The database never holds what the hub signs with; under another key the hub is asked with a new secret."""
    clock, hub = FakeClock(), ScriptedHub(HubAccepted())
    with store.begin() as tx:
        tx.inbox.save_subscription(a_subscription())
    subscribe(store, hub, FernetBox(tmp_path / "first.key"), clock, public_url="https://bot.radar.asia")
    clock.advance(hours=2)
    subscribe(store, hub, FernetBox(tmp_path / "second.key"), clock, public_url="https://bot.radar.asia")
    with store.read() as tx:
        (found,) = tx.inbox.list_subscriptions()
    assert len(set(hub.secrets)) == 2
    assert found.sealed_secret is not None
    assert not any(secret in found.sealed_secret for secret in hub.secrets)
    assert FernetBox(tmp_path / "second.key").open(found.sealed_secret) == hub.secrets[1]


@pytest.mark.parametrize(
    ("asked", "verified", "ends", "due"),
    [
        (None, None, None, True),
        (timedelta(minutes=59), None, None, False),
        (timedelta(hours=1), None, None, True),
        (timedelta(days=2), timedelta(days=2), timedelta(days=5), False),
        (timedelta(days=6), timedelta(days=6), timedelta(hours=23), True),
        (timedelta(hours=2), timedelta(hours=2), timedelta(hours=3), False),
        (timedelta(hours=2), timedelta(hours=2), timedelta(hours=1), True),
    ],
)
def test_when_a_hub_is_asked(
    asked: timedelta | None, verified: timedelta | None, ends: timedelta | None, *, due: bool
) -> None:
    """At first, an hour after no answer, and in the last day (or half) of the lease; never twice within the hour."""
    one = a_subscription(
        requested_at=None if asked is None else NOW - asked,
        verified_at=None if verified is None else NOW - verified,
        expires_at=None if ends is None else NOW + ends,
    )
    assert is_request_due(one, NOW) is due
