"""What webhooks are told of changes, in which order, and when a failing one is given up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.program import Event, Webhook

GAP = timedelta(seconds=60)
"""A number missing in the audit may belong to a transaction that is not over yet; none of ours lasts this long."""
GIVE_UP = timedelta(days=3)
"""A webhook that took nothing for so long is stopped, and people are told."""
_PUBLIC = ("post.", "article.", "account.", "kill_switch.", "safe_mode.", "correction.")
"""Nothing of people, sign-ins, tokens and settings leaves the house."""
_PATTERN = re.compile(r"[a-z_]+\.(\*|[a-z_]+)")


def check_events(names: Sequence[str]) -> tuple[str, ...]:
    """
    The names without repeats, in order; empty stands for all.

    Raises:
        InputError: one is no name of a change.
    """
    for name in names:
        if not _PATTERN.fullmatch(name) or not name.startswith(_PUBLIC):
            raise InputError(
                f"«{name[:60]}» is no change that a webhook can be told of: take names such as post.published, "
                f"or {', '.join(prefix + '*' for prefix in _PUBLIC)}"
            )
    return tuple(dict.fromkeys(names))


def is_wanted(webhook: Webhook, action: str) -> bool:
    """
    Whether the webhook is to be told of this change.
    """
    if not action.startswith(_PUBLIC):
        return False
    return not webhook.events or any(
        action == name or (name.endswith("*") and action.startswith(name[:-1])) for name in webhook.events
    )


def settled(events: Iterable[Event], *, after: int, now: datetime) -> Iterator[Event]:
    """
    The events that nothing can come in between any more, in their order.

    Two transactions may take their numbers in one order and end in the other; so it is waited at a young gap.
    """
    expected = after + 1
    for event in events:
        if event.number > expected and now - event.entry.at < GAP:
            return
        yield event
        expected = event.number + 1


def body_of(event: Event, *, post: Mapping[str, object] | None) -> dict[str, object]:
    """
    What is told of a change; `post` is the post it is about, as it is now.

    Source: Standard Webhooks specification (type, timestamp, data).
    """
    entry = event.entry
    return {
        "type": entry.action,
        "timestamp": entry.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "subject": entry.subject,
            "who": entry.who,
            "why": entry.why,
            "before": dict(entry.before),
            "after": dict(entry.after),
            "post": None if post is None else dict(post),
        },
    }


class DeliveryState(StrEnum):
    """
    How it stands with one change and one webhook.
    """

    TOLD = "told"
    WAITING = "waiting"
    FAILING = "failing"
    """It was tried, and is tried again."""
    GIVEN_UP = "given up"


def deliveries(webhook: Webhook, events: Iterable[Event]) -> list[tuple[Event, DeliveryState]]:
    """
    The wanted ones of these events since the webhook was made, in their order, each with how it stands.
    """
    wanted = [one for one in events if one.entry.at >= webhook.created_at and is_wanted(webhook, one.entry.action)]
    open_ones = [one.number for one in wanted if one.number > webhook.cursor]

    def state(number: int) -> DeliveryState:
        if number not in open_ones:
            return DeliveryState.TOLD
        if webhook.stopped_at is not None:
            return DeliveryState.GIVEN_UP
        return DeliveryState.FAILING if webhook.failures and number == open_ones[0] else DeliveryState.WAITING

    return [(one, state(one.number)) for one in wanted]


def is_hopeless(webhook: Webhook, now: datetime) -> bool:
    """
    Whether it has taken nothing for `GIVE_UP`.
    """
    return webhook.failures > 0 and now - (webhook.delivered_at or webhook.created_at) >= GIVE_UP
