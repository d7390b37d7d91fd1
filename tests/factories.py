"""Nouns with true-to-life defaults; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article, ArticleId, ArticlePage, ArticleState, Facts
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, Verdict
from asiaradar_bot.model.outcome import RemotePost
from asiaradar_bot.model.post import Attempt, AttemptId, NewPost, Post, PostId, PostKind, PostState
from asiaradar_bot.ports import Store
from asiaradar_bot.rules.addresses import same_article_key

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://radar.asia/port-of-busan-counts-its-busiest-year"
LINK = f"{URL}?utm_id=p0123456789"
_MARKERS = count(1)


def make_facts(**how: Any) -> Facts:
    """What is held to be true of an article of this morning."""
    values: dict[str, Any] = {
        "url": URL,
        "title": "Port of Busan counts its busiest year",
        "summary": "Containers rose by a tenth. The port will add two berths next year.",
        "published_at": NOON - timedelta(minutes=10),
        "categories": ("business",),
        "language": "en",
    }
    return Facts(**{**values, **how})


def make_article(*, facts: Facts | None = None, **how: Any) -> Article:
    """An article that was read and waits for its decision."""
    facts = facts or make_facts()
    values: dict[str, Any] = {
        "id": ArticleId(1),
        "url": facts.url,
        "state": ArticleState.READ,
        "source": "latest",
        "first_seen_at": NOON - timedelta(minutes=5),
        "facts": facts,
        "revision": 1,
        "read_at": NOON,
    }
    return Article(**{**values, **how})


def make_decision(**how: Any) -> Decision:
    """That article 1 is posted, as nothing speaks against it."""
    values: dict[str, Any] = {
        "article_id": ArticleId(1),
        "revision": 1,
        "verdict": Verdict.AUTO,
        "news_class": NewsClass.NORMAL,
        "reason": Reason.DEFAULT,
        "detail": "it is fresh",
        "rule": None,
        "template": "article",
        "not_before_at": None,
        "expires_at": None,
        "trace": (),
        "decided_at": NOON,
    }
    return Decision(**{**values, **how})


def make_page(facts: Facts | None = None, **how: Any) -> ArticlePage:
    """The article's page, saying just what the facts say."""
    facts = facts or make_facts()
    values: dict[str, Any] = {
        "requested_url": facts.url,
        "final_url": facts.url,
        "canonical_url": facts.url,
        "is_article": facts.is_article,
        "noindex": facts.noindex,
        "title": facts.title,
        "summary": facts.summary,
        "published_at": facts.published_at,
        "updated_at": facts.updated_at,
        "authors": facts.authors,
        "categories": facts.categories,
        "keywords": facts.keywords,
        "image": facts.image,
        "image_alt": facts.image_alt,
        "language": facts.language,
    }
    return ArticlePage(**{**values, **how})


def make_headline(title: str, **how: Any) -> Headline:
    """A headline of another article, seen an hour ago."""
    values: dict[str, Any] = {
        "article_id": ArticleId(99),
        "url": "https://radar.asia/another",
        "first_seen_at": NOON - timedelta(hours=1),
        "posted": False,
    }
    return Headline(title=title, **{**values, **how})


def make_post(**how: Any) -> Post:
    """A queued post of an article, due now, its article just seen."""
    values: dict[str, Any] = {
        "id": PostId(1),
        "version": 1,
        "kind": PostKind.ARTICLE,
        "state": PostState.QUEUED,
        "news_class": NewsClass.NORMAL,
        "text": f"Port of Busan counts its busiest year\n{LINK}",
        "link": LINK,
        "marker": "p0123456789",
        "due_at": NOON,
        "expires_at": NOON + timedelta(hours=24),
        "reason": "it is fresh",
        "created_at": NOON,
        "price_usd": "0.200",
        "article_id": ArticleId(1),
        "article_url": URL,
        "revision": 1,
        "verified_at": NOON,
    }
    return Post(**{**values, **how})


def new_post(**how: Any) -> NewPost:
    """A post before it is stored, with a marker of its own and of no article."""
    post = make_post(**{"marker": f"made{next(_MARKERS)}", "article_id": None, "revision": None, **how})
    return NewPost(**{name: getattr(post, name) for name in NewPost.__dataclass_fields__})


def add_post(store: Store, state: PostState = PostState.QUEUED, **how: Any) -> Post:
    """The stored post in that state; one that is published has the id 77 on X."""
    out = state is PostState.PUBLISHED
    with store.begin() as tx:
        post = tx.posts.add(new_post(state=PostState.UNKNOWN if out else state, **how), who="bot")
        if out:
            post = tx.posts.move(
                post, state, at=NOON, who="bot", why="test", by_person=True, remote_id="77", published_at=NOON
            )
    return post


def make_attempt(post: Post, **how: Any) -> Attempt:
    """An open attempt of the post that began now."""
    values: dict[str, Any] = {
        "id": AttemptId(1),
        "post_id": post.id,
        "number": 1,
        "started_at": NOON,
        "fence": 1,
        "owner": "one",
        "match_key": "",
    }
    return Attempt(**{**values, **how})


def make_remote(text: str, **how: Any) -> RemotePost:
    """A post on our timeline, made a second from now."""
    values: dict[str, Any] = {"id": "1000", "created_at": NOON + timedelta(seconds=1), "links": ()}
    return RemotePost(text=text, **{**values, **how})


def add_article(
    store: Store, *, not_before_at: datetime | None = None, reason: Reason | None = None, **how: Any
) -> Article:
    """A stored article that goes by its address, decided; with `reason` alone it is held for that."""
    with store.begin() as tx:
        made = make_article(**{"state": ArticleState.DONE, **how})
        article = tx.articles.add(made, names=[f"url:{same_article_key(made.url)}"])
        told = {} if reason is None else {"reason": reason, "verdict": Verdict.HOLD}
        tx.articles.add_decision(make_decision(article_id=article.id, not_before_at=not_before_at, **told))
    return article
