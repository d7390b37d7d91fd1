"""A word is found where a reader would find it, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.words import contains_word

latin = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéü", min_size=1, max_size=8)
gaps = st.sampled_from([" ", ", ", " — ", "/", "\n", " “", "-"])


@given(words=st.lists(latin, min_size=1, max_size=6), gap=gaps, data=st.data())
def test_a_whole_word_is_found_between_any_signs(words: list[str], gap: str, data: st.DataObject) -> None:
    """Whatever stands between words, in capitals or not, each is found; one that is no word of the text is not."""
    word = data.draw(st.sampled_from(words))
    assert contains_word(gap.join(words), word.upper())
    longer = max(words, key=len) + "x"
    assert not contains_word(gap.join(words), longer)


@given(text=st.text(max_size=60), word=st.text(max_size=6))
def test_any_text_and_word_may_be_asked(text: str, word: str) -> None:
    """Nothing is found that is not there, and no word is found in an empty text."""
    assert isinstance(contains_word(text, word), bool)
    assert not contains_word("", word)
    assert not contains_word(text, " ")


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("Skilled workers wanted", "kill", False),
        ("They kill; nobody knows why", "KILL", True),
        ("Ｋｉｌｌ list", "kill", True),
        ("警方称男子自杀身亡", "自杀", True),
        ("경찰은 자살을 막으려 한다", "자살", True),
        ("ผู้ชายฆ่าตัวตายในเมือง", "ฆ่าตัวตาย", True),
        ("बमुश्किल बचे", "बम", False),
        ("दिल्ली में बम मिला", "बम", True),
        ("انفجار في المدينة", "انفجار", True),
        ("C++ and sex.", "sex", True),
        ("the under-age case", "under-age case", True),
    ],
)
def test_words_of_many_scripts(*, text: str, word: str, found: bool) -> None:
    """Whole words where spaces divide them, parts where words run together or particles grow onto them."""
    assert contains_word(text, word) == found
