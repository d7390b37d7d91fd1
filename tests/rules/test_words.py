"""Whether a word stands in a text, in scripts that write other words onto it."""

from __future__ import annotations

import pytest

from asiaradar_bot.rules.words import contains_word

WAR, EXPLOSION = "\u062d\u0631\u0628", "\u0627\u0646\u0641\u062c\u0627\u0631"
AND, SO, BY, FOR, AS, THE = "\u0648", "\u0641", "\u0628", "\u0644", "\u0643", "\u0627\u0644"


@pytest.mark.parametrize(
    "before", ["", THE, AND, BY, FOR, SO + BY, AND + THE, BY + THE, AND + AS + THE, FOR + FOR, AND + FOR + FOR]
)
@pytest.mark.parametrize("word", [WAR, EXPLOSION])
def test_arabic_particles_do_not_hide_a_word(word: str, before: str) -> None:
    """The article, and, by, for, as and so, alone or one after another, are no part of the word."""
    assert contains_word(f"{THE}{AND} {before}{word} {THE}", word)


def test_arabic_vowel_signs_do_not_hide_a_word() -> None:
    """With its vowels written, or stretched, it is the same word."""
    assert contains_word("\u062d\u064e\u0631\u0652\u0628", WAR)
    assert contains_word("\u062d\u0640\u0640\u0631\u0628", WAR)


def test_what_is_no_particle_makes_another_word() -> None:
    """Other letters before it, letters after it, and particles before a very short word: not that word."""
    assert not contains_word(f"\u0645{WAR}", WAR)
    assert not contains_word(f"{BY}{AND}{WAR}", WAR)
    assert not contains_word(f"{WAR}\u0627\u0621", WAR)
    assert not contains_word("\u0628\u062d\u0631", "\u062d\u0631")
    assert not contains_word("award", "war")
    assert contains_word("the war ends", "War")
