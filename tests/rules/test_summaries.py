"""What stands below the headline."""

from __future__ import annotations

import pytest

from asiaradar_bot.model.article import Facts
from asiaradar_bot.rules.summaries import LEAD_SENTENCES, MOST_CHARS, is_same, joined, summary_of


def facts(title: str, summary: str, *, body: str = "", language: str = "en") -> Facts:
    """An article's facts."""
    return Facts(url="https://radar.asia/x", title=title, summary=summary, body=body, language=language)


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        ("Rain in Karachi", "Rain in Karachi", ""),
        ("Rain in Karachi", "rain in Karachi.", ""),
        ("Rain in Karachi", "Rain in Karachi. Schools closed.", "Schools closed."),
        ("Rain in Karachi", "Rain in Karachi: schools closed.", "schools closed."),
        ("Rain in Karachi", "Rain in Karachi – schools closed.", "schools closed."),
        ("Rain in Karachi", "Rain in Karachi | Radar Asia", "Radar Asia"),
        ("A Heated Bike Path Opens for Winter", "Heated bike path opens for winter. It is warm.", "It is warm."),
        ("Rain", "Rain hits Karachi.", "Rain hits Karachi."),
        ("Rain", "Rainfall hits Karachi.", "Rainfall hits Karachi."),
        ("香港电动渡轮下月投入服务", "香港电动渡轮下月投入服务。票价不变。", "票价不变。"),
        ("香港", "香港电动渡轮下月投入服务。", "香港电动渡轮下月投入服务。"),
        ("", "Schools closed.", "Schools closed."),
    ],
)
def test_the_headline_is_never_doubled(title: str, summary: str, expected: str) -> None:
    """Exactly, with a stop, as a prefix or nearly the same: it goes; a sentence that begins with its words stays."""
    assert summary_of(facts(title, summary)) == expected


def test_a_missing_summary_is_the_lead_of_the_body() -> None:
    """The first sentences, over paragraphs if need be, without the headline."""
    body = "Rain in Karachi.\nSchools closed. Buses stopped.\nIt was the first rain. More is expected."
    assert (
        summary_of(facts("Rain in Karachi", "", body=body)) == "Schools closed. Buses stopped. It was the first rain."
    )
    assert summary_of(facts("Rain", "Rain.", body="Schools closed.")) == "Schools closed."
    assert LEAD_SENTENCES == 3


def test_leads_are_joined_as_their_script_does() -> None:
    """A space between sentences, none in Chinese and Japanese; Thai paragraphs are phrases of their own."""
    assert summary_of(facts("题", "", body="新船投入服务。\n票价不变。", language="zh")) == "新船投入服务。票价不变。"
    assert joined(["รถไฟมา", "คนลง"]) == "รถไฟมา คนลง"
    assert joined([]) == ""


def test_an_article_without_words_has_no_summary() -> None:
    """Empty stays empty."""
    assert summary_of(facts("Rain", "")) == ""


def test_a_summary_without_end_is_bounded() -> None:
    """Nothing longer than any post is carried along, ended at a sentence or else at a grapheme."""
    assert len(summary_of(facts("Rain", "x" * 9000))) == MOST_CHARS
    assert summary_of(facts("Rain", "One sentence here. " * 500)).endswith("here.")
    assert len(summary_of(facts("Rain", "👩🏽‍🚒" * 900))) % len("👩🏽‍🚒") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"), [("A b!", "a B", True), ("", "", False), ("नई लाइन", "नए लाइन", False)]
)
def test_sameness_ignores_marks_and_case_only(one: str, other: str, *, same: bool) -> None:
    """Empty texts are the same as nothing; vowel signs count."""
    assert is_same(one, other) is same
