"""What people read of how posts do: figures by group, each with its number of posts and its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class PostFigures(NamedTuple):
    """
    One post on X with its figures at one age and what it cost; a tuple, as reports ask for thousands at once.
    """

    remote_id: str
    created_at: datetime
    post_id: int | None
    """None: made by hand on X, not by this bot."""
    news_class: str | None
    template: str | None
    variant: str | None
    """Which variant of the template it was; None: the template has only one."""
    category: str | None
    """First category of its article when the post was made."""
    language: str | None
    """Primary tag of its article."""
    deleted: bool
    """It is gone from X; figures that were known before stay."""
    has_link: bool | None
    """None: not known."""
    cost_micro_usd: int | None
    """Sending, alt text, deleting, doubtful ones included; None: not on our ledger."""
    impressions: int | None
    """None, here and below: not known at this age."""
    engagements: int | None
    link_clicks: int | None
    corrects_id: int | None = None
    """The post that it corrects, or whose place it took."""
    replaced: bool = False
    """Another one took its place: its story is counted there, here only its price."""


class Grouping(StrEnum):
    """
    By what posts are compared.
    """

    CATEGORY = "category"
    CLASS = "class"
    TEMPLATE = "template"
    VARIANT = "variant"
    LANGUAGE = "language"
    HOUR = "hour"
    WEEKDAY = "weekday"


class Method(StrEnum):
    """
    How an interval was made; see `rules/intervals.py` for each one's source.
    """

    WILSON = "wilson"
    """Wilson score interval of a share, with the posts as clusters."""
    LOG_NORMAL = "log-normal"
    """Mean of figures that are all above zero."""
    STUDENT = "student"
    """Mean of other figures, and ratio of two sums."""
    MOVER = "mover"
    """Difference of two figures that have each their own interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    A figure with its 95 % interval; all None where nothing is known.
    """

    value: float | None = None
    low: float | None = None
    """None beside a value: one post alone tells no interval."""
    high: float | None = None
    n: int = 0
    """Posts it rests on: those of which the figures are known."""
    method: Method | None = None


class Standing(StrEnum):
    """
    A group beside the account's own baseline.
    """

    ABOVE = "above"
    BELOW = "below"
    ALIKE = "not told apart"
    """The interval holds the baseline."""
    UNKNOWN = "too few"
    """Too few posts to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """
    How the posts of one group did.
    """

    name: str
    posts: int
    """All of them, with figures or without; those whose place another one took only there."""
    unknown: int
    """Posts whose figures at this age nobody knows, too young ones included; left out of every n."""
    deleted: int
    """Posts that are gone from X; with the figures that they had at this age, else among the unknown."""
    replaced: int
    """So many more were deleted and reposted: of these only the price is counted, and the figures for a dollar."""
    impressions: Estimate
    """Mean of a post."""
    engagement_rate: Estimate
    """Engagements of an impression."""
    click_rate: Estimate
    """Link clicks of an impression, of posts with a link."""
    cost_usd: Decimal | None
    """Of posts on our ledger; None: none of them is."""
    engagements_per_usd: Estimate
    clicks_per_usd: Estimate
    usd_per_1000: Estimate
    """USD for a thousand impressions."""
    usd_per_click: Estimate
    lift: float | None
    """Mean impressions over the baseline's; None: one of them is not known."""
    standing: Standing
    thin: bool
    """Fewer posts with figures than `LEAST_POSTS`: shown in grey."""


LEAST_POSTS = 10
"""Groups with fewer known posts are thin: no word on better or worse is said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """
    One day of the newsroom.
    """

    day_on: date
    posts: int
    impressions: int | None
    """Sum of what is known; None: posts went out, and nothing is known of any. 0: no post went out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCell:
    """
    Posts of one hour of one weekday.
    """

    weekday: int
    """Monday is 0."""
    hour: int
    posts: int
    impressions: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class TopPost:
    """
    One of the best posts.
    """

    remote_id: str
    post_id: int | None
    created_at: datetime
    text: str
    impressions: int
    engagements: int | None
    link_clicks: int | None
    curve: Sequence[int] = ()
    """Impressions at each look, oldest first."""
    deleted: bool = False
    """It is gone from X."""


class Measure(StrEnum):
    """
    By what variants are compared.
    """

    IMPRESSIONS = "impressions"
    ENGAGEMENT_RATE = "engagement rate"
    CLICK_RATE = "click rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    One variant of a template beside the template itself, by one figure.
    """

    template: str
    variant: str
    posts: int
    """Of the variant, with figures or without."""
    original_posts: int
    measure: Measure
    figure: Estimate
    """Of the variant's known posts."""
    original: Estimate
    difference: Estimate
    """The variant's figure less the original's."""
    standing: Standing


LEAST_OF_VARIANT = 30
"""With fewer known posts of a variant, or of the original, no word is said on which is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourLine:
    """
    One hour of the day as a time for slots.
    """

    hour: int
    posts: int
    """With known figures."""
    days: int
    """On so many days."""
    impressions: Estimate
    """Mean of a post; of hours that are judged, its interval is widened for their number."""
    lift: float | None
    """Over the mean of all these posts."""
    standing: Standing
    slots: Sequence[time]
    """The policy's slots that lie in this hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotAdvice:
    """
    At which hours own posts did better or worse than usual, and on how much that rests.
    """

    zone: str
    """The zone of the policy's slots."""
    posts: int
    """Known posts of ours in the last `BASELINE` that were not breaking news."""
    days: int
    """From the first to the last of them."""
    usual: Estimate
    """Mean of these posts."""
    judged: int
    """Hours of which a word is said; 0: there is not enough yet."""
    hours: Sequence[HourLine]
    """In the order of the day; those without posts left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    A span of posts, compared at one age.
    """

    since: datetime
    until: datetime
    age: timedelta
    """All posts are compared at this age, so that young and old ones are alike."""
    zone: str
    """The newsroom's zone, for hours, weekdays and days."""
    total: GroupLine
    baseline: GroupLine
    """The account's own last `BASELINE` up to the end of the span."""
    groups: Mapping[Grouping, Sequence[GroupLine]]
    """Most posts first; hours and weekdays in their own order."""
    days: Sequence[DayLine]
    cells: Sequence[HourCell]
    best: Sequence[TopPost]
    comparisons: Sequence[Comparison]
    """Empty: no template had variants in the span."""
    slots: SlotAdvice
    reads_usd: Decimal
    """What measuring cost in the span; part of no post's cost."""


BASELINE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    From `since` to before `until`.
    """

    since: datetime
    until: datetime
