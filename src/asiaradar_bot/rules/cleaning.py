"""
Turns text of strangers into text that shows what it says; used on everything that feeds and pages give us.

What goes: control characters, bidirectional controls, zero-width and other invisible characters, private-use and
non-characters. What stays of the invisible ones, because writing needs it:

- ZERO WIDTH NON-JOINER and JOINER directly after a letter or mark of a script that joins (Arabic and Persian,
  Syriac, N'Ko, Mongolian, and all Indic scripts from Devanagari to Sinhala, Myanmar, Khmer); the non-joiner only
  between two of them;
- ZERO WIDTH JOINER between two emoji (families, professions, flags);
- tag characters only as the tail of a black flag (England, Scotland, Wales), since elsewhere they smuggle hidden text;
- variation selectors after a visible character.

Source: Unicode Standard Annex 31, section 2.3 (layout and format control characters); Unicode Technical Standard 51
(emoji sequences); Unicode Technical Report 36 (bidirectional spoofing).
"""

from __future__ import annotations

import html
import re
import unicodedata

_JOINING = (
    "\u0600-\u06ff\u0700-\u074f\u0750-\u077f\u07c0-\u07ff\u0860-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff"
    "\u1800-\u18af\ua8e0-\ua8ff\ua9e0-\ua9ff\uaa60-\uaa7f\ufb50-\ufdff\ufe70-\ufefc"
)
_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_KEPT_JOINERS = re.compile(
    rf"(?<=[{_JOINING}])\u200c(?=[{_JOINING}])"
    rf"|(?<=[{_JOINING}])\u200d"
    rf"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    "|(?<=\U0001f3f4)[\U000e0061-\U000e007a]{1,8}\U000e007f"
)
_INVISIBLE_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_UNWANTED = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffb\ufdd0-\ufdef\ud800-\udfff\ue000-\uf8ff"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff"
    f"{_INVISIBLE_LETTERS}]"
    "|[\ufffe\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff]"
)
_SPACES = re.compile(r"[\s\u0085\u001c-\u001f]+")
_ESCAPE = re.compile(r"&(?:#|[A-Za-z])")


def clean_text(text: str) -> str:
    """
    The text in NFC, without invisible characters, on one line, with single spaces and none at its ends.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore"))
    # A second turn, because what an unwanted character stood between may only now stand side by side.
    text = unicodedata.normalize("NFC", _without_unwanted(text))
    text = unicodedata.normalize("NFC", _without_unwanted(text))
    return _SPACES.sub(" ", text).strip()


def decode_escapes(text: str) -> str:
    """
    The text with character references decoded until nothing changes, at most twice.

    Twice, because some systems escape a headline that is escaped already; not more, because a text may speak of
    escapes.
    """
    for _ in range(2):
        if not _ESCAPE.search(text):
            break
        decoded = html.unescape(text)
        if decoded == text:
            break
        text = decoded
    return text


def same_words(one: str, other: str) -> bool:
    """
    Whether two texts differ in nothing but letter case, spaces and invisible characters.
    """
    return clean_text(one).casefold() == clean_text(other).casefold()


def _without_unwanted(text: str) -> str:
    if not _UNWANTED.search(text):
        return text
    kept: list[str] = []
    at = 0
    for joiner in _KEPT_JOINERS.finditer(text):
        kept.append(_UNWANTED.sub("", text[at : joiner.start()]))
        kept.append(joiner.group())
        at = joiner.end()
    kept.append(_UNWANTED.sub("", text[at:]))
    return "".join(kept)
