"""Text fitted into the room that a post has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.wording import FitSlot, Skeleton
from asiaradar_bot.rules.fitting import fit_parts, tidy
from asiaradar_bot.rules.post_text import weighted_length
from asiaradar_bot.rules.segments import grapheme_ends

SAMPLES = {
    "en": "The port counts its busiest year since 2019. Cranes on the new terminal run without drivers, the operator said.",
    "zh": "四艘电动渡轮将率先行走中环至尖沙咀航线。营运商表示，新船每年可减少约一千二百吨碳排放。",
    "ja": "沿線200か所の雨量計と気象レーダーのデータを組み合わせ、運休の可能性を早めに知らせる。来春から全路線で導入する予定だ。",
    "ko": "100년 된 한옥 세 채를 고쳐 만든 도서관이 문을 열었다. 책 3만 권과 작은 공연장을 갖췄다.",
    "hi": "बारह किलोमीटर लंबी नई लाइन पर नौ स्टेशन हैं। राज्य सरकार ने कहा है कि अगले साल तक दूसरा चरण भी पूरा हो जाएगा।",
    "th": "ผู้ค้าจะใช้ใบตองและถุงกระดาษแทนถุงพลาสติกตั้งแต่สัปดาห์หน้า เทศบาลจะช่วยออกค่าใช้จ่ายครึ่งหนึ่งในปีแรก",
    "ar": "تنتج المحطة مئة ألف متر مكعب من المياه العذبة يوميًا. ويقول القائمون عليها إن كلفة الإنتاج انخفضت بنسبة الثلث.",
    "my": "မြန်မာနိုင်ငံတွင် မိုးသည်းထန်စွာ ရွာသွန်းခဲ့သည်။ ရေကြီးမှု ဖြစ်ပွားနိုင်သည်။",
    "xx": "👨‍👩‍👧‍👦👩🏽‍🚒🇯🇵 e\u0301e\u0301 नि \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f "
    * 4,
}
LINK = "https://radar.asia/x"


def fitted(text: str, limit: int, *, language: str = "en", priority: int = 1) -> str:
    """The text of a lone slot."""
    slot = FitSlot(text=text, priority=priority)
    return fit_parts(Skeleton(parts=(slot,)), language=language, limit=limit).text


@pytest.mark.parametrize("language", sorted(SAMPLES))
@pytest.mark.parametrize("priority", [0, 1])
def test_every_length_in_every_language(language: str, priority: int) -> None:
    """At each limit: not too long, a beginning of the text, no grapheme torn, never shorter than with less room."""
    text = unicodedata.normalize("NFC", SAMPLES[language]).strip()
    ends = {text[:end] for end in grapheme_ends(text)}
    before = 0
    for limit in range(weighted_length(text) + 2):
        kept = fitted(text, limit, language=language, priority=priority)
        assert weighted_length(kept) <= limit
        bare = kept.removesuffix("…")
        assert not bare or bare in ends
        assert len(bare) >= before, f"{limit}: {kept}"
        before = len(bare)
    assert before == len(text)


@given(
    text=st.text(max_size=120),
    language=st.sampled_from(["en", "zh", "th", None]),
    limit=st.integers(0, 200),
    priority=st.integers(0, 3),
)
def test_any_text_fits_and_stays_a_beginning(text: str, language: str | None, limit: int, priority: int) -> None:
    """Whatever the text, the result is within the limit and what is kept is the beginning of what was given."""
    slot = FitSlot(text=text, priority=priority)
    result = fit_parts(Skeleton(parts=(slot,)), language=language, limit=limit)
    whole = fit_parts(Skeleton(parts=(slot,)), language=language, limit=10_000).text
    assert weighted_length(result.text) <= limit
    assert whole.startswith(result.text.removesuffix("…"))
    assert result.shortened == (result.text != whole)


@settings(max_examples=60)
@given(st.text(max_size=400), st.text(max_size=400), st.integers(60, 280))
def test_a_post_never_exceeds_its_limit(title: str, summary: str, limit: int) -> None:
    """Headline, summary, hashtag and link together stay within the limit, and the link stays."""
    assume("radar.asia/x" not in title + summary)
    parts = (FitSlot(text=title, priority=0), "\n\n", FitSlot(text=summary), "\n\n", FitSlot(text="#A", priority=2))
    text = fit_parts(Skeleton(parts=(*parts, f"\n{LINK}")), language="en", limit=limit).text
    assert weighted_length(text) <= limit
    assert text.endswith(LINK)
    assert "\n\n\n" not in text


def test_no_sentence_that_fits_is_wasted() -> None:
    """With room for exactly the first sentence that one stays, with one character less it is cut between words."""
    text = SAMPLES["en"]
    first = text[: text.index(".") + 1]
    assert fitted(text, len(first)) == first
    assert fitted(text, len(first) - 1) == "The port counts its busiest year…"


def test_whole_sentences_carry_no_ellipsis() -> None:
    """As many sentences as fit, and nothing that looks cut off."""
    assert fitted("One fits. Two fits as well. Three does not fit any more.", 40) == "One fits. Two fits as well."


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Ministers agreed on one ticket (for night trains) today", 40, "Ministers agreed on one ticket…"),
        ("Ministers agreed on one ticket for the trains", 42, "Ministers agreed on one ticket…"),
        ("Ministers agreed on one ticket — “for now”", 37, "Ministers agreed on one ticket…"),
        ("Ministers agreed on a ticket, it was reported by everybody", 38, "Ministers agreed on a ticket…"),
        (
            "Ten ministers from the region (and one envoy) agreed (later)",
            59,
            "Ten ministers from the region (and one envoy) agreed…",
        ),
        (
            "Ten ministers from the region agreed on “one ticket for everybody”",
            50,
            "Ten ministers from the region agreed…",
        ),
    ],
)
def test_a_cut_reads_well(text: str, limit: int, expected: str) -> None:
    """No opening mark, dash, weak word or half clause stands before the ellipsis."""
    assert fitted(text, limit, priority=0) == expected


def test_scripts_without_spaces_are_cut_at_phrases() -> None:
    """Chinese is cut at a comma, Thai at its phrase space, where that loses little."""
    assert (
        fitted("营运商表示新船每年可减少碳排放，票价维持不变", 40, language="zh") == "营运商表示新船每年可减少碳排放…"
    )
    assert fitted(SAMPLES["th"], 76, language="th") == "ผู้ค้าจะใช้ใบตองและถุงกระดาษแทนถุงพลาสติกตั้งแต่สัปดาห์หน้า…"


def test_links_are_never_torn() -> None:
    """A link in a slot is kept whole or left out."""
    text = "Read it all here please https://radar.asia/a-very-long-one and more words that do not fit in here"
    for limit in range(20, 90):
        kept = fitted(text, limit, priority=0)
        assert "https" not in kept or "https://radar.asia/a-very-long-one" in kept


def test_a_word_without_end_is_cut_between_graphemes() -> None:
    """The headline is cut as short as need be, even where no word ends."""
    assert fitted("a" * 400, 20, priority=0) == "a" * 18 + "…"


def test_a_stump_of_a_summary_is_left_out() -> None:
    """A summary of which next to nothing is left is not shown; a headline always is."""
    assert fitted(SAMPLES["en"], 20) == ""
    assert fitted(SAMPLES["en"], 20, priority=0) == "The port counts…"


def test_hashtags_are_dropped_one_by_one_and_never_cut() -> None:
    """Slots of priority 2 are taken word by word."""
    assert fitted("#Business #Taiwan", 17, priority=2) == "#Business #Taiwan"
    assert fitted("#Business #Taiwan", 16, priority=2) == "#Business"
    assert fitted("#Business #Taiwan", 8, priority=2) == ""


def test_hashtags_never_cost_a_sentence() -> None:
    """A slot earlier in the text but lower in rank gets only what is left."""
    parts = (FitSlot(text="#Politics", priority=2), "\n", FitSlot(text="This sentence fits.", priority=1))
    assert fit_parts(Skeleton(parts=parts), language="en", limit=28).text == "This sentence fits."
    assert fit_parts(Skeleton(parts=parts), language="en", limit=29).text == "#Politics\nThis sentence fits."


def test_what_is_measured_is_what_comes_out_at_last() -> None:
    """Text that grows when it is finished still fits."""
    slot = FitSlot(text="one two three", priority=0)
    grown = fit_parts(Skeleton(parts=(slot,)), language="en", limit=20, finish=lambda text: text.replace("t", "tttttt"))
    assert grown.text == "one ttttttwo…"
    assert grown.shortened


def test_empty_slots_leave_no_gaps() -> None:
    """Empty lines and spaces around what is empty go."""
    parts = ("From us: ", FitSlot(text=""), " \n\n", FitSlot(text=" "), "\n\n\n", LINK, " ")
    assert fit_parts(Skeleton(parts=parts), language=None).text == f"From us:\n\n{LINK}"
    assert tidy("a  b \n \n\n\n c") == "a b\n\n c"


def test_fixed_text_is_never_cut() -> None:
    """What a template fixes stays, even over the limit; the caller names the problem."""
    assert fit_parts(Skeleton(parts=("x" * 300,)), language="en").text == "x" * 300
