"""
Which wording of a template an article gets: by the article alone, never by chance, order or time.

The preview, the step `compose` and every replay ask the same question and so get the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.policy import Policy

ORIGINAL = "original"
"""The template itself, as one of its variants."""


def variant_of(policy: Policy, article: Article, template: str) -> str | None:
    """
    The variant that words this article; None: the template has only itself.

    The one whose hash with the article's address is highest: each gets an even share, and a variant that is added
    takes articles only for itself, none moves between the others.

    Source: Thaler and Ravishankar, IEEE/ACM Transactions on Networking 6 (1998), highest random weight.
    """
    if template not in policy.variants:
        return None
    return max((ORIGINAL, *policy.variants[template]), key=lambda name: _weight(article.facts.url, template, name))


def template_to_render(policy: Policy, article: Article, template: str) -> str:
    """
    The template whose source is rendered for this article.
    """
    name = variant_of(policy, article, template)
    return template if name is None or name == ORIGINAL else f"{template}-{name}"


def templates_of_variants(policy: Policy) -> Sequence[str]:
    """
    Every template that `template_to_render` may name because of variants.
    """
    return [
        template
        for name, variants in policy.variants.items()
        for template in (name, *(f"{name}-{variant}" for variant in variants))
    ]


def named_templates(policy: Policy) -> Sequence[str]:
    """
    Every template that the policy can choose for an article, in the order of the policy, once each.
    """
    named = [
        policy.default_template,
        *(choice.template for choice in policy.templates),
        *templates_of_variants(policy),
        *(rule.template for rule in policy.rules if rule.template is not None),
    ]
    return list(dict.fromkeys(named))


def _weight(url: str, template: str, name: str) -> bytes:
    return hashlib.sha256(f"{url}\n{template}\n{name}".encode()).digest()
