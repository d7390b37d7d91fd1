"""From an article and its decision to the finished wording; the same for sending and for the preview."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import Decision
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.wording import Skeleton, TemplateValue, Wording
from asiaradar_bot.rules.post_text import links, weighted_length
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
    variables = variables_for(article.facts, news_class=decision.news_class, choices=choices, link=link)
    try:
        skeleton = render(decision.template, variables)
    except TemplateError as error:
        text = f"{article.facts.title}\n\n{link}"
        broken = Wording(
            text=text, weighted_length=weighted_length(text), links=tuple(links(text)), problems=(str(error),)
        )
        return broken, link
    wording = fill(skeleton, link=link, language=article.facts.language, choices=choices)
    foreign = check_links_allowed(wording.text, policy.allowed_domains)
    return replace(wording, problems=(*wording.problems, *foreign)), link
