"""Posts and articles as flat rows, the same for `--json`, the API, exports and programs."""

from __future__ import annotations

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.correction import ChainPost
from asiaradar_bot.model.decision import Decision
from asiaradar_bot.model.post import Attempt, Post


def post_row(post: Post) -> dict[str, object]:
    """
    The post as `posts list --json` prints it; times are aware, prices decimal text in USD.
    """
    return {
        "id": post.id,
        "state": post.state,
        "text": post.text,
        "article_url": post.article_url,
        "remote_id": post.remote_id,
        "due_at": post.due_at,
        "not_before_at": post.not_before_at,
        "reason": post.reason,
        "attempts": post.attempts,
        "class": post.news_class,
        "price_usd": post.price_usd,
        "version": post.version,
        "thread_id": post.thread_id,
        "part": post.part,
        "parts": post.parts,
        "pictures": [{"picture_id": one.picture_id, "alt_text": one.alt_text} for one in post.pictures],
        "deleted_remotely_at": post.deleted_remotely_at,
        "corrects": post.corrects_id,
    }


def chain_row(link: ChainPost) -> dict[str, object]:
    """
    One post of a chain of corrections; `option` says how it came to be, null for the original.
    """
    return {
        "post": link.post.id,
        "state": link.post.state,
        "corrects": link.post.corrects_id,
        "option": None if link.made_by is None else link.made_by.option,
        "remote_id": link.post.remote_id,
        "deleted_remotely_at": link.post.deleted_remotely_at,
    }


def attempt_row(attempt: Attempt) -> dict[str, object]:
    """
    One try to send a post.
    """
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "answer_class": attempt.answer_class,
        "remote_id": attempt.remote_id,
        "error": attempt.error,
        "finished_at": attempt.finished_at,
    }


def article_row(article: Article, decision: Decision | None) -> dict[str, object]:
    """
    The article with its newest decision as `articles list --json` prints it; None: not decided yet.
    """
    return {
        "id": article.id,
        "state": article.state,
        "verdict": decision.verdict if decision else None,
        "reason": decision.detail if decision else None,
        "title": article.facts.title,
        "url": article.url,
        "first_seen_at": article.first_seen_at,
    }
