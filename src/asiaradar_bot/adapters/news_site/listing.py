"""
Reads listing pages, such as home and category pages, which show a new article before the feed does.

Only links of the main part count, in page order. What they lead to, the page itself has to say: nothing in an address
tells an article from a category.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from asiaradar_bot.adapters.news_site.markup import MAX_TITLE_CHARS, decode_document, html_tree, markup_text
from asiaradar_bot.adapters.news_site.page import MAX_PAGE_BYTES
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import SourceFailed, SourceRead, Validators
from asiaradar_bot.rules.addresses import absolute_url, canonical_url, is_allowed, is_front_page, same_article_key

MAX_LINKS = 500

_MAIN = ("main", "[role=main]", "#main", "#wrapper", ".main-content", "#content")
_ASIDE = (
    "script, style, noscript, template, form, nav, aside, footer, body > header, [role=banner], [role=navigation], "
    "[role=contentinfo], [role=complementary], .pagination, .page-links, .breadcrumb, .sidebar, #sidebar, .footer, "
    "#footer, .nav, .navbar, .mega-menu, .top-bar, .newsletter, .cookies-warning, .social-links"
)
_HEADLINE_PLACES = "h1 a, h2 a, h3 a, h4 a, h5 a, h6 a, [class*=title] a, a[class*=title]"
_NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|xml|rss|json|zip|mp[34]|css|js)$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:^|[?&])(?:page|paged|pg)=\d+(?:&|$)")


def read_listing(
    content: bytes, *, url: str, allowed_hosts: Sequence[str], charset: str | None = None, language: str | None = None
) -> SourceRead | SourceFailed:
    """
    The articles that the listing links to, in page order, each once; never raises.

    Where the page sets headlines apart, only what is linked from one counts; else every link of the main part.
    """
    if len(content) > MAX_PAGE_BYTES:
        return SourceFailed(detail=f"the listing {url} is larger than {MAX_PAGE_BYTES:,} bytes; give a shorter page")
    text, warning = decode_document(content, charset=charset)
    try:
        tree = html_tree(text)
    except InputError as error:
        return SourceFailed(detail=f"the listing {url} was refused: {error}")
    main = _main_part(tree)
    warnings = [f"the listing {url}: {warning}"] if warning else []
    if main is None:
        return SourceFailed(detail=f"the listing {url} is an empty page; check the address")
    headlines = _links(main.css(_HEADLINE_PLACES), url=url, allowed_hosts=allowed_hosts)
    links = headlines or _links(main.css("a"), url=url, allowed_hosts=allowed_hosts)
    if not links:
        warnings.append(f"the listing {url} links to no page on {', '.join(allowed_hosts)}; check the address")
    if len(links) > MAX_LINKS:
        warnings.append(f"the listing {url} has {len(links)} links; only the first {MAX_LINKS} were read")
    items = [
        SourceItem(id=address, url=address, title=title, language=language)
        for address, title in list(links.items())[:MAX_LINKS]
    ]
    return SourceRead(items=tuple(items), validators=Validators(), warnings=tuple(warnings))


def _main_part(tree: LexborHTMLParser) -> LexborNode | None:
    """
    The main part without what surrounds it; the whole body where a page marks none.
    """
    for node in tree.css(_ASIDE):
        node.decompose()
    for selector in _MAIN:
        found = tree.css_first(selector)
        if found is not None and found.css("a[href]"):
            return found
    return tree.body or tree.root


def _links(nodes: Sequence[LexborNode], *, url: str, allowed_hosts: Sequence[str]) -> dict[str, str]:
    """
    Addresses with the longest text of a link to each.
    """
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    for node in nodes:
        address = _address(node, url=url, allowed_hosts=allowed_hosts)
        if address is None:
            continue
        place = places.setdefault(same_article_key(address), address)
        title = markup_text(node.html or "", limit=MAX_TITLE_CHARS)
        if place not in found or len(title) > len(found[place]):
            found[place] = title
    return found


def _address(node: LexborNode, *, url: str, allowed_hosts: Sequence[str]) -> str | None:
    """
    Where the link leads, if that may be an article of ours.
    """
    href = (node.attributes.get("href") or "").strip()
    if not href or href.startswith("#") or "tag" in (node.attributes.get("rel") or "").split():
        return None
    try:
        address = canonical_url(absolute_url(href, base=url))
        itself = same_article_key(address) == same_article_key(url)
    except InputError:
        return None
    if itself or is_front_page(address) or not is_allowed(address, allowed_hosts):
        return None
    path, _, query = address.partition("?")
    return None if _NO_PAGE.search(path) or _PAGE_NUMBER.search(query) else address
