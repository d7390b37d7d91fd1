"""Which wording an article gets: by its address alone, in even shares, and never by when or where it is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.variants import ORIGINAL, template_to_render, templates_of_variants, variant_of
from tests.factories import NOON, make_article, make_facts

TWO = Policy(variants={"article": ("short",)})
THREE = Policy(variants={"article": ("short", "question")})


def article(number: int) -> Article:
    """One of many."""
    return make_article(facts=make_facts(url=f"https://radar.asia/story-{number}"))


def test_without_variants_the_template_has_only_itself() -> None:
    """Off by default: no article has a variant, and of other templates only those named have some."""
    assert variant_of(Policy(), article(1), "article") is None
    assert template_to_render(Policy(), article(1), "article") == "article"
    assert variant_of(TWO, article(1), "breaking") is None
    assert templates_of_variants(Policy()) == []
    assert templates_of_variants(THREE) == ["article", "article-short", "article-question"]


def test_the_address_alone_decides() -> None:
    """Another number, hour, headline or revision changes nothing; the name of the template is what is rendered."""
    one = article(7)
    later = replace(one, first_seen_at=NOON + timedelta(days=3), revision=4, facts=replace(one.facts, title="Other"))
    assert variant_of(THREE, one, "article") == variant_of(THREE, later, "article")
    for number in range(20):
        name = variant_of(TWO, article(number), "article")
        rendered = template_to_render(TWO, article(number), "article")
        assert rendered == ("article" if name == ORIGINAL else "article-short")


def test_shares_are_even_and_a_new_variant_takes_only_for_itself() -> None:
    """Of 3,000 addresses each variant gets its third within a twentieth; no article moves between the two old ones."""
    before = [variant_of(TWO, article(number), "article") for number in range(3000)]
    after = [variant_of(THREE, article(number), "article") for number in range(3000)]
    assert all(abs(count - 1000) < 50 for count in Counter(after).values())
    assert all(new in {old, "question"} for old, new in zip(before, after, strict=True))
    assert abs(before.count("short") - 1500) < 75
