"""A report as what pages show: words, numbers, and where lines are drawn; the Desk and the report file share it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.report import Estimate, Grouping, GroupLine, HourCell, Report, Standing, TopPost
from asiaradar_bot.rules.charts import bar_percent, line_points, shade
from asiaradar_bot.web.report_words import ENGLISH, ReportWords
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


def show_report(report: Report, *, name: str, link: Callable[[str], str | None], say: ReportWords = ENGLISH) -> Figures:
    """
    The report of the account `name`; `link` gives the address of a post on X, `say` the words between the numbers.
    """
    zone = ZoneInfo(report.zone)
    usual = report.baseline.impressions.value
    until = report.until - timedelta(microseconds=1)
    return Figures(
        title=name,
        span=say.between(say.day(report.since.astimezone(zone).date()), say.day(until.astimezone(zone).date())),
        age=say.age(report.age),
        zone=report.zone,
        posts=report.total.posts,
        total=_line(report.total, top=0, usual=usual, say=say),
        baseline=_line(report.baseline, top=0, usual=usual, say=say),
        tables=[Table(by=by, lines=_lines(by, lines, usual, say)) for by, lines in report.groups.items() if lines],
        days=_days(report, say),
        week=_week(report.cells, say) if report.cells else (),
        best=[_best(post, zone, link, say) for post in report.best],
        reads=dollars(report.reads_usd),
    )


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


def figure(
    estimate: Estimate,
    words: Callable[[float | None], str] = number,
    *,
    known: int | None = None,
    say: ReportWords = ENGLISH,
) -> Figure:
    """
    The estimate in words; `known` posts of its group have figures, as stands beside it already.
    """
    posts = "" if estimate.value is None or known in {None, estimate.n} else f"{estimate.n:,}"
    if estimate.low is None or estimate.high is None:
        return Figure(text=words(estimate.value), posts=posts)
    low, high = words(estimate.low).removesuffix(" %"), words(estimate.high)
    return Figure(text=words(estimate.value), interval=say.between(low, high), posts=posts)


def _lines(by: Grouping, lines: Sequence[GroupLine], usual: float | None, say: ReportWords) -> list[Line]:
    ends = [line.impressions.high or line.impressions.value or 0 for line in lines if not line.thin]
    top = max([*ends, (usual or 0) * 1.5], default=0)
    return [_line(line, top=top, usual=usual, say=say, name=say.group(by, line.name)) for line in lines]


def _line(line: GroupLine, *, top: float, usual: float | None, say: ReportWords, name: str = "") -> Line:
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
        name=name or line.name,
        posts=f"{line.posts:,}",
        known=f"{known:,}",
        deleted=line.deleted,
        replaced=line.replaced,
        thin=line.thin,
        standing=line.standing,
        lift=lift_words(line.lift),
        impressions=figure(seen, say=say),
        whisker=whisker,
        engagement_rate=figure(line.engagement_rate, percent, known=known, say=say),
        click_rate=figure(line.click_rate, percent, known=known, say=say),
        cost=plain_dollars(line.cost_usd),
        engagements_per_usd=figure(line.engagements_per_usd, known=known, say=say),
        clicks_per_usd=figure(line.clicks_per_usd, known=known, say=say),
        per_1000=figure(line.usd_per_1000, plain_dollars, known=known, say=say),
        per_click=figure(line.usd_per_click, plain_dollars, known=known, say=say),
    )


def _days(report: Report, say: ReportWords) -> list[DayBar]:
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
                label=say.bar(day.day_on, seen, day.posts),
                day=say.week_day(day.day_on),
                posts=day.posts,
                impressions=seen,
            )
        )
    return bars


def _week(cells: Sequence[HourCell], say: ReportWords) -> list[tuple[str, Sequence[Cell]]]:
    by_place = {(cell.weekday, cell.hour): cell for cell in cells}
    highest = max((cell.impressions.value or 0 for cell in cells), default=0)
    return [
        (
            say.weekday(weekday, short=True),
            [_cell(by_place.get((weekday, hour)), weekday, hour, highest, say) for hour in range(24)],
        )
        for weekday in range(7)
    ]


def _cell(cell: HourCell | None, weekday: int, hour: int, highest: float, say: ReportWords) -> Cell:
    if cell is None:
        return Cell(text="", posts=0, shade=0, thin=False, label=say.cell(weekday, hour, "", known=0, posts=0))
    seen = cell.impressions
    return Cell(
        text=number(seen.value),
        posts=cell.posts,
        shade=shade(seen.value, highest),
        thin=seen.n < _LEAST_CELL,
        label=say.cell(weekday, hour, number(seen.value), known=seen.n, posts=cell.posts),
    )


def _best(post: TopPost, zone: ZoneInfo, link: Callable[[str], str | None], say: ReportWords) -> Best:
    width, height = _SPARK
    curve = [0, *post.curve]
    return Best(
        text=post.text.partition("\n")[0],
        url=None if post.deleted else link(post.remote_id),
        post_id=post.post_id,
        at=say.local(post.created_at, zone),
        impressions=number(post.impressions),
        engagements=number(post.engagements),
        link_clicks=number(post.link_clicks),
        deleted=post.deleted,
        points=line_points(curve, width=width, height=height) if len(post.curve) > 1 else "",
    )
