"""What a report says beside its numbers: days, ages, intervals and names of groups, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from asiaradar_bot.model.report import Grouping
from asiaradar_bot.rules.reporting import NO_NAME, WEEKDAYS
from asiaradar_bot.web.forms import shown_day
from asiaradar_bot.web.words import NAMES, named, translations

_DAYS_FROM_HOURS = 72
"""Ages from here on are told in days."""
_OURS = frozenset({named("by hand on X"), NO_NAME})
"""Names of groups that are words of ours, whatever the grouping."""


class ReportWords:
    """
    The words of one language; the report file and the CLI speak English unless told otherwise.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._words = translations(language)

    def age(self, age: timedelta) -> str:
        """
        `24 hours`, `7 days`.
        """
        hours = int(age.total_seconds()) // 3600
        if hours < _DAYS_FROM_HOURS:
            return self._counted(self._words.ngettext("%(number)s hour", "%(number)s hours", hours), hours)
        return self._counted(self._words.ngettext("%(number)s day", "%(number)s days", age.days), age.days)

    def between(self, low: str, high: str) -> str:
        """
        From one to the other: of figures and of days.
        """
        return self._words.gettext("%(low)s to %(high)s") % {"low": low, "high": high}

    def day(self, on: date) -> str:
        """
        Day, month and year.
        """
        return shown_day(self._locale, on, "yMMMd")

    def week_day(self, on: date) -> str:
        """
        The same with its weekday.
        """
        return shown_day(self._locale, on, "yMMMEd")

    def local(self, at: datetime, zone: ZoneInfo) -> str:
        """
        Day and time in the newsroom's zone.
        """
        there = at.astimezone(zone)
        return f"{shown_day(self._locale, there.date(), 'MMMEd')} {there:%H:%M}"

    def weekday(self, number: int, *, short: bool = False) -> str:
        """
        The name of a weekday; 0 is Monday.
        """
        names: Mapping[int, str] = self._locale.days["format"]["abbreviated" if short else "wide"]
        return names[number]

    def group(self, by: Grouping, name: str) -> str:
        """
        What a group is called; names of people, templates and categories stay.
        """
        if by is Grouping.WEEKDAY and name in WEEKDAYS:
            return self.weekday(WEEKDAYS.index(name))
        if name in _OURS or (by is Grouping.CLASS and name in NAMES):
            return self._words.gettext(name)
        return name

    def bar(self, on: date, impressions: str, posts: int) -> str:
        """
        What stands at the bar of a day.
        """
        form = self._words.ngettext(
            "%(day)s: %(impressions)s impressions, %(number)s post",
            "%(day)s: %(impressions)s impressions, %(number)s posts",
            posts,
        )
        return form % {"day": shown_day(self._locale, on, "MMMEd"), "impressions": impressions, "number": posts}

    def cell(self, weekday: int, hour: int, impressions: str, *, known: int, posts: int) -> str:
        """
        What stands at an hour of the week.
        """
        when = f"{self.weekday(weekday)} {hour:02}:00"
        if posts == 0:
            return self._words.gettext("%(when)s: no posts") % {"when": when}
        form = self._words.ngettext(
            "%(when)s: %(impressions)s impressions a post, %(known)s of %(number)s post known",
            "%(when)s: %(impressions)s impressions a post, %(known)s of %(number)s posts known",
            posts,
        )
        return form % {"when": when, "impressions": impressions, "known": known, "number": posts}

    @staticmethod
    def _counted(form: str, number: int) -> str:
        return form % {"number": number}


ENGLISH = ReportWords()
