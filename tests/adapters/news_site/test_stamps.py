"""Stamps of feeds and pages as UTC instants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.adapters.news_site.stamps import read_stamp

EIGHT_TEN = datetime(2023, 11, 17, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 17 Nov 2023 08:10:00 +0800",
        "Fri, 17 Nov 2023 00:10:00 GMT",
        "Fri, 17 Nov 23 00:10:00 +0000",
        "Thu, 16 Nov 2023 19:10:00 EST",
        "Fri, 17 Nov 2023 08:10:00 HKT",
        "2023-11-17T08:10:00+08:00",
        "2023-11-17T00:10:00Z",
        "2023-11-17T00:10:00.000Z",
        "2023-11-17 08:10:00",
        "Nov 17, 2023 - 08:10",
        "November 17, 2023 8:10 AM",
        "20231117T081000",
        "Fri Nov 17 2023 08:10:00 GMT+0800 (China Standard Time)",
        "Fri, 17 Nov 2023 08:10:00 XYZ",
        " 17 Nov 2023 08:10 ",
    ],
)
def test_forms_that_sites_print_are_read(text: str) -> None:
    """Every form names one instant; without a zone, or with an unknown one, it is the source's."""
    assert read_stamp(text, zone="Asia/Hong_Kong") == EIGHT_TEN


def test_a_date_alone_is_its_midnight_in_the_zone() -> None:
    """No time: the day's beginning where the newsroom is."""
    assert read_stamp("2023-11-17", zone="Asia/Hong_Kong") == datetime(2023, 11, 16, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", None, "12", "2023", "Nov 2023", "08:10", "Friday 08:10", "yesterday", "0000-00-00 00:00:00", "9" * 20, "x" * 500,
     "2023-13-45", "0001-01-01T00:00:00+23:00", "1700179800"],
)  # fmt: skip
def test_what_names_no_day_is_none(text: str | None) -> None:
    """Missing parts are not made up from today's date."""
    assert read_stamp(text, zone="Asia/Hong_Kong") is None


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789-:+TZ ,.NovFri/", max_size=30)))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Whatever comes, the answer is an aware instant in UTC or none."""
    at = read_stamp(text, zone="UTC")
    assert at is None or at.tzinfo is UTC
