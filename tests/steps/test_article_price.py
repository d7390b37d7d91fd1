"""The price beside an article's post counts the description of its picture, from the preview to the last change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post
from asiaradar_bot.model.sheet import Base, SheetPart
from asiaradar_bot.model.wording import Skeleton, TemplateValue
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.illustrate import illustrate
from asiaradar_bot.steps.preview import preview_page
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.factories import make_article, make_decision, make_facts, make_page
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite

IMAGE = "https://radar.asia/harbour.jpg"
PICTURE = Picture(content=b"harbour", media_type="image/jpeg", width_pixels=1, height_pixels=1)
ME = Person(who="cli:me", role=Role.ADMIN)
WITH, WITHOUT = "0.205", "0.200"


class PlainRenderer:
    """Headline and link."""

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """The same for every template."""
        del template
        return Skeleton(parts=(f"{variables['title']}\n{variables['url']}",))

    def list_templates(self) -> Sequence[str]:
        """One."""
        return ["article"]


def word(store: SqlStore, clock: FakeClock, *, pictures: bool = True) -> Post:
    """The post that is made of the decided articles."""
    limits = Limits(pictures=pictures)
    compose(store, PlainRenderer(), clock, policy=Policy(), limits=limits, prices=PRICES)
    with store.read() as tx:
        return tx.posts.list_queued()[0]


def decided(store: SqlStore, *, alt: str | None = "The harbour at dawn") -> Article:
    """An article with a picture that was let through."""
    with store.begin() as tx:
        article = make_article(facts=make_facts(image=IMAGE, image_alt=alt), state=ArticleState.DECIDED)
        article = tx.articles.add(article, names=[f"url {article.url}"])
        tx.articles.add_decision(make_decision(article_id=article.id))
    return article


def after(store: SqlStore, post: Post) -> Post:
    """The post as it stands."""
    with store.read() as tx:
        return tx.posts.get(post.id)


@pytest.mark.parametrize(
    ("alt", "pictures", "price"), [("The harbour", True, WITH), (None, True, WITHOUT), ("The harbour", False, WITHOUT)]
)
def test_a_described_picture_is_in_the_price(store: SqlStore, alt: str | None, *, pictures: bool, price: str) -> None:
    """From the first on, if pictures are wanted and this one has words."""
    decided(store, alt=alt)
    assert word(store, FakeClock(), pictures=pictures).price_usd == price


@pytest.mark.parametrize(("there", "price"), [(True, WITH), (False, WITHOUT)])
def test_the_price_follows_the_picture(store: SqlStore, *, there: bool, price: str) -> None:
    """The picture that came keeps the price of its words; without it nothing is paid for them."""
    decided(store)
    clock, site = FakeClock(), FakeSite()
    post = word(store, clock)
    if there:
        site.pictures[IMAGE] = PICTURE
    assert illustrate(store, site, clock, limits=Limits(), prices=PRICES) == 1
    assert after(store, post).price_usd == price
    assert (after(store, post).picture_id is not None) is there


def test_a_picture_that_is_late_costs_nothing(store: SqlStore) -> None:
    """After the set time the post goes without, at the price of its text."""
    decided(store)
    clock = FakeClock()
    post = word(store, clock)
    clock.advance(minutes=1)
    illustrate(store, FakeSite(), clock, limits=Limits(), prices=PRICES)
    assert after(store, post).price_usd == WITHOUT


def test_new_words_keep_the_price_of_the_picture(store: SqlStore) -> None:
    """An edit, by text or by sheet, while the picture is still to come, and the article's own correction."""
    article = decided(store)
    clock = FakeClock()
    post = word(store, clock)
    with store.begin() as tx:
        done = tx.articles.get(article.id)
        tx.articles.save(replace(done, state=ArticleState.DECIDED), was=done)
    assert word(store, clock).price_usd == WITH
    editor = Editor(store=store, clock=clock, policy=Policy(), prices=PRICES, person=ME)
    edited = editor.edit(post.id, text="Without a link")
    assert edited.price_usd == "0.020"
    rewritten = editor.rewrite([Base(post_id=post.id, version=edited.version)], [SheetPart(text="By sheet")])
    assert (rewritten[0].price_usd, rewritten[0].alt_text) == ("0.020", "The harbour at dawn")


@pytest.mark.parametrize(("alt", "price"), [("The harbour", WITH), (None, WITHOUT)])
def test_the_preview_says_the_same(store: SqlStore, alt: str | None, price: str) -> None:
    """What `asiaradar preview` shows for the page is what the post will be priced at."""
    facts = make_facts(image=IMAGE, image_alt=alt)
    found = preview_page(
        store,
        PlainRenderer(),
        FakeClock(),
        url=facts.url,
        page=make_page(facts),
        template=None,
        policy=Policy(),
        limits=Limits(),
        prices=PRICES,
    )
    assert (found.price_usd, found.alt_text) == (price, alt)
