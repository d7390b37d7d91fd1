"""
Which parts of a post X turns into links: the second half of counting a post's length, and of keeping stray links out.

Equal to `extractUrlsWithIndices` of X's own library but for what no newsroom will meet (a few texts in 100,000 made at
random, see `benchmarks/post_text_agreement.py`):
- a host is looked at no further than 512 characters around a top-level domain, so that hostile text takes no quadratic
  time (names in the DNS have 253 at most);
- the library sees characters beyond U+FFFF as two halves, so that a label of about 63 characters that begins with an
  emoji can be too long for the one and not for the other;
- where a bare host, then a host of another script, then a path follow without a space (`t.co🇯ΕΛ.ελ/x`), the library
  reports a link that stands nowhere in the text (`t.co/x`) and, if an emoji is among it, weighs what is left by halves
  of characters; we report the same link and weigh by whole characters;
- names of Cyrillic and Greek top-level domains fold as Python folds letters, not as JavaScript does.

Source: twitter-text 3.1.0 (X, Apache-2.0), `extractUrlsWithIndices` and the expressions it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from asiaradar_bot.rules.top_domains import name_ends


class Link(NamedTuple):
    """
    One link that X would make: indices are Python's, `end` is the first character behind it.
    """

    start: int
    end: int
    text: str


# A shadow of the text bears this in place of every full stop that a top-level domain follows. It is no character, and
# X counts it among those that end a host, as it does U+FFFE, by which a real one is replaced.
_STOP = "\uffff"
_NOT_A_CHARACTER = "\ufffe"

_LATIN = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    r"\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
# Where X ignores case, these fold to one of the letters above or to the Cyrillic ones below.
_FOLDS_TO_LATIN = (
    r"\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f\ua7dc"
)
_ACCENTED = _LATIN + _FOLDS_TO_LATIN
_CYRILLIC = r"\u0400-\u04ff\u1c80-\u1c87"
_SPACES = r"\x09-\x0d\x20\x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_BIDI = r"\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"

_HOST_CHAR = rf"[^!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~${_SPACES}\ufffe\ufeff\uffff{_BIDI}]"
# X's library sees halves of what is beyond U+FFFF: the first may stand before a host that begins with the second.
_BEFORE = r"(?=[\U00010000-\U0010ffff])|[^A-Za-z0-9@\uff20$#\uff03\ufffe\ufeff]|\A"
_ANY_LABEL = rf"{_HOST_CHAR}++(?:[_\-]++{_HOST_CHAR}++)*+"
_LAST_LABEL = rf"{_HOST_CHAR}++(?:-++{_HOST_CHAR}++)*+"

_FIRST_CHARS = re.compile(rf"(?:{_BEFORE}){_HOST_CHAR}++")
_HOST = re.compile(
    rf"({_BEFORE})((?:[hH][tT][tT][pP][sS]?://)?)((?:{_ANY_LABEL}[.{_STOP}])*{_LAST_LABEL}{_STOP})",
)
_BARE_HOST = re.compile(rf"(?:[\-a-zA-Z0-9{_ACCENTED}]++[.{_STOP}])*[\-a-zA-Z0-9{_ACCENTED}]++{_STOP}")

_PROTOCOL_NAME = re.compile(r"[hH][tT][tT][pP][sS]?\Z")

# What may end a path, and what else may stand in one. The library's expression says the same with more ways to fail.
_PATH_END = rf"[+\-a-zA-Z{_CYRILLIC}0-9=_#/{_ACCENTED}]"
_PATH_REST = r"[!*';:,.$%\[\]\u2013~@|&]"
_PATH_CHARS = rf"[+\-a-zA-Z{_CYRILLIC}0-9=_#/{_ACCENTED}!*';:,.$%\[\]\u2013~@|&]"
_BALANCED = rf"\((?:{_PATH_CHARS}++|{_PATH_CHARS}*+\({_PATH_CHARS}++\){_PATH_CHARS}*+)\)"
_PATH = rf"/(?:(?:{_PATH_REST}|{_BALANCED})*+{_PATH_END}++)*+(?:{_BALANCED})*+"
_QUERY = r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=#/]"
_TAIL = re.compile(rf"(?::[0-9]+)?({_PATH})?(?:{_QUERY})?")
_SHORT_LINK = re.compile(rf"[hH][tT][tT][pP][sS]?://[tT]\.[cC][oO]/([a-zA-Z0-9]+)(?:{_QUERY})?")

_USUAL_LINK = re.compile(
    r"https?://((?:[a-z0-9]++(?:-++[a-z0-9]++)*+\.)+[a-z]++)(?:/[a-zA-Z0-9_/\-]*+)?(?![^ \n])",
)

_LONGEST_LINK = 4096
_LONGEST_USUAL_LINK = 2048
_LONGEST_LABEL = 63
_LONGEST_SLUG = 40
_REACH = 512
_IDEOGRAPHIC_STOPS = re.compile(r"[\u3002\uff0e\uff61]")
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*\Z")


def find_links(text: str, *, newer: bool = False) -> list[Link]:
    """
    The links in a text as X's library finds them, in order, none overlapping another.

    With `newer` also those under the top-level domains that came after the library (see `top_domains.NEWER`), which X's
    web site links in part.
    """
    if "." not in text:
        return []
    ends, late = name_ends(text)
    return links_at(text, ends | late if newer else ends)


def links_at(text: str, ends: Mapping[int, int]) -> list[Link]:
    """
    The same for full stops already known to have a top-level domain behind them, each with the index of its end.
    """
    if not ends:
        return []
    found: list[Link] = []
    shadow = ""
    position = 0
    for stop in sorted(ends):
        if stop < position:
            continue
        space = max(text.rfind(" ", position, stop), text.rfind("\n", position, stop))
        usual = _usual_link(text, space + 1, ends) if space >= 0 or position == 0 else None
        if usual is not None:
            found.append(usual)
            position = usual.end
            continue
        shadow = shadow or _shadow_of(text, ends)
        host = _host_reaching(shadow, stop, max(position, space))
        if host is not None:
            position = _take(text, shadow, host=host, ends=ends, found=found)
    return found


def _usual_link(text: str, start: int, ends: Mapping[int, int]) -> Link | None:
    """
    A link as newsrooms write them, between spaces, found without going the long way; None says nothing about others.
    """
    match = _USUAL_LINK.match(text, start)
    if match is None or match[1] == "t.co" or match.end() - start > _LONGEST_USUAL_LINK:
        return None
    host_start, host_end = match.span(1)
    if ends.get(text.rfind(".", host_start, host_end)) != host_end or host_end - host_start > _LONGEST_LABEL:
        return None
    return Link(start, match.end(), match[0])


def _shadow_of(text: str, stops: Iterable[int]) -> str:
    pieces = []
    position = 0
    for stop in sorted(stops):
        pieces.append(text[position:stop])
        position = stop + 1
    pieces.append(text[position:])
    if _STOP in text:
        pieces = [piece.replace(_STOP, _NOT_A_CHARACTER) for piece in pieces]
    return _STOP.join(pieces)


def _host_reaching(shadow: str, stop: int, position: int) -> re.Match[str] | None:
    """
    The first host that begins before the stop.

    Of a run of host characters only two starts can matter: its first one, which reaches as far as any other, and one
    that leaves just the protocol at the run's end (`読むhttps://`).
    """
    start = max(position, stop - _REACH)
    while True:
        first = _FIRST_CHARS.search(shadow, start, stop)
        if first is None:
            return None
        host = _HOST.match(shadow, first.start(), stop + _REACH)
        if host is None and shadow.startswith("://", first.end()):
            host = _host_after_protocol(shadow, first.start(), first.end())
        if host is not None:
            return host
        start = first.end()


def _host_after_protocol(shadow: str, start: int, end: int) -> re.Match[str] | None:
    protocol = _PROTOCOL_NAME.search(shadow, max(start, end - len("https")), end)
    return _HOST.match(shadow, protocol.start() - 1) if protocol and protocol.start() > start else None


def _take(text: str, shadow: str, *, host: re.Match[str], ends: Mapping[int, int], found: list[Link]) -> int:
    """
    Adds the links of one host to those found, and answers where the search goes on.
    """
    start, host_start = host.start(2), host.start(3)
    host_end = ends[host.end() - 1]
    tail = _TAIL.match(text, host_end)
    end = tail.end() if tail else host_end
    protocol = host[2]
    if not _may_be_host(text[host_start:host_end]) or len(protocol or "https://") + end - start > _LONGEST_LINK:
        return end

    if protocol:
        link = _with_protocol(text[start:end])
        if link:
            found.append(Link(start, start + len(link), link))
    elif host[1] not in ("-", "_", ".", "/", _STOP):
        bare = list(_bare_links(text, shadow, reach=(host_start, host_end), ends=ends))
        if bare and tail and tail[1] is not None:
            last = bare.pop()
            bare.append(Link(last.start, end, last.text + text[host_end:end]))
        found.extend(bare)
    return end


def _with_protocol(link: str) -> str:
    """
    The part of a link that X takes: of its own short links only so much as can be one, or nothing.
    """
    short = _SHORT_LINK.match(link)
    if short is None:
        return link
    return short[0] if len(short[1]) <= _LONGEST_SLUG else ""


def _bare_links(text: str, shadow: str, *, reach: tuple[int, int], ends: Mapping[int, int]) -> Iterator[Link]:
    """
    Without a protocol only labels of ASCII and accented Latin count, so one run of characters can hold several links.
    """
    position, host_end = reach
    while match := _BARE_HOST.search(shadow, position, host_end):
        position = ends[match.end() - 1]
        yield Link(match.start(), position, text[match.start() : position])


def _may_be_host(host: str) -> bool:
    if host.isascii() and len(host) <= _LONGEST_LABEL and not host.startswith("xn--"):
        return True
    if host.startswith("xn--") and not _holds_bare_host(host):
        return False
    return all(_label_length(label) <= _LONGEST_LABEL for label in host.split("."))


def _holds_bare_host(host: str) -> bool:
    ends, _ = name_ends(host)
    return _BARE_HOST.search(_shadow_of(host, ends)) is not None


def _label_length(label: str) -> int:
    if len(label) > _LONGEST_LABEL:  # punycode is never shorter, and slow for what is long
        return len(label)
    parts = _IDEOGRAPHIC_STOPS.split(label)
    return sum(map(_ascii_length, parts)) + len(parts) - 1


def _ascii_length(part: str) -> int:
    if _PRINTABLE_ASCII.match(part):
        return len(part)
    return len("xn--") + len(part.encode("punycode"))
