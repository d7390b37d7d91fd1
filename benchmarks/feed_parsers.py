"""
Feed parsers on our own traps and on speed: what docs/adr/0005-feed-parser.md decides by.

feedparser-rs is no dependency of ours. Run: uv run --with feedparser-rs python -m benchmarks.feed_parsers
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import time
from collections.abc import Callable
from typing import Any

from tests.adapters.news_site.varient import archive, item, rss

Parse = Callable[[bytes], list[Any]]

TWO = ("https://radar.asia/a", "https://radar.asia/b")
TRAPS: dict[str, bytes] = {
    "unescaped ampersand": rss(item("a").replace("A headline", "A & B"), item("b")).encode(),
    "ampersand in a link": rss(item("a", extra="<comments>https://radar.asia/?x=1&y=2</comments>"), item("b")).encode(),
    "unclosed tag": rss(item("a", extra="<b>open"), item("b")).encode(),
    "undeclared prefix": rss(item("a", extra="<x:y>z</x:y>"), item("b")).encode(),
    "HTML entities": rss(item("a").replace("A headline", "A&nbsp;B&hellip;"), item("b")).encode(),
    "control character": rss(item("a", title="x\x08y"), item("b")).encode(),
    "cut in the middle": rss(item("a"), item("b")).encode()[:-40],
    "PHP warning in front": b"<br />\n<b>Warning</b>: x\n" + rss(item("a"), item("b")).encode(),
    "Latin-1 under UTF-8": rss(item("a", title="Caf\u00e9"), item("b")).encode("cp1252"),
    "Big5": rss(item("a", title="\u65b0\u805e"), item("b"), declaration="big5").encode("big5"),
    "Shift_JIS": rss(item("a", title="\u65e5\u672c"), item("b"), declaration="Shift_JIS").encode("cp932"),
    "UTF-16": rss(item("a"), item("b"), declaration="utf-16").encode("utf-16"),
    "impossible reference": rss(item("a").replace("A headline", "A&#xFFFFFFF;"), item("b")).encode(),
}
BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"x" * 1000}"><!ENTITY b "{"&a;" * 100}">]>'
    '<rss version="2.0"><channel><item><title>&b;</title><link>https://radar.asia/a</link></item></channel></rss>'
).encode()
ROUNDS = 5


def with_feedparser(content: bytes) -> list[Any]:
    """
    Entries by feedparser, as we call it.
    """
    import feedparser

    return list(feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False).entries)


def with_feedparser_rs(content: bytes) -> list[Any]:
    """
    Entries by feedparser-rs.
    """
    return list(importlib.import_module("feedparser_rs").parse(content).entries)


def with_ours(content: bytes) -> list[Any]:
    """
    Items by our reader: guard, then feedparser.
    """
    from asiaradar_bot.adapters.news_site.feed import FeedSettings, read_feed
    from asiaradar_bot.model.outcome import SourceRead

    answer = read_feed(content, settings=FeedSettings(url="https://radar.asia/rss"))
    return list(answer.items) if isinstance(answer, SourceRead) else []


def found(parse: Parse, content: bytes) -> str:
    """
    Which of the two items came out, or what was raised.
    """
    try:
        entries = parse(content)
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        return f"raised {type(error).__name__}"
    links = [getattr(entry, "url", None) or getattr(entry, "link", None) for entry in entries]
    if not all(url in links for url in TWO):
        return f"{sum(url in links for url in TWO)} of 2"
    titles = [str(entry.title) for entry in entries]
    return "both, a title damaged" if any("\ufffd" in title for title in titles) else "both"


def milliseconds(parse: Parse) -> float:
    """
    Best of several rounds over 500 items.
    """
    content, best = archive(500), float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        parse(content)
        best = min(best, time.perf_counter() - started)
    return round(best * 1000, 1)


def bomb_chars(parse: Parse) -> int | str:
    """
    Length of the title that an entity bomb becomes.
    """
    try:
        entries = parse(BOMB)
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        return f"raised {type(error).__name__}"
    return len(entries[0].title) if entries else "refused or lost"


def main() -> None:
    """
    Print one JSON object for each parser.
    """
    parsers: dict[str, Parse] = {"feedparser": with_feedparser, "ours": with_ours}
    if importlib.util.find_spec("feedparser_rs") is not None:
        parsers["feedparser-rs"] = with_feedparser_rs
    for name, parse in parsers.items():
        traps = {trap: found(parse, content) for trap, content in TRAPS.items()}
        print(
            json.dumps({"parser": name, "500_items_ms": milliseconds(parse), "bomb_chars": bomb_chars(parse), **traps})
        )


if __name__ == "__main__":
    main()
