"""What Prometheus reads, after real work of the program: posts, doubts, lateness, X's limits, a locked database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.outcome import Published, Unconfirmed
from asiaradar_bot.model.post import PostState
from asiaradar_bot.runner import loop
from asiaradar_bot.runner.counting import count
from asiaradar_bot.runner.loop import Runner
from asiaradar_bot.runner.timetable import run_step
from asiaradar_bot.sandbox.x import LocalX
from asiaradar_bot.settings import load_settings
from asiaradar_bot.steps.publish import Sweep
from asiaradar_bot.steps.reconcile import Settled
from asiaradar_bot.web.health import metrics_text
from tests.factories import NOON, add_post, make_article, make_facts
from tests.ready import ready_file
from tests.waiting import until


@pytest.fixture
def x() -> Iterator[LocalX]:
    """A local X."""
    with LocalX() as local:
        yield local


@pytest.fixture
def app(tmp_path: Path, x: LocalX) -> Iterator[App]:
    """The program beside the local X, with nothing to poll."""
    keys = x.credentials
    made = build_app(
        load_settings(
            storage={"url": ready_file(tmp_path), "folder": tmp_path},
            x={
                "mode": "sandbox",
                "base_url": x.base_url,
                "consumer_key": keys.consumer_key,
                "consumer_secret": keys.consumer_secret,
                "access_token": keys.access_token,
                "access_token_secret": keys.access_token_secret,
            },
            sources=[{"name": "latest", "kind": "feed", "url": "http://127.0.0.1:9/feed"}],
            fetch={"allow_private_addresses": True, "allowed_hosts": ["127.0.0.1"]},
        )
    )
    yield made
    made.close()


def figures(app: App) -> dict[str, float]:
    """Every line by its name and labels."""
    found = re.findall(r"(?m)^(asiaradar.+) (\S+)$", metrics_text(app).decode())
    return {name: float(value) for name, value in found}


def test_answers_and_the_way_of_news_are_counted(app: App) -> None:
    """A post of an article counts with the seconds since its first sight, one made by hand only with its answer."""
    with app.store.begin() as tx:
        facts = make_facts()
        article = tx.articles.add(make_article(facts=facts, first_seen_at=NOON - timedelta(seconds=7)), names=["a"])
    news = add_post(app.store, PostState.PUBLISHED, article_id=article.id, published_at=NOON)
    by_hand = add_post(app.store)
    yes, doubt = Published(remote_id="1"), Unconfirmed(detail="time-out")
    count(app, Sweep(outcomes=((news.id, yes), (by_hand.id, yes), (by_hand.id, doubt))))
    count(app, Settled(found=2, unknown=1))
    count(app, object())
    told = figures(app)
    assert told['asiaradar_attempts_total{class="yes"}'] == 2
    assert told['asiaradar_attempts_total{class="ambiguous"}'] == 1
    assert (told["asiaradar_seen_to_posted_seconds_count"], told["asiaradar_seen_to_posted_seconds_sum"]) == (1, 7)
    assert told['asiaradar_reconcile_total{result="found"}'] == 2
    assert told['asiaradar_reconcile_total{result="requeued"}'] == 0
    assert told['asiaradar_reconcile_total{result="unknown"}'] == 1


def test_what_x_still_allows_is_told_by_route(app: App) -> None:
    """As X said with its last answer; ids do not make routes of their own."""
    assert not any("ratelimit" in name for name in figures(app))
    run_step(app, "patrol")
    told = figures(app)
    assert told['asiaradar_x_ratelimit_remaining{route="GET /2/users/:id/tweets"}'] > 0
    assert {name for name in told if "ratelimit" in name} == {
        'asiaradar_x_ratelimit_remaining{route="GET /2/users/me"}',
        'asiaradar_x_ratelimit_remaining{route="GET /2/users/:id/tweets"}',
    }


def test_a_locked_database_is_counted(app: App) -> None:
    """Each time that a lock outlasts our patience."""
    assert app.store.file is not None
    with app.store.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")  # the pool has one writing connection
    assert figures(app)["asiaradar_db_busy_total"] == 0
    with closing(sqlite3.connect(app.store.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"), app.store.begin():
            pass
    assert figures(app)["asiaradar_db_busy_total"] == 1


def test_a_step_that_fails_three_times_raises_an_alert(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It rests between its tries, which are made here at once."""

    def broken(*_: object) -> object:
        raise RuntimeError("no such row")

    monkeypatch.setattr(loop, "run_step", broken)
    runner = Runner(app)
    for _ in range(3):
        monkeypatch.setattr(runner, "_resting", lambda _: False)
        runner._perform("watch")
    with app.store.read() as tx:
        told = [(alert.kind, alert.message) for alert in tx.inbox.list_alerts()]
    assert told == [("step", "the step watch failed 3 times in a row and is tried again: no such row")]


def test_a_running_bot_tells_how_late_its_ticks_are(app: App) -> None:
    """From the second time on, by step."""
    runner = Runner(app)
    runner.start()
    try:
        until(lambda: 'asiaradar_tick_lag_seconds{job="watch"}' in figures(app))
    finally:
        runner.stop()
    assert figures(app)['asiaradar_tick_lag_seconds{job="watch"}'] >= 0
