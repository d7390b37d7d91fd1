"""Makes XML of strangers fit for a parser: text in a known charset, without traps, or a refusal in one sentence."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Mapping
from xml.parsers import expat

from asiaradar_bot.adapters.news_site.markup import decode_document
from asiaradar_bot.model.errors import InputError

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_START = re.compile(r"<\?xml|<!DOCTYPE|<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|RDF|channel|urlset|sitemapindex)[\s>]")
_REFERENCE_DIGITS = 8
_LAST_CHARACTER = 0x10FFFF
_START_WITHIN_CHARS = 20_000
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<[\w:]")
_MOST_ATTRIBUTES = 200
"""The strict parser looks for each among all: time grows with their square."""
_DECLARES = "its document type declares entities or attributes, which can blow up in a parser; have them taken out"


def readable_xml(content: bytes, *, charset: str | None) -> tuple[str, list[str]]:
    """
    The document from its XML declaration or root on, and what had to be mended, a clause each.

    Raises:
        InputError: it holds what no news feed needs and what can blow up in a parser: entities, or heaps of attributes.
    """
    text, warning = decode_document(content, charset=charset)
    warnings = [warning] if warning else []
    text, removed = _NOT_XML.subn("", text.lstrip("\ufeff"))
    if removed:
        warnings.append(f"{removed} control characters were taken out")
    text = _REFERENCE.sub(_sound_reference, text)
    start = _START.search(text, 0, _START_WITHIN_CHARS)
    if start is not None and text[: start.start()].strip():
        warnings.append("there is something before its first tag, which was passed over")
    text = text[start.start() :] if start is not None else text.lstrip()
    # The text is Unicode by now: whatever charset the declaration names would only mislead the parser.
    text = _DECLARATION.sub("", text, count=1).lstrip()
    _refuse_traps(text)
    return text, warnings


def unpack_gzip(content: bytes, *, max_bytes: int) -> bytes:
    """
    The unpacked bytes of a gzip file.

    Raises:
        InputError: it is damaged, or larger than `max_bytes` when unpacked.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(content, max_bytes + 1)
    except zlib.error as error:
        raise InputError(f"the gzip file is damaged ({error}); have it written anew") from error
    if len(unpacked) > max_bytes:
        raise InputError(f"the gzip file holds more than {max_bytes:,} bytes; split it")
    if not unpacker.eof:
        raise InputError("the gzip file breaks off; have it written anew")
    return unpacked


def _sound_reference(found: re.Match[str]) -> str:
    """
    The character reference, or a replacement character for one that names none.
    """
    hexadecimal, decimal = found.groups()
    digits, base = (hexadecimal, 16) if hexadecimal is not None else (decimal, 10)
    code = int(digits, base) if len(digits) <= _REFERENCE_DIGITS else _LAST_CHARACTER + 1
    return "\ufffd" if code > _LAST_CHARACTER or _NOT_XML.match(chr(code)) else found.group()


def _refuse_traps(text: str) -> None:
    """
    Raises:
        InputError: the document type declares entities, as the strict or a lenient parser would see it, or attributes
            for every element, or one element has so many that the strict parser would not come to an end. That one
            comes no farther than expat does here.
    """
    first = _FIRST_ELEMENT.search(text)
    if _ENTITY.search(text, 0, first.start() if first else len(text)):
        raise InputError(_DECLARES)

    def declared(*_: object) -> None:
        raise InputError(_DECLARES)

    def started(_: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > _MOST_ATTRIBUTES:
            raise InputError(f"an element has more than {_MOST_ATTRIBUTES} attributes; have them taken out")

    looker = expat.ParserCreate("utf-8")
    looker.EntityDeclHandler = declared
    looker.AttlistDeclHandler = declared
    looker.StartElementHandler = started
    with contextlib.suppress(expat.ExpatError):
        looker.Parse(text.encode("utf-8", "replace"), True)
