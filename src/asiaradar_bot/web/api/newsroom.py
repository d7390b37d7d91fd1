"""Articles with their why, the state of things, the kill switch, and the token itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model import article as nouns
from asiaradar_bot.model.access import Action, Person
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.program import ApiToken
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.rows import article_row
from asiaradar_bot.steps import switch
from asiaradar_bot.steps.look_up import find_article, list_decided, story_of
from asiaradar_bot.web.api.entry import may, token_of
from asiaradar_bot.web.api.once import once_route
from asiaradar_bot.web.api.posts import KEY, Number, shape
from asiaradar_bot.web.api.shapes import Article, Articles, Me, Status, Stop, TraceLine, Why
from asiaradar_bot.web.views.top_bar import top_bar


def newsroom_reads(app: App) -> APIRouter:
    """
    `/articles`, `/articles/ID`, `/articles/why`, `/status` and `/me`.
    """
    routes = APIRouter(tags=["newsroom"])

    @routes.get("/articles", operation_id="list_articles")
    def list_articles(
        person: Annotated[Person, Depends(may(Action.LOOK))], limit: Annotated[int, Query(ge=1, le=1000)] = 50
    ) -> Articles:
        """The newest articles with their decisions."""
        del person
        with app.store.read() as tx:
            rows = [article_row(one, decision) for one, decision in list_decided(tx, limit=limit)]
        return Articles(articles=[Article.model_validate(row) for row in rows])

    @routes.get("/articles/why", operation_id="why_article")
    def why_url(
        person: Annotated[Person, Depends(may(Action.LOOK))],
        url: Annotated[str, Query(min_length=1, max_length=2000, description="Its address.")],
    ) -> Why:
        """Why the article of this address was posted, held or skipped."""
        del person
        with app.store.read() as tx:
            return _why(tx, find_article(tx, url, app.clock.now()), app.policy.wording.zone)

    @routes.get("/articles/{article_id}", operation_id="show_article")
    def show_article(article_id: Number, person: Annotated[Person, Depends(may(Action.LOOK))]) -> Why:
        """The same by its number."""
        del person
        with app.store.read() as tx:
            return _why(tx, tx.articles.get(ArticleId(article_id)), app.policy.wording.zone)

    @routes.get("/status", operation_id="show_status")
    def status(person: Annotated[Person, Depends(may(Action.LOOK))]) -> Status:
        """Mode, next send, caps, money and health."""
        return _status(app, person)

    @routes.get("/me", operation_id="show_token")
    def me(person: Annotated[Person, Depends(may(Action.LOOK))], token: Annotated[ApiToken, Depends(token_of)]) -> Me:
        """The token that asks."""
        del person
        return Me(name=token.name, scopes=sorted(token.scopes), expires_at=token.expires_at)

    return routes


def newsroom_changes(app: App) -> APIRouter:
    """
    `POST /stop`. There is no way to resume by a program: that takes a person.
    """
    routes = APIRouter(tags=["newsroom"], route_class=once_route(app))

    @routes.post("/stop", operation_id="stop", openapi_extra=KEY)
    def stop(asked: Stop, person: Annotated[Person, Depends(may(Action.STOP))]) -> Status:
        """Nothing more is sent from now on, until an admin resumes at the Desk or by the command line."""
        switch.stop(app.store, app.clock, person=person, reason=asked.reason)
        return _status(app, person)

    return routes


def _status(app: App, person: Person) -> Status:
    bar = top_bar(app, person)
    return Status(
        mode=app.settings.x.mode.value,
        stopped=bar.blocked,
        next_at=bar.next_at,
        sent_in_24_hours=bar.sent_today,
        per_day=bar.cap,
        month_usd=bar.spent_usd,
        budget_usd=bar.budget_usd,
        needs_somebody=bar.needs_you,
        trouble=bar.trouble,
        now=bar.now,
    )


def _why(tx: Transaction, article: nouns.Article, zone: str) -> Why:
    story = story_of(tx, article, zone=zone)
    return Why.model_validate(
        {
            **article_row(article, story.decision),
            "sentences": list(story.sentences),
            "trace": [TraceLine(check=one.check, passed=one.passed, detail=one.detail) for one in story.trace],
            "posts": [shape(post) for post in story.posts],
        }
    )
