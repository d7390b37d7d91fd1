"""The same story is known again whatever its dress, and different stories are not taken for one."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.duplicates import find_near_duplicate, headline_likeness
from tests.factories import make_headline

HEADLINES = (
    "Port of Busan counts its busiest year, with 24.5 million containers",
    "Central bank holds rates at 3.5%",
    "Ministers agree on one ticket for night trains",
    "釜山港创下年度集装箱吞吐量新纪录",
    "日本政府、夜行列車の共通切符を導入へ",
    "부산항 컨테이너 물동량 사상 최대",
    "बारह किलोमीटर लंबी नई मेट्रो लाइन शुरू",
    "ตลาดนัดเลิกใช้ถุงพลาสติกตั้งแต่สัปดาห์หน้า",
    "محطة تحلية جديدة تبدأ العمل في الخليج",
)
any_headline = st.sampled_from(HEADLINES) | st.text(max_size=60)


@given(one=any_headline, other=any_headline)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    """Between 0 and 100, and nobody is more like the other than the other is like them."""
    likeness = headline_likeness(one, other)
    assert 0 <= likeness <= 100
    assert likeness == headline_likeness(other, one)


@given(title=st.sampled_from(HEADLINES), data=st.data())
def test_dress_does_not_matter(title: str, data: st.DataObject) -> None:
    """Case, width, decomposed letters, quotation marks and final stops leave a headline what it is."""
    dress = data.draw(
        st.sampled_from(
            [
                str.upper,
                str.casefold,
                lambda text: unicodedata.normalize("NFD", text),
                lambda text: f"“{text}”",
                lambda text: f"{text}.",
                lambda text: f"  {text} !",
                lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
            ]
        )
    )
    assert headline_likeness(title, dress(title)) == 100


@given(title=st.sampled_from(HEADLINES[:3]), seed=st.integers(0, 1000))
def test_the_order_of_words_does_not_matter(title: str, seed: int) -> None:
    """Spaced scripts are compared by their words, in any order."""
    words = title.replace(",", "").split()
    random.Random(seed).shuffle(words)
    assert headline_likeness(title, " ".join(words)) == 100


@given(one=st.sampled_from(HEADLINES), other=st.sampled_from(HEADLINES))
def test_different_stories_are_not_alike(one: str, other: str) -> None:
    """None of these headlines, in any of nine scripts, is taken for another."""
    assert (headline_likeness(one, other) >= 85) == (one == other)


@given(stem=st.text(min_size=1, max_size=40), one=st.integers(0, 999), other=st.integers(0, 999))
def test_other_numbers_are_another_story(stem: str, one: int, other: int) -> None:
    """However alike the rest is, a headline with another number is no duplicate."""
    alike = headline_likeness(f"{stem} {one}%", f"{stem} {other}%")
    assert alike == (100 if one == other else alike)
    if {str(one)} != {str(other)} and not any(letter.isdigit() for letter in stem):
        assert alike == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中国第三季度经济增长超出市场普遍预期水平", "中国第四季度经济增长超出市场普遍预期水平"),
        ("दिन का मेला", "दान की माला"),
        ("Rates rise to 4%", "Rates rise to 4.5%"),
    ],
)
def test_small_signs_that_make_another_story(one: str, other: str) -> None:
    """Numbers in Chinese characters and the vowel signs of Hindi count as what they are."""
    assert headline_likeness(one, other) < 85


def test_chinese_reworded_is_the_same_story() -> None:
    """One character more does not make another story."""
    assert headline_likeness("釜山港创下年度集装箱吞吐量新纪录", "釜山港创下年度集装箱吞吐量的新纪录") >= 85


@given(titles=st.lists(st.sampled_from(HEADLINES), max_size=6), title=st.sampled_from(HEADLINES))
def test_the_earliest_twin_is_found(titles: list[str], title: str) -> None:
    """Of several headlines that are alike the first of the list is named; without one, none is."""
    recent = [make_headline(one) for one in titles]
    found = find_near_duplicate(title, recent, percent=85)
    assert found == (recent[titles.index(title)] if title in titles else None)
