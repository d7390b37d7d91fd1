"""Feeds of other systems over the sample site's articles, in other charsets, and headlines that mean harm."""

from __future__ import annotations

import re

import pytest

from asiaradar_bot.adapters.news_site.feed import FeedSettings, read_feed
from asiaradar_bot.model.outcome import SourceRead
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.sandbox.site.articles import load_articles
from tests.sandbox.site_access import Clock, get, read_items

CORRECTED = "kaohsiung-port-containers-record"


def test_rss_0_91_has_titles_and_links_only() -> None:
    """Neither guid nor date, and yet every article as written."""
    with SampleSite(now=Clock(), start_with=27) as site:
        text = get(site, "/feeds/rss091.xml").text
        assert '<rss version="0.91">' in text
        assert "<guid" not in text
        assert "<pubDate" not in text
        items = read_items(site, "/feeds/rss091.xml")
        assert {(item.url, item.title) for item in items} == {
            (site.url(article.slug), article.title) for article in load_articles()
        }


def test_wordpress_keeps_its_guid_when_the_address_changes_and_redirects_it() -> None:
    """?p=NUMBER is the id; it leads to the article wherever it is, and to 404 once it is gone."""
    with SampleSite(now=Clock()) as site:
        site.publish(CORRECTED)
        (before,) = read_items(site, "/feeds/wordpress.xml")
        site.rename(CORRECTED, "another-name")
        (after,) = read_items(site, "/feeds/wordpress.xml")
        assert before.id == after.id == f"{site.base_url}/?p=12"
        assert before.url != after.url == site.url("another-name")
        assert get(site, "/?p=12").headers["location"] == site.url("another-name")
        site.remove("another-name")
        assert get(site, "/?p=12").status == 404


def test_wordpress_sends_validators_of_itself() -> None:
    """ETag and Last-Modified without a proxy, and 304 while nothing changes."""
    with SampleSite(now=Clock(), start_with=3) as site:
        first = get(site, "/feeds/wordpress.xml")
        assert first.headers["last-modified"].endswith("GMT")
        assert get(site, "/feeds/wordpress.xml", If_None_Match=first.headers["etag"]).status == 304
        assert "<content:encoded><![CDATA[<p>" in first.text


@pytest.mark.parametrize(
    ("charset", "slug", "encoding"),
    [
        ("latin-1", "luang-prabang-cafes-map", "latin-1"),
        ("gb18030", "hong-kong-harbour-electric-ferries", "gb18030"),
        ("shift_jis", "kyushu-rail-ai-rain-forecast", "shift_jis"),
    ],
)
def test_old_charsets_are_on_the_wire_and_read_as_written(charset: str, slug: str, encoding: str) -> None:
    """The headline's bytes are of the charset, what it lacks is a character reference, and every title is right."""
    path = f"/feeds/{charset}.xml"
    titles = {article.slug: article.title for article in load_articles()}
    with SampleSite(now=Clock(), start_with=27) as site:
        answer = get(site, path)
        assert titles[slug].replace("'", "&#39;").encode(encoding) in answer.body
        url, kind = site.base_url + path, answer.headers["content-type"]
        found = re.search(r"charset=([\w-]+)", kind)
        read = read_feed(answer.body, settings=FeedSettings(url=url, charset=found[1] if found else None))
        assert isinstance(read, SourceRead), read
        assert {item.title for item in read.items} == set(titles.values())


def test_latin_1_is_said_by_the_header_alone_and_the_others_by_the_declaration_alone() -> None:
    """Whoever reads only one of the two gets one of the feeds wrong."""
    with SampleSite(now=Clock(), start_with=1) as site:
        latin, chinese = get(site, "/feeds/latin-1.xml"), get(site, "/feeds/gb18030.xml")
        assert latin.headers["content-type"] == "text/xml; charset=iso-8859-1"
        assert not latin.body.startswith(b"<?xml")
        assert chinese.headers["content-type"] == "text/xml"
        assert chinese.body.startswith(b'<?xml version="1.0" encoding="gb18030"?>')


def test_headlines_that_mean_harm_are_on_the_wire_and_come_out_as_plain_text() -> None:
    """Tags, handlers, controls, invisible and turning signs are in the bytes and in no title that the bot reads."""
    with SampleSite(now=Clock()) as site:
        text = get(site, "/feeds/hostile-titles.xml").text
        for trap in ("onerror=", "javascript:", "&#x202E;", "&#x200B;", "&#x7F;", "@everyone", "Year-End.In", "evil."):
            assert trap in text
        titles = "\n".join(item.title for item in read_items(site, "/feeds/hostile-titles.xml"))
        assert "A Picture With a Handler" in titles
        assert not re.search(
            r"<img|onerror|javascript|[\u200b\u202a-\u202e\u2066-\u2069\ufeff\x00-\x09\x7f-\x9f]", titles
        )


def test_an_author_has_a_feed_and_a_page() -> None:
    """Also one whose name is not in Latin letters; an unknown one answers 404."""
    with SampleSite(now=Clock(), start_with=27) as site:
        assert len(read_items(site, "/rss/author/daniel-koh")) == 2
        japanese = "/%E4%BD%90%E8%97%A4%E7%BE%8E%E5%92%B2"
        assert [item.url for item in read_items(site, f"/rss/author{japanese}")] == [
            site.url("kyushu-rail-ai-rain-forecast")
        ]
        assert get(site, f"/profile{japanese}").status == 200
        assert get(site, "/rss/author/nobody").status == get(site, "/profile/nobody").status == 404
