"""The last questions before a post may go out; asked by the sender, and by the pages that say why a post waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import Post, PostId, PostKind
from asiaradar_bot.rules.addresses import same_article_key
from asiaradar_bot.rules.post_text import accidental_links, is_valid
from asiaradar_bot.rules.wording import foreign_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It may go out now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not yet; nothing is written."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person must look."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """Its time is over."""

    why: str


Guard = Go | Wait | Hold | Expire


def check_sendable(
    post: Post,
    article: Article | None,
    *,
    now: datetime,
    policy: Policy,
    limits: Limits,
    on_timeline: str | None,
    embargoed: bool = False,
    by_hand: PostId | None = None,
) -> Guard:
    """
    Whether the post itself may go out now; the account's own limits are another matter (`rules.slots`).

    `on_timeline` is the id of a post on our timeline that already leads to the article, None if there is none;
    `by_hand` is that post, if a person wrote it. `embargoed`: it leads to an article that speaks of an embargo, and
    nobody said when that ends.
    """
    if post.expires_at is not None and post.expires_at <= now:
        return Expire(why=f"too old to be news: its time was over at {post.expires_at:%Y-%m-%d %H:%M} UTC")
    if post.not_before_at is not None and post.not_before_at > now and not embargoed:
        return Wait(why=f"not to be sent before {post.not_before_at:%Y-%m-%d %H:%M} UTC")
    problem = text_problem(post, policy)
    if embargoed:
        problem = "its article speaks of an embargo, and nobody said when it ends"
    if problem is not None:
        return Hold(why=problem)
    if article is not None:
        twin = _told_already(on_timeline, by_hand)
        answer = _check_article(post, article, now=now, limits=limits, twin=twin)
        if answer is not None:
            return answer
    if post.picture_url is not None and now < picture_deadline(post, limits):
        return Wait(why="its picture is being fetched")
    return Go()


def picture_deadline(post: Post, limits: Limits) -> datetime:
    """
    Until when a queued post waits for its picture: the set time after it could go out, however old it is.
    """
    return max(post.created_at, post.due_at, post.not_before_at or post.due_at) + limits.picture_wait


def _told_already(on_timeline: str | None, by_hand: PostId | None) -> str | None:
    if by_hand is not None:
        return f"a post by hand already leads there: post {by_hand}"
    return None if on_timeline is None else f"post {on_timeline} on the timeline already leads to this article"


def _check_article(post: Post, article: Article, *, now: datetime, limits: Limits, twin: str | None) -> Guard | None:
    if (problem := twin or _article_problem(post, article)) is not None:
        return Hold(why=problem)
    if post.kind is PostKind.MANUAL:
        return None  # its words are a person's, and so is their time: nobody reads the page once more before
    if article.revision != post.revision:  # a text that somebody froze stays, yet the article may be under embargo now
        if post.text_frozen:
            return Wait(why="the article changed, and is being decided on anew")
        return Wait(why="the article changed, and the text is being made anew")
    if post.verified_at is None or post.verified_at + limits.verify < now:
        return Wait(why="the article is to be looked at once more before it goes out")
    return None


def _article_problem(post: Post, article: Article) -> str | None:
    if article.gone_at is not None:
        return f"the article was gone when last looked at, {article.gone_at:%Y-%m-%d %H:%M} UTC"
    if post.text_frozen and post.article_url is not None and _moved(post.article_url, article.url):
        return f"the article moved to {article.url}, and the text as a person left it leads elsewhere"
    if article.facts.noindex and post.kind is PostKind.ARTICLE:
        return "the article's page now asks not to be indexed"
    return None


def _moved(old: str, new: str) -> bool:
    return same_article_key(old) != same_article_key(new)


def text_problem(post: Post, policy: Policy) -> str | None:
    """
    Why the sender would not send this text; None: it would. A link that a person let stand is theirs to judge.
    """
    if not post.text.strip() or not is_valid(post.text):
        return "the text is empty, too long or holds characters that X refuses"
    foreign = foreign_links(post.text, policy.allowed_domains)
    if foreign:
        return f"the text links to {foreign[0]}, which is not an allowed domain (policy allowed_domains)"
    stray = accidental_links(post.text, [post.link] if post.link else [])
    if stray and not post.text_frozen:
        return f"the text holds a link that was not meant: {stray[0]}"
    return None


def needs_verifying(post: Post, *, now: datetime, limits: Limits, ahead: timedelta) -> bool:
    """
    True if the post is due within `ahead` and its article was not seen lately.
    """
    if post.article_id is None or post.kind is PostKind.MANUAL or post.due_at > now + ahead:
        return False
    if post.next_verify_at is not None and post.next_verify_at > now:
        return False
    return post.verified_at is None or post.verified_at + limits.verify < now
