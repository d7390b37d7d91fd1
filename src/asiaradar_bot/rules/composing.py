"""From an article and its decision to the finished wording; the same for sending and for the preview."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import Decision, NewsClass, Verdict
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.wording import Skeleton, TemplateValue, Wording
from asiaradar_bot.rules.embargoes import facts_without_notice
from asiaradar_bot.rules.post_text import links, weighted_length
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.variants import template_to_render, variant_of
from asiaradar_bot.rules.wording import check_links_allowed, fill, post_link, variables_for

Render = Callable[[str, Mapping[str, TemplateValue]], Skeleton]


def marker_of(article: Article) -> str:
    """
    The post's own marker: made of what never changes about the article, so that it is the same on every attempt.
    """
    seed = f"{article.id}|{article.first_seen_at.isoformat()}"
    return "p" + hashlib.sha256(seed.encode()).hexdigest()[:10]


def word_article(
    article: Article, decision: Decision, *, render: Render, policy: Policy, marker: str
) -> tuple[Wording, str]:
    """
    The finished text of an article's post and its link; a broken template is a problem of the wording, not an error.
    """
    choices = policy.wording
    link = post_link(article.facts.url, marker=marker, choices=choices)
    breaking = (one for one in policy.rules if NewsClass.BREAKING in {one.news_class, one.verdict.value})
    marks = [word for rule in breaking for word in rule.keywords]
    facts = facts_without_notice(article.facts, policy)
    variables = variables_for(facts, news_class=decision.news_class, choices=choices, link=link, marks=marks)
    try:
        skeleton = render(template_to_render(policy, article, decision.template), variables)
    except TemplateError as error:
        text = f"{facts.title}\n\n{link}"
        broken = Wording(
            text=text, weighted_length=weighted_length(text), links=tuple(links(text)), problems=(str(error),)
        )
        return broken, link
    wording = fill(skeleton, link=link, language=article.facts.language, choices=choices)
    foreign = check_links_allowed(wording.text, policy.allowed_domains)
    problems = (*wording.problems, *foreign)
    return replace(wording, problems=problems, template_digest=skeleton.source_digest), link


def draft_article(
    article: Article,
    decision: Decision,
    *,
    now: datetime,
    render: Render,
    policy: Policy,
    prices: Sequence[PriceList],
) -> tuple[Draft, str]:
    """
    The draft of an article's post and its link; for the step that really composes, and for every replay of it.

    Raises:
        SettingsError: no price list is in force on that day.
    """
    wording, link = word_article(article, decision, render=render, policy=policy, marker=marker_of(article))
    draft = Draft(
        text=wording.text,
        template=decision.template,
        variant=variant_of(policy, article, decision.template),
        template_digest=wording.template_digest,
        price_usd=str(price_of_post(wording.text, on=now.date(), lists=prices)),
        held_because=_why_held(decision, wording),
        due_at=max(now, decision.not_before_at or now),
        made_at=now,
    )
    return draft, link


def is_worded(verdict: Verdict, *, open_post: bool) -> bool:
    """
    Whether a decision is to be worded: a skipped article only if a post of it waits, which is then held.
    """
    return verdict is not Verdict.SKIP or open_post


def _why_held(decision: Decision, wording: Wording) -> str | None:
    if decision.verdict in {Verdict.HOLD, Verdict.SKIP}:
        return decision.detail
    return "; ".join(wording.problems) or None
