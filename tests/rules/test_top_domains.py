"""The list of top-level domains against what is known of X's own."""

from __future__ import annotations

import pytest

from asiaradar_bot.rules.top_domains import NEWER, known_names, name_ends


def test_the_list_without_the_newer_names_is_the_librarys() -> None:
    """X's library knows 1,574 names: a new release of the public suffix list that changes this must be looked at."""
    assert known_names().issuperset(NEWER)
    assert len(known_names() - NEWER) == 1574


def test_no_newer_name_hides_an_older_one() -> None:
    """Names in other scripts are matched longest first, which is right as long as no newer one begins like an older."""
    older = known_names() - NEWER
    assert not [name for name in NEWER if not name.isascii() and any(name.startswith(known) for known in older)]


@pytest.mark.parametrize(
    ("text", "known", "newer"),
    [
        ("radar.asia", {5: 10}, {}),
        ("radar.ASIA, x", {5: 10}, {}),
        ("asia.music.", {}, {4: 10}),
        ("a.com中", {1: 5}, {}),
        ("a.comb a.com1 a.com@ a.com+ a.com-", {}, {}),
        ("a.嘉里大酒店 b.嘉里", {1: 7, 9: 12}, {}),
        ("a.РФ", {1: 4}, {}),
        ("a.xn--p1ai-", {1: 11}, {}),
        ("a.Vermögensberatung", {1: 19}, {}),
        ("新.アマゾン", {}, {1: 6}),
        ("end. In 3.5 U.S.", {}, {}),
    ],
)
def test_where_names_end(text: str, known: dict[int, int], newer: dict[int, int]) -> None:
    """Every full stop with a name behind it is found with the end of that name, the newer ones apart."""
    assert name_ends(text) == (known, newer)
