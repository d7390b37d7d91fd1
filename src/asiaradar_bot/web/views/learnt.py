"""What own posts teach, as what pages show: variants beside their template, and hours as times for slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from asiaradar_bot.model.report import (
    LEAST_OF_VARIANT,
    Comparison,
    Estimate,
    HourLine,
    Measure,
    Report,
    SlotAdvice,
    Standing,
)
from asiaradar_bot.rules.charts import bar_percent
from asiaradar_bot.rules.learning import (
    LEAST_DAYS_FOR_SLOTS,
    LEAST_DAYS_OF_HOUR,
    LEAST_POSTS_FOR_SLOTS,
    LEAST_POSTS_OF_HOUR,
)
from asiaradar_bot.web.report_words import ENGLISH, ReportWords
from asiaradar_bot.web.views.figures import Figure, Whisker, figure, lift_words, number, percent
from asiaradar_bot.web.words import MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    One variant beside its template, by one figure.
    """

    template: str
    variant: str
    measure: Measure
    variant_posts: str
    """Known ones, as the figure rests on them."""
    original_posts: str
    variant_figure: Figure
    original_figure: Figure
    difference: Figure
    """With its sign; of shares in percentage points (pp)."""
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """
    One hour as a time for slots.
    """

    name: str
    posts: str
    days: str
    impressions: Figure
    whisker: Whisker | None
    lift: str
    standing: Standing
    slots: str
    """The policy's slots in it; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsView:
    """
    The hours, and on how much the word on them rests.
    """

    zone: str
    posts: str
    days: str
    usual: Figure
    judged: int
    """0: there is not enough yet."""
    better: str
    """Hours above usual, in the order of the day; empty: none."""
    worse_slots: str
    """The policy's slots that lie in hours below usual; empty: none."""
    hours: Sequence[HourRow]
    needs_posts: int = LEAST_POSTS_FOR_SLOTS
    needs_days: int = LEAST_DAYS_FOR_SLOTS
    hour_posts: int = LEAST_POSTS_OF_HOUR
    hour_days: int = LEAST_DAYS_OF_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """
    Both.
    """

    comparisons: Sequence[Compared]
    slots: SlotsView
    least_of_variant: int = LEAST_OF_VARIANT


def show_learnt(report: Report, say: ReportWords = ENGLISH) -> Learnt:
    """
    What the report's posts teach.
    """
    return Learnt(comparisons=[_compared(one, say) for one in report.comparisons], slots=_slots(report.slots, say))


def _compared(one: Comparison, say: ReportWords) -> Compared:
    words: Callable[[float | None], str] = _whole if one.measure is Measure.IMPRESSIONS else percent
    return Compared(
        template=one.template,
        variant=one.variant,
        measure=one.measure,
        variant_posts=f"{one.figure.n:,}",
        original_posts=f"{one.original.n:,}",
        variant_figure=figure(one.figure, words, say=say),
        original_figure=figure(one.original, words, say=say),
        difference=_signed(one.difference, words, say),
        standing=one.standing,
    )


def _whole(value: float | None) -> str:
    return number(None if value is None else round(value))


def _signed(one: Estimate, words: Callable[[float | None], str], say: ReportWords) -> Figure:
    def sign(value: float | None) -> str:
        if value is None:
            return MISSING
        before = "" if value == 0 else "+" if value > 0 else "\N{MINUS SIGN}"
        return f"{before}{words(abs(value))}"

    signed = figure(one, sign, say=say)
    return Figure(text=signed.text.replace(" %", " pp"), interval=signed.interval.replace(" %", " pp"))


def _slots(advice: SlotAdvice, say: ReportWords) -> SlotsView:
    top = max((line.impressions.high or line.impressions.value or 0 for line in advice.hours if _told(line)), default=0)
    top = max(top, (advice.usual.value or 0) * 1.5)
    return SlotsView(
        zone=advice.zone,
        posts=f"{advice.posts:,}",
        days=f"{advice.days:,}",
        usual=figure(advice.usual, say=say),
        judged=advice.judged,
        better=", ".join(_name(line) for line in advice.hours if line.standing is Standing.ABOVE),
        worse_slots=", ".join(_times(line) for line in advice.hours if line.standing is Standing.BELOW and line.slots),
        hours=[_row(line, advice, say, top=top) for line in advice.hours],
    )


def _row(line: HourLine, advice: SlotAdvice, say: ReportWords, *, top: float) -> HourRow:
    seen, whisker = line.impressions, None
    if top and seen.value is not None and seen.low is not None and seen.high is not None:
        whisker = Whisker(
            low=bar_percent(seen.low, top),
            value=bar_percent(seen.value, top),
            high=bar_percent(seen.high, top),
            usual=bar_percent(advice.usual.value, top),
        )
    return HourRow(
        name=_name(line),
        posts=f"{line.posts:,}",
        days=f"{line.days:,}",
        impressions=figure(seen, say=say),
        whisker=whisker,
        lift=lift_words(line.lift),
        standing=line.standing,
        slots=_times(line),
    )


def _told(line: HourLine) -> bool:
    return line.standing is not Standing.UNKNOWN


def _name(line: HourLine) -> str:
    return f"{line.hour:02}:00"


def _times(line: HourLine) -> str:
    return ", ".join(f"{one:%H:%M}" for one in line.slots)
