"""The sample site's feeds and sitemaps: each trap of the CMS is there, and the bot's own readers see through it."""

from __future__ import annotations

import re

import pytest

from asiaradar_bot.adapters.news_site.feed import FeedSettings, read_feed
from asiaradar_bot.adapters.news_site.sitemap import read_sitemap
from asiaradar_bot.model.outcome import SourceFailed
from asiaradar_bot.sandbox.site import SampleSite
from tests.sandbox.site_access import START, Clock, get, read_items

QUOTES = "engineers-fix-bug-in-taipei-signs"


@pytest.mark.parametrize("manner", ["2.2", "2.4"])
def test_the_bot_reads_every_article_from_the_feed_of_either_version(manner: str) -> None:
    """Titles, summaries, addresses and stamps arrive as they were written, escaped once or twice."""
    with SampleSite(now=Clock(), manner=manner) as site:
        for slug in site.slugs:
            site.publish(slug)
        items = {item.url: item for item in read_items(site)}
        assert set(items) == {site.url(slug) for slug in site.slugs}
        quoted = items[site.url(QUOTES)]
        assert quoted.title == 'Taipei Fixes "C:\\New" Bug That Turned Bus Signs Into <Error> & Blank Lines'
        assert quoted.summary.startswith('Engineers called it "a classic": one backslash too many & nobody looked.')
        assert quoted.published_at == START


def test_version_2_2_escapes_titles_twice_and_names_a_guid_without_permalink() -> None:
    """Its traps are in the bytes: title, summary in CDATA with spaces, guid, enclosure, no build date."""
    with SampleSite(now=Clock(), manner="2.2") as site:
        address = site.publish(QUOTES)
        text = get(site, "/rss/latest-posts").text
        assert "Into &amp;lt;Error&amp;gt; &amp;amp; Blank Lines</title>" in text
        assert "<description><![CDATA[ Engineers called it &quot;a classic&quot;" in text
        assert " ]]></description>" in text
        assert f"<guid>{address}</guid>" in text
        assert f'<enclosure url="{site.base_url}/images/{QUOTES}.jpg" length="49398" type="image/jpeg"/>' in text
        assert "lastBuildDate" not in text


def test_version_2_4_keeps_its_list_for_ten_minutes_while_its_build_date_moves() -> None:
    """A new article is on the home page at once, in the feed only when the cache has run out; the bytes differ anyway."""
    clock = Clock()
    with SampleSite(now=clock, start_with=1) as site:
        first = get(site, "/rss/latest-posts")
        clock.pass_by(minutes=1)
        address = site.publish(QUOTES)
        assert address in get(site, "/").text
        clock.pass_by(minutes=8, seconds=59)
        late = get(site, "/rss/latest-posts")
        assert address not in late.text
        assert late.body != first.body
        assert "<lastBuildDate>Tue, 24 Nov 2026 10:09:59 +0800</lastBuildDate>" in late.text
        clock.pass_by(seconds=1)
        found = get(site, "/rss/latest-posts").text
        assert f'<guid isPermaLink="true">{address}</guid>' in found


def test_version_2_2_shows_a_new_article_at_once() -> None:
    """Its feed is built on each request."""
    with SampleSite(now=Clock(), manner="2.2") as site:
        assert read_items(site) == ()
        address = site.publish(QUOTES)
        assert [item.id for item in read_items(site)] == [address]


def test_feeds_carry_no_validators() -> None:
    """The CMS sends neither ETag nor Last-Modified."""
    with SampleSite(now=Clock(), start_with=3) as site:
        assert not {"etag", "last-modified"} & set(get(site, "/rss/latest-posts").headers)


def test_a_category_and_a_language_have_feeds_of_their_own() -> None:
    """Each holds its own articles only; an unknown category answers 404."""
    with SampleSite(now=Clock(), start_with=27) as site:
        assert {item.url for item in read_items(site, "/ar/rss/latest-posts")} == {
            site.url("gulf-solar-desalination-plant")
        }
        assert len(read_items(site, "/rss/category/tech")) == 5
        assert get(site, "/rss/category/sport").status == 404


@pytest.mark.parametrize("path", ["/feeds/atom.xml", "/feeds/feed.json", "/feeds/rss1.rdf"])
def test_other_kinds_of_feeds_hold_the_same_articles(path: str) -> None:
    """Atom, JSON Feed and RSS 1.0 show what is on the site, with the same titles."""
    with SampleSite(now=Clock(), start_with=27) as site:
        assert {(item.url, item.title) for item in read_items(site, path)} == {
            (item.url, item.title) for item in read_items(site)
        }


def test_the_entity_bomb_is_refused_and_the_malformed_feed_is_read_leniently() -> None:
    """A feed that declares entities never reaches the parser; one that breaks off still gives its items."""
    with SampleSite(now=Clock()) as site:
        url = f"{site.base_url}/feeds/bomb.xml"
        refused = read_feed(get(site, url).body, settings=FeedSettings(url=url))
        assert isinstance(refused, SourceFailed)
        assert "declares entities" in refused.detail
        titles = [item.title for item in read_items(site, "/feeds/malformed.xml")]
        assert titles == ["Tea & Trade in Assam", "This item is not finished"]


def test_no_script_file_or_user_name_of_the_hostile_feed_gets_through() -> None:
    """Only web addresses without credentials are left of it."""
    with SampleSite(now=Clock()) as site:
        items = read_items(site, "/feeds/hostile.xml")
        assert len(items) == 7
        assert all(item.url.startswith(("http://", "https://")) and "@" not in item.url for item in items)


def test_the_sitemap_is_lower_case_mixed_and_dated_alike() -> None:
    """Pages, categories, tags and articles stand in it with one stamp; the news sitemap keeps the capitals."""
    with SampleSite(now=Clock(), start_with=27) as site:
        url = f"{site.base_url}/sitemap.xml"
        items = read_sitemap(get(site, url).body, url=url, charset=None, language=None, zone="UTC").items
        paths = {item.url.removeprefix(site.base_url) for item in items}
        assert {"/about", "/category/tech", "/dhaka-ring-road-buses-get-own-lane"} <= paths
        assert any(path.startswith("/tag/") for path in paths)
        assert {item.updated_at for item in items} == {START}
        url = f"{site.base_url}/news-sitemap.xml"
        news = read_sitemap(get(site, url).body, url=url, charset=None, language=None, zone="UTC").items
        assert {item.url for item in news} == {site.url(slug) for slug in site.slugs}


def test_the_feed_list_names_every_feed() -> None:
    """Each address on /rss-feeds answers with a feed."""
    with SampleSite(now=Clock(), start_with=1) as site:
        paths = re.findall(r'<li><a href="((?:/[a-z]{2})?/rss/[^"]+)"', get(site, "/rss-feeds").text)
        assert len(paths) == 11
        assert {get(site, path).headers["content-type"] for path in paths} == {"application/rss+xml; charset=utf-8"}
