"""Cleaning text of strangers: what is invisible goes, what writing needs stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.rules.cleaning import clean_text, decode_escapes, same_words


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \n\t b\u00a0\u2009c\u2028d ", "a b c d"),
        ("a\x00b\x1bc\x7fd\x9b", "abcd"),
        ("a\u202eb\u2066c\u200fd\u061c", "abcd"),
        ("a\u200bb\u2060c\ufeffd\u00ade\u180e", "abcde"),
        ("a\u200cb\u200dc", "abc"),
        ("e\u0301", "é"),
        ("a\ue000\ufdd0\ufffe\U0010ffffb", "ab"),
        ("a\ud800b", "ab"),
        ("a\U000e0068\U000e0069b", "ab"),
        ("x\u3164\u115f\u2800\u034fy", "xy"),
        ("a\ufff9b", "ab"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_what_nobody_can_see_goes(text: str, cleaned: str) -> None:
    """Controls, bidirectional marks, zero-width and blank letters, private use, surrogates, smuggled tags."""
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष",
        "ක්\u200dර",
        "പാല്\u200d",
        "هـ\u200d",
        "👨\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "👩🏽\u200d⚕\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "葛\U000e0100",
        "ข่าวเอเชีย",
        "أخبار ۝ \u0600\u0661",
        "5 < 6 & “x” — …",
        "\U0001fae9",
    ],
)
def test_what_writing_needs_stays(text: str) -> None:
    """Joiners in Persian and Indic words, emoji sequences, flags, variation selectors, number signs."""
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", ["می\u200c", "\u200cمی", "👩\u200d", "🏴\U000e0067", "a\u200d👩"])
def test_joiners_that_join_nothing_go(text: str) -> None:
    """A joiner at the edge of what it could join is invisible and goes."""
    assert not set(clean_text(text)) & {"\u200c", "\u200d", "\U000e0067"}


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("A &amp;amp;amp; B", "A &amp; B"),
        ("&quot;x&#39;&#x27;", "\"x''"),
        ("AT&T & R&D", "AT&T & R&D"),
        ("&amp;lt;b&amp;gt;", "<b>"),
        ("plain", "plain"),
    ],
)
def test_escapes_are_decoded_until_stable_at_most_twice(text: str, decoded: str) -> None:
    """Twice escaped headlines come out right; what is no escape stays."""
    assert decode_escapes(text) == decoded


def test_same_words_passes_over_case_and_spaces() -> None:
    """A repeated headline is known in spite of spelling details."""
    assert same_words(" Two  Men\u200b Meet", "two men meet")
    assert not same_words("Two men meet", "Two men met")


@settings(max_examples=400)
@given(
    st.one_of(
        st.text(),
        st.text(
            alphabet="a\u200b\u200c\u200d\u202e\u0301\u0645\u0915\u094d👩🏴\U000e0067\U000e007f \ufe0f\ud800\u0600"
        ),
    )
)
def test_cleaning_is_stable_and_leaves_nothing_hidden(text: str) -> None:
    """Cleaned text is NFC, one line, free of bidirectional controls, and cleaning it again changes nothing."""
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(
        unicodedata.bidirectional(character) in {"LRO", "RLO", "LRE", "RLE", "LRI", "RLI", "FSI", "PDI"}
        for character in cleaned
    )
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Co"} for character in cleaned)
