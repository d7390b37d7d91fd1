"""What is to become of an article, in which class, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from asiaradar_bot.model.article import ArticleId

DecisionId = NewType("DecisionId", int)


class Verdict(StrEnum):
    """
    The four things that can become of an article.
    """

    AUTO = "auto"
    HOLD = "hold"
    SKIP = "skip"
    BREAKING = "breaking"


class NewsClass(StrEnum):
    """
    How urgent a post is: breaking goes first and moves others back; evergreen waits for room.
    """

    BREAKING = "breaking"
    NORMAL = "normal"
    EVERGREEN = "evergreen"


class Reason(StrEnum):
    """
    Why a decision fell as it did; every reason has a sentence in `rules/explaining.py`.
    """

    RULE = "rule"
    DEFAULT = "default"
    SEEDED = "seeded"
    TOO_OLD = "too_old"
    FUTURE_DATE = "future_date"
    EMBARGO = "embargo"
    BURST = "burst"
    FOREIGN_DOMAIN = "foreign_domain"
    NOT_AN_ARTICLE = "not_an_article"
    NOINDEX = "noindex"
    GONE = "gone"
    UNREADABLE = "unreadable"
    NO_TITLE = "no_title"
    SENSITIVE = "sensitive"
    NEAR_DUPLICATE = "near_duplicate"
    ALREADY_POSTED = "already_posted"
    ACCIDENTAL_LINK = "accidental_link"
    FOREIGN_MENTION = "foreign_mention"
    TEMPLATE_BROKEN = "template_broken"
    FAILED = "failed"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """
    One check on the way to a decision.
    """

    check: str
    """Name of the check or rule, e.g. `age`, `rule "opinion"`."""
    passed: bool
    """True: it let the article go on to the next check."""
    detail: str
    """One sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    The answer for one article at one revision, with the whole trace.
    """

    article_id: ArticleId
    revision: int
    verdict: Verdict
    news_class: NewsClass
    reason: Reason
    detail: str
    """One sentence that a reader of `articles why` gets first."""
    rule: str | None
    """Name of the policy rule that decided, if one did."""
    template: str
    not_before_at: datetime | None
    """Embargo or future stamp: not to be sent before this."""
    expires_at: datetime | None
    """After this it is no news any more."""
    trace: tuple[TraceLine, ...]
    decided_at: datetime
    decided_by: str = "bot"
    id: DecisionId = DecisionId(0)
    """0 until it is stored."""

    @property
    def speaks_of_embargo(self) -> bool:
        """
        Whether the article speaks of one, also where another check (its page is gone, for a moment) decided first.
        """
        if self.reason is Reason.FUTURE_DATE:
            return False
        return self.reason is Reason.EMBARGO or any(one.check == "embargo" and not one.passed for one in self.trace)
