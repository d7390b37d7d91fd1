"""Texts as they are searched: without what readers don't see or type; kept beside each text, so looking is cheap."""

from __future__ import annotations

import re
import unicodedata

from asiaradar_bot.rules.words import plain

_TRACKING = re.compile(r"[?&]utm_\w+=[^\s&#]*")
"""Numbers in them are ours or a campaign's, and say nothing about what the link leads to."""
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
    "\u0300-\u036f\u0640\u064b-\u065f\u0670]"
)
"""Signs that steer lines and joints (the word joiner of `Booking.com`), accents, vowel signs of Arabic."""
_TYPED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u300c\u300d\u300e\u300f", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u0111": "d",
        "\u0142": "l",
        "\u00f8": "o",
        "\u0131": "i",
    }
)
"""What typography has more forms of than a keyboard; letters that no accent can be taken from."""


def sought(text: str) -> str:
    """
    The text as it is searched, and a word as it is sought: in small letters of usual width, without accents, invisible
    signs and tracking parameters, with straight quotes and one kind of dash.
    """
    typed = _TRACKING.sub("", text).translate(_TYPED)
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKD", typed))
    return " ".join(plain(bare).translate(_TYPED).split())
