"""Feeds in the shape of the site's CMS, for tests and benchmarks; both its versions."""

from __future__ import annotations

from html import escape

_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def item(
    slug: str,
    *,
    title: str = "A headline",
    summary: str = "A summary.",
    published: str = "Fri, 17 Nov 2023 08:10:00 +0800",
    extra: str = "",
    host: str = "https://radar.asia",
) -> str:
    """
    One item: title escaped twice, summary escaped inside CDATA, enclosure over http with a stand-in length.
    """
    return (
        f"<item><title>{escape(escape(title))}</title><link>{host}/{slug}</link><guid>{host}/{slug}</guid>"
        f"<description><![CDATA[ {escape(summary)} ]]></description>"
        f'<enclosure url="http://radar.asia/uploads/images/{slug}.jpg" length="49398" type="image/jpeg"/>'
        f"<media:keywords>trade, tech</media:keywords><pubDate>{published}</pubDate>"
        f"<dc:creator>Radar Asia</dc:creator>{extra}</item>"
    )


def rss(*items: str, built: str = "Tue, 24 Nov 2026 02:00:00 +0000", declaration: str = "utf-8") -> str:
    """
    A whole feed; `built` is the time of the request, as version 2.4 prints it.
    """
    return (
        f'<?xml version="1.0" encoding="{declaration}" ?>\n<rss version="2.0" {_NAMESPACES}><channel>'
        f"<title>Radar Asia</title><link>https://radar.asia/</link><dc:language>en</dc:language>"
        f"<lastBuildDate>{built}</lastBuildDate>{''.join(items)}</channel></rss>"
    )


def archive(count: int, *, built: str = "Tue, 24 Nov 2026 02:00:00 +0000", first: int = 0) -> bytes:
    """
    A feed of `count` items, numbered from `first`.
    """
    text = 'President "Joe" and his guest concluded productive talks, reaching agreements on <b>trade</b> & fentanyl.'
    return rss(
        *(
            item(f"headline-number-{n}", title=f"Headline & number {n}", summary=text)
            for n in range(first, first + count)
        ),
        built=built,
    ).encode()
