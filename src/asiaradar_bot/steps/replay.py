"""Recorded decisions -> what would differ today; reads the storage and templates, writes nothing and asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.basis import Recorded
from asiaradar_bot.model.decision import DecisionId
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.rules.fingerprint import policy_digest
from asiaradar_bot.rules.replaying import CHECKS, KINDS, Change, Course, Rulebook, differences, make_again

_PORTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    A decision that would not come out the same.
    """

    decision_id: DecisionId
    article_id: ArticleId
    revision: int
    url: str
    title: str
    decided_at: datetime
    changes: tuple[Change, ...]

    def is_about(self, kind: str) -> bool:
        """
        Whether anything of that kind (see `KINDS`) differs.
        """
        return any(change.what in KINDS[kind] for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """
    How a replay went.
    """

    decisions: int
    articles: int
    differing: tuple[Difference, ...]
    other_checks: int
    """Decisions that come out the same after other checks: a rule was added, removed or moved."""
    other_policy: int
    """Decisions that were made under another policy than today's."""
    other_limits: int
    """Decisions that were made under another `max_age_minutes` or `first_run`."""
    short_window: int
    """Decisions that looked less far back for near duplicates than today's would; what is older is not on record."""
    unrecorded: int
    """Decisions of the span that were made before records were kept, or whose record was removed since."""


def replay(store: Store, rules: Rulebook, *, since: datetime, until: datetime | None = None) -> Replayed:
    """
    Make every recorded decision of that span again, in its order and at its own instant.

    Raises:
        SettingsError: no price list is in force on one of the days.
    """
    with store.read() as tx:
        unrecorded = tx.replays.count_unrecorded(since, until)
    tally = _Tally(rules)
    after = DecisionId(0)
    while True:
        # A portion at a time: a long reading transaction would keep the bot from writing.
        with store.read() as tx:
            records = tx.replays.list_recorded(since, until, after=after, limit=_PORTION)
            tally.learn(tx, records)
        if not records:
            return tally.replayed(unrecorded)
        for record in records:
            tally.add(record)
        after = records[-1].decision.id


def replay_newest(store: Store, rules: Rulebook, *, articles: int) -> Replayed:
    """
    Make the newest recorded decision of each of the newest articles again.

    Raises:
        SettingsError: no price list is in force on one of the days.
    """
    tally = _Tally(rules)
    with store.read() as tx:
        records = tx.replays.list_newest(articles=articles)
        tally.learn(tx, records)
    for record in records:
        tally.add(record)
    return tally.replayed(0)


class _Tally:
    def __init__(self, rules: Rulebook) -> None:
        self._rules = rules
        self._digest = policy_digest(rules.policy)
        self._headlines: dict[tuple[ArticleId, int], Headline] = {}
        self._known: set[ArticleId] = set()
        self._course = Course(headline=lambda seen: self._headlines[seen.article_id, seen.revision])
        self._articles: set[ArticleId] = set()
        self._differing: list[Difference] = []
        self._counts: Counter[str] = Counter()

    def learn(self, tx: Transaction, records: Sequence[Recorded]) -> None:
        """
        Read the headlines that these decisions saw.
        """
        seen = {one.article_id for record in records for one in record.basis.recent}
        for headline in tx.replays.headlines(seen - self._known):
            self._headlines[headline.article_id, headline.revision] = headline
        self._known |= seen

    def add(self, record: Recorded) -> None:
        """
        Make one decision again.
        """
        rules, basis, decision = self._rules, record.basis, record.decision
        changes = differences(record, *make_again(record, rules, self._course))
        if any(change.what != CHECKS for change in changes):
            self._differing.append(_difference(record, changes))
        self._articles.add(record.article.id)
        self._counts["decisions"] += 1
        self._counts["checks"] += [change.what for change in changes] == [CHECKS]
        self._counts["policy"] += basis.policy_digest != self._digest
        self._counts["limits"] += (basis.max_age, basis.first_run_posts) != (rules.max_age, rules.first_run_posts)
        self._counts["window"] += decision.decided_at - rules.policy.duplicate_window < basis.recent_since

    def replayed(self, unrecorded: int) -> Replayed:
        """
        How it went.
        """
        return Replayed(
            decisions=self._counts["decisions"],
            articles=len(self._articles),
            differing=tuple(self._differing),
            other_checks=self._counts["checks"],
            other_policy=self._counts["policy"],
            other_limits=self._counts["limits"],
            short_window=self._counts["window"],
            unrecorded=unrecorded,
        )


def _difference(record: Recorded, changes: tuple[Change, ...]) -> Difference:
    return Difference(
        decision_id=record.decision.id,
        article_id=record.article.id,
        revision=record.article.revision,
        url=record.article.url,
        title=record.article.facts.title,
        decided_at=record.decision.decided_at,
        changes=changes,
    )
