"""A correction as a card: what changed, how grave it is, what was chosen, and what this person may do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.correction import Correction, CorrectionState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.article_diff import PartDiff, diff_facts

_TAKEN_BACK = frozenset({CorrectionState.ASKED, CorrectionState.DUE, CorrectionState.BY_HAND})


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionCard:
    """
    What a card shows.
    """

    id: int
    post_id: int
    version: int
    kind: str
    state: str
    headline: str
    """Of the article now, or the post's first line."""
    reasons: tuple[str, ...]
    why: str
    option: str | None
    text: str | None
    asked_by: str | None
    confirmed_by: str | None
    opened_at: datetime
    closed_at: datetime | None
    new_post_id: int | None
    new_remote_id: str | None
    diff: tuple[PartDiff, ...]
    may_agree: bool
    may_take_back: bool


def list_correction_cards(
    tx: Transaction, corrections: Iterable[Correction], *, person: Person
) -> list[CorrectionCard]:
    """
    Cards of these corrections, in their order.
    """
    return [_card(tx, one, person) for one in corrections]


def _card(tx: Transaction, one: Correction, person: Person) -> CorrectionCard:
    post = tx.posts.get(one.post_id)
    old, new = _facts(tx, one)
    return CorrectionCard(
        id=one.id,
        post_id=one.post_id,
        version=one.version,
        kind=one.kind,
        state=one.state,
        headline=new.title if new is not None and new.title else post.text.partition("\n")[0],
        reasons=one.reasons,
        why=one.why,
        option=one.option,
        text=one.text,
        asked_by=one.asked_by,
        confirmed_by=one.confirmed_by,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        new_post_id=one.new_post_id,
        new_remote_id=one.new_remote_id,
        diff=diff_facts(old, new) if old is not None and new is not None else (),
        may_agree=one.state is CorrectionState.ASKED and person.may(Action.DELETE) and one.asked_by != person.who,
        may_take_back=one.state in _TAKEN_BACK and person.may(Action.HOLD),
    )


def _facts(tx: Transaction, one: Correction) -> tuple[Facts | None, Facts | None]:
    if one.article_id is None:
        return None, None
    revisions = {revision.number: revision.facts for revision in tx.articles.list_revisions(one.article_id)}
    return revisions.get(one.old_revision or 1), revisions.get(one.new_revision or 1)
