"""One wording for each article: in the preview, in the post, in the post made anew and in every replay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.article import ArticleState
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.rules.replaying import Rulebook
from asiaradar_bot.rules.variants import ORIGINAL, variant_of
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.preview import Preview, preview_page
from asiaradar_bot.steps.replay import replay
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, make_article, make_facts, make_page
from tests.fakes.outside import FakeClock

POLICY = Policy(variants={"article": ("short",)}, burst_limit=100, duplicate_percent=100)
DAY = timedelta(hours=24)


@pytest.fixture
def two(tmp_path: Path, renderer: SandboxedRenderer) -> Iterator[SandboxedRenderer]:
    """The templates that ship, and a shorter wording of one."""
    shutil.copytree(renderer.folder, tmp_path / "templates")
    (tmp_path / "templates" / "article-short").mkdir()
    (tmp_path / "templates" / "article-short" / "post.txt.j2").write_text(
        "Short: {{ title | fit(0) }}\n{{ url }}\n", "utf-8"
    )
    made = SandboxedRenderer(tmp_path / "templates")
    yield made
    made.close()


def composed(store: SqlStore, renderer: SandboxedRenderer, *, policy: Policy = POLICY) -> list[Post]:
    """Twelve articles, decided and worded."""
    with store.begin() as tx:
        for number in range(12):
            facts = make_facts(url=f"{URL}-{number}", title=f"Headline number {number} of the day {number * 7919}")
            tx.articles.add(make_article(facts=facts), names=[facts.url])
    decide(store, FakeClock(), policy=policy, max_age=DAY, first_run_posts=True)
    compose(store, renderer, FakeClock(), policy=policy, limits=Limits(), prices=PRICES)
    with store.read() as tx:
        return sorted(tx.posts.list_posts(), key=lambda post: post.id)


def test_preview_post_and_replay_agree(shelf: SqlStore, two: SandboxedRenderer) -> None:
    """Both wordings occur; the column tells which; a replay finds no difference, and one without variants just those."""
    posts = composed(shelf, two)
    assert {post.variant for post in posts} == {ORIGINAL, "short"}
    assert {post.template for post in posts} == {"article"}
    assert all(post.text.startswith("Short: ") is (post.variant == "short") for post in posts)
    book = Rulebook(policy=POLICY, max_age=DAY, first_run_posts=True, prices=PRICES, render=two.render)
    again = replay(shelf, book, since=NOON - DAY)
    assert (again.decisions, again.differing) == (12, ())
    plain = replay(shelf, replace(book, policy=replace(POLICY, variants={})), since=NOON - DAY)
    told = {change.what for one in plain.differing for change in one.changes}
    assert told == {"variant", "text"}
    with shelf.read() as tx:
        article = tx.articles.get(posts[0].article_id)  # type: ignore[arg-type]  # it has one
    assert posts[0].variant == variant_of(POLICY, article, "article")


def test_a_page_that_nobody_knows_is_previewed_in_the_wording_it_will_get(
    shelf: SqlStore, two: SandboxedRenderer
) -> None:
    """Before the article is on record as well; a template that a person names is taken as it is."""
    for number in range(8):
        url = f"{URL}-{number}"
        shown = _previewed(shelf, two, url)
        name = variant_of(POLICY, make_article(facts=make_facts(url=url)), "article")
        assert shown.text.startswith("Short: ") is (name == "short")
    short = next(url for url in (f"{URL}-{n}" for n in range(99)) if _named(POLICY, url) == "short")
    named = _previewed(shelf, two, short, template="article")
    assert not named.text.startswith("Short: ")


def test_a_changed_article_keeps_its_wording_and_a_missing_template_holds(
    shelf: SqlStore, two: SandboxedRenderer
) -> None:
    """Made anew the post has the same variant; where the variant's template is not there, a person is asked."""
    posts = composed(shelf, two)
    short = next(post for post in posts if post.variant == "short")
    with shelf.begin() as tx:
        article = tx.articles.get(short.article_id)  # type: ignore[arg-type]  # it has one
        new = replace(
            article, facts=replace(article.facts, title="Another headline"), revision=2, state=ArticleState.READ
        )
        tx.articles.save(new, was=article)
    decide(shelf, FakeClock(), policy=POLICY, max_age=DAY, first_run_posts=True)
    compose(shelf, two, FakeClock(), policy=POLICY, limits=Limits(), prices=PRICES)
    with shelf.read() as tx:
        after = tx.posts.get(short.id)
    assert (after.variant, after.text.splitlines()[0]) == ("short", "Short: Another headline")
    shutil.rmtree(two.folder / "article-short")
    gone = replace(POLICY, variants={"article": ("short", "lost")})
    fresh = make_facts(url=next(u for u in (f"{URL}-lost-{n}" for n in range(99)) if _named(gone, u) == "lost"))
    with shelf.begin() as tx:
        tx.articles.add(make_article(facts=replace(fresh, title="Quite another story")), names=[fresh.url])
    decide(shelf, FakeClock(), policy=gone, max_age=DAY, first_run_posts=True)
    compose(shelf, two, FakeClock(), policy=gone, limits=Limits(), prices=PRICES)
    with shelf.read() as tx:
        (held,) = tx.posts.list_posts(states=[PostState.HELD])
    assert "there is no template article-lost" in held.reason


def _named(policy: Policy, url: str) -> str | None:
    return variant_of(policy, make_article(facts=make_facts(url=url)), "article")


def _previewed(store: SqlStore, renderer: SandboxedRenderer, url: str, *, template: str | None = None) -> Preview:
    return preview_page(
        store,
        renderer,
        FakeClock(),
        url=url,
        page=make_page(canonical_url=url),
        template=template,
        policy=POLICY,
        limits=Limits(),
        prices=PRICES,
    )
