"""
What X makes of a post's text: its length, its links, tags and mentions, and how to keep links out that nobody meant.

Everything here equals X's own library, twitter-text 3.1.0, with one deliberate difference: where a host stands under a
top-level domain that came after that library, the length is never less than either reading gives (X's web site links
some of those names). `links` stays with the library; `accidental_links` and `defuse` know the newer names as well.

Source: twitter-text 3.1.0 (X, Apache-2.0); docs.x.com/fundamentals/counting-characters (2026-05).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from asiaradar_bot.rules.emoji_shapes import joined_emoji
from asiaradar_bot.rules.post_links import Link, find_links, links_at
from asiaradar_bot.rules.post_tags import cashtags, hashtags, mentions
from asiaradar_bot.rules.top_domains import name_ends

__all__ = [
    "LIMIT",
    "LINK_WEIGHT",
    "accidental_links",
    "cashtags",
    "defuse",
    "hashtags",
    "is_valid",
    "link_spans",
    "links",
    "mentions",
    "normalise",
    "weighted_length",
]

LIMIT = 280
"""Weighted characters in a post without Premium."""

LINK_WEIGHT = 23
"""Weighted characters of a link, however long it is."""

_EMOJI_WEIGHT = 2
_ZERO_WIDTH_NON_JOINER = "\u200c"

# All others weigh one.
_HEAVY = re.compile(r"[^\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_REFUSED = re.compile(r"[\ufffe\uffff\ufeff]")
_UNSENDABLE = re.compile(
    r"[\x00\ufffd\ufeff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + r"\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)


def normalise(text: str) -> str:
    """
    The text as X stores it: NFC, lines ended by LF, no space at either end.

    Drops what no post can carry or show: NUL, U+FFFD, U+FEFF, lone surrogates, non-characters, private use.
    """
    kept = _UNSENDABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", kept).strip()


def weighted_length(text: str) -> int:
    """
    The length of a post as X counts it, to be held against `LIMIT`; counted in NFC, 0 for an empty text.

    Links weigh 23 each, emoji that X knows 2 each, other characters 1 or 2. Nothing is cleaned up: see `normalise`.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "." not in text:
        return _plain_weight(text)
    known, newer = name_ends(text)
    sure = links_at(text, known)
    weight = _weight_around(text, sure)
    if not newer:
        return weight
    either = links_at(text, known | newer)
    return max(weight, _weight_around(text, either, unsure=set(either).difference(sure)))


def is_valid(text: str) -> bool:
    """
    Whether X's library would let this be posted: not empty, within the limit, no U+FFFE, U+FEFF, U+FFFF.

    A text of nothing but space passes here and is refused by X: `normalise` makes it empty.
    """
    return not _REFUSED.search(text) and 0 < weighted_length(text) <= LIMIT


def links(text: str) -> list[str]:
    """
    The links that X makes of a text, in order, each as it stands there (`radar.asia` stays without protocol).
    """
    return [link.text for link in find_links(text)]


def link_spans(text: str) -> list[tuple[int, int, str]]:
    """
    Where the links of `links` stand: start, end (exclusive) in Python's indices, and the link's text.
    """
    return [(link.start, link.end, link.text) for link in find_links(text)]


def accidental_links(text: str, meant: Collection[str]) -> list[str]:
    """
    The links that X makes, or may make under a newer top-level domain, and that are not literally among those meant.

    A meant link that X would cut short (one with unescaped Chinese in its path) is reported in its cut form.
    """
    return [link.text for link in _accidental(text, meant)]


def defuse(text: str, meant: Collection[str]) -> str:
    """
    The same words with no link in them but those meant.

    Each full stop in a stray link that a top-level domain follows gets a zero width non-joiner (U+200C) behind it:
    `Booking.com` looks, wraps and reads aloud as before, but its last label is no longer `com`. Of the possible ways:

    - a space (`Booking. com`) misspells names and lets a line break inside them;
    - the one dot leader (U+2024) is another sign, drawn differently in many fonts, and weighs 2;
    - word joiner (U+2060) weighs 2, zero width space lets a line break inside the name;
    - the non-joiner weighs 1, breaks no line, survives NFC and trimming, and X has to keep it: Persian is not written
      without it, and X's library takes it as a letter of hashtags.

    Clean the text first (`normalise`, and whatever strips invisible characters): cleaning afterwards brings links back.
    """
    while stray := _accidental(text, meant):
        text = _with_non_joiners(text, stray)
    return text


def _accidental(text: str, meant: Collection[str]) -> list[Link]:
    return [link for link in find_links(text, newer=True) if link.text not in meant]


def _with_non_joiners(text: str, stray: Iterable[Link]) -> str:
    known, newer = name_ends(text)
    stops = known | newer
    places = [stop + 1 for link in stray for stop in range(link.start, link.end) if stop in stops]
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    return _ZERO_WIDTH_NON_JOINER.join(pieces)


def _weight_around(text: str, found: Collection[Link], *, unsure: AbstractSet[Link] = frozenset()) -> int:
    """
    The weight of a text with its links; a link that X may or may not make weighs the more of 23 and its letters.
    """
    if not found:
        return _plain_weight(text)
    if not unsure and text.isascii():
        return len(text) + sum(LINK_WEIGHT - len(link.text) for link in found)
    weight = position = 0
    pieces = []
    for link in found:
        pieces.append(text[position : link.start])
        weight += max(LINK_WEIGHT, _plain_weight(link.text)) if link in unsure else LINK_WEIGHT
        position = link.start + len(link.text)
    pieces.append(text[position:])
    # A line end between the pieces keeps emoji apart; it weighs one.
    return weight + _plain_weight("\n".join(pieces)) - len(pieces) + 1


def _plain_weight(text: str) -> int:
    if text.isascii():
        return len(text)
    weight = _code_point_weight(text)
    if weight == len(text):  # every emoji has a heavy character
        return weight
    for emoji in joined_emoji(text):
        weight += _EMOJI_WEIGHT - _code_point_weight(emoji)
    return weight


def _code_point_weight(text: str) -> int:
    return len(text) + sum(map(len, _HEAVY.findall(text)))
