"""One post: its text as it is sent, why it stands where it stands, its attempts and history, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.post import LIVE, Post, PostId, PostKind, PostState
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.acts import NEEDED, Act
from asiaradar_bot.rules.text_view import view_text
from asiaradar_bot.steps.publish import why_waiting
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.views.chain import show_chain
from asiaradar_bot.web.views.correction_card import list_correction_cards
from asiaradar_bot.web.views.curve import show_curve
from asiaradar_bot.web.views.expected import expect
from asiaradar_bot.web.views.post_card import list_cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """
    A button: what it does, and what is said after it.
    """

    do: Callable[[Editor, int, int], Post]
    said: str


BUTTONS: dict[Act, Doing] = {
    Act.APPROVE: Doing(do=lambda editor, post, version: editor.approve(post, version=version), said="approved"),
    Act.HOLD: Doing(do=lambda editor, post, version: editor.hold(post, version=version), said="held"),
    Act.SKIP: Doing(do=lambda editor, post, version: editor.cancel(post, version=version), said="skipped"),
    Act.RESTORE: Doing(do=lambda editor, post, version: editor.restore(post, version=version), said="restored"),
    Act.NOW: Doing(do=lambda editor, post, version: editor.publish_now(post, version=version), said="now"),
    Act.BREAKING: Doing(
        do=lambda editor, post, version: editor.reclass(post, NewsClass.BREAKING, version=version), said="breaking"
    ),
    Act.CALM: Doing(
        do=lambda editor, post, version: editor.reclass(post, NewsClass.NORMAL, version=version), said="calmed"
    ),
}


def post_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/posts/ID` and its buttons.
    """
    routes = APIRouter(prefix="/posts")

    @routes.get("/{post_id}")
    def show(request: Request, post_id: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """The post."""
        with frame.app.store.read() as tx:
            post = tx.posts.get(PostId(post_id))
            expected = expect(frame.app, tx)
            thread = tx.posts.list_thread(post.thread_id) if post.thread_id is not None else []
            card = list_cards(frame.app, tx, [post], person=visitor.person, expected=expected)[0]
            return frame.page(
                request,
                "post.html",
                expected=expected,
                card=card,
                newer=_newer_headline(tx, post, card.headline),
                waits=why_waiting(frame.app.press, post),
                view=view_text(post.text),
                attempts=tx.posts.list_attempts(post.id),
                history=tx.audit.list_recent(subject=f"post {post.id}"),
                corrections=list_correction_cards(tx, tx.corrections.list_for_post(post.id), person=visitor.person),
                chain=show_chain(tx, post.id),
                thread=thread,
                out=sum(part.state is PostState.PUBLISHED for part in thread),
                open_parts=sum(part.state in LIVE for part in thread),
                curve=show_curve(tx, post.id),
                now=frame.app.clock.now(),
                others=frame.app.sheets(visitor.person).others([f"post {post.thread_id or post.id}"]),
            )

    for act, doing in BUTTONS.items():
        _add_button(routes, frame, act, doing, wake)
    _add_review(routes, frame)
    return routes


def picture_routes(frame: Frame) -> APIRouter:
    """
    `/pictures/ID`: a picture as it is sent, re-encoded by us.
    """
    routes = APIRouter()

    @routes.get("/pictures/{picture_id}")
    def picture(picture_id: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> Response:
        """The bytes."""
        del visitor
        with frame.app.store.read() as tx:
            found = tx.posts.get_picture(picture_id)
        return Response(found.content, media_type=found.media_type)

    return routes


def _add_button(routes: APIRouter, frame: Frame, act: Act, doing: Doing, wake: Callable[[str], None]) -> None:
    @routes.post(f"/{{post_id}}/{act}", name=f"post_{act}")
    def press(
        post_id: int,
        version: Annotated[int, Form()],
        back: Annotated[str, Form()] = "/",
        visitor: Visitor = Depends(needs(NEEDED[act])),  # noqa: B008, FAST002 - an annotation cannot see `act`
    ) -> Response:
        post = doing.do(frame.app.editor(visitor.person), post_id, version)
        wake("publish")
        at_once = act is Act.APPROVE and post.due_at <= frame.app.clock.now()
        return back_to(back, said="now" if at_once else doing.said, post=post_id, v=post.version)


def _add_review(routes: APIRouter, frame: Frame) -> None:
    @routes.get("/{post_id}/review")
    def look(
        request: Request, post_id: int, visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.REVIEW]))]
    ) -> HTMLResponse:
        """An unknown post beside what our timeline shows."""
        app = frame.app
        with app.store.read() as tx:
            post = tx.posts.get(PostId(post_id))
            attempts = tx.posts.list_attempts(post.id)
            since = min((attempt.started_at for attempt in attempts), default=post.due_at) - timedelta(minutes=10)
            seen = [one for one in tx.account.list_seen(since=since) if one.post_id is None]
            return frame.page(
                request,
                "review.html",
                card=list_cards(app, tx, [post], person=visitor.person)[0],
                attempts=attempts,
                seen=seen,
                profile=app.local_x_url or f"https://x.com/{app.settings.x.handle}",
            )

    @routes.post("/{post_id}/review")
    def settle(
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(NEEDED[Act.REVIEW]))],
        outcome: Annotated[str, Form()],
        remote_id: Annotated[str, Form(max_length=300)] = "",
    ) -> Response:
        """What became of it."""
        if outcome == "published":
            digits = remote_id.strip().rstrip("/").rpartition("/")[2]
            if not digits.isdecimal():
                raise InputError("the id of the post on X is a number: copy it from the end of the post's address")
            frame.app.editor(visitor.person).settle(post_id, remote_id=digits)
        elif outcome == "absent":
            frame.app.editor(visitor.person).settle(post_id, remote_id=None)
        else:
            raise InputError("say whether the post is on X or surely is not")
        return back_to(f"/posts/{post_id}", said="settled", post=post_id)


def _newer_headline(tx: Transaction, post: Post, shown: str) -> str | None:
    """
    The headline that its article has now, if the post is called by an older one.
    """
    if post.article_id is None or post.kind is PostKind.MANUAL:
        return None
    now = tx.articles.titles([post.article_id])[post.article_id]
    return now if now not in {"", shown} else None
