"""Figures out of X's answers, in the old words and the new ones."""

from __future__ import annotations

import pytest

from asiaradar_bot.adapters.x_account.readings import lacks_metrics, read_readings
from asiaradar_bot.model.engagement import Figures
from asiaradar_bot.model.errors import CannotReadError

PUBLIC = {"like_count": 2, "reply_count": 0, "quote_count": 1, "bookmark_count": 3, "impression_count": 90}
PRIVATE = {"impression_count": 90, "url_link_clicks": 4, "user_profile_clicks": 5, "engagements": 20}


@pytest.mark.parametrize(
    ("reposts", "history"),
    [("retweet_count", "edit_history_tweet_ids"), ("repost_count", "edit_history_post_ids")],
)
def test_both_vocabularies_say_the_same(reposts: str, history: str) -> None:
    """Old and new words give the same figures and versions."""
    row = {"id": "9", history: ["7", "9"], "public_metrics": {**PUBLIC, reposts: 6}, "non_public_metrics": PRIVATE}
    (reading,) = read_readings({"data": [row], "meta": {"result_count": 1}}).posts
    assert reading.versions == ("7", "9")
    assert reading.figures == Figures(
        impressions=90,
        likes=2,
        reposts=6,
        replies=0,
        quotes=1,
        bookmarks=3,
        link_clicks=4,
        profile_clicks=5,
        engagements=20,
    )


def test_what_x_does_not_tell_is_unknown() -> None:
    """Missing metrics, and ones that are no counts, are None; an empty edit history means the post itself."""
    row = {"id": "9", "edit_history_tweet_ids": [""], "public_metrics": {"like_count": "many"}}
    (reading,) = read_readings({"data": [row], "meta": {}}).posts
    assert (reading.versions, reading.figures) == (("9",), Figures())


@pytest.mark.parametrize(
    ("kind", "complete"),
    [("resource-not-found", True), ("not-authorized-for-field", True), ("service-unavailable", False)],
)
def test_errors_beside_the_posts(kind: str, complete: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A post that is gone and a figure that is private are answers; any other error makes absence mean nothing."""
    answer = {"data": [{"id": "9"}], "errors": [{"type": f"https://api.x.com/2/problems/{kind}"}]}
    assert read_readings(answer).complete is complete


def test_more_pages_make_absence_mean_nothing() -> None:
    """With a next page, or fewer posts than announced, the answer is not complete."""
    assert not read_readings({"data": [{"id": "9"}], "meta": {"result_count": 1, "next_token": "t"}}).complete
    assert not read_readings({"data": [{"id": "9"}], "meta": {"result_count": 2}}).complete
    assert read_readings({"meta": {"result_count": 0}}).complete


@pytest.mark.parametrize("answer", [None, [], {}, {"data": {}}, {"data": [{}]}, {"data": ["x"]}])
def test_a_broken_answer_is_refused(answer: object) -> None:
    """What can't be understood is no answer."""
    with pytest.raises(CannotReadError):
        read_readings(answer)


def test_dropped_field_names_are_noticed() -> None:
    """Posts without any figures mean that X does not know the names that were asked for."""
    assert lacks_metrics({"data": [{"id": "9"}]})
    assert not lacks_metrics({"data": [{"id": "9", "public_metrics": PUBLIC}]})
    assert not lacks_metrics({"meta": {"result_count": 0}})
