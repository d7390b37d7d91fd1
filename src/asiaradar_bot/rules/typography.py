"""
Straight quotation marks made typographic, only where it is certain what they stand for; lost spaces put back.

English only: other languages have their own marks, and the site writes them. Left alone are marks in addresses and in
`code`, feet and inches, marks that do not pair up, and double marks of a text that has typographic ones already.
"""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\r\n\u00a0]+")
_APART = re.compile(r"(\S+://\S+|`[^`]*`)")
"""What is no prose."""
_APOSTROPHES = re.compile(
    r"(?<=[^\W\d_])'(?=[^\W\d_])"
    r"|(?<=\d)'(?=s\b)"
    r"|(?<!\w)'(?=\d0s\b|(?:tis|twas|til|em|cause|round|bout)\b)"
    r"|(?<=\s)'(?=n\b)|(?<=\bn)'",
    re.IGNORECASE,
)
_LOST_SPACE = re.compile(r"(?<=[a-z])\.(?=(?:An|As|At|Be|By|Do|He|In|Is|It|My|No|So|To|Us|We) )")
"""Two sentences that run together: «year-end.In 2026» would be a web address in India otherwise."""
_OPENS_AFTER = " \t\n([{—–-/“‘"
_DOUBLE = '"'
_SINGLE = "'"


def typographic(text: str, language: str | None) -> str:
    """
    The text with its straight quotation marks made typographic, all spaces folded to one, lost ones put back.
    """
    text = _SPACES.sub(" ", text).strip()
    if (language or "en").partition("-")[0].lower() != "en":
        return text
    pieces = _APART.split(text)
    pieces[::2] = [_LOST_SPACE.sub(". ", piece) for piece in pieces[::2]]
    if _DOUBLE not in text and _SINGLE not in text:
        return "".join(pieces)
    prose = [_APOSTROPHES.sub("’", piece) for piece in pieces[::2]]
    if "“" not in text and "”" not in text:
        prose = _paired(prose, _DOUBLE, "“”")
    prose = _paired(prose, _SINGLE, "‘’")
    pieces[::2] = [_possessives(piece) for piece in prose]
    return "".join(pieces)


def _paired(pieces: list[str], mark: str, marks: str) -> list[str]:
    """
    The pieces with marks in turn opening and closing; unchanged if they do not pair up.
    """
    found: list[str] = []
    is_open = False
    for piece in pieces:
        letters = list(piece)
        for at, letter in enumerate(letters):
            if letter != mark or _is_measure(piece, at, is_open=is_open):
                continue
            if not is_open and not _may_open(piece, at):
                if mark == _SINGLE:  # the plural's possessive, seen to afterwards
                    continue
                return pieces
            if is_open and not _may_close(piece, at):
                return pieces
            letters[at] = marks[is_open]
            is_open = not is_open
        found.append("".join(letters))
    return pieces if is_open else found


def _is_measure(piece: str, at: int, *, is_open: bool) -> bool:
    """
    Feet or inches: behind a digit, and no quotation to close (or one that another mark closes).
    """
    if not piece[:at][-1:].isdigit():
        return False
    return not is_open or piece[at + 1 : at + 2].isalnum()


def _may_open(piece: str, at: int) -> bool:
    return (at == 0 or piece[at - 1] in _OPENS_AFTER) and not piece[at + 1 : at + 2].isspace() and at + 1 < len(piece)


def _may_close(piece: str, at: int) -> bool:
    return at == 0 or not piece[at - 1].isspace()


def _possessives(piece: str) -> str:
    return re.sub(r"(?<=s)'(?=\s|$|[.,;:!?])", "’", piece)
