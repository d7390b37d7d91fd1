"""Which sequences count as one emoji."""

from __future__ import annotations

import pytest

from asiaradar_bot.rules.emoji_shapes import joined_emoji


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no emoji, 12 #3", []),
        ("👨‍👩‍👧‍👦👍🏽", ["👨‍👩‍👧‍👦", "👍🏽"]),
        ("🇯🇵🇰🇷🇨", ["🇯🇵", "🇰🇷"]),
        ("1️⃣ 2⃣ #️⃣", ["1️⃣", "2⃣", "#️⃣"]),
        ("❤️❤︎❤", ["❤️"]),
        ("☝️🏽", ["☝️🏽"]),
        ("⌚️", ["⌚️"]),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", ["🏴󠁧󠁢󠁥󠁮󠁧󠁿"]),
        ("👁‍🗨 👁️‍🗨️", ["👁‍🗨", "👁️", "🗨️"]),
        ("♾️😀️", []),
        ("🧑‍💻", []),
        ("👩‍💻‍👩", ["👩‍💻"]),
    ],
)
def test_joined_emoji(text: str, found: list[str]) -> None:
    """What X's library knows of several code points is found whole and in order; Emoji 12 and later is not."""
    assert list(joined_emoji(text)) == found
