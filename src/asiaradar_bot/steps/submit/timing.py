"""When posts go out: move, embargo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.post import (
    LIVE,
    Post,
    PostId,
    PostState,
)
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.acts import Act
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.embargoes import is_of_embargo
from asiaradar_bot.rules.letting_out import (
    check_embargo,
    check_embargo_change,
    check_haste,
    check_not_sooner,
)
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.rules.when import read_end, read_when
from asiaradar_bot.steps.linked import ends_known
from asiaradar_bot.steps.submit.embargoed import embargo_end, embargoed_posts, free_slot
from asiaradar_bot.steps.submit.visit import Visit, as_kept, but_stays, parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing(Visit):
    """
    An editor who says when.
    """

    def move(self, post_id: int, *, due_at: datetime | None, version: int | None = None) -> Post:
        """
        Another time for a post and its thread, of which one holds the slot; None is the newsroom's next free slot.

        Raises:
            AccessError: it would go out at once, approved if it waits for that, and the person may not send at once.
            PostError: it is under embargo then.
        """
        self.person.check(Action.APPROVE)
        now, zone = self.clock.now(), self.policy.wording.zone
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.MOVE, post_id, version)
            slot = due_at is None
            due = due_at or free_slot(tx, parts, now=now, slots=self.policy.slots)
            check_embargo(as_kept(parts, self._kept(tx, parts), now=now), due, zone=zone)
            check_haste(self.person, due, now=now)
            before, then = in_both_zones(post.due_at, zone), in_both_zones(due, zone)
            why = but_stays(f"moved from {before} to {then}", tx, parts)
            moved = {
                part.id: tx.posts.change(
                    part, at=now, who=self.who, why=why, due_at=due, in_slot=slot and part is parts[0]
                )
                for part in parts
            }
            return moved.get(post.id, post)

    def read_due(self, post_id: int, words: str) -> datetime:
        """
        The instant that an editor's words mean for this post: a year ahead at most, counted from its embargo's end.

        Raises:
            InputError: they name no time that can be taken.
        """
        with self.store.read() as tx:
            end = embargo_end(parts_of(tx, Act.MOVE, tx.posts.get(PostId(post_id))))
        return read_when(words, now=self.clock.now(), zone=self.policy.wording.zone, embargo=end)

    def embargo(self, post_id: int, *, until: str | None, confirmed: bool = False, version: int | None = None) -> Post:
        """
        Say in words when the embargo of a post, and its thread, ends; None: it is over, the post may go out.

        A post that is due before the end is due at its end. One that waited for another end alone is due at the new
        one; released, it is due now, or in the next free slot where it would go at once and the person may not send at
        once. What lets it out earlier than before must be confirmed.

        Raises:
            InputError: the words name no time to come.
            AccessError: it lets the post out earlier, and a program says so that may not send at once.
            PostError: it lets the post out earlier, and is not confirmed.
        """
        self.person.check(Action.APPROVE)
        now, zone = self.clock.now(), self.policy.wording.zone
        end = now if until is None else read_end(until, now=now, zone=zone)
        with self.store.begin() as tx:
            post, parts = self._together(tx, Act.EMBARGO, post_id, version)
            held = self._kept(tx, parts)
            kept = as_kept(parts, held, now=now)
            if self.person.scopes is not None and not self.person.may(Action.PUBLISH_NOW):
                embargoed = embargoed_posts(tx, kept, policy=self.policy)
                unknown = [replace(one, not_before_at=None) for one in parts if held[one.id].is_open]
                check_not_sooner(unknown, end, who=self.who)
                check_not_sooner([part for part in kept if part.id in embargoed], end, who=self.who)
            check_embargo_change(kept, end, now=now, zone=zone, confirmed=confirmed)
            said = f"embargo until {in_both_zones(end, zone)}" if end > now else _released(kept, zone)
            why = but_stays(said, tx, parts)
            slot = self._slot_instead(tx, parts, now) if end <= now else None
            first = next((part for part in parts if _waits_for_embargo(part)), None)
            changed = {
                part.id: tx.posts.change(
                    part,
                    at=now,
                    who=self.who,
                    why=why,
                    not_before_at=end,
                    ends_said=ends_known(tx, part, policy=self.policy),
                    **self._times(part, end, slot=slot, holds_slot=slot is not None and part is first),
                    **({"reason": _standing(part, why)} if is_of_embargo(part.reason) else {}),
                )
                for part in parts
            }
            return changed.get(post.id, post)

    def due_if_released(self, tx: Transaction, post: Post) -> datetime:
        """
        When a post would be due if its embargo were released now, by the rule that the release follows.
        """
        now = self.clock.now()
        slot = self._slot_instead(tx, parts_of(tx, Act.EMBARGO, post), now)
        return (slot or now) if _waits_for_embargo(post) else max(post.due_at, now)

    def _slot_instead(self, tx: Transaction, parts: Sequence[Post], now: datetime) -> datetime | None:
        """
        The next free slot, where a release would send these parts at once and the person may not send at once.
        """
        at_once = any(part.state in LIVE and _waits_for_embargo(part) for part in parts)
        if not at_once or self.person.may(Action.PUBLISH_NOW):
            return None
        return next_slot(now, self.policy.slots, tx.posts.taken_slots(now))

    def _times(self, part: Post, end: datetime, *, slot: datetime | None, holds_slot: bool) -> dict[str, object]:
        """
        When a part is due, and how long it is news, once its embargo ends then.
        """
        news = self.policy.expiry[part.news_class]
        if _waits_for_embargo(part):
            due = slot or end
            return {"due_at": due, "in_slot": holds_slot, "expires_at": part.expires_at and due + news}
        return {
            "due_at": max(part.due_at, end),
            "in_slot": part.in_slot and part.due_at >= end,
            "expires_at": part.expires_at and max(part.expires_at, end + news),
        }


def _waits_for_embargo(part: Post) -> bool:
    """
    Whether it is due when its embargo ends, and for no other reason.
    """
    return part.not_before_at is not None and part.due_at == part.not_before_at


def _standing(part: Post, why: str) -> str:
    return f"{why}: it waits until somebody approves it" if part.state is PostState.HELD else why


def _released(parts: Sequence[Post], zone: str) -> str:
    end = embargo_end(parts)
    if end is None:
        return "embargo released, of which nobody knew the end"
    return f"embargo released, which was to end {in_both_zones(end, zone)}"
