"""Times, numbers and money as the visitor's language writes them, by Babel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.web.words import MISSING

_ENGLISH = {
    "MMMEd": "EEE d MMM",
    "full": "EEEE d MMMM y",
    "MMMd": "d MMM",
    "yMMMd": "d MMM y",
    "yMMMEd": "EEE d MMM y",
}
"""Day before month, as the newsroom reads it; Babel's English is that of the United States."""

_TIME = Markup('<time datetime="%s" title="%s">%s</time>')


class Forms:
    """
    The filters of pages in one language; times stand in the newsroom's zone.
    """

    def __init__(self, language: str, zone: Callable[[], ZoneInfo], now: Callable[[], datetime]) -> None:
        self.locale = Locale.parse(language)
        self._zone = zone
        self._now = now

    @property
    def zone(self) -> ZoneInfo:
        """
        The newsroom's, as the policy of this moment has it.
        """
        return self._zone()

    @property
    def direction(self) -> str:
        """
        `ltr` or `rtl`.
        """
        return self.locale.text_direction

    def local(self, at: datetime | None) -> str | Markup:
        """
        Weekday, day, month and minute; with the year if it is another one than now.
        """
        if at is None:
            return MISSING
        there = at.astimezone(self.zone)
        is_this_year = there.year == self._now().astimezone(self.zone).year
        return self._time(at, f"{self._day_of(at, 'MMMEd' if is_this_year else 'yMMMEd')} {there:%H:%M}")

    def minute(self, at: datetime | None) -> str | Markup:
        """
        The minute of the day.
        """
        return MISSING if at is None else self._time(at, f"{at.astimezone(self.zone):%H:%M}")

    def clock(self, at: datetime | None) -> str | Markup:
        """
        The second of the day.
        """
        return MISSING if at is None else self._time(at, f"{at.astimezone(self.zone):%H:%M:%S}")

    def day(self, at: datetime | None) -> str | Markup:
        """
        The whole day with its weekday.
        """
        return MISSING if at is None else self._time(at, self._day_of(at, "full"))

    def week_day(self, on: date) -> str:
        """
        Weekday, day and month.
        """
        return shown_day(self.locale, on, "MMMEd")

    def weekday(self, on: date) -> str:
        """
        The weekday alone, short.
        """
        return shown_day(self.locale, on, "E")

    def short_day(self, on: date, *, year: bool = False) -> str:
        """
        Day and month, with the year if asked.
        """
        return shown_day(self.locale, on, "yMMMd" if year else "MMMd")

    def month(self, on: date) -> str:
        """
        The month with its year.
        """
        return shown_day(self.locale, on, "yMMMM")

    def count(self, value: int | None) -> str:
        """
        A number, grouped.
        """
        return MISSING if value is None else format_decimal(value, locale=self.locale)

    def usd(self, amount: Decimal | str | None) -> str:
        """
        An amount of USD, `0.20 USD`; with three digits where two would lie.

        The code stands in every language: a bare $ is four different dollars between Hong Kong and Sydney.
        """
        if amount is None:
            return MISSING
        return _shown_usd(self.locale, Decimal(amount))

    def _day_of(self, at: datetime, skeleton: str) -> str:
        return shown_day(self.locale, at.astimezone(self.zone).date(), skeleton)

    def _time(self, at: datetime, shown: str) -> Markup:
        title = f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S} {self.zone.key}, {at:%H:%M:%S} UTC"
        return _TIME % (iso(at), title, shown)


# A page shows some hundred times of a few days and prices: Babel works each out once.
@lru_cache(maxsize=512)
def shown_day(locale: Locale, on: date, skeleton: str) -> str:
    """
    The day as the language writes it, by the name of the form it is to have (CLDR's skeletons).
    """
    if locale.language == "en" and skeleton in _ENGLISH:
        return format_date(on, format=_ENGLISH[skeleton], locale=locale)
    if skeleton == "full":
        return format_date(on, format="full", locale=locale)
    return format_skeleton(skeleton, datetime.combine(on, time.min), locale=locale)


@lru_cache(maxsize=512)
def _shown_usd(locale: Locale, value: Decimal) -> str:
    places = "0" * len(plain_usd(value).partition(".")[2])
    form = f"#,##0.{places} ¤¤"
    return format_currency(value, "USD", format=form, locale=locale, currency_digits=False)


def iso(at: datetime | None) -> str:
    """
    For programs: UTC, to the second.
    """
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
