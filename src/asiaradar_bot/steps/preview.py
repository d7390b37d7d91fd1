"""Page -> what would be sent, by the rules that really send; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asiaradar_bot.model.article import Article, ArticleId, ArticlePage, ArticleState, SourceItem
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.ports import Clock, Renderer, Store
from asiaradar_bot.rules.composing import marker_of, word_article
from asiaradar_bot.rules.eligibility import Situation, decide
from asiaradar_bot.rules.facts import merge_facts, names_of
from asiaradar_bot.rules.prices import price_of_post


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What an editor sees before anything is sent; `price_usd` is decimal text.
    """

    text: str
    weighted_length: int
    links: tuple[str, ...]
    price_usd: str
    decision: str
    reason: str
    alt_text: str | None
    problems: tuple[str, ...]


def preview_page(  # noqa: PLR0913 - all that a post is made of
    store: Store,
    renderer: Renderer,
    clock: Clock,
    *,
    url: str,
    page: ArticlePage,
    template: str | None,
    policy: Policy,
    limits: Limits,
    prices: Sequence[PriceList],
) -> Preview:
    """
    The post that this page would get now; an article on record keeps its number, and so its marker.

    Raises:
        InputError: the address can't be used.
    """
    now = clock.now()
    item = SourceItem(id=url, url=url)
    facts = merge_facts(item, page, now=now)
    with store.read() as tx:
        known = tx.articles.find_by_names(names_of(item, page, facts))
        recent = tx.articles.recent_headlines(now - policy.duplicate_window)
        seen = tx.account.find_on_timeline(names_of(item, page, facts))
    article = known or Article(
        id=ArticleId(0),
        url=facts.url,
        state=ArticleState.READ,
        source="preview",
        first_seen_at=now,
        facts=facts,
        revision=1,
        read_at=now,
    )
    article = replace(article, facts=facts, gone_at=None, read_at=now)
    situation = Situation(
        policy=policy,
        now=now,
        max_age=limits.max_age,
        first_run_posts=True,
        recent=recent,
        posted_as=seen[0].remote_id if seen else None,
    )
    decision = decide(article, situation)
    if template is not None:
        decision, policy = replace(decision, template=template), replace(policy, variants={})
    wording, _ = word_article(article, decision, render=renderer.render, policy=policy, marker=marker_of(article))
    described = bool(limits.pictures and facts.image and facts.image_alt)
    held = bool(wording.problems) and decision.verdict not in {"hold", "skip"}
    return Preview(
        text=wording.text,
        weighted_length=wording.weighted_length,
        links=wording.links,
        price_usd=str(price_of_post(wording.text, on=now.date(), lists=prices, described=int(described))),
        decision="hold" if held else decision.verdict.value,
        reason="; ".join(wording.problems) if held else decision.detail,
        alt_text=facts.image_alt if described else None,
        problems=wording.problems,
    )
