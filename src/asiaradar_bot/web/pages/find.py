"""Find: pages, posts and articles by words or number; what the palette shows, and a page of its own without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.post import PostId
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.searching import sought
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame

_MOST = 8
"""Of each kind."""
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Somewhere to go.
    """

    kind: str
    """`post` or `article`."""
    number: int
    name: str
    state: str
    go: str


def find_routes(frame: Frame) -> APIRouter:
    """
    `/find`.
    """
    routes = APIRouter()

    @routes.get("/find")
    def find(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.LOOK))],
        words: Annotated[str, Query(max_length=200)] = "",
    ) -> HTMLResponse:
        """The newest ones that hold all the words."""
        del visitor
        asked = words.split()
        with frame.app.store.read() as tx:
            places = [*_posts(tx, asked), *_articles(tx, asked)] if asked else []
        return frame.page(request, "find.html", words=words.strip(), places=places)

    return routes


def _posts(tx: Transaction, asked: list[str]) -> Iterator[Place]:
    number = sought(asked[0]).removeprefix("#") if len(asked) == 1 else ""
    by_number = tx.posts.find(PostId(int(number))) if number.isdecimal() and len(number) < _MOST_DIGITS else None
    found = tx.posts.search(asked, limit=_MOST)
    named = [by_number] if by_number is not None else []
    for post in [*named, *(one for one in found if one not in named)][:_MOST]:
        name = post.text.partition("\n")[0]
        yield Place(kind="post", number=post.id, name=name, state=post.state, go=f"/posts/{post.id}")


def _articles(tx: Transaction, asked: list[str]) -> Iterator[Place]:
    found = tx.articles.search(asked, limit=_MOST)
    decisions = tx.articles.newest_decisions([one.id for one in found])
    for one in found:
        name = one.facts.title or one.url
        state = decisions[one.id].verdict if one.id in decisions else one.state  # as the list of articles says it
        yield Place(kind="article", number=one.id, name=name, state=state, go=f"/articles/{one.id}")
