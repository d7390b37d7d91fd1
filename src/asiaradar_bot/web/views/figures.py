"""A report as what pages show: words, numbers, and where lines are drawn; the Desk and the report file share it."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.report import Estimate, Grouping, GroupLine, HourCell, Report, Standing, TopPost
from asiaradar_bot.rules.charts import bar_percent, line_points, shade
from asiaradar_bot.web.words import MISSING

_DAYS_HEIGHT = 120
_DAYS_WIDTH = 720
_SPARK = (96, 20)
_LEAST_CELL = 3
"""Fewer posts in an hour of the map are shown in grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    A number with its interval, in words.
    """

    text: str
    interval: str = ""
    """Empty: there is none."""
    posts: str = ""
    """How many it rests on, where these are not all known ones of its group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """
    An interval on the scale of its table, 0 to 100.
    """

    low: float
    value: float
    high: float
    usual: float
    """Where the baseline stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One group.
    """

    name: str
    posts: str
    known: str
    deleted: int
    """So many of them are gone from X."""
    replaced: int
    """So many more were deleted and reposted."""
    thin: bool
    standing: Standing
    lift: str
    impressions: Figure
    whisker: Whisker | None
    engagement_rate: Figure
    click_rate: Figure
    cost: str
    """USD without unit, as in what follows."""
    engagements_per_usd: Figure
    clicks_per_usd: Figure
    per_1000: Figure
    per_click: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    The groups of one grouping.
    """

    by: Grouping
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBar:
    """
    One day of the drawing.
    """

    x: float
    y: float
    width: float
    height: float
    known: bool
    label: str
    day: str
    posts: int
    impressions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One hour of one weekday.
    """

    text: str
    posts: int
    shade: int
    """1 to 5; 0: nothing known."""
    thin: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """
    One of the best posts.
    """

    text: str
    url: str | None
    post_id: int | None
    at: str
    impressions: str
    engagements: str
    link_clicks: str
    deleted: bool
    """It is gone from X."""
    points: str
    """Of its curve; empty: it was looked at less than twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    A whole report.
    """

    title: str
    span: str
    age: str
    zone: str
    posts: int
    total: Line
    baseline: Line
    tables: Sequence[Table]
    days: Sequence[DayBar]
    week: Sequence[tuple[str, Sequence[Cell]]]
    """Weekday and its 24 hours; empty: no posts."""
    best: Sequence[Best]
    reads: str


def show_report(report: Report, *, name: str, link: Callable[[str], str | None]) -> Figures:
    """
    The report of the account `name`; `link` gives the address of a post on X.
    """
    zone = ZoneInfo(report.zone)
    usual = report.baseline.impressions.value
    until = report.until - timedelta(microseconds=1)
    return Figures(
        title=name,
        span=f"{report.since.astimezone(zone):%d %b %Y} to {until.astimezone(zone):%d %b %Y}",
        age=age_words(report.age),
        zone=report.zone,
        posts=report.total.posts,
        total=_line(report.total, top=0, usual=usual),
        baseline=_line(report.baseline, top=0, usual=usual),
        tables=[Table(by=by, lines=_lines(lines, usual)) for by, lines in report.groups.items() if lines],
        days=_days(report),
        week=_week(report.cells) if report.cells else (),
        best=[_best(post, zone, link) for post in report.best],
        reads=dollars(report.reads_usd),
    )


def age_words(age: timedelta) -> str:
    """
    `24 hours`, `7 days`.
    """
    hours = int(age.total_seconds()) // 3600
    return f"{hours} hour{'s' if hours > 1 else ''}" if hours < 72 else f"{age.days} days"  # noqa: PLR2004 - 3 days


def number(value: float | None) -> str:
    """
    A count as people read it; three digits that tell below a hundred.
    """
    if value is None:
        return MISSING
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - see above


def percent(value: float | None) -> str:
    """
    A share in percent.
    """
    return MISSING if value is None else f"{value * 100:.2f} %"


def dollars(amount: Decimal | float | None) -> str:
    """
    An amount with its unit.
    """
    if amount is None:
        return MISSING
    return f"{plain_dollars(amount)} USD"


def plain_dollars(amount: Decimal | float | None) -> str:
    """
    An amount of USD without its unit; means of more than a dollar are told to the cent.
    """
    if amount is None:
        return MISSING
    return plain_usd(f"{amount:.2f}") if amount >= 1 else plain_usd(amount)


def lift_words(lift: float | None) -> str:
    """
    How far a group lies above or below usual.
    """
    if lift is None:
        return MISSING
    points = round((lift - 1) * 100)
    return f"{points:+,} %" if points else "0 %"


def figure(estimate: Estimate, words: Callable[[float | None], str] = number, *, known: int | None = None) -> Figure:
    """
    The estimate in words; `known` posts of its group have figures, as stands beside it already.
    """
    posts = "" if estimate.value is None or known in {None, estimate.n} else f"{estimate.n:,}"
    if estimate.low is None or estimate.high is None:
        return Figure(text=words(estimate.value), posts=posts)
    low, high = words(estimate.low).removesuffix(" %"), words(estimate.high)
    return Figure(text=words(estimate.value), interval=f"{low} to {high}", posts=posts)


def _lines(lines: Sequence[GroupLine], usual: float | None) -> list[Line]:
    ends = [line.impressions.high or line.impressions.value or 0 for line in lines if not line.thin]
    top = max([*ends, (usual or 0) * 1.5], default=0)
    return [_line(line, top=top, usual=usual) for line in lines]


def _line(line: GroupLine, *, top: float, usual: float | None) -> Line:
    seen = line.impressions
    known = line.posts - line.unknown
    whisker = None
    if top and seen.value is not None and seen.low is not None and seen.high is not None:
        whisker = Whisker(
            low=bar_percent(seen.low, top),
            value=bar_percent(seen.value, top),
            high=bar_percent(seen.high, top),
            usual=bar_percent(usual, top),
        )
    return Line(
        name=line.name,
        posts=f"{line.posts:,}",
        known=f"{known:,}",
        deleted=line.deleted,
        replaced=line.replaced,
        thin=line.thin,
        standing=line.standing,
        lift=lift_words(line.lift),
        impressions=figure(seen),
        whisker=whisker,
        engagement_rate=figure(line.engagement_rate, percent, known=known),
        click_rate=figure(line.click_rate, percent, known=known),
        cost=plain_dollars(line.cost_usd),
        engagements_per_usd=figure(line.engagements_per_usd, known=known),
        clicks_per_usd=figure(line.clicks_per_usd, known=known),
        per_1000=figure(line.usd_per_1000, plain_dollars, known=known),
        per_click=figure(line.usd_per_click, plain_dollars, known=known),
    )


def _days(report: Report) -> list[DayBar]:
    highest = max((day.impressions or 0 for day in report.days), default=0)
    width = _DAYS_WIDTH / max(len(report.days), 1)
    bars = []
    for place, day in enumerate(report.days):
        height = bar_percent(day.impressions, highest) / 100 * _DAYS_HEIGHT
        seen = number(day.impressions)
        bars.append(
            DayBar(
                x=round(place * width, 2),
                y=round(_DAYS_HEIGHT - height, 2),
                width=round(max(width - 2, width * 0.7), 2),
                height=round(height, 2),
                known=day.impressions is not None,
                label=f"{day.day_on:%a %d %b}: {seen} impressions, {day.posts} posts",
                day=f"{day.day_on:%a %d %b %Y}",
                posts=day.posts,
                impressions=seen,
            )
        )
    return bars


def _week(cells: Sequence[HourCell]) -> list[tuple[str, Sequence[Cell]]]:
    by_place = {(cell.weekday, cell.hour): cell for cell in cells}
    highest = max((cell.impressions.value or 0 for cell in cells), default=0)
    return [
        (
            calendar.day_abbr[weekday],
            [_cell(by_place.get((weekday, hour)), weekday, hour, highest) for hour in range(24)],
        )
        for weekday in range(7)
    ]


def _cell(cell: HourCell | None, weekday: int, hour: int, highest: float) -> Cell:
    when = f"{calendar.day_name[weekday]} {hour:02}:00"
    if cell is None:
        return Cell(text="", posts=0, shade=0, thin=False, label=f"{when}: no posts")
    seen = cell.impressions
    return Cell(
        text=number(seen.value),
        posts=cell.posts,
        shade=shade(seen.value, highest),
        thin=seen.n < _LEAST_CELL,
        label=f"{when}: {number(seen.value)} impressions a post, {seen.n} of {cell.posts} posts known",
    )


def _best(post: TopPost, zone: ZoneInfo, link: Callable[[str], str | None]) -> Best:
    width, height = _SPARK
    curve = [0, *post.curve]
    return Best(
        text=post.text.partition("\n")[0],
        url=None if post.deleted else link(post.remote_id),
        post_id=post.post_id,
        at=local(post.created_at, zone),
        impressions=number(post.impressions),
        engagements=number(post.engagements),
        link_clicks=number(post.link_clicks),
        deleted=post.deleted,
        points=line_points(curve, width=width, height=height) if len(post.curve) > 1 else "",
    )


def local(at: datetime, zone: ZoneInfo) -> str:
    """
    Day and time in the newsroom's zone.
    """
    return f"{at.astimezone(zone):%a %d %b %H:%M}"
