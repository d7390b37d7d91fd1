"""What differs between two texts, for two editors of one post."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.text_diff import DiffKind, diff_texts


def test_words_are_compared_not_letters() -> None:
    """A changed word is shown whole; Chinese goes sign by sign."""
    pieces = diff_texts("Ferries run again today", "Ferries stop again today")
    assert [(piece.kind.value, piece.text) for piece in pieces] == [
        ("same", "Ferries "),
        ("removed", "run"),
        ("added", "stop"),
        ("same", " again today"),
    ]
    assert ("removed", "三") in [(piece.kind.value, piece.text) for piece in diff_texts("第三条跑道", "第四条跑道")]


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_read_from_it(old: str, new: str) -> None:
    """Without what was added it is the old text, without what was removed the new one."""
    pieces = diff_texts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind is not DiffKind.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.kind is not DiffKind.REMOVED) == new
