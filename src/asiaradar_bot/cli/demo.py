"""The demo: a sample site that lives, a local X, and the bot between them, told as it happens."""

from __future__ import annotations

import base64
import fcntl
import secrets
import shlex
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import shorten
from typing import Any

from asiaradar_bot.adapters.clock import SystemClock
from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.cli.shared import person
from asiaradar_bot.logs import configure_logs
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.decision import Reason, Verdict
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.post import PostState
from asiaradar_bot.runner.loop import Runner
from asiaradar_bot.runner.service import WebThread
from asiaradar_bot.sandbox.site import SampleSite, Scenario
from asiaradar_bot.settings import Settings, load_settings
from asiaradar_bot.web.app import build_web

FOLDER = Path("var/demo")
_QUIET_AT_END = 12.0


def show(*, pace: float, port: int, once: bool) -> int:
    """
    Run the demo until Ctrl+C, or with `once` until the story is told; the exit code.
    """
    with _alone():
        return _show(pace=pace, port=port, once=once)


@contextmanager
def _alone() -> Iterator[None]:
    """
    The demo's folder, empty, for as long as no other demo of this checkout uses it.

    Raises:
        StorageError: one does.
    """
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError(f"another demo runs in {FOLDER.absolute()}: end it with Ctrl+C first") from error
        shutil.rmtree(FOLDER, ignore_errors=True)
        yield


def _show(*, pace: float, port: int, once: bool) -> int:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    with SampleSite(now=SystemClock().now) as site:
        settings = demo_settings(site.base_url, port=port, hook_secret=secret)
        configure_logs(json=False, level="WARNING", secrets=settings.secrets())
        app = build_app(settings)
        runner = Runner(app)
        web = WebThread(app, lambda: build_web(app, wake=runner.wake))
        runner.start()
        web.start()
        scenario = Scenario(site, pace_seconds=pace, push_url=f"{web.url}/hooks/publish", push_secret=secret)
        print(f"sample site  {site.base_url}\nlocal X      {app.local_x_url}   <- what followers see")
        print(f"the Desk     {web.url}/enter/{_link(app)}?next=/   <- lets you in once, as an admin")
        file = _settings_file(app, site.base_url, web.url)
        # Its own file, not that of the folder it was started in.
        settings.remember_places(file, settings.secrets_folder)
        print(f"commands     export ASIARADAR_CONFIG={shlex.quote(str(file))}\n", flush=True)
        try:
            _tell_story(app, scenario, stopping, pace=pace, once=once)
        finally:
            runner.stop()
            web.stop()
            app.close()
    return 0


def _link(app: App) -> str:
    me = person()
    app.access().add_user("demo", Role.ADMIN, person=me)
    return app.access().make_link("demo", person=me)


def _settings_file(app: App, site_url: str, desk_url: str) -> Path:
    """
    A settings file with which commands see what the demo sees, whatever folder they are run in.
    """
    import tomlkit

    file = FOLDER.absolute() / "asiaradar.toml"
    x = {"mode": "sandbox", "base_url": app.local_x_url}
    web = {"port": int(desk_url.rpartition(":")[2])}
    used = app.settings.templates
    templates = {name: str(path.absolute()) for name, path in used if isinstance(path, Path)}
    file.write_text(tomlkit.dumps({**_world(site_url), "x": x, "web": web, "templates": templates}), encoding="utf-8")
    return file


def _world(site_url: str) -> dict[str, Any]:
    """
    What the demo and commands beside it must agree on.
    """
    folder = str(FOLDER.absolute())
    return {
        "environment": "demo",
        "storage": {"url": f"sqlite:///{folder}/asiaradar.db", "folder": folder},
        "x": {"mode": "sandbox"},
        "sources": [
            {"name": "latest", "kind": "feed", "url": "https://radar.asia/rss/latest-posts", "poll_seconds": 2},
            {"name": "home", "kind": "listing", "url": "https://radar.asia/", "poll_seconds": 2},
        ],
        "fetch": {"allowed_hosts": ["radar.asia"], "stand_in": site_url},
        "publishing": {"first_run": "post", "sweep_seconds": 0.5, "per_hour": 60},
        "access": {"second_factor": "nobody"},
    }


def demo_settings(site_url: str, *, port: int, hook_secret: str) -> Settings:
    """
    The settings of the demo: everything in its own folder, the sample site in place of radar.asia.
    """
    return load_settings(**_world(site_url), web={"port": port, "hook_secret": hook_secret})


def _tell_story(app: App, scenario: Scenario, stopping: threading.Event, *, pace: float, once: bool) -> None:
    told: dict[str, object] = {}
    next_at = time.monotonic()
    ended_at: float | None = None
    while not stopping.is_set():
        if ended_at is None and time.monotonic() >= next_at:
            happened = scenario.advance()
            next_at = time.monotonic() + pace
            if happened is None:
                ended_at = time.monotonic()
                print("\nThe story is told. Ctrl+C ends the demo.")
            else:
                print(f"site   {happened}")
        with suppress(StorageError):  # locked or full for the moment: the steps say so, and the story goes on
            _tell_news(app, told)
        if once and ended_at is not None and time.monotonic() - ended_at > _QUIET_AT_END:
            return
        stopping.wait(0.2)


def _tell_news(app: App, told: dict[str, object]) -> None:
    with app.store.read() as tx:
        articles = tx.articles.list_recent(limit=200)
        decisions = {article.id: tx.articles.list_decisions(article.id) for article in articles}
        posts = list(reversed(tx.posts.list_posts(limit=200)))
    for article in reversed(articles):
        made = decisions[ArticleId(article.id)]
        if made and told.get(f"a{article.id}") != len(made):
            told[f"a{article.id}"] = len(made)
            if made[-1].verdict is not Verdict.AUTO and made[-1].reason is not Reason.NOT_AN_ARTICLE:
                title = shorten(article.facts.title, 60, placeholder="…")
                print(f"bot    {made[-1].verdict.value}: «{title}» because {made[-1].detail}")
    for post in posts:
        if told.get(f"p{post.id}") == post.state:
            continue
        told[f"p{post.id}"] = post.state
        if post.state is PostState.PUBLISHED:
            print(f"X      posted {post.remote_id} for {plain_usd(post.price_usd)} USD:\n" + _indented(post.text))
        elif post.state in {PostState.HELD, PostState.UNKNOWN, PostState.REJECTED}:
            print(f"bot    post {post.id} is {post.state}: {post.reason}")


def _indented(text: str) -> str:
    return "\n".join(f"         | {line}" for line in text.splitlines())
