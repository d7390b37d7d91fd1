"""Cutting points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.segments import grapheme_ends, is_balanced, sentence_ends, sentences, word_ends


def pieces(text: str, ends: list[int]) -> list[str]:
    """The text between its ends."""
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    "whole",
    [
        ["He met Mr. Smith.", "Dr. Chen left."],
        ["The U.S. Army left.", "It rained."],
        ["He lives in Washington, D.C.", "The talks go on."],
        ["It starts at 5 p.m. Tuesday.", "It ends at 9 p.m.", "They sleep."],
        ["No. 5 won.", "He said no.", "Nobody cheered."],
        ["I. M. Pei built it?", "Yes!"],
        ["The case of Brown v. Board ended.", "Prices rose by 9.8 percent."],
        ["“We go. We do,” he said.", "They went."],
        ['"We go. We do," he said.', "They went."],
        ["She works for Apple Inc.", "The company grew."],
        ["He asked (why? nobody knew) twice.", "Silence."],
    ],
)
def test_english_sentences_end_where_readers_end_them(whole: list[str]) -> None:
    """Abbreviations, initials, hours and quotations do not end a sentence."""
    assert sentences(" ".join(whole), language="en") == whole


@pytest.mark.parametrize(
    ("language", "whole"),
    [
        ("zh", ["四艘电动渡轮将率先行走航线。", "新船每年可减少碳排放！"]),
        ("ja", ["「早く分かれば、利用者は予定を変える。」と話す。", "来春から導入する予定だ。"]),
        ("hi", ["नौ स्टेशन हैं। ", "राज्य सरकार ने कहा है।"]),
        ("ar", ["افتُتحت المحطة يوم الثلاثاء. ", "هل تعمل ليلًا؟ ", "نعم."]),
        ("ko", ["도서관이 문을 열었다. ", "책 3만 권과 작은 공연장을 갖췄다."]),
    ],
)
def test_sentences_of_other_scripts(language: str, whole: list[str]) -> None:
    """Each script's own stops end sentences, with or without a space behind them."""
    assert sentences("".join(whole), language=language) == [one.strip() for one in whole]


def test_a_quotation_that_is_never_closed_does_not_swallow_the_rest() -> None:
    """An opening mark without its partner is passed over."""
    text = "“We go. They said so. It rained. It snowed. It froze. It thawed."
    assert len(sentences(text, language="en")) == 6


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "a year-end 9.8 deal—now", ["a", " year-end", " 9.8", " deal", "—now"]),
        ("en", "see https://radar.asia/x-y now", ["see", " https://radar.asia/x-y", " now"]),
        ("ja", "運休判断を3時間早めるAI予測", ["運休", "判断", "を", "3時間", "早める", "AI", "予測"]),
        ("th", "ตลาดกลางคืนเชียงใหม่", ["ตลาด", "กลาง", "คืน", "เชียงใหม่"]),
        ("ko", "전주 한옥마을에 새", ["전주", " 한옥마을에", " 새"]),
        ("xx-unknown", "👨‍👩‍👧‍👦 one 🇯🇵 two", ["👨‍👩‍👧‍👦", " one", " 🇯🇵", " two"]),
    ],
)
def test_words_end_where_a_text_may_be_cut(language: str, text: str, expected: list[str]) -> None:
    """No compound, number or link is torn; words without spaces are found by dictionary."""
    assert [one for one in pieces(text, word_ends(text, language=language)) if one.strip()] == expected


@pytest.mark.parametrize(
    ("text", "balanced"),
    [("“yes” (no)", True), ("“yes", False), ("「はい", False), ('5" and "x"', False), ("", True), ("a) b", True)],
)
def test_balance_of_marks(text: str, *, balanced: bool) -> None:
    """What is opened has to be closed; a lone closing mark opens nothing."""
    assert is_balanced(text) is balanced


@given(st.text(max_size=80), st.sampled_from(["en", "zh", "th", "ar", "hi", None, "zh-hans"]))
def test_ends_divide_the_whole_text(text: str, language: str | None) -> None:
    """Graphemes give the text again; words end at graphemes; sentences lose only space."""
    graphemes = grapheme_ends(text)
    assert "".join(pieces(text, graphemes)) == text
    assert set(word_ends(text, language=language)) <= set(graphemes)
    ends = sentence_ends(text, language=language)
    assert ends == sorted(ends)
    assert [one.strip() for one in pieces(text, ends)] == sentences(text, language=language)
    assert "".join("".join(sentences(text, language=language)).split()) == "".join(text.split())
