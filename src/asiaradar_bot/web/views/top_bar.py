"""The bar on top of every page: mode, next send, caps, money, clocks and health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.account import AccountState
from asiaradar_bot.model.correction import NEEDS_PERSON
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.web.health import not_ready
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.live_mark import live_mark

_NEEDS = (PostState.HELD, PostState.UNKNOWN, PostState.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopBar:
    """
    What it shows.
    """

    mode: str
    """`LIVE`, `DRY-RUN`, `SANDBOX` or `STOPPED`."""
    blocked: str | None
    """Why nothing is sent at the moment; None: sending is on."""
    stopped: bool
    next_at: datetime | None
    """When the next post is expected to go out, caps and quiet hours considered."""
    sent_today: int
    """In the last 24 hours, as the cap counts."""
    cap: int
    spent_usd: Decimal
    budget_usd: Decimal | None
    now: datetime
    newsroom_time: str
    zone: str
    trouble: str | None
    """Why the process is not healthy; None: it is."""
    needs_you: int
    may_stop: bool
    may_resume: bool
    may_set: bool
    """See settings, users and the setup doctor."""
    local_x_url: str | None
    mark: str
    """From which on the page listens for news."""


def top_bar(app: App, person: Person, *, expected: Mapping[PostId, datetime] | None = None) -> TopBar:
    """
    The bar as things stand; `expected` of `views.expected`, if it is known already.
    """
    now = app.clock.now()
    with app.store.read() as tx:
        state = tx.account.state()
        counts = tx.posts.count_by_state(_NEEDS)
        changed = len(tx.corrections.list_in(NEEDS_PERSON))
        expected = expect(app, tx) if expected is None else expected
        sent = len(tx.posts.sent_times(now - timedelta(days=1)))
        spent = tx.ledger.month_total(now.date())
        mark = live_mark(tx)
    stop = state.stopped or app.files.stop_reason()
    zone = app.policy.wording.zone
    return TopBar(
        mode="STOPPED" if stop else app.settings.x.mode.value.upper(),
        blocked=_blocked(state, stop, now),
        stopped=stop is not None,
        next_at=min(expected.values(), default=None),
        sent_today=sent,
        cap=app.limits.per_day,
        spent_usd=spent,
        budget_usd=app.limits.month_usd,
        now=now,
        newsroom_time=f"{now.astimezone(ZoneInfo(zone)):%H:%M}",
        zone=zone,
        trouble=not_ready(app),
        needs_you=sum(counts.get(name, 0) for name in _NEEDS) + changed,
        may_stop=person.may(Action.STOP),
        may_resume=person.may(Action.RESUME),
        may_set=person.may(Action.SETTINGS),
        local_x_url=app.local_x_url,
        mark=mark,
    )


def _blocked(state: AccountState, stop: str | None, now: datetime) -> str | None:
    if stop:
        return stop
    if state.paused is not None and (state.paused_until is None or state.paused_until > now):
        return state.paused
    if state.safe_mode is not None:
        return state.safe_mode
    return state.clock
