"""The first sentence about an article says what is true now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from asiaradar_bot.model.decision import Reason, Verdict
from asiaradar_bot.model.post import Attempt, AttemptId, Post, PostId, PostState
from asiaradar_bot.rules.explaining import STANDS, explain
from tests.factories import NOON, make_article, make_decision, make_facts, make_post

ARTICLE = make_article(facts=make_facts(title="Gates"))
HELD = make_decision(article_id=ARTICLE.id, verdict=Verdict.HOLD, reason=Reason.SENSITIVE, detail="it speaks of «gold»")


def first(*posts: Post) -> str:
    """What is said first of an article that was held, with these posts."""
    return explain(ARTICLE, HELD, posts=posts, attempts=(), zone="UTC")[0]


def post(state: PostState, number: int = 7, **how: Any) -> Post:
    """A post of it."""
    return make_post(id=PostId(number), state=state, reason="because", due_at=NOON, **how)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PostState.PUBLISHED, "is on X: post 7 went out"),
        (PostState.QUEUED, "is queued as post 7"),
        (PostState.SENDING, "is just going out, as post 7"),
        (PostState.HELD, "waits for a person: because"),
        (PostState.DRAFT, "waits for a person: post 7 is a draft"),
        (PostState.UNKNOWN, "Nobody knows whether «Gates» is on X"),
        (PostState.REJECTED, "is not posted, X refused post 7: because"),
        (PostState.EXPIRED, "is not posted, post 7 expired: because"),
        (PostState.CANCELLED, "is not posted, post 7 was withdrawn: because"),
    ],
)
def test_it_is_what_became_of_its_post(state: PostState, words: str) -> None:
    """Whatever was decided of the article before."""
    assert words in first(post(state, published_at=NOON if state is PostState.PUBLISHED else None))
    assert set(STANDS) == set(PostState)


def test_without_a_post_the_decision_speaks() -> None:
    """As there is nothing later."""
    assert first() == "«Gates» waits for a person: it speaks of «gold»."


def test_what_is_on_x_speaks_before_what_is_not() -> None:
    """A post that was deleted, and the one in its place; alone it is told to be gone."""
    gone = post(PostState.PUBLISHED, 1, published_at=NOON, deleted_remotely_at=NOON + timedelta(hours=1))
    assert first(gone) == "«Gates» was on X as post 1, which is gone from there."
    out = post(PostState.PUBLISHED, 2, published_at=NOON)
    assert "post 2 went out" in first(gone, out, post(PostState.CANCELLED, 3))


def test_times_are_the_newsrooms_and_utc() -> None:
    """Of the decision, of an embargo, of a post that is gone, of an attempt."""
    decision = replace(HELD, decided_at=NOON, not_before_at=NOON)
    gone = post(PostState.PUBLISHED, published_at=NOON, deleted_remotely_at=NOON)
    tried = Attempt(id=AttemptId(1), post_id=gone.id, number=1, started_at=NOON, fence=1, owner="a", match_key="")
    said = explain(ARTICLE, decision, posts=[gone], attempts=[tried], zone="Asia/Tokyo")
    assert sum("2026-11-24 21:00 Tokyo (2026-11-24 12:00 UTC)" in line for line in said) == 4
