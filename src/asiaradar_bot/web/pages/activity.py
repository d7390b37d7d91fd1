"""Activity: the audit, newest first, as far as it is about what was asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.audit import Topic
from asiaradar_bot.web.acts import ACTS, act_words
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.words import translations

_MOST = 200


def activity_routes(frame: Frame) -> APIRouter:
    """
    `/activity`.
    """
    routes = APIRouter()

    @routes.get("/activity")
    def activity(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.LOOK))],
        words: Annotated[str, Query(max_length=200)] = "",
        topic: Annotated[str, Query(max_length=20)] = "",
    ) -> HTMLResponse:
        """Who did what, when and why; an unknown topic is all of them."""
        asked = Topic(topic) if topic in {one.value for one in Topic} else None
        say = translations(visitor.language).gettext
        spoken = {action: act_words(action, say).casefold() for action in ACTS}
        wanted = {word: [action for action in ACTS if word in spoken[action]] for word in words.casefold().split()}
        with frame.app.store.read() as tx:
            entries = tx.audit.search(wanted, topic=asked, limit=_MOST)
        return frame.page(
            request,
            "activity.html",
            entries=entries,
            words=words.strip(),
            topic=asked,
            topics=list(Topic),
            most=_MOST,
        )

    return routes
