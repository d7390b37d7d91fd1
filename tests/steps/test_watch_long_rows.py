"""The longest that a source can show fits the database, whichever it is."""

from __future__ import annotations

import random
from datetime import timedelta

from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.rules.addresses import MAX_URL_CHARS
from asiaradar_bot.steps.watch import watch
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite

FEED = Source(name="latest", kind=SourceKind.FEED, url="https://radar.asia/rss", poll=timedelta(minutes=1))
DICE = random.Random(2)


SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def test_the_longest_item_harms_no_other(store: SqlStore) -> None:
    """
    The longest headline and the longest address are kept whole; one sign more, or a short address that is long once
    encoded, is refused in one sentence each, however often it is shown; the other items go on.
    """
    longest = f"{URL}-{''.join(DICE.choices(SIGNS, k=MAX_URL_CHARS - len(URL) - 1))}"
    encoded = f"{URL}-" + "港" * 300
    title = "".join(chr(DICE.randrange(0x4E00, 0x9FFF)) for _ in range(MAX_TITLE_CHARS))
    site, clock = FakeSite(), FakeClock()
    shown = [(longest, title), (f"{longest}x", "One sign more"), (encoded, "Encoded"), (URL, "Short")]
    for note in ("first", "second"):  # the list differs, so that it is looked through again
        items = [SourceItem(id=url, url=url, title=text, published_at=NOON) for url, text in shown]
        site.items[FEED.url] = [*items, SourceItem(id=note, url=f"{URL}-{note}", title=note)]
        watch(store, site, clock, sources=[FEED], max_age=timedelta(days=1), now_all=True)
    with store.read() as tx:
        kept = {one.url: one.facts.title for one in tx.articles.list_recent(limit=10)}
        refused = [entry.why for entry in tx.audit.list_recent() if entry.action == "item.refused"]
    assert kept == {longest: title, URL: "Short", f"{URL}-first": "first", f"{URL}-second": "second"}
    assert len(refused) == 2
    assert all(f"is longer than {MAX_URL_CHARS} characters; shorten it" in why for why in refused)
