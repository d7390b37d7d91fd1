"""The newsroom's policy as values: ordered rules, guards, quiet hours, slots and wording choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from asiaradar_bot.model.decision import NewsClass, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_variants() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    One line of the policy: where every named condition holds, its verdict is taken.

    An empty condition holds for everything; within one condition any value is enough. Matching ignores case and width.
    """

    name: str
    verdict: Verdict
    news_class: NewsClass = NewsClass.NORMAL
    template: str | None = None
    """None: chosen by the template rules."""
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    """
    What the desk marked: a whole keyword (tag) or category of the article, or the mark that leads its headline.

    A word within the headline's sentence is no mark.
    """
    headline_words: tuple[str, ...] = ()
    """Whole words or phrases anywhere in the headline (CJK: as part); parts of words with hyphens are none."""
    languages: tuple[str, ...] = ()
    """Primary tags such as `en`, `zh`."""
    why: str = ""
    """A sentence for `articles why`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChoice:
    """
    Which template serves which category and language; the first that fits is taken.
    """

    template: str
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    news_classes: tuple[NewsClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """
    A span of local time in which nothing is sent; it may cross midnight.
    """

    starts: time
    ends: time
    zone: str
    """IANA name."""
    breaking_pierces: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTimes:
    """
    Local times at which manual posts go out when an editor asks for the next slot.
    """

    zone: str
    times: tuple[time, ...]
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Monday is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingChoices:
    """
    What may stand in a post beside the article's own words.
    """

    site_name: str = "Radar Asia"
    zone: str = "UTC"
    """The newsroom's zone, in which templates see times."""
    hashtags: Mapping[str, str] = field(default_factory=_nothing)
    """Category or keyword (lower case) to hashtag without sign."""
    hashtag_budget: int = 2
    """Most hashtags in one post."""
    allowed_mentions: tuple[str, ...] = ()
    """Handles without sign that a post may name."""
    link_parameters: Mapping[str, str] = field(default_factory=_nothing)
    """UTM parameters put on the article's link."""
    marker_parameter: str = "utm_id"
    """Name of the parameter that carries the post's own marker; a `utm_` name, so that it never makes a new address."""
    accidental_links: str = "defuse"
    """`defuse` or `hold`."""


EMBARGO_WORDS = (
    *("embargo", "embargoed", "hold for release", "not for release", "not for publication"),
    *("禁发", "禁發", "解禁", "エンバーゴ", "엠바고"),
)
"""Unless the policy has others. 禁运 is none of them: it is a trade embargo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    All of `config/policy.toml`.
    """

    rules: tuple[Rule, ...] = ()
    default_verdict: Verdict = Verdict.AUTO
    templates: tuple[TemplateChoice, ...] = ()
    default_template: str = "article"
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=_no_variants)
    """
    Template to the names of its variants: `article` with `short` is worded by `article` or by `article-short`.

    Empty: every template has only itself.
    """
    sensitive_words: tuple[str, ...] = ()
    """Words and phrases of any script; an article that holds one waits for a person."""
    embargo_words: tuple[str, ...] = EMBARGO_WORDS
    burst_limit: int = 5
    """More new articles than this in one poll are held."""
    duplicate_window: timedelta = timedelta(hours=48)
    duplicate_percent: int = 85
    """Likeness of headlines, 0 to 100, from which on two articles are the same story."""
    expiry: Mapping[NewsClass, timedelta] = field(
        default_factory=lambda: MappingProxyType(
            {
                NewsClass.BREAKING: timedelta(hours=3),
                NewsClass.NORMAL: timedelta(hours=24),
                NewsClass.EVERGREEN: timedelta(days=30),
            }
        )
    )
    future_tolerance: timedelta = timedelta(minutes=5)
    """A stamp this far ahead is a slow clock, not an embargo."""
    quiet_hours: tuple[QuietHours, ...] = ()
    slots: SlotTimes = field(default_factory=lambda: SlotTimes(zone="UTC", times=(time(9), time(12), time(18))))
    allowed_domains: tuple[str, ...] = ("radar.asia",)
    """Only links to these hosts and the hosts below them go out."""
    wording: WordingChoices = field(default_factory=WordingChoices)
