"""
Which emoji of several code points X counts as one: data from the `emoji` package, cut to what X's library knows.

Source: twemoji-parser 11.0.2 (X, MIT), the expression that twitter-text 3.1.0 counts with: Emoji 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_KNOWN_EMOJI_VERSION = 11
_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_STYLE = "\ufe0f"
_JOINER = "\u200d"
_KEYCAP = "\u20e3"

# Emoji by default, so Unicode's list needs no style sign after them; X takes one all the same.
_STYLED_ANYWAY = "⌚⌛◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
# Emoji 11 has it; X's library writes it without a style sign and so does not know it.
_UNKNOWN = frozenset({"\u267e\ufe0f", "\U0001f441\ufe0f\u200d\U0001f5e8\ufe0f"})
# What X's library takes although Unicode does not list it so.
_EXTRA = frozenset(
    {"\U0001f441\u200d\U0001f5e8"}
    | {f"\U0001f574{style}\u200d{sign}\ufe0f" for style in (_STYLE, *_TONES) for sign in "♀♂"}
    | {f"\U0001f935{tone}\u200d{sign}\ufe0f" for tone in ("", *_TONES) for sign in "♀♂"}
)

# Every emoji of several code points has one of these at its second place.
_SECOND = re.compile(
    rf"[{_STYLE}{_JOINER}{_KEYCAP}{_TONES}\U0001f1e6-\U0001f1ff\U000e0061-\U000e007a]",
)


def joined_emoji(text: str) -> Iterator[str]:
    """
    The emoji of several code points that X counts as one, in order of their place in the text.
    """
    position = 0
    for match in _SECOND.finditer(text):
        start = match.start() - 1
        if start < position:
            continue
        found = _longest_at(text, start)
        if found:
            yield found
            position = start + len(found)


def _longest_at(text: str, start: int) -> str | None:
    sequences, lengths = _sequences()
    for length in lengths.get(text[start], ()):
        candidate = text[start : start + length]
        if candidate in sequences:
            return candidate
    return None


@cache
def _sequences() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    sequences = frozenset(_all_sequences())
    lengths: dict[str, set[int]] = {}
    for sequence in sequences:
        lengths.setdefault(sequence[0], set()).add(len(sequence))
    return sequences, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _all_sequences() -> Iterator[str]:
    from emoji import EMOJI_DATA, STATUS

    known = {text: facts["status"] for text, facts in EMOJI_DATA.items() if facts["E"] <= _KNOWN_EMOJI_VERSION}
    full = STATUS["fully_qualified"]
    yield from (text for text, status in known.items() if len(text) > 1 and status == full and text not in _UNKNOWN)
    # A hand with both a style sign and a tone is one emoji for X.
    toned = (text for text in known if len(text) > 1 and text[1] in _TONES)
    yield from (f"{text[0]}{_STYLE}{text[1]}" for text in toned if f"{text[0]}{_STYLE}" in known)
    yield from (f"{sign}{style}{_KEYCAP}" for sign in "#*0123456789" for style in ("", _STYLE))
    yield from (f"{sign}{_STYLE}" for sign in _STYLED_ANYWAY)
    yield from _EXTRA
