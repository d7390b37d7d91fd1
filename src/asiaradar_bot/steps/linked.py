"""The articles on record to which the links of a text lead, and what is known of their embargoes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asiaradar_bot.model.account import SeenPost
from asiaradar_bot.model.article import Article
from asiaradar_bot.model.correction import ChangeKind, CorrectionState
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import LIVE, Post, PostId, PostKind, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.addresses import canonical_url, host_of, is_front_page, same_article_key
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.embargoes import find_embargo
from asiaradar_bot.rules.linking import LinkRecord
from asiaradar_bot.rules.post_text import links
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
    try:
        key = same_article_key(link if "://" in link else f"https://{link}")
        return tx.articles.find_by_names([f"url:{key}"])
    except InputError:
        return None


def lead_of(tx: Transaction, text: str, *, policy: Policy, now: datetime) -> Lead:
    """
    Where a text leads, and until when that keeps it back.
    """
    articles = [found for link in links(text) if (found := article_behind(tx, link)) is not None]
    leads = [Lead(article=one, held=embargo_on(tx, one, policy=policy, now=now)) for one in articles]
    return max(leads, key=lambda lead: (lead.held.is_open, (lead.held.ends_at or now).timestamp()), default=Lead())


def embargo_on(tx: Transaction, article: Article, *, policy: Policy, now: datetime) -> Held:
    """
    The embargo of an article as its own post keeps it: what a person said of that counts, else the newest decision.

    One that is out is no secret any more; of one that is not decided yet its own words are read.
    """
    own = made_of(tx.posts.list_for_article(article.id))
    if own is not None and own.state is PostState.PUBLISHED:
        return Held()
    if own is not None and own.not_before_at is not None:
        return Held(ends_at=own.not_before_at)
    decision = tx.articles.newest_decisions([article.id]).get(article.id)
    if decision is not None:
        return Held(
            ends_at=decision.not_before_at,
            is_open=decision.speaks_of_embargo and decision.not_before_at is None,
        )
    facts, seen = article.facts, article.first_seen_at
    near, since = max(now, facts.published_at or now), min(seen, facts.published_at or seen)
    found = find_embargo(facts, policy, near=near, since=since)
    return Held() if found is None else Held(ends_at=found.ends_at, is_open=found.ends_at is None)


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
    if ends_at is None and not is_open:
        return reason
    kept = OPEN_EMBARGO if is_open or ends_at is None else _kept(in_both_zones(ends_at, zone))
    return f"{reason}; {kept}"


def _kept(ends: str) -> str:
    return f"its link leads to an article under embargo until {ends}"


OPEN_EMBARGO = "held, as its link leads to an article under embargo, and nobody knows when that ends"

_COMPARED = 200
"""Posts that wait, and newest articles, among which a link that is no article's is looked for."""
_TO_COME = LIVE | {PostState.SENDING, PostState.UNKNOWN}


def known_links(
    tx: Transaction, text: str, *, policy: Policy, now: datetime, but: Collection[PostId] = ()
) -> tuple[LinkRecord, ...]:
    """
    What is on record about each link of a text, the posts `but` left out: the text is theirs.
    """
    return tuple(_record_of(tx, link, policy=policy, now=now, but=but) for link in dict.fromkeys(meant_links(text)))


def _record_of(tx: Transaction, link: str, *, policy: Policy, now: datetime, but: Collection[PostId]) -> LinkRecord:
    article = article_behind(tx, link)
    if article is None:
        return _record_of_page(tx, link, but=but)
    posts = [post for post in tx.posts.list_for_article(article.id) if post.id not in but]
    held = embargo_on(tx, article, policy=policy, now=now)
    waits = next((post for post in posts if post.state in _TO_COME), None)
    seen = _seen_at(tx, article.url, but=but)
    return LinkRecord(
        link=link,
        address=article.url,
        gone_at=article.gone_at,
        is_withdrawn=is_withdrawn(tx, article),
        embargo_ends_at=held.ends_at,
        embargo_is_open=held.is_open,
        posted_as=None if seen is None else seen.post_id,
        posted_id=None if seen is None else seen.remote_id,
        posted_at=None if seen is None else seen.created_at,
        waits=None if waits is None else waits.id,
        waits_until=None if waits is None else waits.due_at,
    )


def _record_of_page(tx: Transaction, link: str, *, but: Collection[PostId]) -> LinkRecord:
    try:
        address = canonical_url(link)
    except InputError:
        return LinkRecord(link=link)
    seen = _seen_at(tx, address, but=but)
    waits = next((post for post in tx.posts.list_queued(limit=_COMPARED) if _leads_to(post, link, but=but)), None)
    return LinkRecord(
        link=link,
        posted_as=None if seen is None else seen.post_id,
        posted_id=None if seen is None else seen.remote_id,
        posted_at=None if seen is None else seen.created_at,
        waits=None if waits is None else waits.id,
        waits_until=None if waits is None else waits.due_at,
        is_unseen=not is_front_page(link) and _reads_site(tx, host_of(link)),
    )


def is_withdrawn(tx: Transaction, article: Article) -> bool:
    """
    Whether the newest word on record is that the article was withdrawn; one that came back, or was let be, is not.
    """
    past = tx.corrections.list_for_article(article.id)
    if not past or past[-1].kind is not ChangeKind.RETRACTION or past[-1].state is CorrectionState.DISMISSED:
        return False
    return past[-1].gone_at is None or article.gone_at is not None


def _seen_at(tx: Transaction, address: str, *, but: Collection[PostId]) -> SeenPost | None:
    return next((seen for seen in tx.account.find_on_timeline(address) if seen.post_id not in but), None)


def _leads_to(post: Post, link: str, *, but: Collection[PostId]) -> bool:
    if post.id in but or post.link is None or "://" not in post.link:
        return False
    try:
        return same_article_key(post.link) == same_article_key(link)
    except InputError:
        return False


def _reads_site(tx: Transaction, host: str) -> bool:
    site = host.removeprefix("www.")
    return any(host_of(one.url).removeprefix("www.") == site for one in tx.articles.list_recent(limit=_COMPARED))
