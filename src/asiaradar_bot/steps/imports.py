"""A file of posts -> posts: planned first, written when somebody said yes; the same file brings nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import NewPost, PostId, PostKind, PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.four_eyes import EYES
from asiaradar_bot.rules.post_csv import CsvLine, read_lines
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.slots import next_slot


class Fate(StrEnum):
    """
    What becomes of a line.
    """

    NEW = "new"
    KNOWN = "known"
    """It is there already: nothing is done."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    A line with its fate.
    """

    line: CsvLine
    fate: Fate
    post_id: PostId | None = None
    """The post that it is, or that was made of it; None: there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """
    The tools of one editor's upload.
    """

    store: Store
    clock: Clock
    policy: Policy
    prices: Sequence[PriceList]
    person: Person
    four_eyes: bool = False
    """What one person brings waits for another, as what they write does."""

    def plan(self, content: bytes) -> list[Planned]:
        """
        What would become of each line; nothing is written.

        Raises:
            InputError: the file can't be read at all.
        """
        self.person.check(Action.WRITE)
        lines = read_lines(content, now=self.clock.now(), policy=self.policy)
        with self.store.read() as tx:
            return [_judge(tx, line) for line in lines]

    def bring_in(self, content: bytes) -> list[Planned]:
        """
        Make posts of the lines that are right and not there yet, all in one transaction; what became of each.

        Raises:
            InputError: the file can't be read at all.
        """
        self.person.check(Action.WRITE)
        lines = read_lines(content, now=self.clock.now(), policy=self.policy)
        with self.store.begin() as tx:
            return [self._bring_one(tx, _judge(tx, line)) for line in lines]

    def _bring_one(self, tx: Transaction, planned: Planned) -> Planned:
        if planned.fate is not Fate.NEW:
            return planned
        line, now = planned.line, self.clock.now()
        slot = next_slot(now, self.policy.slots, tx.posts.taken_slots(now)) if line.in_slot else None
        found = links(line.text)
        post = NewPost(
            kind=PostKind.MANUAL,
            state=PostState.DRAFT if line.is_draft else PostState.HELD if self.four_eyes else PostState.QUEUED,
            news_class=NewsClass.NORMAL,
            text=line.text,
            link=found[0] if found else None,
            marker=line.marker,
            due_at=slot or line.due_at or now,
            expires_at=None,
            reason=f"line {line.number} of a file that {self.person.who} brought"
            + (EYES if self.four_eyes and not line.is_draft else ""),
            created_at=now,
            price_usd=str(price_of_post(line.text, on=now.date(), lists=self.prices)),
            text_frozen=True,
            in_slot=slot is not None,
            approved_by=None if line.is_draft or self.four_eyes else self.person.who,
        )
        return Planned(line=line, fate=Fate.NEW, post_id=tx.posts.add(post, who=self.person.who).id)


def _judge(tx: Transaction, line: CsvLine) -> Planned:
    known = tx.posts.find_by_marker(line.marker)
    if known is None and line.post_id is not None:
        known = tx.posts.find(PostId(line.post_id))
    if known is not None:
        return Planned(line=line, fate=Fate.KNOWN, post_id=known.id)
    return Planned(line=line, fate=Fate.NEW if line.problem is None else Fate.WRONG)
