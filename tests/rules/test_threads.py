"""Long texts become threads, and the buttons of a sheet do what they say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.post import PostPicture
from asiaradar_bot.model.sheet import SheetPart
from asiaradar_bot.rules.post_text import normalise, weighted_length
from asiaradar_bot.rules.sheet_edits import edit_parts
from asiaradar_bot.rules.threads import split_text

PICTURES = tuple(PostPicture(picture_id=number) for number in (1, 2, 3))
PARTS = (SheetPart(text="one", pictures=PICTURES), SheetPart(text="two"), SheetPart(text="three"))


def test_a_thread_is_cut_where_sentences_end() -> None:
    """Each part ends with a sentence and is as full as whole sentences make it."""
    text = " ".join(f"This is sentence number {number} of a long report from the harbour." for number in range(12))
    parts = split_text(text)
    assert " ".join(parts) == text
    assert all(part.endswith("harbour.") and weighted_length(part) <= 280 for part in parts)
    assert all(weighted_length(f"{one} {other.partition('.')[0]}.") > 280 for one, other in pairwise(parts))


@pytest.mark.parametrize(
    ("text", "limit"),
    [("新加坡开放第三条跑道。" * 40, 280), ("word " * 200, 280), ("x" * 900, 280), ("👨‍👩‍👧‍👦" * 200, 280)],
    ids=["chinese", "no sentence", "no word", "families"],
)
def test_what_has_no_sentences_is_cut_all_the_same(text: str, limit: int) -> None:
    """At words, else at graphemes; nothing is lost and nothing torn."""
    parts = split_text(text, limit=limit)
    assert "".join("".join(parts).split()) == "".join(normalise(text).split())
    assert all(0 < weighted_length(part) <= limit for part in parts)
    assert all(not part.startswith("\u200d") and not part.endswith("\u200d") for part in parts)


@given(st.text(max_size=1500))
def test_no_text_is_lost_or_too_long(text: str) -> None:
    """Of any text the parts hold every character but spaces, in order, each within the limit."""
    parts = split_text(text)
    assert "".join("".join(parts).split()) == "".join(normalise(text).split())
    assert all(weighted_length(part) <= 280 for part in parts)


@pytest.mark.parametrize(
    ("word", "places", "texts"),
    [
        ("add", [], ["one", "two", "three", ""]),
        ("remove", [1], ["one", "three"]),
        ("up", [1], ["two", "one", "three"]),
        ("down", [1], ["one", "three", "two"]),
        ("up", [0], ["one", "two", "three"]),
        ("down", [9], ["one", "two", "three"]),
        ("split", [0], ["one", "two", "three"]),
    ],
)
def test_parts_are_moved_and_removed(word: str, places: list[int], texts: list[str]) -> None:
    """What a button says, and nothing where there is no such place."""
    changed = edit_parts(PARTS, word, places)
    assert changed is not None
    assert [part.text for part in changed] == texts


@pytest.mark.parametrize(
    ("word", "place", "numbers"),
    [("left", 2, [1, 3, 2]), ("right", 0, [2, 1, 3]), ("drop", 1, [1, 3]), ("drop", 7, [1, 2, 3])],
)
def test_pictures_are_moved_and_removed(word: str, place: int, numbers: list[int]) -> None:
    """Within their part; the words stay."""
    changed = edit_parts(PARTS, word, [0, place])
    assert changed is not None
    assert [one.picture_id for one in changed[0].pictures] == numbers
    assert changed[0].text == "one"


def test_the_last_part_stays_and_unknown_words_do_nothing() -> None:
    """A sheet never has no part; other buttons are not of the parts."""
    assert edit_parts(PARTS[:1], "remove", [0]) == PARTS[:1]
    assert edit_parts(PARTS, "queue", []) is None


def test_a_split_keeps_the_pictures_with_the_first_part() -> None:
    """The rest of the text becomes parts behind it, before the next one."""
    long = SheetPart(text="A sentence of some length stands here. " * 15, pictures=PICTURES)
    changed = edit_parts((long, SheetPart(text="last")), "split", [0])
    assert changed is not None
    assert [len(part.pictures) for part in changed] == [3, 0, 0, 0]
    assert changed[-1].text == "last"
