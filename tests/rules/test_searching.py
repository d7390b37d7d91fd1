"""What is typed finds what is written: signs that nobody sees or types make no difference."""

from __future__ import annotations

import pytest

from asiaradar_bot.rules.searching import sought


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("booking.com", "Booking.\u2060com cuts fees"),
        ("don't", "Don\u2019t look down"),
        ("don\u2019t", "Don't look down"),
        ('"quoted"', "He was \u201cquoted\u201d"),
        ("2020-2021", "2020\u20132021"),
        ("asia", "\uff21\uff33\uff29\uff21 today"),
        ("\uff42\uff54\uff53", "BTS on tour"),
        ("caf\u00e9", "the Cafe\u0301 opens"),
        ("ha noi", "H\u00e0 N\u1ed9i"),
        ("da nang", "\u0110\u00e0 N\u1eb5ng"),
        ("STRASSE", "Stra\u00dfe"),
        ("\u00e9ire", "\u00c9IRE"),
        ("\uff76\uff9e", "\u30ac\u30b9"),
        ("co-op", "co\u2011op"),
        ("cooperate", "co\u00adoperate"),
        ("https://radar.asia/story?utm_source=x&utm_id=m9", "https://radar.asia/story?utm_id=m4711"),
    ],
)
def test_what_is_typed_finds_what_is_written(typed: str, written: str) -> None:
    """Either way round."""
    assert sought(typed) in sought(written)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("4711", "https://radar.asia/story?utm_id=m4711"),
        ("4711", "https://radar.asia/story?page=2&utm_campaign=4711#top"),
        ("\u304b", "\u304c"),
        ("\ud558", "\ud55c"),
    ],
)
def test_what_is_another_word_is_not_found(typed: str, written: str) -> None:
    """Tracking ids hold no words; a voiced kana and another syllable are other letters."""
    assert sought(typed) not in sought(written)


def test_other_parameters_are_kept() -> None:
    """They may be what tells two pages apart."""
    assert sought("https://radar.asia/a?page=2&utm_id=m1") == "https://radar.asia/a?page=2"
    assert sought(" \u200b ") == ""
