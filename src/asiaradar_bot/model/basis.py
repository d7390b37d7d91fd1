"""What a decision was made from: kept, so that it can be made again under other rules (`asiaradar replay`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.article import Article, ArticleId
from asiaradar_bot.model.decision import Decision
from asiaradar_bot.model.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHeadline:
    """
    A recent headline as the decision saw it: which revision of its article, and whether a post of it was on its way.
    """

    article_id: ArticleId
    revision: int
    posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """
    What the decision knew beside the article's revision, its own instant and the code.
    """

    read_at: datetime | None
    gone_at: datetime | None
    posted_as: str | None
    open_post: bool
    """True: a post of the article waited, so that even a skip was worded."""
    recent: tuple[SeenHeadline, ...]
    """By article."""
    recent_since: datetime
    """Headlines first seen before this were not looked at."""
    max_age: timedelta
    first_run_posts: bool
    policy_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """
    One decision with all that is needed to make it again.
    """

    article: Article
    """As it was when the decision was made."""
    decision: Decision
    basis: Basis
    draft: Draft | None
    """None: it was not worded, or not yet, or another decision came first."""
