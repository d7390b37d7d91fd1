"""Takes the article's own paragraphs out of a page, and leaves share bars, reactions, related posts and ads behind."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from asiaradar_bot.adapters.news_site.markup import markup_text
from asiaradar_bot.rules.cleaning import same_words

MAX_PARAGRAPHS = 200
MAX_PARAGRAPH_CHARS = 10_000

_BODIES = (
    ".post-text",
    "[itemprop=articleBody]",
    ".article-body",
    ".entry-content",
    ".gh-content",
    "article",
)
"""Where the body stands, the surest first: the site's CMS, schema.org, common names, WordPress, Ghost."""
_NOT_BODY = (
    "script, style, noscript, template, iframe, form, button, nav, aside, figure, figcaption, footer, header, ins, "
    "svg, video, audio, .post-image, .post-share, .share, .social-share, .reactions, .reaction, .emoji-reactions, "
    ".related, .related-posts, .post-tags, .post-summary, .post-meta, .post-author, .ads, .ad, .ad-space, "
    ".advertisement, .bn-ds, .bn-p-b, .newsletter, .comments, [class*=adsbygoogle], [class*=img-caption], "
    "[class*=image-caption], [class*=wp-caption-text]"
)
_BLOCKS = "p, li, blockquote, h2, h3, h4, h5, h6, td"
_BREAK = re.compile(r"<br[^>]*>", re.IGNORECASE)
_BLOCK_TAGS = re.compile(r"<(?:p|li|blockquote|h[2-6]|td)[\s>]", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"^(?:follow\s.{1,60}\son\s(?:twitter|x|facebook|instagram|telegram|linkedin|google news)\b.{0,40}"
    r"|what['\u2019]?s your reaction\s*\??"
    r"|(?:advertisement|sponsored|related (?:posts|articles|stories)|share this(?: (?:article|post|story))?|tags?)\s*:?"
    r"|(?:read (?:also|more|next)|also read|see also|related)\s*:.{0,200}"
    r"|(?:subscribe to|sign up for) .{1,80}newsletter.{0,40}"
    r"|(?:like|dislike|love|funny|angry|sad|wow)(?:\s+\d+)?)$",
    re.IGNORECASE,
)


def is_boilerplate(text: str) -> bool:
    """
    Whether the whole text is a phrase that sites print around articles, such as «Follow ... on Twitter».
    """
    return bool(_BOILERPLATE.match(text))


def read_paragraphs(tree: LexborHTMLParser, *, without: tuple[str, ...]) -> tuple[str, ...]:
    """
    The body's paragraphs in order; `without` are texts that stand elsewhere already, such as title and summary.

    The tree is taken apart on the way.
    """
    for selector in _BODIES:
        body = tree.css_first(selector)
        if body is None:
            continue
        paragraphs = _paragraphs(body, without=without)
        if paragraphs:
            return paragraphs
    return ()


def split_paragraphs(text: str) -> tuple[str, ...]:
    """
    The paragraphs of a plain text, one a line, boilerplate dropped.
    """
    return _kept(text.splitlines(), without=())


def _paragraphs(body: LexborNode, *, without: tuple[str, ...]) -> tuple[str, ...]:
    for node in body.css(_NOT_BODY):
        if node.mem_id != body.mem_id:
            node.decompose()
    markup = body.html or ""
    if not _BLOCK_TAGS.search(markup):
        return _kept(_BREAK.split(markup), without=without)
    blocks = [node for node in body.css(_BLOCKS) if not node.css(_BLOCKS)[1:]]
    return _kept([part for node in blocks for part in _BREAK.split(node.html or "")], without=without)


def _kept(parts: list[str], *, without: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for part in parts:
        text = markup_text(part, limit=MAX_PARAGRAPH_CHARS)
        if not text or is_boilerplate(text) or any(same_words(text, other) for other in without):
            continue
        kept.append(text)
        if len(kept) == MAX_PARAGRAPHS:
            break
    return tuple(kept)
