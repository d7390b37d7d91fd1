"""Article -> decision: asks the rules, stores the answer with its trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from asiaradar_bot.model.article import Article, ArticleId, ArticleState
from asiaradar_bot.model.decision import Verdict
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostKind, PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.rules.composing import is_worded
from asiaradar_bot.rules.eligibility import Situation
from asiaradar_bot.rules.fingerprint import policy_digest
from asiaradar_bot.rules.replaying import basis_of
from asiaradar_bot.rules.setting_aside import decide_or_set_aside

_PER_TICK = 600
_log = logging.getLogger("asiaradar.decide")


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
    Decide every article whose facts are on record and not yet judged: all in one transaction, or, where one of them
    can't be put on record, each in its own, so that it does not stop the others.

    Raises:
        Exception: a decision could not be put on record; raised after the others were; the next call tries again.
    """
    with store.read() as tx:
        outdated = tx.articles.list_outdated(limit=_PER_TICK)
        waiting = [article.id for article in tx.articles.list_in_state(ArticleState.READ, limit=_PER_TICK)]
    if outdated:
        # They changed while their post could not be made anew: it was on its way to X, or withdrawn, and waits again.
        with store.begin() as tx:
            for article in outdated:
                tx.articles.save(replace(article, state=ArticleState.READ), was=article)
        waiting += [article.id for article in outdated]
    if not waiting:
        return Decided()
    bench = _Bench(store, clock, policy=policy, max_age=max_age, first_run_posts=first_run_posts)
    try:
        counts = bench.judge(waiting)
    except StorageError:
        raise
    except Exception:  # noqa: BLE001 - whichever article it was, `_each` finds it and raises this again
        counts = _each(bench, waiting)
    return Decided(
        to_post=counts[Verdict.AUTO] + counts[Verdict.BREAKING],
        held=counts[Verdict.HOLD],
        skipped=counts[Verdict.SKIP],
    )


def _each(bench: _Bench, waiting: Sequence[ArticleId]) -> Mapping[Verdict, int]:
    counts = dict.fromkeys(Verdict, 0)
    broken: Exception | None = None
    for article_id in waiting:
        try:
            judged = bench.judge([article_id])
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - it concerns this article alone; told below
            broken = broken or error
        else:
            counts = {verdict: number + judged[verdict] for verdict, number in counts.items()}
    if broken is not None:
        raise broken
    return counts


class _Bench:
    """
    Where articles are judged.
    """

    def __init__(
        self, store: Store, clock: Clock, *, policy: Policy, max_age: timedelta, first_run_posts: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._max_age = max_age
        self._first_run_posts = first_run_posts
        self._digest = policy_digest(policy)

    def judge(self, article_ids: Sequence[ArticleId]) -> Mapping[Verdict, int]:
        """
        Decide these in one transaction, as they stand now; how many got which verdict.
        """
        counts = dict.fromkeys(Verdict, 0)
        with self._store.begin() as tx:
            recent_since = self._clock.now() - self._policy.duplicate_window
            recent = tx.articles.recent_headlines(recent_since)
            for article in (tx.articles.get(one) for one in article_ids):
                if article.state is not ArticleState.READ:
                    continue
                situation = Situation(
                    policy=self._policy,
                    now=self._clock.now(),
                    max_age=self._max_age,
                    first_run_posts=self._first_run_posts,
                    recent=recent,
                    posted_as=_posted_as(tx, article),
                )
                decision, trouble = decide_or_set_aside(article, situation)
                if trouble is not None:
                    _log.error("article %s could not be decided", article.id, exc_info=trouble)
                open_post = _has_open_post(tx, article)
                state = ArticleState.DECIDED if is_worded(decision.verdict, open_post=open_post) else ArticleState.DONE
                if not tx.articles.save(replace(article, state=state), was=article):
                    continue
                decision = tx.articles.add_decision(decision)
                basis = basis_of(
                    article, situation, open_post=open_post, recent_since=recent_since, policy_digest=self._digest
                )
                tx.replays.record_basis(decision, basis)
                counts[decision.verdict] += 1
                if decision.verdict in {Verdict.AUTO, Verdict.BREAKING}:
                    recent = [
                        replace(headline, posted=True) if headline.article_id == article.id else headline
                        for headline in recent
                    ]
        return counts


def _posted_as(tx: Transaction, article: Article) -> str | None:
    for post in tx.posts.list_for_article(article.id):
        if post.state is PostState.PUBLISHED:
            return post.remote_id
    seen = tx.account.find_on_timeline([*tx.articles.list_names(article.id), *link_names([article.facts.url])])
    return seen[0].remote_id if seen else None


def _has_open_post(tx: Transaction, article: Article) -> bool:
    own = tx.posts.list_for_article(article.id, kind=PostKind.ARTICLE)
    return any(post.state in {PostState.QUEUED, PostState.HELD} for post in own)
