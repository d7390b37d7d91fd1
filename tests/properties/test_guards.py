"""Nothing passes the last guard that any single reason speaks against."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post
from asiaradar_bot.rules.guards import Expire, Go, Guard, Hold, Wait, check_sendable, needs_verifying
from tests.factories import LINK, NOON, make_article, make_facts, make_post

MINUTE = timedelta(minutes=1)


def guard(post: Post, article: Article | None = None, *, on_timeline: str | None = None) -> Guard:
    """The guard's answer at noon, by the default policy and limits."""
    return check_sendable(post, article, now=NOON, policy=Policy(), limits=Limits(), on_timeline=on_timeline)


BAD_POSTS: list[tuple[dict[str, Any], type[Guard], str]] = [
    ({"expires_at": NOON}, Expire, "too old to be news"),
    ({"not_before_at": NOON + MINUTE}, Wait, "not to be sent before"),
    ({"text": "x" * 281}, Hold, "too long"),
    ({"text": " "}, Hold, "empty"),
    ({"text": f"Story https://evil.com/x\n{LINK}"}, Hold, "evil.com"),
    ({"text": f"Story of radar.asia\n{LINK}"}, Hold, "not meant"),
    ({"picture_url": "https://radar.asia/a.jpg"}, Wait, "picture"),
    ({"revision": 2}, Wait, "made anew"),
    ({"verified_at": None}, Wait, "looked at once more"),
    ({"verified_at": NOON - 3 * MINUTE}, Wait, "looked at once more"),
]
BAD_ARTICLES: list[tuple[Article, type[Guard], str]] = [
    (make_article(gone_at=NOON - MINUTE), Hold, "gone"),
    (make_article(facts=make_facts(noindex=True)), Hold, "not to be indexed"),
]


@pytest.mark.parametrize(("how", "kind", "why"), BAD_POSTS)
def test_each_reason_alone_is_enough(how: dict[str, Any], kind: type[Guard], why: str) -> None:
    """A sound post with just one thing against it does not go, and the sentence names it."""
    answer = guard(make_post(**how), make_article())
    assert isinstance(answer, kind)
    assert not isinstance(answer, Go)
    assert why in answer.why


@pytest.mark.parametrize("how", [{}, {"not_before_at": NOON - MINUTE}, {"not_before_at": NOON + MINUTE}])
def test_an_embargo_without_an_end_goes_nowhere(how: dict[str, Any]) -> None:
    """Whatever end of another one is known: a person must look."""
    answer = check_sendable(
        make_post(**how),
        make_article(),
        now=NOON,
        policy=Policy(),
        limits=Limits(),
        on_timeline=None,
        embargoed=True,
    )
    assert isinstance(answer, Hold)


@pytest.mark.parametrize(("article", "kind", "why"), BAD_ARTICLES)
def test_each_reason_of_the_article_is_enough(article: Article, kind: type[Guard], why: str) -> None:
    """A gone or withdrawn article holds its post."""
    answer = guard(make_post(), article)
    assert isinstance(answer, kind)
    assert not isinstance(answer, Go)
    assert why in answer.why


def test_a_sound_post_goes() -> None:
    """Nothing against it: Go; and a post that somebody made by hand of the same article holds it."""
    assert guard(make_post(), make_article()) == Go()
    held = guard(make_post(), make_article(), on_timeline="77")
    assert isinstance(held, Hold)
    assert "77" in held.why


@given(
    chosen=st.lists(st.sampled_from(BAD_POSTS), min_size=1, max_size=4),
    article=st.sampled_from([make_article(), *(one[0] for one in BAD_ARTICLES)]),
    on_timeline=st.none() | st.just("77"),
)
def test_reasons_never_cancel_each_other(
    chosen: list[tuple[dict[str, Any], type[Guard], str]], article: Article, on_timeline: str | None
) -> None:
    """Any mix of reasons stops the post, and one that is over is over whatever else is wrong."""
    how = {name: value for part, _, _ in chosen for name, value in part.items()}
    if how.get("verified_at") is None and "revision" in how:
        how.pop("verified_at", None)
    answer = guard(make_post(**how), article, on_timeline=on_timeline)
    assert not isinstance(answer, Go)
    assert isinstance(answer, Expire) == ("expires_at" in how)


@given(
    due=st.integers(-60, 60),
    seen=st.none() | st.integers(-60, 0),
    again=st.none() | st.integers(-60, 60),
    has_article=st.booleans(),
)
def test_verifying_is_asked_for_what_the_guard_would_wait_for(
    *, due: int, seen: int | None, again: int | None, has_article: bool
) -> None:
    """Just the posts of articles that are due soon, not seen lately and not told to wait are to be looked at."""
    post = make_post(
        due_at=NOON + due * MINUTE,
        verified_at=None if seen is None else NOON + seen * MINUTE,
        next_verify_at=None if again is None else NOON + again * MINUTE,
        article_id=1 if has_article else None,
    )
    asked = needs_verifying(post, now=NOON, limits=Limits(), ahead=MINUTE)
    stale = seen is None or seen < -2
    assert asked == (has_article and due <= 1 and (again is None or again <= 0) and stale)
    if asked:
        assert isinstance(guard(post, make_article()), Wait)
