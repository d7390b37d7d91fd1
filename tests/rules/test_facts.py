"""Merging what source and page say, telling changes, and recognising one article by its names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from asiaradar_bot.model.article import ArticlePage, Facts, SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.facts import (
    BODY_CHARS,
    article_address,
    believable,
    changed_fields,
    is_renamed,
    item_of,
    merge_facts,
    names_of,
    renamed_match,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
EARLIER = THEN - timedelta(hours=1)

ITEM = SourceItem(
    id="https://radar.asia/a",
    url="https://radar.asia/a",
    title="Feed title",
    summary="Feed summary",
    published_at=EARLIER,
    updated_at=THEN,
    authors=("feed-user",),
    categories=("Feed",),
    keywords=("feed",),
    image="https://radar.asia/feed.jpg",
    language="en",
)
PAGE = ArticlePage(
    requested_url="https://radar.asia/a",
    final_url="https://radar.asia/a",
    canonical_url="https://radar.asia/a",
    is_article=True,
    noindex=False,
    title="Page title",
    summary="Page summary",
    paragraphs=("One.", "Two."),
    published_at=THEN,
    updated_at=NOW,
    authors=("Jane Doe",),
    section="Politics",
    categories=("Politics", "Asia"),
    keywords=("page",),
    image="https://radar.asia/page.jpg",
    image_alt="Two men",
    language="ja",
)
EMPTY_PAGE = ArticlePage(
    requested_url="https://radar.asia/a",
    final_url="https://radar.asia/a",
    canonical_url=None,
    is_article=True,
    noindex=False,
)


def merged(item: SourceItem = ITEM, page: ArticlePage | None = PAGE) -> Facts:
    """
    The facts at the usual moment.
    """
    return merge_facts(item, page, now=NOW)


def test_page_facts_win_over_feed_facts() -> None:
    """Every fact that the page states is taken from it."""
    assert merged() == Facts(
        url="https://radar.asia/a",
        title="Page title",
        summary="Page summary",
        body="One.\nTwo.",
        published_at=THEN,
        updated_at=NOW,
        authors=("Jane Doe",),
        categories=("Politics", "Asia"),
        keywords=("page",),
        image="https://radar.asia/page.jpg",
        image_alt="Two men",
        language="ja",
    )


@pytest.mark.parametrize("page", [None, EMPTY_PAGE])
def test_what_the_page_leaves_empty_comes_from_the_feed(page: ArticlePage | None) -> None:
    """Without page, or with one that says nothing, the feed's facts stand."""
    assert merged(page=page) == Facts(
        url="https://radar.asia/a",
        title="Feed title",
        summary="Feed summary",
        published_at=EARLIER,
        updated_at=THEN,
        authors=("feed-user",),
        categories=("Feed",),
        keywords=("feed",),
        image="https://radar.asia/feed.jpg",
        language="en",
    )


def test_facts_on_record_can_be_merged_with_a_later_page() -> None:
    """Facts taken for an item and merged with an empty page come out as they were, but for what only pages say."""
    facts = merged()
    again = merged(item_of(facts), EMPTY_PAGE)
    assert again == replace(facts, body="", image_alt=None)


def test_what_only_a_page_can_say_is_kept() -> None:
    """Noindex and being no article come from the page."""
    facts = merged(page=replace(PAGE, noindex=True, is_article=False))
    assert (facts.noindex, facts.is_article) == (True, False)


@pytest.mark.parametrize(
    ("canonical", "final", "expected"),
    [
        ("https://radar.asia/new-slug", "https://radar.asia/a", "https://radar.asia/new-slug"),
        ("https://radar.asia/a?utm_source=x", "https://radar.asia/a?utm_source=x", "https://radar.asia/a"),
        ("http://www.radar.asia/a", "https://radar.asia/a", "https://www.radar.asia/a"),
        ("https://other.example/a", "https://radar.asia/a", "https://radar.asia/a"),
        ("https://radar.asia/", "https://radar.asia/a", "https://radar.asia/a"),
        ("https://radar.asia/", "https://radar.asia/", "https://radar.asia/"),
        ("http://[", "https://radar.asia/a#x", "https://radar.asia/a"),
        (None, "https://radar.asia/redirected", "https://radar.asia/redirected"),
        (None, "nonsense", "https://radar.asia/a"),
    ],
)
def test_the_address_rule(canonical: str | None, final: str, expected: str) -> None:
    """A canonical address on our host counts, cleaned; elsewhere, the front page or nonsense it does not."""
    assert merged(page=replace(PAGE, canonical_url=canonical, final_url=final)).url == expected
    assert article_address(ITEM, None) == "https://radar.asia/a"


def test_an_item_without_usable_address_is_refused() -> None:
    """No address, no article: a refusal in words."""
    with pytest.raises(InputError):
        merged(item=replace(ITEM, url="nonsense"), page=None)


@pytest.mark.parametrize(
    ("stamp", "kept"),
    [
        (THEN, True),
        (NOW + timedelta(days=3), True),
        (NOW + timedelta(days=367), False),
        (datetime(1989, 12, 31, tzinfo=UTC), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_lying_stamps_count_as_missing(stamp: datetime | None, kept: bool) -> None:  # noqa: FBT001  a table of truths
    """Before 1990 or more than a year ahead is a mistake; a nearer future may be an embargo."""
    assert believable(stamp, now=NOW) == (stamp if kept else None)


def test_a_lying_page_stamp_gives_way_to_the_feeds() -> None:
    """If the page's publication is a mistake, the feed's is taken; if both are, it is missing."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert merged(page=replace(PAGE, published_at=epoch)).published_at == EARLIER
    assert merged(replace(ITEM, published_at=epoch), replace(PAGE, published_at=epoch)).published_at is None


def test_an_update_before_the_publication_counts_as_missing() -> None:
    """Nothing is updated before it is published, nor days ahead of now."""
    item = replace(ITEM, updated_at=None)
    assert merged(item, replace(PAGE, updated_at=EARLIER)).updated_at is None
    assert merged(item, replace(PAGE, updated_at=NOW + timedelta(days=2))).updated_at is None
    assert merged(item, replace(PAGE, published_at=None, updated_at=THEN)).updated_at == THEN
    assert merged(replace(ITEM, published_at=THEN, updated_at=EARLIER), None).updated_at is None


def test_the_body_is_bounded_at_whole_paragraphs() -> None:
    """Enough for lead sentences, cut between paragraphs; one endless paragraph is cut itself."""
    many = merged(page=replace(PAGE, paragraphs=("x" * 1500,) * 5)).body
    assert many == "\n".join(["x" * 1500] * 2)
    assert len(merged(page=replace(PAGE, paragraphs=("x" * 9000, "y"))).body) == BODY_CHARS


def test_a_save_without_change_is_no_change() -> None:
    """Only the update stamp moved: nothing changed. A new headline is named."""
    facts = merged()
    assert changed_fields(facts, replace(facts, updated_at=NOW + timedelta(minutes=1))) == ()
    changed = replace(facts, title="Corrected", image=None, updated_at=None)
    assert changed_fields(facts, changed) == ("title", "image")


def test_an_article_goes_by_all_its_names() -> None:
    """Canonical address, feed address, requested and final address, and the guid within its host."""
    item = replace(ITEM, id="42", url="https://www.radar.asia/old?utm_source=rss")
    page = replace(
        PAGE,
        requested_url="https://radar.asia/old",
        final_url="https://radar.asia/newer",
        canonical_url="https://radar.asia/newest",
    )
    assert names_of(item, page, merged(item, page)) == (
        "url:radar.asia/newest",
        "url:radar.asia/old",
        "url:radar.asia/newer",
        "guid:radar.asia:42",
    )
    assert names_of(ITEM, None, merged(page=None)) == ("url:radar.asia/a",)


def test_guids_count_within_their_host_only() -> None:
    """Two sites may number their articles alike."""
    one = replace(ITEM, id="42")
    other = replace(ITEM, id="42", url="https://other.example/a")
    shared = set(names_of(one, None, merged(one, None))) & set(names_of(other, None, merged(other, None)))
    assert not shared


def test_articles_that_redirect_to_one_place_do_not_become_one() -> None:
    """A front page, or a page that is no article, lends its address to nobody."""
    home = replace(PAGE, final_url="https://radar.asia/", canonical_url="https://radar.asia/")
    assert names_of(ITEM, home, merged(page=home)) == ("url:radar.asia/a",)
    category = replace(PAGE, final_url="https://radar.asia/politics", canonical_url=None, is_article=False)
    facts = replace(merged(page=category), url="https://radar.asia/a")
    assert "url:radar.asia/politics" not in names_of(ITEM, category, facts)


def test_unusable_names_are_left_out() -> None:
    """An item whose guid or address is nonsense keeps the names that it has."""
    item = replace(ITEM, id="https://[", url="https://radar.asia/a")
    assert names_of(item, None, merged(item, None)) == ("url:radar.asia/a",)
    nowhere = replace(ITEM, id="7", url="nonsense")
    assert names_of(nowhere, None, merged()) == ("url:radar.asia/a",)


RENAMED = replace(merged(), url="https://radar.asia/new-slug")


def test_a_changed_slug_is_the_same_article() -> None:
    """Same headline, publication stamp and image under a new address: renamed."""
    old = merged()
    assert is_renamed(old, RENAMED)
    assert is_renamed(old, replace(RENAMED, title="PAGE  title"))
    assert renamed_match(RENAMED, [replace(old, title="Other"), old]) == old


@pytest.mark.parametrize(
    "new",
    [
        replace(RENAMED, title="Another headline"),
        replace(RENAMED, published_at=EARLIER),
        replace(RENAMED, published_at=None),
        replace(RENAMED, image="https://radar.asia/other.jpg"),
        replace(RENAMED, image=None),
    ],
)
def test_likeness_in_part_is_not_enough(new: Facts) -> None:
    """Headline, stamp and image all have to agree."""
    assert not is_renamed(merged(), new)
    assert renamed_match(new, [merged()]) is None


def test_without_images_the_summaries_decide() -> None:
    """Two articles without image are one if their summaries agree, and not if they have none."""
    old, new = replace(merged(), image=None), replace(RENAMED, image=None)
    assert is_renamed(old, new)
    assert not is_renamed(old, replace(new, summary="Another"))
    assert not is_renamed(replace(old, summary=""), replace(new, summary=""))
    assert not is_renamed(replace(old, title=""), replace(new, title=""))


def test_a_doubtful_rename_is_none() -> None:
    """Two candidates, another host or the same address: nobody knows, so it is a new article."""
    old = merged()
    assert renamed_match(RENAMED, [old, replace(old, url="https://radar.asia/twin")]) is None
    assert renamed_match(RENAMED, [replace(old, url="https://other.example/a")]) is None
    assert renamed_match(old, [old]) is None


def test_images_are_compared_by_address_even_if_odd() -> None:
    """Scheme and host prefix do not make another image; an unreadable address is compared as it stands."""
    old = merged()
    assert is_renamed(old, replace(RENAMED, image="http://www.radar.asia/page.jpg"))
    assert is_renamed(replace(old, image="odd"), replace(RENAMED, image="odd"))
