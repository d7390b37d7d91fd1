"""Reads the plain-text copy of an article page, as somebody saves it: title, summary, stamps, caption, paragraphs."""

from __future__ import annotations

import re

from asiaradar_bot.adapters.news_site.feed_entry import clean_language
from asiaradar_bot.adapters.news_site.markup import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS
from asiaradar_bot.adapters.news_site.page_body import MAX_PARAGRAPH_CHARS, MAX_PARAGRAPHS, is_boilerplate
from asiaradar_bot.adapters.news_site.stamps import read_stamp
from asiaradar_bot.model.article import ArticlePage
from asiaradar_bot.rules.cleaning import clean_text, same_words

_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|link|script|div|article|section|main|h1|p)\b", re.IGNORECASE
)
_STAMP = re.compile(r"^[A-Z][a-z]{2,8} \d{1,2}, \d{4} - \d{1,2}:\d{2}$")
_REACTIONS = re.compile(r"^what['\u2019]?s your reaction", re.IGNORECASE)
_STAMPS_WITHIN = 12
"""Stamps are looked for in this many first lines; further down they belong to the text."""


def looks_like_html(text: str) -> bool:
    """
    Whether the text holds markup of a page.
    """
    return bool(_MARKUP.search(text))


def read_page_dump(text: str, *, url: str, final_url: str, language: str | None, zone: str) -> ArticlePage:
    """
    What a plain-text copy of a page says: its first line is the title; what stands between it and the stamps is the
    summary; after them come the repeated title, the caption with the picture's credit after a bar, and the paragraphs.
    """
    lines = [line for raw in text.splitlines() if (line := clean_text(raw))]
    title = lines[0][:MAX_TITLE_CHARS] if lines else ""
    stamps = [place for place, line in enumerate(lines[:_STAMPS_WITHIN]) if _STAMP.match(line)]
    before, after = (lines[1 : stamps[0]], lines[stamps[-1] + 1 :]) if stamps else ([], lines[1:])
    times = [read_stamp(lines[place], zone=zone) for place in stamps[:2]]
    rest = [line for line in after if not same_words(line, title)]
    caption, body = _caption(rest)
    return ArticlePage(
        requested_url=url,
        final_url=final_url,
        canonical_url=None,
        is_article=bool(stamps),
        noindex=False,
        title=title,
        summary=" ".join(before)[:MAX_SUMMARY_CHARS],
        paragraphs=_paragraphs(body),
        published_at=times[0] if times else None,
        updated_at=times[1] if len(times) > 1 else None,
        image_alt=caption,
        language=clean_language(language),
    )


def _caption(lines: list[str]) -> tuple[str | None, list[str]]:
    """
    The caption without its credit, and the lines after it; None: the first line is none.
    """
    if lines and " | " in lines[0]:
        return lines[0].partition(" | ")[0].strip() or None, lines[1:]
    return None, lines


def _paragraphs(lines: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for line in lines:
        if _REACTIONS.match(line) or len(kept) == MAX_PARAGRAPHS:
            break
        if not is_boilerplate(line):
            kept.append(line[:MAX_PARAGRAPH_CHARS])
    return tuple(kept)
