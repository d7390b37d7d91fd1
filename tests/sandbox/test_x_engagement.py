"""How posts do on the local X: counts that grow, repeat, and look like those of a news account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.sandbox.x import LocalX, StoredPost
from asiaradar_bot.sandbox.x.engagement import Counts, counts
from tests.sandbox.x_access import NOON, FixedClock, call, create, timeline

FIELDS = ("impressions", "likes", "reposts", "replies", "quotes", "bookmarks", "link_clicks", "profile_clicks")


def post(number: int = 1, *, at: datetime = NOON, links: tuple[str, ...] = ("https://radar.asia/1",)) -> StoredPost:
    """
    A post as the curve sees it.
    """
    return StoredPost(id=str(number), text="t", created_at=at, root_id="1", conversation_id="1", links=links)


def at_age(one: StoredPost, age: timedelta, *, seed: int = 1) -> Counts:
    """
    The counts of the post at this age.
    """
    return counts(one, now=one.created_at + age, seed=seed, reach=2500)


@given(number=st.integers(1, 10**18), minutes=st.lists(st.integers(0, 60 * 24 * 40), min_size=2, max_size=8))
def test_counts_never_shrink(number: int, minutes: list[int]) -> None:
    """However often one looks, no count is lower than before."""
    seen = [at_age(post(number), timedelta(minutes=one)) for one in sorted(minutes)]
    for name in FIELDS:
        values = [getattr(one, name) for one in seen]
        assert values == sorted(values)


def test_a_new_post_starts_at_nothing() -> None:
    """At the moment of posting, and before it, all counts are zero."""
    assert at_age(post(), timedelta(0)).engagements == at_age(post(), timedelta(hours=-1)).impressions == 0


def test_the_same_seed_and_id_repeat_and_others_differ() -> None:
    """The curve is repeatable; another seed or another post is another curve."""
    day = timedelta(days=1)
    assert at_age(post(1), day) == at_age(post(1), day)
    assert len({at_age(post(number), day).impressions for number in range(1, 20)}) > 15
    assert at_age(post(1), day, seed=1) != at_age(post(1), day, seed=2)


def test_the_evening_is_busier_than_the_night() -> None:
    """Three hours into a post of the evening (UTC+8) more readers came than into one of the small hours."""
    evening, night = NOON - timedelta(hours=1), NOON + timedelta(hours=6)
    span = timedelta(hours=3)
    seen = {at: mean(at_age(post(n, at=at), span).impressions for n in range(1, 60)) for at in (evening, night)}
    assert seen[evening] > 1.3 * seen[night]


def test_the_figures_are_those_of_a_news_account() -> None:
    """After a week a usual post has thousands of views, and reactions in the usual proportions."""
    seen = [at_age(post(n), timedelta(days=7)) for n in range(1, 200)]
    views = mean(one.impressions for one in seen)
    assert 1500 < views < 6000
    assert 0.004 < mean(one.likes for one in seen) / views < 0.016
    assert 0.008 < mean(one.link_clicks for one in seen) / views < 0.03
    assert mean(one.impressions for one in (at_age(post(n), timedelta(hours=1)) for n in range(1, 200))) < views / 2


def test_only_links_are_clicked_and_pictures_help() -> None:
    """No link, no link clicks; with a picture more readers."""
    day = timedelta(days=1)
    assert at_age(post(links=()), day).link_clicks == 0
    assert at_age(replace(post(), media_ids=("9",)), day).impressions > at_age(post(), day).impressions


def test_the_api_shows_growth_by_the_servers_clock() -> None:
    """Between two reads time passes on the server and the metrics have grown; private and public agree."""
    clock = FixedClock()
    with LocalX(now=clock) as x:
        create(x, "Chips https://radar.asia/chips")
        fields = {"tweet.fields": "public_metrics,non_public_metrics,organic_metrics"}
        clock.pass_by(hours=1)
        early = timeline(x, **fields)["data"][0]
        x.clock.advance(timedelta(days=2))
        late = timeline(x, **fields)["data"][0]
    assert late["public_metrics"]["impression_count"] > early["public_metrics"]["impression_count"] > 0
    views = {late[kind]["impression_count"] for kind in ("public_metrics", "non_public_metrics", "organic_metrics")}
    assert len(views) == 1
    assert late["non_public_metrics"]["engagements"] > late["non_public_metrics"]["url_link_clicks"] > 0


def test_own_replies_count_and_a_deleted_post_stands_still() -> None:
    """A reply of the account itself is a reply; after deletion nothing grows any more."""
    clock = FixedClock()
    with LocalX(now=clock) as x:
        first = create(x, "Part one")
        create(x, "Part two", reply={"in_reply_to_tweet_id": first})
        metrics = timeline(x, **{"tweet.fields": "public_metrics"})["data"][1]["public_metrics"]
        assert metrics["reply_count"] == 1
        clock.pass_by(hours=1)
        call(x, "DELETE", f"/2/tweets/{first}")
        gone = x.posts(deleted=True)[0]
    first_look = counts(gone, now=clock.instant, seed=1, reach=2500)
    assert counts(gone, now=clock.instant + timedelta(days=9), seed=1, reach=2500) == first_look
