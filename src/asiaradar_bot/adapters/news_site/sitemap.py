"""
Reads sitemaps: lists of addresses, indexes of such lists, news sitemaps; packed or not.

Source: sitemaps.org/protocol.html; Google Search Central, news sitemaps and image sitemaps.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from asiaradar_bot.adapters.news_site.feed_entry import clean_language, names, secured
from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, plain_text
from asiaradar_bot.adapters.news_site.stamps import read_stamp
from asiaradar_bot.adapters.news_site.xml_guard import readable_xml, unpack_gzip
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import absolute_url, host_of

MAX_SITEMAP_BYTES = 5 * 1024 * 1024
MAX_CHILDREN = 50
MAX_ADDRESSES = 50_000

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """
    One file: addresses, or further files.
    """

    items: tuple[SourceItem, ...] = ()
    children: tuple[str, ...] = ()
    """Files of an index, on the index's own host."""
    warnings: tuple[str, ...] = ()


def read_sitemap(content: bytes, *, url: str, charset: str | None, language: str | None, zone: str) -> Sitemap:
    """
    What one sitemap file holds.

    Raises:
        InputError: it is no sitemap, damaged, too large, or declares entities.
    """
    if content.startswith(_GZIP):
        content = unpack_gzip(content, max_bytes=MAX_SITEMAP_BYTES)
    if len(content) > MAX_SITEMAP_BYTES:
        raise InputError(f"it is larger than {MAX_SITEMAP_BYTES:,} bytes; have it split")
    text, mended = readable_xml(content, charset=charset)
    root = _root(text)
    warnings = [f"the sitemap {url}: {clause}" for clause in mended]
    name = etree.QName(root).localname
    if name == "sitemapindex":
        return _read_index(root, url=url, warnings=warnings)
    if name != "urlset":
        raise InputError("it is no sitemap; check the address")
    return _read_list(root, url=url, warnings=warnings, language=clean_language(language), zone=zone)


def _root(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError("it is not XML; check the address") from error
    if root is None or not isinstance(root.tag, str):
        raise InputError("it is not XML; check the address")
    return root


def _read_index(root: etree._Element, *, url: str, warnings: list[str]) -> Sitemap:
    children: list[str] = []
    for element in root.iterfind("{*}sitemap"):
        try:
            children.append(_child(_text(element, "{*}loc"), url=url))
        except InputError as error:
            warnings.append(f"a file of the sitemap {url} was passed over: {error}")
    children = list(dict.fromkeys(children))
    if len(children) > MAX_CHILDREN:
        warnings.append(f"the sitemap {url} has {len(children)} files; only the first {MAX_CHILDREN} were read")
    return Sitemap(children=tuple(children[:MAX_CHILDREN]), warnings=tuple(warnings))


def _child(address: str, *, url: str) -> str:
    child = absolute_url(address, base=url)
    if host_of(child) != host_of(url):
        raise InputError(f"{child} is on another host")
    return child


def _read_list(root: etree._Element, *, url: str, warnings: list[str], language: str | None, zone: str) -> Sitemap:
    items: list[SourceItem] = []
    for number, element in enumerate(root.iterfind("{*}url"), start=1):
        if number > MAX_ADDRESSES:
            warnings.append(f"the sitemap {url} has more than {MAX_ADDRESSES:,} addresses; the rest was not read")
            break
        try:
            items.append(_item(element, url=url, language=language, zone=zone))
        except InputError as error:
            warnings.append(f"entry {number} of the sitemap {url} was passed over: {error}")
    return Sitemap(items=tuple(items), warnings=tuple(warnings))


def _item(element: etree._Element, *, url: str, language: str | None, zone: str) -> SourceItem:
    address = absolute_url(_text(element, "{*}loc"), base=url)
    return SourceItem(
        id=address,
        url=address,
        title=plain_text(_text(element, "{*}news/{*}title"), limit=MAX_TITLE_CHARS),
        published_at=read_stamp(_text(element, "{*}news/{*}publication_date"), zone=zone),
        updated_at=read_stamp(_text(element, "{*}lastmod"), zone=zone),
        keywords=names(_text(element, "{*}news/{*}keywords").split(",")),
        image=_image(element, url=url),
        language=clean_language(_text(element, "{*}news/{*}publication/{*}language")) or language,
    )


def _image(element: etree._Element, *, url: str) -> str | None:
    address = _text(element, "{*}image/{*}loc")
    try:
        return secured(absolute_url(address, base=url), page=url) if address else None
    except InputError:
        return None


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
