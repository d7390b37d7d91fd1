"""A sheet as Compose shows it: each part as X would show it, counted and remarked on by the sender's own code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article
from asiaradar_bot.model.post import PostId, PostPicture, PostState
from asiaradar_bot.model.sheet import Sheet, SheetPart
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.addresses import host_of, same_article_key
from asiaradar_bot.rules.linking import lint_links
from asiaradar_bot.rules.lints import (
    Lint,
    RecentText,
    headline_twin,
    lint_text,
    lint_thread,
    picture_errors,
    picture_remarks,
)
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.text_view import TextView, meant_links, view_text
from asiaradar_bot.steps.linked import known_links

_COMPARED = timedelta(days=7)
_MOST_COMPARED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCard:
    """
    What X makes of a link: a picture with a title, or of a page that is none of ours only its host.
    """

    url: str
    host: str
    title: str
    article_id: int | None
    has_picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """
    One part.
    """

    text: str
    """As it was typed."""
    view: TextView
    remarks: tuple[Lint, ...]
    price: Decimal
    pictures: tuple[PostPicture, ...]
    card: LinkCard | None
    """None: there is no link, or X shows the pictures instead."""

    @property
    def percent(self) -> int:
        """
        How full the ring is.
        """
        return min(100, self.view.weighted_length * 100 // self.view.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """
    The whole.
    """

    parts: tuple[PartView, ...]
    remarks: tuple[Lint, ...]
    """Of the thread as a whole."""
    price: Decimal


def view_sheet(app: App, sheet: Sheet) -> SheetView:
    """
    The sheet as things stand now.
    """
    now = app.clock.now()
    with app.store.read() as tx:
        recent = recent_texts(tx, now, but={base.post_id for base in sheet.bases})
        headlines = tx.articles.recent_headlines(now - app.policy.duplicate_window)
        parts = tuple(
            _view_part(app, tx, part, sheet=sheet, recent=recent, headlines=headlines, now=now) for part in sheet.parts
        )
    return SheetView(
        parts=parts,
        remarks=lint_thread([part.text for part in sheet.parts]),
        price=sum((part.price for part in parts), Decimal(0)),
    )


def _view_part(
    app: App,
    tx: Transaction,
    part: SheetPart,
    *,
    sheet: Sheet,
    recent: Sequence[RecentText],
    headlines: Sequence[Headline],
    now: datetime,
) -> PartView:
    links = meant_links(part.text)
    twin = headline_twin(
        part.text,
        headlines,
        link_keys=[same_article_key(link) for link in links],
        percent=app.policy.duplicate_percent,
    )
    alts = [one.alt_text for one in part.pictures]
    pictures = tuple(Lint(sentence=problem, blocks=True) for problem in picture_errors(alts))
    bare = tuple(Lint(sentence=remark, blocks=False) for remark in picture_remarks(alts))
    remarks = (
        *lint_text(part.text, policy=app.policy, recent=recent),
        *link_lints(app, tx, part.text, now=now, but={base.post_id for base in sheet.bases}),
    )
    return PartView(
        text=part.text,
        view=view_text(part.text),
        remarks=(*pictures, *bare, *remarks, *([twin] if twin is not None else [])),
        price=price_of_post(part.text, on=now.date(), lists=app.prices, described=sum(1 for alt in alts if alt)),
        pictures=part.pictures,
        card=_card(tx, links[-1]) if links and not part.pictures else None,
    )


def _card(tx: Transaction, link: str) -> LinkCard | None:
    """
    X shows the card of the last link. Source: X developer platform, Cards, «Getting started».
    """
    host = host_of(link)
    if not host:
        return None
    article: Article | None = tx.articles.find_by_names([f"url:{same_article_key(link)}"])
    return LinkCard(
        url=link,
        host=host.removeprefix("www."),
        title=article.facts.title if article is not None else "",
        article_id=article.id if article is not None else None,
        has_picture=article is not None and article.facts.image is not None,
    )


def link_lints(
    app: App, tx: Transaction, text: str, *, now: datetime, but: Collection[PostId] = ()
) -> tuple[Lint, ...]:
    """
    Remarks about the links of a text, the posts `but` left out.
    """
    records = known_links(tx, text, policy=app.policy, but=but)
    return lint_links(records, now=now, zone=app.policy.wording.zone)


def recent_texts(tx: Transaction, now: datetime, *, but: Collection[PostId] = ()) -> Sequence[RecentText]:
    """
    Posts of the last days that a text may repeat, but not these.
    """
    return [
        RecentText(post_id=post.id, text=post.text, at=post.published_at or post.due_at)
        for post in tx.posts.list_posts(limit=_MOST_COMPARED)
        if post.state is not PostState.CANCELLED and post.created_at > now - _COMPARED and post.id not in but
    ]
