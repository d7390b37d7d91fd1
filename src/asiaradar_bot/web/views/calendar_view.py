"""What the calendar shows: days with their posts, free slots and quiet hours, every time in both zones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.days import Quiet, Show, clock_change, day_bounds, days_shown, quiet_within, slots_within, turn
from asiaradar_bot.web.views.post_card import headlines

_HOURS = 24
MOST_A_DAY = {Show.WEEK: 30, Show.MONTH: 4, Show.AGENDA: 100}
"""Posts of one day that are shown; how many more there are is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    An instant in the newsroom's zone and in UTC, in words.
    """

    iso: str
    local: str
    utc: str
    utc_day: date | None
    """Where it is another day there than in the newsroom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    A line of a day: a post, a free slot, or quiet hours.
    """

    at: Moment
    until: Moment | None = None
    """When quiet hours end; None: it is a post or a slot."""
    breaking_pierces: bool = False
    post: Post | None = None
    """None: a free slot, or quiet hours."""
    headline: str = ""
    expected: bool = False
    """`at` is when a queued post will go out, as far as anyone can say."""
    due: Moment | None = None
    """When it was to go out, if that is another time than `at`."""
    embargo: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """
    A day in the newsroom's zone.
    """

    on: date
    today: bool
    outside: bool
    """It belongs to another month than the one that is looked at."""
    lines: Sequence[Line]
    more: int
    """Posts beyond those that are shown."""
    free: int
    """Free slots; in the month they are only counted, that posts can be seen among them."""
    from_hour: int | None
    """The first whole hour that is still to come, by the newsroom's clock; None: the day is over, or nearly."""
    now: str
    """The minute that it is there."""
    clock_change_minutes: int
    """More than zero: the clock is put forward on this day; less: back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSheet:
    """
    One view with its days and where its links lead.
    """

    show: str
    on: date
    """The day that is looked at."""
    days: Sequence[CalendarDay]
    back_on: date
    forth_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    app: App
    tx: Transaction
    zone: ZoneInfo
    now: datetime
    on: date
    expected: Mapping[PostId, datetime]
    taken: Collection[datetime]


def calendar_sheets(
    app: App, tx: Transaction, shows: Sequence[Show], on: date | None, *, expected: Mapping[PostId, datetime]
) -> list[CalendarSheet]:
    """
    These views of the calendar around a day of the newsroom; None: around today.
    """
    zone = ZoneInfo(app.policy.wording.zone)
    now = app.clock.now()
    day = on or now.astimezone(zone).date()
    desk = _Desk(
        app=app,
        tx=tx,
        zone=zone,
        now=now,
        on=day,
        expected=expected,
        taken=tx.posts.taken_slots(now),
    )
    return [_sheet(desk, show) for show in shows]


def _sheet(desk: _Desk, show: Show) -> CalendarSheet:
    days = days_shown(show, desk.on)
    by_day: dict[date, list[tuple[datetime, PostId]]] = {one: [] for one in days}
    for at, post_id in _placed(desk, day_bounds(days[0], desk.zone)[0], day_bounds(days[-1], desk.zone)[1]):
        by_day[at.astimezone(desk.zone).date()].append((at, post_id))
    most = MOST_A_DAY[show]
    shown = desk.tx.posts.get_many([post_id for placed in by_day.values() for _, post_id in placed[:most]])
    names = headlines(desk.tx, shown.values())
    return CalendarSheet(
        show=show.value,
        on=desk.on,
        days=[
            _day(
                desk,
                show,
                one,
                [_post_line(desk, at, shown[post_id], names[post_id]) for at, post_id in placed[:most]],
                more=len(placed[most:]),
            )
            for one, placed in by_day.items()
        ],
        back_on=turn(show, desk.on, back=True),
        forth_on=turn(show, desk.on, back=False),
    )


def _day(desk: _Desk, show: Show, on: date, posts: Sequence[tuple[datetime, Line]], *, more: int) -> CalendarDay:
    zone, now = desk.zone, desk.now
    starts_at, ends_at = day_bounds(on, zone)
    policy = desk.app.policy
    lines = [(at, 2, line) for at, line in posts]
    lines += [
        (one.starts_at, 0, _quiet_line(one, zone)) for one in quiet_within(starts_at, ends_at, policy.quiet_hours)
    ]
    free = [at for at in slots_within(starts_at, ends_at, policy.slots) if at > now and at not in desk.taken]
    if show is not Show.MONTH:
        lines += [(at, 1, Line(at=moment(at, zone))) for at in free]
    return CalendarDay(
        on=on,
        today=on == now.astimezone(zone).date(),
        outside=show is Show.MONTH and on.month != desk.on.month,
        lines=[line for _, _, line in sorted(lines, key=lambda one: one[:2])],
        more=more,
        free=len(free),
        from_hour=_from_hour(on, now.astimezone(zone)),
        now=f"{now.astimezone(zone):%H:%M}",
        clock_change_minutes=round(clock_change(on, zone) / timedelta(minutes=1)),
    )


def _from_hour(on: date, now: datetime) -> int | None:
    if on != now.date():
        return 0 if on > now.date() else None
    return now.hour + 1 if now.hour + 1 < _HOURS else None


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """
    The instant in words: `14:00` and `06:00 UTC`, with the day there if that is another.
    """
    there, utc = at.astimezone(zone), at.astimezone(UTC)
    same = there.date() == utc.date()
    return Moment(
        iso=f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        local=f"{there:%H:%M}",
        utc=f"{utc:%H:%M} UTC",
        utc_day=None if same else utc.date(),
    )


def _post_line(desk: _Desk, at: datetime, post: Post, headline: str) -> tuple[datetime, Line]:
    zone = desk.zone
    return at, Line(
        at=moment(at, zone),
        post=post,
        headline=headline,
        expected=post.id in desk.expected,
        due=moment(post.due_at, zone) if post.state == PostState.QUEUED and post.due_at != at else None,
        embargo=moment(post.not_before_at, zone) if post.not_before_at and post.not_before_at > desk.now else None,
    )


def _quiet_line(quiet: Quiet, zone: ZoneInfo) -> Line:
    return Line(
        at=moment(quiet.starts_at, zone), until=moment(quiet.ends_at, zone), breaking_pierces=quiet.breaking_pierces
    )


def _placed(desk: _Desk, since: datetime, until: datetime) -> Sequence[tuple[datetime, PostId]]:
    """
    The posts of a span with the instant that each stands at: sent, expected, or else due; in rising order.
    """
    queued = [(desk.expected.get(post.id, post.due_at), post.id) for post in desk.tx.posts.list_queued()]
    return sorted([*desk.tx.posts.times_between(since, until), *(one for one in queued if since <= one[0] < until)])
