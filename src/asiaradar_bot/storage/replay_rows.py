"""Records of decisions: what each was made from, in as few bytes as tell it exactly, and how it was worded."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article, ArticleId
from asiaradar_bot.model.basis import Basis, Recorded, SeenHeadline
from asiaradar_bot.model.decision import Decision, DecisionId
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.storage.article_rows import article_from_row, decision_from_row
from asiaradar_bot.storage.encoding import facts_from_json, to_json
from asiaradar_bot.storage.tables import articles, decision_records, decisions, instant, microseconds, revisions

_AT_ONCE = 200
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CODE = re.compile(r"[0-9a-z]|\([0-9a-z]+\)")


class SqlReplayRows:
    """
    Implements `ports.replay.ReplayRows`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_basis(self, decision: Decision, basis: Basis) -> None:
        """Append, for a decision that was just stored."""
        self._connection.execute(
            insert(decision_records).values(
                decision_id=decision.id, at=decision.decided_at, basis=basis_to_json(basis), draft=None
            )
        )

    def record_draft(self, decision_id: DecisionId, draft: Draft) -> None:
        """Add the wording to the decision's record; one without a record is passed over."""
        self._connection.execute(
            update(decision_records)
            .where(decision_records.c.decision_id == decision_id)
            .values(draft=_draft_to_json(draft))
        )

    def list_recorded(
        self, since: datetime, until: datetime | None, *, after: DecisionId, limit: int
    ) -> Sequence[Recorded]:
        """Decisions made from `since` to before `until` (None: now) that have a record, oldest first."""
        query = _recorded().where(decision_records.c.at >= since, decisions.c.id > after)
        if until is not None:
            query = query.where(decision_records.c.at < until)
        return self._read(self._connection.execute(query.order_by(decisions.c.id).limit(limit)).all())

    def list_newest(self, *, articles: int) -> Sequence[Recorded]:
        """The newest recorded decision of each of the newest articles that have one, oldest first."""
        newest = (
            select(func.max(decisions.c.id))
            .join(decision_records, decision_records.c.decision_id == decisions.c.id)
            .group_by(decisions.c.article_id)
            .order_by(decisions.c.article_id.desc())
            .limit(articles)
        )
        query = _recorded().where(decisions.c.id.in_(newest)).order_by(decisions.c.id)
        return self._read(self._connection.execute(query).all())

    def count_unrecorded(self, since: datetime, until: datetime | None) -> int:
        """How many decisions of that span have no record."""
        query = (
            select(func.count())
            .select_from(decisions)
            .outerjoin(decision_records, decision_records.c.decision_id == decisions.c.id)
            .where(decisions.c.decided_at >= since, decision_records.c.decision_id.is_(None))
        )
        if until is not None:
            query = query.where(decisions.c.decided_at < until)
        return self._connection.execute(query).scalar_one()

    def headlines(self, article_ids: Collection[ArticleId]) -> Sequence[Headline]:
        """The headline of every revision of these articles, as if not posted."""
        found: list[Headline] = []
        ordered = sorted(article_ids)
        for start in range(0, len(ordered), _AT_ONCE):
            query = (
                select(revisions.c.article_id, revisions.c.number, revisions.c.facts, articles.c.first_seen_at)
                .join(articles, articles.c.id == revisions.c.article_id)
                .where(revisions.c.article_id.in_(ordered[start : start + _AT_ONCE]))
            )
            found += [_headline(row) for row in self._connection.execute(query)]
        return found

    def forget(self, *, before: datetime) -> int:
        """Remove records of decisions made before then; the decisions stay. How many were removed."""
        return self._connection.execute(delete(decision_records).where(decision_records.c.at < before)).rowcount

    def _read(self, rows: Sequence[Any]) -> list[Recorded]:
        numbers = {row.article_id for row in rows}
        found = {
            row.id: article_from_row(row)
            for row in self._connection.execute(select(articles).where(articles.c.id.in_(numbers)))
        }
        return [_record(row, found[row.article_id]) for row in rows]


def _record(row: Any, article: Article) -> Recorded:
    basis = basis_from_json(row.basis)
    facts = facts_from_json(row.facts)
    then = replace(
        article, url=facts.url, facts=facts, revision=row.revision, read_at=basis.read_at, gone_at=basis.gone_at
    )
    draft = None if row.draft is None else _draft_from_json(row.draft)
    return Recorded(article=then, decision=decision_from_row(row), basis=basis, draft=draft)


def _recorded() -> Select[Any]:
    same = (revisions.c.article_id == decisions.c.article_id) & (revisions.c.number == decisions.c.revision)
    return (
        select(decisions, decision_records.c.basis, decision_records.c.draft, revisions.c.facts)
        .join(decision_records, decision_records.c.decision_id == decisions.c.id)
        .join(revisions, same)
    )


def _headline(row: Any) -> Headline:
    facts = facts_from_json(row.facts)
    return Headline(
        article_id=ArticleId(row.article_id),
        title=facts.title,
        url=facts.url,
        first_seen_at=row.first_seen_at,
        posted=False,
        revision=row.number,
    )


def basis_to_json(basis: Basis) -> str:
    """
    The basis as compact JSON; what is None or false is left out.
    """
    values = {
        "read": None if basis.read_at is None else microseconds(basis.read_at),
        "gone": None if basis.gone_at is None else microseconds(basis.gone_at),
        "as": basis.posted_as,
        "open": basis.open_post,
        "recent": _runs(basis.recent),
        "since": microseconds(basis.recent_since),
        "age": basis.max_age // timedelta(seconds=1),
        "first": basis.first_run_posts,
        "policy": basis.policy_digest,
    }
    return to_json({name: value for name, value in values.items() if value is not None and value is not False})


def basis_from_json(text: str) -> Basis:
    """
    The basis of `basis_to_json`.
    """
    values = json.loads(text)
    return Basis(
        read_at=instant(values["read"]) if "read" in values else None,
        gone_at=instant(values["gone"]) if "gone" in values else None,
        posted_as=values.get("as"),
        open_post=values.get("open", False),
        recent=tuple(_seen(values["recent"])),
        recent_since=instant(values["since"]),
        max_age=timedelta(seconds=values["age"]),
        first_run_posts=values.get("first", False),
        policy_digest=values["policy"],
    )


def _runs(recent: Sequence[SeenHeadline]) -> str:
    """
    One sign for each headline: `812:5545,903:3` are the articles 812 to 815 and 903.

    A sign is twice the revision, plus one if it was posted, to base 36, in brackets if it has more than one digit.
    """
    ordered = sorted(recent, key=lambda one: one.article_id)
    runs = groupby(enumerate(ordered), key=lambda pair: pair[1].article_id - pair[0])
    return ",".join(_run([headline for _, headline in run]) for _, run in runs)


def _run(headlines: Sequence[SeenHeadline]) -> str:
    return f"{headlines[0].article_id}:" + "".join(_sign(2 * one.revision + one.posted) for one in headlines)


def _sign(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits if len(digits) == 1 else f"({digits})"


def _seen(text: str) -> Iterable[SeenHeadline]:
    for run in filter(None, text.split(",")):
        first, _, signs = run.partition(":")
        for number, sign in enumerate(_CODE.findall(signs)):
            revision, posted = divmod(int(sign.strip("()"), len(_DIGITS)), 2)
            yield SeenHeadline(article_id=ArticleId(int(first) + number), revision=revision, posted=bool(posted))


def _draft_to_json(draft: Draft) -> str:
    values = {
        "text": draft.text,
        "template": draft.template,
        "variant": draft.variant,
        "digest": draft.template_digest,
        "price": draft.price_usd,
        "held": draft.held_because,
        "due": None if draft.due_at == draft.made_at else microseconds(draft.due_at),
        "made": microseconds(draft.made_at),
    }
    return to_json({name: value for name, value in values.items() if value is not None})


def _draft_from_json(text: str) -> Draft:
    values = json.loads(text)
    return Draft(
        text=values["text"],
        template=values["template"],
        variant=values.get("variant"),
        template_digest=values["digest"],
        price_usd=values["price"],
        held_because=values.get("held"),
        due_at=instant(values.get("due", values["made"])),
        made_at=instant(values["made"]),
    )
