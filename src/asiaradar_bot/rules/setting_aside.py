"""An article at which our own rules break waits for a person, instead of stopping all others or being dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, TraceLine, Verdict
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.model.errors import AsiaRadarError
from asiaradar_bot.model.money import Billable, PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.composing import Render, draft_article
from asiaradar_bot.rules.eligibility import Situation, decide
from asiaradar_bot.rules.prices import price_of

_TOLD = 200
"""Characters of an error's own words that a sentence carries."""


def decide_or_set_aside(article: Article, situation: Situation) -> tuple[Decision, Exception | None]:
    """
    The decision; where a rule breaks, a hold that says so, with what broke.
    """
    try:
        return decide(article, situation), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this article alone
        why = _sentence("the rules broke at it", error)
        decision = Decision(
            article_id=article.id,
            revision=article.revision,
            verdict=Verdict.HOLD,
            news_class=NewsClass.NORMAL,
            reason=Reason.FAILED,
            detail=why,
            rule=None,
            template="article",
            not_before_at=None,
            expires_at=situation.now + situation.policy.expiry[NewsClass.NORMAL],
            trace=(TraceLine(check="rules", passed=False, detail=why),),
            decided_at=situation.now,
        )
        return decision, error


def draft_or_set_aside(
    article: Article,
    decision: Decision,
    *,
    now: datetime,
    render: Render,
    policy: Policy,
    prices: Sequence[PriceList],
) -> tuple[Draft, str, Exception | None]:
    """
    The draft and its link; where the wording breaks, a held one of headline and address, with what broke.

    Raises:
        SettingsError: no price list is in force on that day.
    """
    try:
        return *draft_article(article, decision, now=now, render=render, policy=policy, prices=prices), None
    except AsiaRadarError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this article alone
        draft = Draft(
            text=f"{article.facts.title}\n\n{article.facts.url}",
            template=decision.template,
            template_digest="",
            price_usd=str(price_of(Billable.POST_WITH_LINK, on=now.date(), lists=prices)),
            held_because=_sentence("its wording broke", error),
            due_at=max(now, decision.not_before_at or now),
            made_at=now,
        )
        return draft, article.facts.url, error


def _sentence(what: str, error: Exception) -> str:
    told = " ".join(str(error).split())[:_TOLD]
    return f"{what} ({type(error).__name__}: {told}): write its post by hand, and report this with the log"
