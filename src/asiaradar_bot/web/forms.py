"""Times, numbers and money as the visitor's language writes them, by Babel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from asiaradar_bot.web.words import MISSING

_ENGLISH = {"MMMEd": "EEE dd MMM", "full": "EEEE dd MMMM y"}
"""Day before month, as the newsroom reads it; Babel's English is that of the United States."""


class Forms:
    """
    The filters of pages in one language; times stand in the newsroom's zone.
    """

    def __init__(self, language: str, zone: Callable[[], ZoneInfo]) -> None:
        self.locale = Locale.parse(language)
        self._zone = zone

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
        Weekday, day, month and minute.
        """
        return MISSING if at is None else self._time(at, f"{self._day_of(at, 'MMMEd')} {self._part(at, 'HH:mm')}")

    def clock(self, at: datetime | None) -> str | Markup:
        """
        The second of the day.
        """
        return MISSING if at is None else self._time(at, self._part(at, "HH:mm:ss"))

    def day(self, at: datetime | None) -> str | Markup:
        """
        The whole day with its weekday.
        """
        return MISSING if at is None else self._time(at, self._day_of(at, "full"))

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
        value = Decimal(amount)
        places = "00" if value.quantize(Decimal("0.01")) == value else "000"
        form = f"#,##0.{places} ¤¤"
        return format_currency(value, "USD", format=form, locale=self.locale, currency_digits=False)

    def _day_of(self, at: datetime, skeleton: str) -> str:
        local = at.astimezone(self.zone)
        if self.locale.language == "en":
            return format_date(local.date(), format=_ENGLISH[skeleton], locale=self.locale)
        if skeleton == "full":
            return format_date(local.date(), format="full", locale=self.locale)
        return format_skeleton(skeleton, local, tzinfo=self.zone, locale=self.locale)

    def _part(self, at: datetime, pattern: str) -> str:
        return format_datetime(at, pattern, tzinfo=self.zone, locale=self.locale)

    def _time(self, at: datetime, shown: str) -> Markup:
        title = f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S} {self.zone.key}, {at:%H:%M:%S} UTC"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(iso(at), title, shown)


def iso(at: datetime | None) -> str:
    """
    For programs: UTC, to the second.
    """
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
