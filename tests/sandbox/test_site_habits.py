"""The sample site's switches: what differs between one installation of its CMS and another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

from asiaradar_bot.adapters.news_site.sitemap import read_sitemap
from asiaradar_bot.sandbox.site import SampleSite, SiteHabits
from asiaradar_bot.sandbox.site.articles import load_articles
from tests.sandbox.site_access import START, Clock, get, read_items

REAL = "biden-and-xi-secure-key-agreements-on-military-communications-fentanyl"
IMPORTED = "pacific-fishing-fleets-share-sonar-maps"
OTHER_SITE = "https://pacific-wire.example/2026/11/fishing-fleets-share-sonar-maps"
FEED = "/rss/latest-posts"


def test_feeds_that_are_switched_off_answer_404_and_are_not_listed() -> None:
    """Home page and sitemap are as ever."""
    with SampleSite(now=Clock(), start_with=2, habits=SiteHabits(feeds=False)) as site:
        for path in (FEED, "/zh/rss/latest-posts", "/rss/category/tech", "/rss/author/linh-tran"):
            assert get(site, path).status == 404
        assert "/rss/category" not in get(site, "/rss-feeds").text
        assert get(site, "/").status == get(site, "/sitemap.xml").status == 200


def test_a_proxy_answers_304_until_an_article_is_new_or_changed() -> None:
    """Either validator will do, the build date is no change, and the tag goes before the date."""
    clock = Clock()
    with SampleSite(now=clock, start_with=2, manner="2.4", habits=SiteHabits(validators=True)) as site:
        first = get(site, FEED)
        tag, changed = first.headers["etag"], first.headers["last-modified"]
        assert changed == format_datetime(START - timedelta(minutes=1), usegmt=True)
        clock.pass_by(minutes=11)
        by_tag = get(site, FEED, If_None_Match=f'W/"other", {tag}')
        assert (by_tag.status, by_tag.body, by_tag.headers["etag"]) == (304, b"", tag)
        assert get(site, FEED, If_Modified_Since=changed).status == 304
        assert get(site, FEED, If_None_Match='"other"', If_Modified_Since=changed).status == 200
        assert get(site, FEED, If_Modified_Since="yesterday").status == 200
        site.update(REAL, title="Corrected")
        clock.pass_by(minutes=11)
        assert get(site, FEED, If_None_Match=tag).status == 200
        assert get(site, FEED, If_Modified_Since=changed).status == 200


def test_an_article_counts_as_new_when_it_is_shown_whatever_its_stamp_says() -> None:
    """One that was approved late is no reason for 304, and one that is stamped ahead is not changed in the future."""
    clock = Clock()
    with SampleSite(now=clock, start_with=1, manner="2.2", habits=SiteHabits(validators=True)) as site:
        for slug in ("luang-prabang-cafes-map", "nepal-trail-map-goes-digital"):
            known = get(site, FEED).headers["last-modified"]
            clock.pass_by(minutes=1)
            site.publish(slug)
            answer = get(site, FEED, If_Modified_Since=known)
            assert answer.status == 200
            assert answer.headers["last-modified"] == format_datetime(clock.at, usegmt=True)


def test_a_page_that_is_not_there_has_no_validators() -> None:
    """An error is no version of a page."""
    with SampleSite(now=Clock(), habits=SiteHabits(validators=True)) as site:
        missing = get(site, "/nothing", If_None_Match="*")
        assert (missing.status, "etag" in missing.headers) == (404, False)


def test_a_hub_is_named_with_the_address_that_it_knows_the_feed_by() -> None:
    """Both links stand in the header, and nothing of the kind without a hub."""
    habits = SiteHabits(hub_url="https://hub.example/")
    with SampleSite(now=Clock(), public_base="https://radar.example", habits=habits) as site:
        assert get(site, FEED).headers["link"] == (
            f'<https://hub.example/>; rel="hub", <https://radar.example{FEED}>; rel="self"'
        )
        assert '<atom:link rel="hub" href="https://hub.example/" />' in get(site, "/feeds/wordpress.xml").text
    with SampleSite(now=Clock()) as site:
        assert "link" not in get(site, FEED).headers


def test_whole_articles_stand_in_feeds_where_that_is_switched_on() -> None:
    """In both versions; without the switch there is no content:encoded."""
    paragraphs = load_articles()[0].paragraphs
    for manner in ("2.2", "2.4"):
        with SampleSite(now=Clock(), start_with=1, manner=manner, habits=SiteHabits(full_text=True)) as site:
            text = get(site, FEED).text
            assert "<content:encoded><![CDATA[<p>President Joe Biden recently concluded" in text
            assert text.count("<p>") == len(paragraphs)
        with SampleSite(now=Clock(), start_with=1, manner=manner) as site:
            assert "<content:encoded>" not in get(site, FEED).text


def test_imported_articles_link_to_the_other_site_where_that_is_switched_on() -> None:
    """In feeds and listings; the article's own page names the other site either way."""
    for imported_links in (True, False):
        with SampleSite(now=Clock(), habits=SiteHabits(imported_links=imported_links)) as site:
            address = site.publish(IMPORTED)
            expected = OTHER_SITE if imported_links else address
            assert {item.url for item in read_items(site)} == {expected}
            assert f'<h3 class="title" dir="auto"><a href="{expected}">' in get(site, "/").text
            page = get(site, address).text
            assert f'<a href="{OTHER_SITE}" rel="nofollow" target="_blank">View Original Post</a>' in page
            assert f'<meta property="og:url" content="{address}">' in page


def test_the_sitemap_is_as_old_as_the_last_run_of_its_cron_job() -> None:
    """A new article stands in it a day later; without the switch at once."""
    clock = Clock()
    with SampleSite(now=clock, habits=SiteHabits(sitemap_every=timedelta(days=1))) as site:
        get(site, "/sitemap.xml")
        address = site.publish(REAL)
        clock.pass_by(hours=23, minutes=59)
        assert address not in get(site, "/sitemap.xml").text
        clock.pass_by(minutes=1)
        assert address in get(site, "/sitemap.xml").text
    with SampleSite(now=clock) as site:
        get(site, "/sitemap.xml")
        assert site.publish(REAL) in get(site, "/sitemap.xml").text


def test_a_long_sitemap_is_split_and_its_parts_hold_what_the_whole_holds() -> None:
    """The index names the parts, each as long as allowed; the next one answers 404, and so does a part of a whole."""
    whole = SampleSite(now=Clock(), start_with=27, public_base="https://radar.example")
    split = SampleSite(
        now=Clock(), start_with=27, public_base="https://radar.example", habits=SiteHabits(sitemap_rows=50)
    )
    with whole, split:
        rows = _rows(whole, "/sitemap.xml")
        index = get(split, "/sitemap.xml").text
        parts = len(rows) // 50 + 1
        found = [_rows(split, f"/sitemap-{number}.xml") for number in range(1, parts + 1)]
        assert index.count("<sitemap>") == parts > 1
        assert f"<loc>https://radar.example/sitemap-{parts}.xml</loc>" in index
        assert [row for part in found for row in part] == rows
        assert {len(part) for part in found[:-1]} == {50}
        assert get(split, f"/sitemap-{parts + 1}.xml").status == get(whole, "/sitemap-1.xml").status == 404


def _rows(site: SampleSite, path: str) -> list[str]:
    text = get(site, path).body
    url = f"https://radar.example{path}"
    return [item.url for item in read_sitemap(text, url=url, charset=None, language=None, zone="UTC").items]


def test_the_news_sitemap_forgets_after_two_days() -> None:
    """As Google asks for."""
    clock = Clock()
    with SampleSite(now=clock, start_with=1) as site:
        clock.pass_by(days=1, hours=23)
        assert "<news:title>" in get(site, "/news-sitemap.xml").text
        clock.pass_by(hours=1)
        assert "<news:title>" not in get(site, "/news-sitemap.xml").text


def test_a_public_address_stands_everywhere_and_http_in_the_old_versions_enclosure() -> None:
    """Pages, feeds and answers name the public host; version 2.2 names the picture by http even so."""
    old = SampleSite(now=Clock(), manner="2.2", public_base="https://radar.example/")
    new = SampleSite(now=Clock(), manner="2.4", public_base="https://radar.example/")
    with old, new:
        for site, scheme in ((old, "http"), (new, "https")):
            assert site.publish(REAL) == site.url(REAL) == f"https://radar.example/{REAL}"
            text = get(site, FEED).text
            assert f'<enclosure url="{scheme}://radar.example/images/{REAL}.jpg" length="49398"' in text
            assert "127.0.0.1" not in text + get(site, "/").text + get(site, site.url(REAL)).text
        assert "Sitemap: https://radar.example/sitemap.xml" in get(new, "/robots.txt").text


def test_a_feed_stops_at_five_hundred_items() -> None:
    """The newest of the articles that a test hands in, with at most six keywords each."""
    pattern = load_articles()[0]
    many = [
        replace(pattern, slug=f"number-{number}", keywords=tuple("abcdefgh"), stamp_shift=timedelta(seconds=number))
        for number in range(510)
    ]
    with SampleSite(now=Clock(), articles=many) as site:
        for article in many:
            site.publish(article.slug)
        items = read_items(site)
        assert [item.url for item in items] == [site.url(f"number-{number}") for number in range(509, 9, -1)]
        assert {item.keywords for item in items} == {tuple("abcdef")}


def test_the_old_version_calls_every_picture_a_jpeg_and_the_new_one_goes_by_the_name() -> None:
    """The length is a stand-in in both."""
    for manner, kind in (("2.2", "image/jpeg"), ("2.4", "image/png")):
        with SampleSite(now=Clock(), manner=manner) as site:
            site.publish(IMPORTED)
            assert f'{IMPORTED}.png" length="49398" type="{kind}"/>' in get(site, FEED).text
