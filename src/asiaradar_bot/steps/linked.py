"""The articles on record to which the links of a text lead, and what is known of their embargoes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asiaradar_bot.model.account import SeenPost
from asiaradar_bot.model.article import Article, Facts
from asiaradar_bot.model.correction import ChangeKind, CorrectionState
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import LIVE, Post, PostId, PostKind, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.addresses import is_front_page, link_names, same_article_key, site_of
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.embargoes import find_embargo
from asiaradar_bot.rules.linking import LinkRecord, link_errors
from asiaradar_bot.rules.post_text import links
from asiaradar_bot.rules.statements import is_withdrawn as says_withdrawn
from asiaradar_bot.rules.text_view import meant_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """
    What keeps a post that leads to an article back.
    """

    ends_at: datetime | None = None
    """When its embargo ends, also if that is past; None: there is none, or nobody knows."""
    is_open: bool = False
    """It speaks of an embargo, and nobody knows when that ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """
    Where a text leads, as its post keeps it on record.
    """

    article: Article | None = None
    """None: to no article that is known. Of several the one that keeps it back for longest."""
    held: Held = Held()

    @property
    def fields(self) -> dict[str, Any]:
        """
        The fields of a post by hand that name the article, by which its changes are watched.
        """
        if self.article is None:
            return {"article_id": None, "article_url": None, "revision": None}
        return {
            "article_id": self.article.id,
            "article_url": self.article.url,
            "revision": self.article.revision,
        }


def article_behind(tx: Transaction, link: str) -> Article | None:
    """
    The article on record that goes by this address, also by an earlier one; None: there is none.
    """
    names = link_names([link])
    return tx.articles.find_by_names(names) if names else None


def names_behind(tx: Transaction, post: Post) -> set[str]:
    """
    All names of what a post leads to: of its links, and of the articles on record behind them and behind itself.
    """
    articles = {one.id for one in _behind(tx, post.text)}
    if post.article_id is not None:
        articles.add(post.article_id)
    return {*link_names(links(post.text)), *(name for one in articles for name in tx.articles.list_names(one))}


def lead_of(tx: Transaction, text: str, *, policy: Policy, now: datetime) -> Lead:
    """
    Where a text leads, and until when that keeps it back.
    """
    leads = [Lead(article=one, held=embargo_on(tx, one, policy=policy)) for one in _behind(tx, text)]
    last = max(leads, key=lambda lead: (lead.held.is_open, (lead.held.ends_at or now).timestamp()), default=Lead())
    return replace(last, held=longest(lead.held for lead in leads))


def longest(held: Iterable[Held]) -> Held:
    """
    What keeps a post back that all of these keep back.
    """
    every = list(held)
    ends = [one.ends_at for one in every if one.ends_at is not None]
    return Held(ends_at=max(ends, default=None), is_open=any(one.is_open for one in every))


def embargo_on(tx: Transaction, article: Article, *, policy: Policy) -> Held:
    """
    The embargo of an article as its own post keeps it: what a person said of that counts, else the newest decision.

    One that is out is no secret any more; where nothing was decided since the article changed, its own words count too.
    """
    own = made_of(tx.posts.list_for_article(article.id))
    if own is not None and own.state is PostState.PUBLISHED:
        return Held()
    decision = tx.articles.newest_decisions([article.id]).get(article.id)
    if own is not None and own.not_before_at is not None:
        known, revision = Held(ends_at=own.not_before_at), own.revision
    elif decision is not None:
        is_open = decision.speaks_of_embargo and decision.not_before_at is None
        known, revision = Held(ends_at=decision.not_before_at, is_open=is_open), decision.revision
    else:
        known, revision = Held(), None
    return known if revision == article.revision else longest([known, _by_its_words(article, policy)])


def _by_its_words(article: Article, policy: Policy) -> Held:
    facts, seen = article.facts, article.first_seen_at
    read = article.updated_at or seen
    near, since = max(read, facts.published_at or read), min(seen, facts.published_at or seen)
    found = find_embargo(facts, policy, near=near, since=since)
    return Held() if found is None else Held(ends_at=found.ends_at, is_open=found.ends_at is None)


def articles_led_to(tx: Transaction, post: Post) -> list[Article]:
    """
    The articles on record to which people let a post lead: not the one of which the bot made it, nor those to which
    the post leads that it corrects.
    """
    if not post.text_frozen:
        return []
    but = {post.article_id} if post.kind is PostKind.ARTICLE else set()
    corrected = None if post.corrects_id is None else tx.posts.find(post.corrects_id)
    if corrected is not None:
        but |= {corrected.article_id, *(one.id for one in _behind(tx, corrected.text))}
    led = {one.id: one for one in _behind(tx, post.text)}
    if post.article_id is not None:
        led[post.article_id] = tx.articles.get(post.article_id)
    return [one for one in led.values() if one.id not in but]


def _behind(tx: Transaction, text: str) -> list[Article]:
    found = {one.id: one for link in links(text) if (one := article_behind(tx, link)) is not None}
    return list(found.values())


def kept_back(tx: Transaction, post: Post, *, policy: Policy) -> Held:
    """
    What keeps a post back, worked out anew from all that is known by now of where it leads: its own end, and the
    embargoes behind its links, but for those of which a person said in its place when they end.

    The parts of its thread that are not out yet keep it back with them.
    """
    parts = [one for one in tx.posts.thread_of(post) if one.state in LIVE and one.id != post.id]
    return longest(kept_alone(tx, part, policy=policy) for part in (post, *parts))


def kept_alone(tx: Transaction, part: Post, *, policy: Policy) -> Held:
    """
    The same of one part of a thread by itself.
    """
    return longest(_holds(tx, part, policy))


def _holds(tx: Transaction, part: Post, policy: Policy) -> Iterator[Held]:
    yield Held(ends_at=part.not_before_at)
    said = dict(one.split("=", 1) for one in (part.ends_said or "").split())
    for article in articles_led_to(tx, part):
        held = embargo_on(tx, article, policy=policy)
        if said.get(str(article.id)) != _known(held):
            yield held


def ends_known(tx: Transaction, post: Post, *, policy: Policy) -> str | None:
    """
    The embargoes behind the links of a post as they are known now, for `Post.ends_said`; None: it leads to none.
    """
    known = [(one.id, _known(embargo_on(tx, one, policy=policy))) for one in articles_led_to(tx, post)]
    return " ".join(f"{article}={end}" for article, end in known if end != _NO_END) or None


_NO_END = "none"


def _known(held: Held) -> str:
    end = _NO_END if held.ends_at is None else held.ends_at.isoformat()
    return "open" if held.is_open else end


def why_lost(tx: Transaction, post: Post) -> str | None:
    """
    Why a post can't lead where people let it lead: an article there is gone, or was withdrawn; None: it can.
    """
    if post.corrects_id is not None:
        return None
    records = [_standing(tx, one.url, one) for one in articles_led_to(tx, post)]
    return next(iter(link_errors(records)), None)


def made_of(posts: Sequence[Post]) -> Post | None:
    """
    Among the posts that lead to an article, the one that the bot made of it and nobody cancelled; None: there is none.
    """
    own = [post for post in posts if post.kind is PostKind.ARTICLE and post.state is not PostState.CANCELLED]
    return own[-1] if own else None


def kept_until(leads: Sequence[Lead], *, now: datetime) -> datetime | None:
    """
    The last end of the embargoes to which texts that go out together lead; None: none is still to come.
    """
    ends = [lead.held.ends_at for lead in leads if lead.held.ends_at is not None and lead.held.ends_at > now]
    return max(ends, default=None)


def with_kept(reason: str, ends_at: datetime | None, *, zone: str, is_open: bool) -> str:
    """
    The reason of a post, with that it waits for an embargo of what it leads to, if it does.
    """
    known = [] if ends_at is None else [_kept(in_both_zones(ends_at, zone))]
    for kept in [*known, *([OPEN_EMBARGO] if is_open else [])]:
        reason = f"{reason}; {kept}"
    return reason


def with_unseen(reason: str, link: str | None) -> str:
    """
    The reason of a post, with that it waits for a look at this link, if it does.
    """
    if link is None:
        return reason
    kept = f"held, as no source ever showed {link}: a publisher looks there first"
    return f"{reason}; {kept}"


def tells_of_embargo(reason: str) -> bool:
    """
    Whether a post's reason says that it waits for an embargo of what it leads to.
    """
    return any(one in reason for one in (OPEN_EMBARGO, _kept("")))


def _kept(ends: str) -> str:
    return f"its link leads to an article under embargo until {ends}"


OPEN_EMBARGO = "held, as its link leads to an article under embargo, and nobody knows when that ends"

_COMPARED = 200
"""Posts that wait, and newest articles, among which a link that is no article's is looked for."""
_FEW = 10
"""Of these articles, looked at first: most links are to the site that published last, and all are slow to read."""
_TO_COME = LIVE | {PostState.SENDING, PostState.UNKNOWN}


def known_links(tx: Transaction, text: str, *, policy: Policy, but: Collection[PostId] = ()) -> tuple[LinkRecord, ...]:
    """
    What is on record about each link of a text, the posts `but` left out: the text is theirs.
    """
    return tuple(_record_of(tx, link, policy=policy, but=but) for link in dict.fromkeys(meant_links(text)))


def known_articles(tx: Transaction, text: str) -> list[LinkRecord]:
    """
    Of each link of a text to an article on record, whether that still stands; nothing else of it is looked up.
    """
    found = ((link, article_behind(tx, link)) for link in dict.fromkeys(meant_links(text)))
    return [_standing(tx, link, article) for link, article in found if article is not None]


def unseen_link(tx: Transaction, text: str) -> str | None:
    """
    The first link of a text to a page of a site that is read, which no source ever showed; None: there is none.
    """
    pages = (link for link in dict.fromkeys(meant_links(text)) if article_behind(tx, link) is None)
    return next((link for link in pages if _is_unseen(tx, link)), None)


def _standing(tx: Transaction, link: str, article: Article) -> LinkRecord:
    return LinkRecord(link=link, address=article.url, gone_at=article.gone_at, is_withdrawn=is_withdrawn(tx, article))


def _record_of(tx: Transaction, link: str, *, policy: Policy, but: Collection[PostId]) -> LinkRecord:
    article = article_behind(tx, link)
    if article is None:
        return _record_of_page(tx, link, but=but)
    posts = [post for post in tx.posts.list_for_article(article.id) if post.id not in but]
    held = embargo_on(tx, article, policy=policy)
    waits = next((post for post in posts if post.state in _TO_COME), None)
    seen = _seen_at(tx, [*tx.articles.list_names(article.id), *link_names([link])], but=but)
    return replace(
        _standing(tx, link, article),
        embargo_ends_at=held.ends_at,
        embargo_is_open=held.is_open,
        posted_as=None if seen is None else seen.post_id,
        posted_id=None if seen is None else seen.remote_id,
        posted_at=None if seen is None else seen.created_at,
        waits=None if waits is None else waits.id,
        waits_until=None if waits is None else waits.due_at,
    )


def _record_of_page(tx: Transaction, link: str, *, but: Collection[PostId]) -> LinkRecord:
    names = link_names([link])
    if not names:
        return LinkRecord(link=link)
    seen = _seen_at(tx, names, but=but)
    waits = next((post for post in tx.posts.list_queued(limit=_COMPARED) if _leads_to(post, link, but=but)), None)
    return LinkRecord(
        link=link,
        posted_as=None if seen is None else seen.post_id,
        posted_id=None if seen is None else seen.remote_id,
        posted_at=None if seen is None else seen.created_at,
        waits=None if waits is None else waits.id,
        waits_until=None if waits is None else waits.due_at,
        is_unseen=_is_unseen(tx, link),
    )


def is_withdrawn(tx: Transaction, article: Article) -> bool:
    """
    Whether the newest word on record is that the article was withdrawn; one that came back, or was let be, is not.

    Of one that no correction speaks of, its own words are read: whether it says so now and did not at first.
    """
    past = tx.corrections.list_for_article(article.id)
    if not past:
        return _says_withdrawn(article.facts) and not _says_withdrawn(tx.articles.list_revisions(article.id)[0].facts)
    if past[-1].kind is not ChangeKind.RETRACTION or past[-1].state is CorrectionState.DISMISSED:
        return False
    return past[-1].gone_at is None or article.gone_at is not None


def _says_withdrawn(facts: Facts) -> bool:
    return says_withdrawn(facts.title, facts.summary, facts.body)


def _seen_at(tx: Transaction, names: Collection[str], *, but: Collection[PostId]) -> SeenPost | None:
    return next((seen for seen in tx.account.find_on_timeline(names) if seen.post_id not in but), None)


def _leads_to(post: Post, link: str, *, but: Collection[PostId]) -> bool:
    if post.id in but or post.link is None or "://" not in post.link:
        return False
    try:
        return same_article_key(post.link) == same_article_key(link)
    except InputError:
        return False


def _is_unseen(tx: Transaction, link: str) -> bool:
    if not link_names([link]) or is_front_page(link):
        return False
    site = site_of(link)
    return any(site_of(one.url) == site for most in (_FEW, _COMPARED) for one in tx.articles.list_recent(limit=most))
