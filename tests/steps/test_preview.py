"""A preview says just what would be sent now, and writes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.article import ArticlePage, SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.facts import merge_facts, names_of
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.preview import Preview, preview_page
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, make_article, make_facts, make_page, make_remote
from tests.fakes.outside import FakeClock


def preview(store: SqlStore, renderer: SandboxedRenderer, page: ArticlePage, **how: Any) -> Preview:
    """Of this page, now."""
    values: dict[str, Any] = {
        "url": URL,
        "template": None,
        "policy": Policy(),
        "limits": Limits(),
        "prices": PRICES,
        **how,
    }
    return preview_page(store, renderer, FakeClock(), page=page, **values)


def test_the_preview_is_the_post(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """Byte for byte, with its price and its decision, for an article that is on record."""
    page, clock = make_page(), FakeClock()
    item = SourceItem(id=URL, url=URL)
    facts = merge_facts(item, page, now=NOON)
    with shelf.begin() as tx:
        article = tx.articles.add(make_article(facts=facts), names=names_of(item, page, facts))
    shown = preview(shelf, renderer, page)
    decide(shelf, clock, policy=Policy(), max_age=timedelta(hours=24), first_run_posts=False)
    compose(shelf, renderer, clock, policy=Policy(), limits=Limits(), prices=PRICES)
    with shelf.read() as tx:
        (post,) = tx.posts.list_for_article(article.id)
    assert (shown.text, shown.price_usd, shown.links) == (post.text, post.price_usd, (post.link,))
    assert (shown.decision, shown.reason) == ("auto", post.reason)


def test_a_preview_writes_nothing(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """Neither article nor post nor audit."""
    preview(shelf, renderer, make_page())
    with shelf.read() as tx:
        assert (tx.articles.list_recent(limit=5), tx.posts.list_posts(), tx.audit.newest_id()) == ([], [], 0)


def test_another_template_may_be_tried(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """The template that is asked for is used; one that is not there is a problem that would hold the post."""
    plain = preview(shelf, renderer, make_page()).text
    assert preview(shelf, renderer, make_page(), template="breaking").text != plain
    missing = preview(shelf, renderer, make_page(), template="never-was")
    assert missing.decision == "hold"
    assert "there is no template never-was" in missing.reason


def test_doubts_are_shown_as_the_sender_has_them(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """A foreign name would be held; what stands on X already would be skipped."""
    held = preview(shelf, renderer, make_page(make_facts(title="Says @elonmusk")))
    assert (held.decision, "@elonmusk" in held.reason) == ("hold", True)
    with shelf.begin() as tx:
        tx.account.record_seen(make_remote("x", id="77"), at=NOON, post_id=None, foreign=False, link_key=URL)
    assert preview(shelf, renderer, make_page()).decision == "skip"


def test_an_address_that_is_none_is_refused(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """One sentence."""
    page = make_page(requested_url="javascript:alert(1)", final_url="javascript:alert(1)", canonical_url=None)
    with pytest.raises(InputError):
        preview(shelf, renderer, page, url="javascript:alert(1)")


def test_the_age_limit_is_that_of_the_settings(shelf: SqlStore, renderer: SandboxedRenderer) -> None:
    """A page of three hours ago is news for a day, and none where news lives for two hours."""
    page = make_page(published_at=NOON - timedelta(hours=3))
    with shelf.begin() as tx:
        facts = merge_facts(SourceItem(id=URL, url=URL), page, now=NOON)
        item = SourceItem(id=URL, url=URL)
        seen_at = NOON - timedelta(hours=3)
        tx.articles.add(make_article(facts=facts, first_seen_at=seen_at), names=names_of(item, page, facts))
    assert preview(shelf, renderer, page).decision == "auto"
    assert preview(shelf, renderer, page, limits=Limits(max_age=timedelta(hours=2))).decision == "skip"
