"""The sample site's pages: traps that are there, and what the bot's own readers make of them."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from hashlib import sha256

import pytest
from PIL import Image

from asiaradar_bot.adapters.news_site.listing import read_listing
from asiaradar_bot.adapters.news_site.page import read_page_document
from asiaradar_bot.model.outcome import SourceRead
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.sandbox.site.articles import ImageKind, load_articles
from tests.sandbox.site_access import START, Clock, get, read_article

REAL = "biden-and-xi-secure-key-agreements-on-military-communications-fentanyl"
QUOTES = "engineers-fix-bug-in-taipei-signs"


def test_the_bot_reads_every_page_as_it_was_written() -> None:
    """Title, summary, paragraphs, language, section and stamp survive the page, without its boilerplate."""
    with SampleSite(now=Clock(), manner="2.2") as site:
        for article in load_articles():
            site.publish(article.slug)
            page = read_article(site, article.slug)
            assert page.is_article
            assert page.title == article.title
            assert page.language == article.language
            assert page.section == article.category.title()
            assert page.authors == (article.author,)
            assert page.published_at == START + article.stamp_shift
            assert page.noindex == article.noindex
            assert (page.image is None) == (article.image is ImageKind.NONE)
            if "{embargo}" not in article.summary:
                assert page.summary == article.summary
                assert page.paragraphs == article.paragraphs


def test_the_real_article_is_the_newsrooms_own_word_for_word() -> None:
    """Headline, summary, caption and all seven paragraphs have the checksum of the page that the newsroom published."""
    real = load_articles()[0]
    text = "\n".join([real.title, real.summary, real.caption, *real.paragraphs])
    assert real.slug == REAL
    assert sha256(text.encode()).hexdigest() == "6798c6ab5dec7fceb72b8635d4e2f6d922f511fc61f5b337da19deb74ac70e7f"


def test_a_page_carries_the_marks_that_mislead() -> None:
    """Fixed og:locale, a name for an account, stamps without a zone, share bar, follow line, reactions."""
    with SampleSite(now=Clock()) as site:
        site.publish("gulf-solar-desalination-plant")
        text = get(site, site.url("gulf-solar-desalination-plant")).text
    assert '<html lang="ar" dir="rtl">' in text
    for mark in (
        '<meta property="og:locale" content="en_US">',
        '<meta name="twitter:site" content="@Radar Asia">',
        "<span>Nov 24, 2026 - 10:00</span>",
        '<div class="post-share share">',
        "Follow Radar Asia on Twitter",
        "<h4>What's Your Reaction?</h4>",
        '<div class="post-summary"><h2>',
    ):
        assert mark in text


def test_the_canonical_link_repeats_the_address_that_was_asked_for() -> None:
    """Query and capitals included, as the CMS prints it."""
    with SampleSite(now=Clock()) as site:
        site.publish("Dhaka-Ring-Road-Buses-Get-Own-Lane")
        asked = "/dhaka-ring-road-buses-get-own-lane?utm_source=x"
        assert f'<link rel="canonical" href="{site.base_url}{asked}">' in get(site, asked).text


def test_quotes_in_a_headline_make_the_json_ld_invalid() -> None:
    """String templates print it, so only a plain headline gives valid JSON."""
    with SampleSite(now=Clock()) as site:
        site.publish(REAL)
        site.publish(QUOTES)
        plain, quoted = (
            re.search(r"ld\+json\">(.*?)</script>", get(site, site.url(slug)).text, re.DOTALL)
            for slug in (REAL, QUOTES)
        )
        assert plain is not None
        assert quoted is not None
        assert json.loads(plain[1])["@type"] == "NewsArticle"
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(quoted[1])


def test_pages_that_are_no_article_say_so() -> None:
    """Home, categories, authors, tags and the about page are websites, in any language."""
    with SampleSite(now=Clock(), start_with=3) as site:
        for path in (
            "/",
            "/zh",
            "/about",
            "/category/politics",
            "/zh/category/business",
            "/profile/linh-tran",
            "/tag/travel",
        ):
            assert get(site, path).status == 200
            page = read_page_document(get(site, path).body, url=site.base_url + path)
            assert not page.is_article


def test_the_home_page_links_every_article_and_not_in_order_of_time() -> None:
    """The featured block comes first with old articles, and category headings look like headlines."""
    with SampleSite(now=Clock(), start_with=27) as site:
        url = f"{site.base_url}/"
        answer = read_listing(get(site, "/").body, url=url, allowed_hosts=("127.0.0.1",))
        assert isinstance(answer, SourceRead)
        found = [item.url for item in answer.items]
        assert set(found) == {site.url(slug) for slug in site.slugs} | {
            f"{site.base_url}/category/{name}" for name in ("politics", "business", "tech", "culture")
        }
        assert found[0] == site.url(REAL)


def test_lists_that_nobody_keeps_answer_404() -> None:
    """An unknown language, category, author or tag."""
    with SampleSite(now=Clock(), start_with=3) as site:
        for path in (
            "/xx",
            "/xx/category/tech",
            "/category/sport",
            "/profile/nobody",
            "/tag/nothing",
            "/xx/rss/latest-posts",
        ):
            assert get(site, path).status == 404


def test_pictures_are_jpegs_but_for_a_broken_and_a_missing_one() -> None:
    """The broken one can't be decoded whole, the missing one answers 404, another page names none."""
    with SampleSite(now=Clock(), start_with=27) as site:
        good = get(site, f"/images/{REAL}.jpg")
        assert good.headers["content-type"] == "image/jpeg"
        with Image.open(io.BytesIO(good.body)) as picture:
            assert picture.size == (1200, 675)
        broken = get(site, read_article(site, "rain-ends-drought").image or "")
        with Image.open(io.BytesIO(broken.body)) as picture, pytest.raises(OSError, match="truncated"):
            picture.load()
        missing = read_article(site, "regional-rail-ministers-agree-on-one-ticket").image
        assert missing is not None
        assert get(site, missing).status == 404


def test_each_special_article_is_special() -> None:
    """What the notes promise is in the texts."""
    with SampleSite(now=Clock(), start_with=27) as site:
        pages = {slug: read_article(site, slug) for slug in site.slugs}
    assert pages["bookingcom-opens-hanoi-office-as-travel-picks-up"].title.startswith("Booking.com ")
    assert "year-end.In 2026" in pages["chip-exports-steady-through-year-end"].summary
    assert pages["bandung-street-orchestra-returns"].summary == ""
    assert pages["manila-transport-plan-embargoed"].summary.startswith("EMBARGOED until ")
    assert pages["nepal-trail-map-goes-digital"].published_at == START + timedelta(minutes=60 - 11)
    assert len(pages["regional-rail-ministers-agree-on-one-ticket"].title) > 280
    repeats = pages["ulaanbaatar-opens-winter-bike-path"]
    assert repeats.summary.lower().startswith(repeats.title.lower())
    approved = pages["luang-prabang-cafes-map"].published_at
    assert approved is not None
    assert approved < START - timedelta(days=1)
    assert pages["bangkok-flood-gates-report"].title.startswith("EMBARGOED until 1 March 2030: ")
    assert {page.language for page in pages.values()} == {"en", "zh", "ja", "ko", "hi", "th", "ar"}
