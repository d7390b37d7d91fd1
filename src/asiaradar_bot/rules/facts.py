"""
What we hold to be true of an article, made of what its source and its own page say; used by the step `watch`.

Whose word counts. A fact that the page states wins over the same fact of the source; what the page leaves empty comes
from the source. Lists are taken whole from one of the two, never mixed.

Address rule. The address of the article is the page's canonical address, if it is on the host where the page was found
(`www.` apart), and not the front page unless that was fetched; otherwise the address at which the page was found after
redirects; otherwise, while no page is read, the source's address. All without tracking parameters, because the site's
canonical link repeats whatever address was asked for. A canonical address on another host is not followed: the page
stands on our site, and a stranger must not choose our link.

Date rule. A stamp without zone was read in the source's zone before it comes here. A stamp before 1990 or more than a
year ahead is a mistake and counts as missing. A stamp less far ahead stands: it may be an embargo, which the
eligibility rules judge. If the page's stamp is missing or a mistake, the source's is taken. An update before the
publication, or more than a day ahead, is a mistake and counts as missing. Missing stays missing: the age of such an
article is judged by when we first saw it.

Identity rule. One article goes by several names: its guid, counted only within the host it came from, and the keys of
its canonical address, of the address in the source, and of the addresses that were asked for and arrived at. Any name
in common makes two items one article. A front page is nobody's name, and a page that is no article does not lend its
address, so that articles that redirect to one place do not become one.

Rename rule. The CMS forgets an old slug and gives the article another guid. An item without a known name is an article
on record under a new address if exactly one article of the same host carries the same publication stamp, the same
headline (blanks and case aside) and the same image, or, where neither has an image, the same summary. It is asked
of the source's facts first, then of the page's. The row takes the new address and keeps the old one as a name. Where
nothing but letter case differs and the old address still answered when last asked, the old one stays and the new one is
a name: the CMS's sitemap writes all addresses in lower case, whatever they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta

from asiaradar_bot.model.article import ArticlePage, Facts, SourceItem
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import canonical_url, host_of, is_front_page, same_article_key
from asiaradar_bot.rules.cleaning import same_words

BODY_CHARS = 4000
"""How much of the body is kept: enough for lead sentences."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FARTHEST_AHEAD = timedelta(days=366)
UPDATE_AHEAD = timedelta(days=1)
_NOT_COMPARED = frozenset({"updated_at"})
"""Saving an article without a change moves its stamp and nothing else."""


def merge_facts(item: SourceItem, page: ArticlePage | None, *, now: datetime) -> Facts:
    """
    The facts by the rules above; `page` is None while it is not read.

    Raises:
        InputError: the item has no usable address.
    """
    if page is None:
        return _facts_of_item(item, now=now)
    published_at = believable(page.published_at, now=now) or believable(item.published_at, now=now)
    updated_at = _update(page.updated_at, published_at, now=now) or _update(item.updated_at, published_at, now=now)
    return Facts(
        url=article_address(item, page),
        title=page.title or item.title,
        summary=page.summary or item.summary,
        body=_body(page.paragraphs),
        published_at=published_at,
        updated_at=updated_at,
        authors=page.authors or item.authors,
        categories=_page_categories(page) or item.categories,
        keywords=page.keywords or item.keywords,
        image=page.image or item.image,
        image_alt=page.image_alt,
        language=page.language or item.language,
        noindex=page.noindex,
        is_article=page.is_article,
    )


def item_of(facts: Facts) -> SourceItem:
    """
    What is on record of an article, in the form of a source's item, so that a later page can be merged with it.
    """
    return SourceItem(
        id=facts.url,
        url=facts.url,
        title=facts.title,
        summary=facts.summary,
        published_at=facts.published_at,
        updated_at=facts.updated_at,
        authors=facts.authors,
        categories=facts.categories,
        keywords=facts.keywords,
        image=facts.image,
        language=facts.language,
    )


def article_address(item: SourceItem, page: ArticlePage | None) -> str:
    """
    The canonical address by the address rule.

    Raises:
        InputError: neither page nor item has a usable address.
    """
    if page is None:
        return canonical_url(item.url)
    found_at = _found_at(item, page)
    stated = _canonical_or_none(page.canonical_url)
    if stated is None or _bare_host(stated) != _bare_host(found_at):
        return found_at
    if is_front_page(stated) and not is_front_page(found_at):
        return found_at
    return stated


def believable(at: datetime | None, *, now: datetime) -> datetime | None:
    """
    The stamp, or None if it is missing or a mistake by the date rule.
    """
    if at is None or at < EARLIEST or at > now + FARTHEST_AHEAD:
        return None
    return at


def changed_fields(old: Facts, new: Facts) -> tuple[str, ...]:
    """
    Names of the facts that differ, in their order; a moved update stamp alone is no change.
    """
    names = (field.name for field in fields(Facts) if field.name not in _NOT_COMPARED)
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def names_of(item: SourceItem, page: ArticlePage | None, facts: Facts) -> tuple[str, ...]:
    """
    All names of the article by the identity rule, without repetition, the canonical address first.

    A name is `url:` and an address key, or `guid:`, the host and the guid.
    """
    addresses = [facts.url, item.url]
    if page is not None:
        addresses.append(page.requested_url)
        if page.is_article:
            addresses.append(page.final_url)
    names = [name for address in addresses if (name := _address_name(address))]
    if guid := _guid_name(item):
        names.append(guid)
    return tuple(dict.fromkeys(names))


def is_renamed(old: Facts, new: Facts) -> bool:
    """
    Whether two addresses show one article whose slug was changed: same headline, same publication stamp, same image.

    Where neither has an image, the summaries have to agree, and not be empty.
    """
    if old.published_at is None or old.published_at != new.published_at:
        return False
    if not old.title or not same_words(old.title, new.title):
        return False
    if old.image is None and new.image is None:
        return bool(old.summary) and same_words(old.summary, new.summary)
    return _same_image(old.image, new.image)


def renamed_match(new: Facts, known: Sequence[Facts]) -> Facts | None:
    """
    The one of the known articles that `new` is under a new address; None: none, or more than one, so nobody knows.
    """
    host = _bare_host(new.url)
    found = [old for old in known if old.url != new.url and _bare_host(old.url) == host and is_renamed(old, new)]
    return found[0] if len(found) == 1 else None


def is_respelt(old: str, new: str) -> bool:
    """
    Whether two addresses are one but for letter case.
    """
    return same_article_key(old).casefold() == same_article_key(new).casefold()


def _facts_of_item(item: SourceItem, *, now: datetime) -> Facts:
    published_at = believable(item.published_at, now=now)
    return Facts(
        url=canonical_url(item.url),
        title=item.title,
        summary=item.summary,
        published_at=published_at,
        updated_at=_update(item.updated_at, published_at, now=now),
        authors=item.authors,
        categories=item.categories,
        keywords=item.keywords,
        image=item.image,
        language=item.language,
    )


def _update(at: datetime | None, published_at: datetime | None, *, now: datetime) -> datetime | None:
    at = believable(at, now=now)
    if at is None or at > now + UPDATE_AHEAD or (published_at is not None and at < published_at):
        return None
    return at


def _page_categories(page: ArticlePage) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*([page.section] if page.section else []), *page.categories)))


def _body(paragraphs: Sequence[str]) -> str:
    kept: list[str] = []
    room = BODY_CHARS
    for paragraph in paragraphs:
        if kept and len(paragraph) > room:
            break
        kept.append(paragraph[:BODY_CHARS])
        room -= len(paragraph)
    return "\n".join(kept)


def _found_at(item: SourceItem, page: ArticlePage) -> str:
    return _canonical_or_none(page.final_url) or canonical_url(item.url)


def _canonical_or_none(url: str | None) -> str | None:
    try:
        return canonical_url(url) if url else None
    except InputError:
        return None


def _bare_host(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _address_name(url: str) -> str | None:
    try:
        return None if is_front_page(url) else f"url:{same_article_key(url)}"
    except InputError:
        return None


def _guid_name(item: SourceItem) -> str | None:
    """
    The guid's name; an address as guid is a name like any other address.
    """
    guid = item.id.strip()
    if guid.startswith(("http://", "https://")):
        return _address_name(guid)
    try:
        return f"guid:{_bare_host(item.url)}:{guid}" if guid else None
    except InputError:
        return None


def _same_image(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    try:
        return same_article_key(one) == same_article_key(other)
    except InputError:
        return one == other
