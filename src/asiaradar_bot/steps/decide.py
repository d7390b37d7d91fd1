"""Article -> decision: asks the rules, stores the answer with its trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from asiaradar_bot.model.article import Article, ArticleState
from asiaradar_bot.model.decision import Verdict
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.composing import is_worded
from asiaradar_bot.rules.eligibility import Situation
from asiaradar_bot.rules.eligibility import decide as decide_article
from asiaradar_bot.rules.fingerprint import policy_digest
from asiaradar_bot.rules.replaying import basis_of

_PER_TICK = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """
    How many articles got which verdict.
    """

    to_post: int = 0
    held: int = 0
    skipped: int = 0


def decide(store: Store, clock: Clock, *, policy: Policy, max_age: timedelta, first_run_posts: bool) -> Decided:
    """
    Decide every article whose facts are on record and not yet judged.
    """
    with store.read() as tx:
        waiting = tx.articles.list_in_state(ArticleState.READ, limit=_PER_TICK)
    if not waiting:
        return Decided()
    counts = dict.fromkeys(Verdict, 0)
    digest = policy_digest(policy)
    with store.begin() as tx:
        waiting = tx.articles.list_in_state(ArticleState.READ, limit=_PER_TICK)  # as they stand now
        recent_since = clock.now() - policy.duplicate_window
        recent = tx.articles.recent_headlines(recent_since)
        for article in waiting:
            situation = Situation(
                policy=policy,
                now=clock.now(),
                max_age=max_age,
                first_run_posts=first_run_posts,
                recent=recent,
                posted_as=_posted_as(tx, article),
            )
            decision = decide_article(article, situation)
            open_post = _has_open_post(tx, article)
            state = ArticleState.DECIDED if is_worded(decision.verdict, open_post=open_post) else ArticleState.DONE
            if not tx.articles.save(replace(article, state=state), was=article):
                continue
            decision = tx.articles.add_decision(decision)
            basis = basis_of(article, situation, open_post=open_post, recent_since=recent_since, policy_digest=digest)
            tx.replays.record_basis(decision, basis)
            counts[decision.verdict] += 1
            if decision.verdict in {Verdict.AUTO, Verdict.BREAKING}:
                recent = [
                    replace(headline, posted=True) if headline.article_id == article.id else headline
                    for headline in recent
                ]
    return Decided(
        to_post=counts[Verdict.AUTO] + counts[Verdict.BREAKING],
        held=counts[Verdict.HOLD],
        skipped=counts[Verdict.SKIP],
    )


def _posted_as(tx: Transaction, article: Article) -> str | None:
    for post in tx.posts.list_for_article(article.id):
        if post.state is PostState.PUBLISHED:
            return post.remote_id
    seen = tx.account.find_on_timeline(article.facts.url)
    return seen[0].remote_id if seen else None


def _has_open_post(tx: Transaction, article: Article) -> bool:
    return any(post.state in {PostState.QUEUED, PostState.HELD} for post in tx.posts.list_for_article(article.id))
