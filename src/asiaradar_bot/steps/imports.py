"""A file of posts -> posts: planned first, written when somebody said yes; the same file brings nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import AccessError, InputError
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import NewPost, PostId, PostKind, PostState
from asiaradar_bot.ports import Clock, Store, Transaction
from asiaradar_bot.rules.four_eyes import EYES
from asiaradar_bot.rules.letting_out import check_haste
from asiaradar_bot.rules.linking import lint_links
from asiaradar_bot.rules.post_csv import CsvLine, read_lines
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.steps.linked import kept_until, known_links, lead_of, with_kept


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
    remarks: tuple[str, ...] = ()
    """What is worth a second look about where its links lead."""


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
            return [self._judge(tx, line) for line in lines]

    def bring_in(self, content: bytes) -> list[Planned]:
        """
        Make posts of the lines that are right and not there yet, all in one transaction; what became of each.

        Raises:
            InputError: the file can't be read at all.
        """
        self.person.check(Action.WRITE)
        lines = read_lines(content, now=self.clock.now(), policy=self.policy)
        with self.store.begin() as tx:
            return [self._bring_one(tx, self._judge(tx, line)) for line in lines]

    def _bring_one(self, tx: Transaction, planned: Planned) -> Planned:
        if planned.fate is not Fate.NEW:
            return planned
        line, now = planned.line, self.clock.now()
        slot = next_slot(now, self.policy.slots, tx.posts.taken_slots(now)) if line.in_slot else None
        found = links(line.text)
        lead = lead_of(tx, line.text, policy=self.policy, now=now)
        end = kept_until([lead], now=now)
        if end is not None and line.in_slot:
            slot = next_slot(end, self.policy.slots, tx.posts.taken_slots(now))
        is_open = lead.held.is_open and not line.is_draft
        waits = self.four_eyes or is_open
        eyes = EYES if self.four_eyes and not line.is_draft else ""
        reason = f"line {line.number} of a file that {self.person.who} brought{eyes}"
        post = NewPost(
            kind=PostKind.MANUAL,
            state=PostState.DRAFT if line.is_draft else PostState.HELD if waits else PostState.QUEUED,
            news_class=NewsClass.NORMAL,
            text=line.text,
            link=found[0] if found else None,
            marker=line.marker,
            due_at=max(slot or _due_of(line, now), end or now),
            expires_at=None,
            reason=with_kept(reason, end, zone=self.policy.wording.zone, is_open=is_open),
            created_at=now,
            price_usd=str(price_of_post(line.text, on=now.date(), lists=self.prices)),
            text_frozen=True,
            in_slot=slot is not None,
            approved_by=None if line.is_draft or waits else self.person.who,
            not_before_at=end,
            **lead.fields,
        )
        return replace(planned, post_id=tx.posts.add(post, who=self.person.who).id)

    def _judge(self, tx: Transaction, line: CsvLine) -> Planned:
        brought = tx.posts.find_by_marker(line.marker)
        if brought is not None:
            return Planned(line=line, fate=Fate.KNOWN, post_id=brought.id)
        named = None if line.post_id is None else tx.posts.find(PostId(line.post_id))
        if named is not None and named.text == line.text:
            return Planned(line=line, fate=Fate.KNOWN, post_id=named.id)
        if named is not None:
            other = f"post {named.id} has another text: a file changes no posts; empty the column «id» to make new ones"
            return Planned(line=replace(line, problem=other), fate=Fate.WRONG)
        if line.problem is not None:
            return Planned(line=line, fate=Fate.WRONG)
        now = self.clock.now()
        found = lint_links(known_links(tx, line.text, policy=self.policy), now=now, zone=self.policy.wording.zone)
        problem = next((lint.sentence for lint in found if lint.blocks and not line.is_draft), self._haste(tx, line))
        if problem is not None:
            return Planned(line=replace(line, problem=problem), fate=Fate.WRONG)
        return Planned(line=line, fate=Fate.NEW, remarks=tuple(lint.sentence for lint in found))

    def _haste(self, tx: Transaction, line: CsvLine) -> str | None:
        """
        Why a line may not be queued for its time, by the rule that Compose has.
        """
        if line.is_draft or line.in_slot or self.four_eyes:
            return None
        now = self.clock.now()
        lead = lead_of(tx, line.text, policy=self.policy, now=now)
        if lead.held.is_open:  # it is held until somebody says when that embargo ends
            return None
        try:
            check_haste(self.person, max(_due_of(line, now), kept_until([lead], now=now) or now), now=now)
        except AccessError as error:
            return str(error)
        return None


def _due_of(line: CsvLine, now: datetime) -> datetime:
    """
    Its time; a draft has none, and is due when somebody approves it.

    Raises:
        InputError: it has none and is no draft: nothing goes out because its time was not read.
    """
    if line.due_at is None and not line.is_draft:
        raise InputError(f"line {line.number} of the file has no time that could be read: write it as in Compose")
    return line.due_at or now
