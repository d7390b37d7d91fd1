"""Articles: what was noticed, and first of all why each was posted, held or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.article import ArticleId, Revision
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.outcome import Picture
from asiaradar_bot.rules.article_diff import PartDiff, diff_facts
from asiaradar_bot.rules.explaining import sentence
from asiaradar_bot.steps.look_up import story_of
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.views.correction_card import list_correction_cards
from asiaradar_bot.web.views.curve import show_curve
from asiaradar_bot.web.views.post_card import list_cards

_MOST = 100
_KEPT_PICTURES = 20
"""Of articles, in memory, so that a page which is shown again does not fetch them again."""


def article_routes(frame: Frame) -> APIRouter:
    """
    `/articles` and `/articles/ID`.
    """
    routes = APIRouter(prefix="/articles")

    @routes.get("")
    def articles(
        request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))], words: str = ""
    ) -> HTMLResponse:
        """The newest ones; with words, those whose headline or address holds them."""
        del visitor
        asked = words.split()
        with frame.app.store.read() as tx:
            found = tx.articles.search(asked, limit=_MOST) if asked else tx.articles.list_recent(limit=_MOST)
            decisions = tx.articles.newest_decisions([one.id for one in found])
        return frame.page(request, "articles.html", articles=found, decisions=decisions, words=words)

    pictures: dict[str, Picture] = {}

    @routes.get("/{article_id}/picture")
    def picture(article_id: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> Response:
        """Its picture as X's card would show it, fetched under the fetcher's limits and encoded anew by us."""
        del visitor
        with frame.app.store.read() as tx:
            url = tx.articles.get(ArticleId(article_id)).facts.image
        if url is None:
            raise NotFoundError(f"article {article_id} has no picture")
        if url not in pictures:
            answer = frame.app.site.read_picture(url)
            if not isinstance(answer, Picture):
                raise NotFoundError(answer.detail)
            while len(pictures) >= _KEPT_PICTURES:
                pictures.pop(next(iter(pictures)), None)
            pictures[url] = answer
        return Response(pictures[url].content, media_type=pictures[url].media_type)

    @routes.get("/{article_id}")
    def article(
        request: Request, article_id: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]
    ) -> HTMLResponse:
        """One article: the answer first, then revisions, the checks and its posts."""
        with frame.app.store.read() as tx:
            found = tx.articles.get(ArticleId(article_id))
            story = story_of(tx, found, zone=frame.app.policy.wording.zone)
            return frame.page(
                request,
                "article.html",
                article=found,
                answer=story.sentences[0],
                decision=story.decision,
                because=sentence(story.decision.reason) if story.decision else "",
                attempts=story.attempts,
                revisions=_with_diffs(tx.articles.list_revisions(found.id)),
                corrections=list_correction_cards(tx, tx.corrections.list_for_article(found.id), person=visitor.person),
                curves=[(post.id, show_curve(tx, post.id)) for post in story.posts if post.remote_id is not None],
                cards=list_cards(frame.app, tx, story.posts, person=visitor.person),
            )

    return routes


def _with_diffs(revisions: Sequence[Revision]) -> list[tuple[Revision, tuple[PartDiff, ...]]]:
    """
    Each revision with what readers see of its change; nothing for the first.
    """
    diffs = [diff_facts(before.facts, after.facts) for before, after in pairwise(revisions)]
    return list(zip(revisions, [(), *diffs], strict=True)) if revisions else []
