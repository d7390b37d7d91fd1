"""Makes plain text of marked-up text, and text of bytes whose charset is stated, guessed or lied about."""

from __future__ import annotations

import codecs
import html
import re

from selectolax.lexbor import LexborHTMLParser

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.cleaning import clean_text, decode_escapes

MAX_TITLE_CHARS = 1000
MAX_SUMMARY_CHARS = 5000

_TAG = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i"
    r"|iframe|img|ins|kbd|li|mark|object|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|svg|table"
    r"|tbody|td|th|time|tr|tt|u|ul|video)(?:[\s/][^<>]*)?>|<!--",
    re.IGNORECASE,
)
MAX_TAGS = 20_000
_MAX_ATTRIBUTES = 2000
_SMALL_TEXT_TAGS = 400
_ANY_TAG = re.compile(r"<[^<>]*>")
_TAG_START = re.compile(r"<[A-Za-z]")
_ATTRIBUTE = r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+"
_LONG_TAG = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{{_MAX_ATTRIBUTES}}}+")
"""Attributes as a browser tells them apart. Source: HTML Standard, section 13.2.5.32 and following."""
_BLOCK_END = re.compile(r"<(?:br|hr|/p|/div|/li|/h[1-6]|/tr|/td|/blockquote|/figure|/section)\b", re.IGNORECASE)
_UNSEEN = ["script", "style", "noscript", "template", "iframe", "object", "svg"]

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_BOM = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"), (b"<\0r\0", "utf-16-le"), (b"\0<\0r", "utf-16-be"))
_WEB_NAMES = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "johab": "cp949",
    "big5": "big5hkscs", "utf-8": "utf-8",
}  # fmt: skip
"""A stated name and the wider charset that browsers read under it. Source: Encoding Standard, section 4.2."""
_SAFE_CHARSETS = re.compile(
    r"^(?:utf-?(?:8(?:-sig)?|16(?:[-_]?[lb]e)?|32(?:[-_]?[lb]e)?)|iso8859-\d+|cp(?:125\d|874|932|949|950|866|437|850)"
    r"|koi8-[rut]|gb18030|gbk|hz|big5(?:hkscs)?|euc_(?:jp|kr|jis_2004|jisx0213)|iso2022_(?:jp|kr)\w*|shift_jis\w*"
    r"|tis-620|mac-(?:roman|cyrillic))$"
)
"""Charsets of real documents; codecs that are made to transform (utf-7, punycode, unicode-escape) are none."""
_SINGLE_BYTE = re.compile(r"^(?:cp(?:125\d|874|866|437|850)|iso8859-\d+|koi8-[rut]|tis-620|mac-(?:roman|cyrillic))$")
_STATED_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_STATED_HTML = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_STATED_IN = 4096


def plain_text(text: str, *, limit: int = MAX_SUMMARY_CHARS) -> str:
    """
    The text as a reader sees it: escapes decoded (at most twice), tags gone, invisible characters gone, one line.

    A `<` that opens no known tag stays: «5 < 6» is text. At most `limit` characters.
    """
    text = decode_escapes(text[: limit * 8])
    if _TAG.search(text):
        text = _without_tags(text)
    return clean_text(text)[:limit].rstrip()


def markup_text(markup: str, *, limit: int = MAX_SUMMARY_CHARS) -> str:
    """
    The text of a piece of a parsed page, as a reader sees it, on one line; at most `limit` characters.

    Unlike `plain_text` it decodes once, as browsers do: `&lt;Error&gt;` on a page is text and no tag.
    """
    return clean_text(_without_tags(markup))[:limit].rstrip()


def decode_document(content: bytes, *, charset: str | None) -> tuple[str, str | None]:
    """
    The document's text, and a sentence if its charset was not as stated.

    `charset` is what HTTP says; then count the byte order mark, the XML declaration or meta tag, and last UTF-8.
    """
    stated, source = _stated_charset(content, charset)
    unicode_text = _try(content, "utf-8-sig")
    # Sound UTF-8 beyond ASCII is never an accident in a single-byte charset, but servers state those by default.
    if stated is not None and not (_SINGLE_BYTE.match(stated) and unicode_text is not None and not content.isascii()):
        text = _try(content, stated)
        if text is not None:
            return text, None
    if unicode_text is None:
        return _forced(content)
    warning = f"its charset is stated as {source}, but it is UTF-8 and was read as that" if source else None
    return unicode_text, warning


def html_tree(text: str) -> LexborHTMLParser:
    """
    The parsed page.

    The parser's time grows with the square of nesting and of a tag's attributes: a page of 1 MB made for that
    took four minutes, so such pages are refused before it sees them.

    Raises:
        InputError: the page has absurdly many tags, or a tag absurdly many attributes.
    """
    if sum(1 for _ in _TAG_START.finditer(text)) > MAX_TAGS:
        raise InputError(f"it has more than {MAX_TAGS:,} tags, which no article needs; have the site look at it")
    if _LONG_TAG.search(text):
        raise InputError(f"one of its tags has more than {_MAX_ATTRIBUTES:,} attributes; have the site look at it")
    return LexborHTMLParser(text)


def _without_tags(text: str) -> str:
    if text.count("<") > _SMALL_TEXT_TAGS:
        return html.unescape(_ANY_TAG.sub(" ", text))
    tree = LexborHTMLParser(_BLOCK_END.sub(lambda found: f"\n{found.group()}", text))
    tree.strip_tags(_UNSEEN)
    root = tree.body or tree.root
    return root.text() if root is not None else ""


def _stated_charset(content: bytes, charset: str | None) -> tuple[str | None, str | None]:
    """
    The codec to try first, and what to call it in a sentence.
    """
    for mark, codec in (*_BOMS, *_NO_BOM):
        if content.startswith(mark):
            return codec, codec
    head = content[:_STATED_IN]
    found = _STATED_XML.search(head) or _STATED_HTML.search(head)
    for name in (charset, found.group(1).decode("ascii") if found else None):
        if name and (codec_name := _codec(name)):
            return codec_name, name
    return None, None


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    known = _WEB_NAMES.get(known, known)
    return known if _SAFE_CHARSETS.match(known) else None


def _try(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _forced(content: bytes) -> tuple[str, str]:
    """
    The text of bytes that are not what they say: broken UTF-8 if most of it is sound, else Western European.
    """
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(1 for byte in content if byte >= 0xC2) - broken  # noqa: PLR2004  bytes that open a character in UTF-8
    if sound >= max(broken, 1):
        return text, f"{broken} of its characters are broken UTF-8 and were replaced"
    return content.decode("cp1252", "replace"), "its charset is not as stated; it was read as Windows-1252"
