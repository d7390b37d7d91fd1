"""Signed pushes, health and metrics over the real web app's functions."""

from __future__ import annotations

import base64
import hmac
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.account import CLOCK_JUMPED
from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.runner.heartbeat import Heartbeat
from asiaradar_bot.settings import load_settings
from asiaradar_bot.web.app import build_web
from asiaradar_bot.web.health import metrics_text, not_ready, readiness
from asiaradar_bot.web.hooks import take_push
from scripts.try_push import PAGE, php_of

SECRET = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot that takes pushes."""
    made = build_app(
        load_settings(
            storage={"url": f"sqlite:///{tmp_path}/bot.db", "folder": tmp_path},
            x={"mode": "dry-run"},
            web={"hook_secret": SECRET},
        )
    )
    yield made
    made.close()


def signed(body: bytes, *, at: datetime | None = None, number: str | None = None) -> dict[str, str]:
    """The headers that belong to a body."""
    at = at or datetime.now(UTC)
    number = number or f"msg_{uuid.uuid4().hex}"
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(number, at, body.decode()),
    }


def push_of(url: str) -> bytes:
    """A push's body."""
    return json.dumps({"type": "article.published", "data": {"url": url}}).encode()


def test_a_push_is_taken_once(app: App) -> None:
    """The same message a second time is a replay and does nothing."""
    body = push_of("https://radar.asia/a?utm_source=cms")
    headers = signed(body)
    assert take_push(app, body, headers) == (202, {"title": "taken", "url": "https://radar.asia/a"})
    assert take_push(app, body, headers)[0] == 200
    with app.store.read() as tx:
        assert [url for _, url in tx.inbox.list_pushes()] == ["https://radar.asia/a"]


def test_what_is_not_ours_is_refused(app: App) -> None:
    """Unsigned, stale, altered, foreign and unreadable pushes are refused, each with its status."""
    body = push_of("https://radar.asia/a")
    assert take_push(app, body, {})[0] == 401
    assert take_push(app, body + b" ", signed(body))[0] == 401
    assert take_push(app, body, signed(body, at=datetime.now(UTC) - timedelta(minutes=6)))[0] == 401
    foreign = push_of("https://evil.example/a")
    assert take_push(app, foreign, signed(foreign))[0] == 400
    for broken in (b"[]", b"{}", b"nonsense", b"[" * 60_000):
        assert take_push(app, broken, signed(broken))[0] == 400


def signed_as_the_page_shows(page: str, body: bytes) -> dict[str, str]:
    """Headers made by the steps of the PHP in docs/push.md, each read from its text."""
    prefix, algorithm, content = re.findall(
        r"""\$signature = '(.*)' \. base64_encode\(hash_hmac\('(\w+)', "(.*)", \$key, true\)\);""", page
    )[0]
    encoded = SECRET[len(re.findall(r"\$key = base64_decode\(substr\(\$secret, strlen\('(\w+)'\)\)\);", page)[0]) :]
    values = {
        "$id": re.findall(r"\$id = '(\w+)' \. bin2hex\(random_bytes\(12\)\);", page)[0] + "0123456789abcdef01234567",
        "$at": str(int(datetime.now(UTC).timestamp())),
        "$body": body.decode(),
    }
    for name, value in values.items():
        content = content.replace(name, value)
    made = hmac.new(base64.b64decode(encoded), content.encode(), algorithm).digest()
    values["$signature"] = prefix + base64.b64encode(made).decode()
    headers = re.findall(r'"(webhook-\w+): (\$\w+)"', page)
    assert len(headers) == 3
    return {name: values[value] for name, value in headers}


def test_the_signature_of_the_page_is_accepted(app: App) -> None:
    """What docs/push.md tells the CMS to send is taken, and stands in no way for another body or message."""
    page, cron = php_of(PAGE.read_text(encoding="utf-8"))
    assert "asiaradar_push($site . $path, getenv('PUSH_SECRET')" in cron
    assert re.search(r"json_encode\(\['type' => 'article.published', .*'data' => \['url' => \$url\]\]", page)
    body = push_of("https://radar.asia/a")
    headers = signed_as_the_page_shows(page, body)
    assert take_push(app, push_of("https://radar.asia/b"), headers)[0] == 401
    assert take_push(app, body, headers)[0] == 202
    assert take_push(app, body, headers)[0] == 200


@pytest.mark.parametrize("secret", ["password", "whsec_", "whsec_short", "WHSEC_" + SECRET[6:], SECRET[:-1] + "_"])
def test_a_secret_that_cannot_sign_is_refused_at_the_start(secret: str) -> None:
    """It is no Standard Webhooks secret: one sentence that tells how to make one, instead of 401 for every push."""
    with pytest.raises(SettingsError, match=r"^settings: web.hook_secret: must be .*openssl rand -base64 32"):
        load_settings(web={"hook_secret": secret})


def test_readiness_follows_the_sign_of_life(app: App) -> None:
    """Not ready before the first beat, ready after it."""
    assert not_ready(app) == "no sign of life yet"
    Heartbeat(app.store, app.clock).beat()
    assert not_ready(app) is None
    assert readiness(app) == (True, "ready\nlease: free\nclock: sane\nsending: on\n")
    with app.store.begin() as tx:
        assert tx.account.acquire_lease("me", now=app.clock.now(), length=timedelta(minutes=1))
        assert tx.account.acquire_lease("you", now=app.clock.now() + timedelta(hours=1), length=timedelta(minutes=1))
        tx.account.set_mark("clock", CLOCK_JUMPED)
    assert readiness(app) == (False, f"{CLOCK_JUMPED}\nlease: held\nclock: jumped\nsending: paused: {CLOCK_JUMPED}\n")
    app.meter.record("publish", seconds=0.02, ended_at=1.0)
    figures = metrics_text(app).decode().splitlines()
    for line in (
        'asiaradar_posts{state="queued"} 0.0',
        "asiaradar_queue_depth 0.0",
        "asiaradar_lease_changes_total 1.0",
        'asiaradar_tick_seconds_count{job="publish"} 1.0',
        'asiaradar_tick_ok_timestamp{job="publish"} 1.0',
    ):
        assert line in figures
    assert build_web(app, wake=lambda _: None).title == "asiaradar_bot"
