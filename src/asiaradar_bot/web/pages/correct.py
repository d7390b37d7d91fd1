"""Correcting a post at the Desk: the change as words, every option with its price, and a look before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.correction import Option
from asiaradar_bot.model.errors import InputError, TextError
from asiaradar_bot.rules.article_diff import diff_facts
from asiaradar_bot.steps.correct import NEEDED_FOR, Look
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.views.chain import show_chain
from asiaradar_bot.web.views.correction_card import list_correction_cards
from asiaradar_bot.web.views.post_card import list_cards


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionForm:
    """
    One option with its fields.
    """

    option: str
    price_usd: str
    is_open: bool
    why: str
    text: str
    wants_text: bool


def correct_routes(frame: Frame, *, wake: Callable[[str], None]) -> APIRouter:
    """
    `/posts/ID/correct`.
    """
    routes = APIRouter(prefix="/posts/{post_id}/correct")
    app = frame.app

    @routes.get("")
    def look(request: Request, post_id: int, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """What changed, and what can be done about it."""
        found = app.corrector(visitor.person).look(post_id)
        return _page(frame, request, visitor, found)

    @routes.post("")
    def choose(
        request: Request,
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        option: Annotated[Option, Form()],
        version: Annotated[int, Form()] = 0,
        text: Annotated[str, Form(max_length=20_000)] = "",
        why: Annotated[str, Form(max_length=500)] = "",
        sure: Annotated[bool, Form()] = False,  # noqa: FBT002 - a form's field
    ) -> Response:
        """Show exactly what would be done and its price; with `sure`, do it."""
        corrector = app.corrector(visitor.person)
        visitor.person.check(NEEDED_FOR[option])
        found = corrector.look(post_id)
        text = text.replace("\r\n", "\n")
        if not sure:
            try:
                clean = corrector.check_text(option, found.post, text, why)
            except (TextError, InputError) as error:
                return _page(frame, request, visitor, found, kept={option: text}, sentence=str(error), status=422)
            price = corrector.price(found.post, option, clean)
            return _confirm(frame, request, visitor, found, option=option, text=clean, why=why, price_usd=price)
        corrector.choose(post_id, option, text=text, why=why, version=version or None)
        for step in ("amend", "publish"):
            wake(step)
        return back_to(f"/posts/{post_id}/correct" if option is Option.REPLY else "/", said="chosen", post=post_id)

    @routes.post("/agree")
    def agree(
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(Action.DELETE))],
        version: Annotated[int, Form()],
        back: Annotated[str, Form()] = "/",
    ) -> Response:
        """The second person's yes to a deletion."""
        app.corrector(visitor.person).agree(post_id, version=version)
        wake("amend")
        return back_to(back, said="agreed", post=post_id)

    @routes.post("/take-back")
    def take_back(
        post_id: int,
        visitor: Annotated[Visitor, Depends(needs(Action.HOLD))],
        version: Annotated[int, Form()],
        back: Annotated[str, Form()] = "/",
    ) -> Response:
        """Open it again."""
        app.corrector(visitor.person).take_back(post_id, version=version)
        return back_to(back, said="taken_back", post=post_id)

    return routes


def _page(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    look: Look,
    *,
    kept: dict[Option, str] | None = None,
    sentence: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    texts = {**look.drafts, **(kept or {})}
    forms = [
        OptionForm(
            option=offer.option,
            price_usd=str(offer.price_usd),
            is_open=offer.is_open and visitor.person.may(NEEDED_FOR[offer.option]),
            why=offer.why if not offer.is_open or visitor.person.may(NEEDED_FOR[offer.option]) else "",
            text=texts.get(offer.option, ""),
            wants_text=offer.option is not Option.DISMISS,
        )
        for offer in look.offers
    ]
    with frame.app.store.read() as tx:
        live = [look.correction] if look.correction is not None else []
        return frame.page(
            request,
            "correct.html",
            status=status,
            card=list_cards(frame.app, tx, [look.post], person=visitor.person)[0],
            chain=show_chain(tx, look.post.id),
            live=list_correction_cards(tx, live, person=visitor.person),
            past=list_correction_cards(tx, look.past, person=visitor.person),
            diff=diff_facts(look.old, look.new) if look.old is not None and look.new is not None else (),
            forms=forms,
            version=look.correction.version if look.correction is not None else 0,
            sentence=sentence,
        )


def _confirm(
    frame: Frame,
    request: Request,
    visitor: Visitor,
    look: Look,
    *,
    option: Option,
    text: str,
    why: str,
    price_usd: str,
) -> HTMLResponse:
    offer = next(one for one in look.offers if one.option is option)
    with frame.app.store.read() as tx:
        return frame.page(
            request,
            "correct_sure.html",
            card=list_cards(frame.app, tx, [look.post], person=visitor.person)[0],
            option=option.value,
            offer=offer,
            text=text,
            why=why,
            price_usd=price_usd,
            version=look.correction.version if look.correction is not None else 0,
        )
