"""A push does not wait for a source that is slow to answer."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from asiaradar_bot.bootstrap import build_app
from asiaradar_bot.model.outcome import SourceAnswer, Validators
from asiaradar_bot.model.source import Source
from asiaradar_bot.runner.loop import Runner
from asiaradar_bot.settings import load_settings
from tests.factories import URL, make_facts, make_page
from tests.fakes.site import FakeSite
from tests.ready import ready_file
from tests.waiting import until


class SlowSite(FakeSite):
    """Its feed does not answer before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = threading.Event(), threading.Event()

    def read_source(self, source: Source, *, url: str, validators: Validators, now: datetime) -> SourceAnswer:
        """When it is let go."""
        self.asked.set()
        self.let_go.wait(60)
        return super().read_source(source, url=url, validators=validators, now=now)


def test_a_pushed_article_passes_a_source_that_hangs(tmp_path: Path) -> None:
    """It is read, decided and sent while the poll still waits."""
    app = build_app(
        load_settings(storage={"url": ready_file(tmp_path), "folder": tmp_path}, x={"mode": "dry-run"}),
    )
    site = SlowSite()
    facts = make_facts(published_at=datetime.now(UTC), image=None)
    site.pages[URL] = make_page(facts)
    app.site = site  # type: ignore[assignment]  # a site of the tests
    runner = Runner(app)

    def is_out() -> bool:
        with app.store.read() as tx:
            return any(post.state == "published" for post in tx.posts.list_posts(limit=5))

    try:
        runner.start()
        assert site.asked.wait(20)
        with app.store.begin() as tx:
            tx.inbox.add_push(URL, at=app.clock.now())
        runner.wake("push")
        until(is_out)
        assert not site.let_go.is_set()
    finally:
        site.let_go.set()
        runner.stop()
        app.close()
