"""Typographic quotation marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.typography import typographic


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Xi's visit", "Xi’s visit"),
        ('He said "yes", twice', "He said “yes”, twice"),
        ("\"'A' and 'B',\" he said", "“‘A’ and ‘B’,” he said"),
        ("Minister: 'We won't go'", "Minister: ‘We won’t go’"),
        ("the '90s and 1990's, rock 'n' roll, 'tis o'clock", "the ’90s and 1990’s, rock ’n’ roll, ’tis o’clock"),
        ("the workers' strike and the dogs' bowl", "the workers’ strike and the dogs’ bowl"),
        ('Fixes "C:\\New" Bug', "Fixes “C:\\New” Bug"),
        ('("yes")', "(“yes”)"),
        ("a  b\u00a0c\n d ", "a b c d"),
    ],
)
def test_marks_that_are_certain_are_made_typographic(given_text: str, expected: str) -> None:
    """Pairs, apostrophes, elisions and possessives; spaces are folded."""
    assert typographic(given_text, "en-GB") == expected


@pytest.mark.parametrize(
    "text",
    [
        "5'10\" tall",
        '12" vinyl',
        'one " alone',
        'set `x="y"` now',
        'see https://radar.asia/?q="x" now',
        "already ‘right’ and “right”",
        '“mixed” and "straight"',
        'a "b" c" d',
        'one "two three " four" five',
        "",
    ],
)
def test_marks_that_are_not_certain_are_left(text: str) -> None:
    """Measures, code, addresses, lone marks and what is typographic already stay as they are."""
    assert typographic(text, "en") == text


def test_other_languages_are_left_alone() -> None:
    """German and Chinese marks follow other rules."""
    assert typographic('Er sagt "ja"  laut', "de") == 'Er sagt "ja" laut'


@given(st.text(alphabet="ab s5'\"“’(—. `", max_size=40))
def test_it_is_stable_and_changes_only_marks(text: str) -> None:
    """Twice gives what once gives but for marks, and letters are never touched."""
    once = typographic(text, "en")
    assert once.translate(str.maketrans("“”‘’", "\"\"''")) == " ".join(text.split()).translate(
        str.maketrans("“”‘’", "\"\"''")
    )


def test_a_space_lost_between_sentences_is_put_back() -> None:
    """What would be a web address otherwise reads as two sentences; names, addresses and other languages stay."""
    lost = "Orders hold until year-end.In 2026 more.It is"
    assert typographic(lost, "en") == "Orders hold until year-end. In 2026 more. It is"
    for kept in ("Booking.com In", "see https://a.example/x.In 2026", "ASP.Net is", "e.g.In 5", "`a.In b`"):
        assert typographic(kept, "en") in {kept, "e.g. In 5"}
    assert typographic(lost, "de") == lost
