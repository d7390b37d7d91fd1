"""
Which words of a post X turns into hashtags, mentions and cashtags.

Source: twitter-text 3.1.0 (X, Apache-2.0), `extractHashtags`, `extractMentions`, `extractCashtags`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from asiaradar_bot.rules.post_links import find_links
from asiaradar_bot.rules.tag_letters import boundary_pattern, tag_pattern

# The full-width forms that X takes as well.
_WIDE = {"#": "\uff03", "@": "\uff20"}

# With case not ignored, unlike in links.
_LATIN = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    r"\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_MENTION = re.compile(
    r"(?:\A|[^a-zA-Z0-9_!#$%&*@\uff20]|(?:\A|[^a-zA-Z0-9_+~.\-])[rR][tT]:?)"
    r"[@\uff20]([a-zA-Z0-9_]{1,20})(/[a-zA-Z][a-zA-Z0-9_\-]{0,24})?"
)
_NO_MENTION_BEFORE = re.compile(rf"[@\uff20{_LATIN}]|://")
_NO_HASHTAG_BEFORE = re.compile(r"[#\uff03]|://")
_CASHTAG = re.compile(
    r"(?:\A|[\x09-\x0d\x20\x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])"
    r"\$([a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?)"
    r"(?=\Z|[\x09-\x0d\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
    r"|[!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$])"
)


@cache
def _hashtag() -> re.Pattern[str]:
    before = rf"(?:\A|[\ufe0e\ufe0f]|{boundary_pattern()})"
    return re.compile(rf"{before}[#\uff03](?![\ufe0f\u20e3])({tag_pattern()})")


def hashtags(text: str) -> list[str]:
    """
    The hashtags of a text in order, without their sign; a number alone is none, nor is one inside a link.
    """
    return [match[1] for match in _hashtag_matches(text)]


def mentions(text: str) -> list[str]:
    """
    The handles that a text mentions, in order, without their sign; lists (`@handle/list`) are not among them.
    """
    return [match[1] for match in _mention_matches(text)]


def cashtags(text: str) -> list[str]:
    """
    The cashtags of a text in order, without their sign.
    """
    return [match[1] for match in _cashtag_matches(text)]


def hashtag_spans(text: str) -> list[tuple[int, int]]:
    """
    Where the hashtags of `hashtags` stand, their sign included: start and end (exclusive) in Python's indices.
    """
    return [_with_sign(match) for match in _hashtag_matches(text)]


def mention_spans(text: str) -> list[tuple[int, int]]:
    """
    Where the handles of `mentions` stand, their sign included.
    """
    return [_with_sign(match) for match in _mention_matches(text)]


def cashtag_spans(text: str) -> list[tuple[int, int]]:
    """
    Where the cashtags of `cashtags` stand, their sign included.
    """
    return [_with_sign(match) for match in _cashtag_matches(text)]


def _with_sign(match: re.Match[str]) -> tuple[int, int]:
    return match.start(1) - 1, match.end(1)


def _hashtag_matches(text: str) -> list[re.Match[str]]:
    if "#" not in text and "\uff03" not in text:  # the expression is large: built only for texts that need it
        return []
    tags = [
        match
        for match in _matches(_hashtag(), "#", text=text, reach=1)
        if not _NO_HASHTAG_BEFORE.match(text, match.end())
    ]
    # No link holds a space, so what stands behind one is in none.
    if not all(match.start(1) == 1 or match[0][0] in " \n" for match in tags):
        tags = list(_outside_links(tags, text))
    return tags


def _mention_matches(text: str) -> list[re.Match[str]]:
    if "@" not in text and "\uff20" not in text:
        return []
    return [
        match
        for match in _matches(_MENTION, "@", text=text, reach=3)
        if match[2] is None and not _NO_MENTION_BEFORE.match(text, match.end())
    ]


def _cashtag_matches(text: str) -> list[re.Match[str]]:
    return _matches(_CASHTAG, "$", text=text, reach=1) if "$" in text else []


def _matches(pattern: re.Pattern[str], sign: str, *, text: str, reach: int) -> list[re.Match[str]]:
    """
    Every match in turn, looking only around the signs; `reach` is how many characters may stand before one.
    """
    wide = _WIDE.get(sign, sign)
    also_wide = wide in text
    found: list[re.Match[str]] = []
    position = 0
    while True:
        at = text.find(sign, position)
        if also_wide:
            at = min(filter((-1).__lt__, (at, text.find(wide, position))), default=-1)
        match = pattern.search(text, max(position, at - reach)) if at >= 0 else None
        if match is None:
            return found
        found.append(match)
        position = match.end()


def _outside_links(tags: list[re.Match[str]], text: str) -> Iterator[re.Match[str]]:
    """
    Of a tag and a link that overlap, the one that begins first stays.
    """
    spans: list[tuple[int, int, re.Match[str] | None]] = [(match.start(1) - 1, match.end(1), match) for match in tags]
    spans += [(link.start, link.end, None) for link in find_links(text)]
    spans.sort(key=lambda span: span[0])
    reached = 0
    for start, end, tag in spans:
        if start < reached:
            continue
        reached = end
        if tag is not None:
            yield tag
