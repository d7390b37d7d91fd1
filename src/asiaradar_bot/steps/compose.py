"""Decision -> queued or held post: renders, fills, checks; makes a waiting post anew when its article changed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.decision import Decision, NewsClass, Verdict
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import NewPost, Post, PostKind, PostState
from asiaradar_bot.ports import Clock, Renderer, Store, Transaction
from asiaradar_bot.rules.composing import marker_of
from asiaradar_bot.rules.prices import price_of_waiting
from asiaradar_bot.rules.setting_aside import draft_or_set_aside
from asiaradar_bot.rules.wording import primary_tag
from asiaradar_bot.steps.press import set_aside

_PER_TICK = 50
_log = logging.getLogger("asiaradar.compose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """
    How many posts were queued, held for a person, and made anew; and articles left alone, as a person wished.
    """

    queued: int = 0
    held: int = 0
    renewed: int = 0
    left: int = 0


def compose(
    store: Store,
    renderer: Renderer,
    clock: Clock,
    *,
    policy: Policy,
    limits: Limits,
    prices: Sequence[PriceList],
) -> Composed:
    """
    Word every decided article, each on its own: one at which something breaks does not stop the others.

    Raises:
        Exception: a post could not be put on record; raised after the others were; the next call tries again.
    """
    with store.read() as tx:
        waiting = [
            (article, tx.articles.list_decisions(article.id)[-1])
            for article in tx.articles.list_in_state(ArticleState.DECIDED, limit=_PER_TICK)
        ]
    counts = {"queued": 0, "held": 0, "renewed": 0, "left": 0}
    broken: Exception | None = None
    for article, decision in waiting:
        draft, link, trouble = draft_or_set_aside(
            article, decision, now=clock.now(), render=renderer.render, policy=policy, prices=prices
        )
        if trouble is not None:
            _log.error("article %s could not be worded", article.id, exc_info=trouble)
        new = _new_post(article, decision, draft, link)
        try:
            with store.begin() as tx:
                current = tx.articles.get(article.id)
                if current.revision != article.revision:
                    continue
                tx.replays.record_draft(decision.id, draft)
                result = _store(tx, article, decision, new, limits=limits, prices=prices)
                tx.articles.save(replace(current, state=ArticleState.DONE), was=current)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - it concerns this article alone; told below
            broken = broken or error
        else:
            counts[result] += 1
    if broken is not None:
        raise broken
    return Composed(**counts)


def _new_post(article: Article, decision: Decision, draft: Draft, link: str) -> NewPost:
    return NewPost(
        kind=PostKind.ARTICLE,
        state=PostState.QUEUED if draft.held_because is None else PostState.HELD,
        news_class=decision.news_class,
        text=draft.text,
        link=link,
        marker=marker_of(article),
        due_at=draft.due_at,
        expires_at=decision.expires_at,
        reason=draft.held_because or decision.detail,
        created_at=draft.made_at,
        price_usd=draft.price_usd,
        article_id=article.id,
        article_url=article.url,
        revision=article.revision,
        template=draft.template,
        variant=draft.variant,
        category=article.facts.categories[0] if article.facts.categories else None,
        language=primary_tag(article.facts.language or "") or None,
        picture_url=article.facts.image,
        alt_text=article.facts.image_alt if article.facts.image else None,
        not_before_at=decision.not_before_at,
        verified_at=article.read_at,
    )


def _store(
    tx: Transaction,
    article: Article,
    decision: Decision,
    new: NewPost,
    *,
    limits: Limits,
    prices: Sequence[PriceList],
) -> str:
    now = new.created_at
    why = new.reason if new.state is PostState.HELD else None
    posts = tx.posts.list_for_article(article.id, kind=PostKind.ARTICLE)
    standing = [post for post in posts if post.state is not PostState.CANCELLED]
    if standing:
        return _renew(tx, standing[-1], new, why=why, end=_end_now(tx, standing[-1], decision), prices=prices)
    if posts:
        return _leave(tx, posts[-1], now=now)
    if not limits.pictures:
        new = replace(new, picture_url=None, alt_text=None)
    new = replace(new, price_usd=str(price_of_waiting(new, on=now.date(), lists=prices)))
    added = tx.posts.add(new, who="bot")
    if why is not None:
        if decision.verdict is not Verdict.SKIP:
            tx.inbox.raise_alert("held", why, subject=f"post {added.id}", at=now)
        return "held"
    if decision.news_class is NewsClass.BREAKING:
        _move_back(tx, added, limits=limits, now=now)
    return "queued"


def _leave(tx: Transaction, cancelled: Post, *, now: datetime) -> str:
    """
    The article changed after somebody cancelled its post: that word stands, and people can bring the post back.

    No second post is made: the first one may have been unknown before, and stand on X.
    """
    why = f"the article changed, but its post {cancelled.id} was cancelled: it stays so until somebody brings it back"
    tx.audit.record(AuditEntry(at=now, who="bot", action="post.left", subject=f"post {cancelled.id}", why=why))
    return "left"


def _end_now(tx: Transaction, post: Post, decision: Decision) -> datetime | None:
    """
    The end of a waiting post's embargo, now that its article changed.

    It is the article's; an end that a person gave is only made later by it, and else stays until a person releases it.
    """
    earlier = [
        one
        for one in tx.articles.list_decisions(decision.article_id)
        if one.id < decision.id and one.revision <= (post.revision or 0)
    ]
    said = earlier[-1].not_before_at if earlier else post.not_before_at
    given, new = post.not_before_at, decision.not_before_at
    if new == said:
        return given
    return new if given is None or given == said else max(given, new or given)


def _renew(
    tx: Transaction,
    post: Post,
    new: NewPost,
    *,
    why: str | None,
    end: datetime | None,
    prices: Sequence[PriceList],
) -> str:
    """
    Put the new wording into a post that still waits; a text that a person froze stays as it is.
    """
    if post.state not in {PostState.QUEUED, PostState.HELD}:
        return "renewed"
    now = new.created_at
    changes: dict[str, object] = {"revision": new.revision, "verified_at": new.verified_at}
    if end != post.not_before_at:
        changes |= {"not_before_at": end, "due_at": _due_after(post, new), "expires_at": new.expires_at}
    if not post.text_frozen:
        price = str(price_of_waiting(replace(post, text=new.text), on=now.date(), lists=prices))
        changes |= {"text": new.text, "price_usd": price, "article_url": new.article_url, "link": new.link}
        changes |= {"template": new.template, "variant": new.variant}
    post = tx.posts.change(post, at=now, who="bot", why="the article changed", **changes)
    if why is not None and post.state is PostState.QUEUED:
        set_aside(tx, post, PostState.HELD, at=now, why=why)
        tx.inbox.raise_alert("held", why, subject=f"post {post.id}", at=now)
    return "renewed"


def _due_after(post: Post, new: NewPost) -> datetime:
    """
    The due time under another embargo: its end if that is later, now if only the old one was waited for.
    """
    if post.due_at == post.not_before_at:
        return new.due_at
    return max(post.due_at, new.due_at)


def _move_back(tx: Transaction, breaking: Post, *, limits: Limits, now: datetime) -> None:
    """
    Others that would go out within the gap after breaking news are moved behind it, visibly.
    """
    gap = limits.min_gap
    if gap <= timedelta(0):
        return
    behind = breaking.due_at + gap
    for post in tx.posts.list_queued():
        if post.id != breaking.id and post.news_class is not NewsClass.BREAKING and post.due_at < behind:
            tx.posts.change(
                post,
                at=now,
                who="bot",
                why=f"moved back by breaking post {breaking.id}",
                due_at=behind,
                reason=f"moved back to {behind:%H:%M:%S} UTC by breaking post {breaking.id}",
            )
