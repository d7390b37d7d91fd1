"""posts correct: a post whose article changed, what can be done about it, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli.shared import acting, opened, person, print_json
from asiaradar_bot.model.correction import CORRECTION_MEANINGS, Correction, Option
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.rules.correcting import chain_line, price_of_option
from asiaradar_bot.rules.rows import chain_row
from asiaradar_bot.steps.correct import Corrector, Look

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Text = Annotated[str | None, typer.Option(help="The text; without it the prepared one.")]
_HEADS = {
    Option.EDIT: "--edit",
    Option.POST: "--post",
    Option.DELETE_AND_REPOST: "--delete-and-repost",
    Option.REPLY: "--reply",
    Option.DISMISS: "--dismiss",
}


def register(group: typer.Typer) -> None:
    """
    Put `correct` into the group `posts`.
    """
    group.command()(correct)


def correct(  # noqa: PLR0913 - one option of the command each, by name
    post_id: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the post.")],
    *,
    edit: Annotated[bool, typer.Option("--edit", help="Change the post itself, while X allows it.")] = False,
    post: Annotated[bool, typer.Option("--post", help="A correction post that answers it.")] = False,
    delete_and_repost: Annotated[
        bool, typer.Option("--delete-and-repost", help="Delete it; once it is gone, send another one.")
    ] = False,
    reply: Annotated[bool, typer.Option("--reply", help="Keep a text ready for a person to post in the app.")] = False,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Leave the post as it is; say why.")] = False,
    agree: Annotated[bool, typer.Option("--agree", help="Agree, as the second person, that it is deleted.")] = False,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Undo the choice, as long as X was not asked.")
    ] = False,
    text: Text = None,
    why: Annotated[str, typer.Option(help="The reason, shown with the post and in the audit.")] = "",
    version: Annotated[int | None, typer.Option(help="Refuse if the correction changed since.")] = None,
    json: Json = False,
) -> None:
    """What can be done about a post whose article changed, at which price; with one of the choices, do it."""
    given = (edit, post, delete_and_repost, reply, dismiss)
    chosen = [option for option, wanted in zip(Option, given, strict=True) if wanted]
    if len(chosen) + agree + take_back > 1:
        raise InputError("choose one of " + ", ".join([*_HEADS.values(), "--agree", "--take-back"]))
    with acting() if agree or take_back or chosen else opened() as app:
        corrector = app.corrector(person())
        if agree:
            _tell_done(corrector.agree(post_id, version=version), json=json)
        elif take_back:
            _tell_done(corrector.take_back(post_id, why=why, version=version), json=json)
        elif chosen:
            _choose(corrector, post_id, chosen[0], text, why=why, version=version, json=json)
        else:
            _show(app, corrector.look(post_id), json=json)


def _choose(
    corrector: Corrector,
    post_id: int,
    option: Option,
    text: str | None,
    *,
    why: str,
    version: int | None,
    json: bool,
) -> None:
    look, now = corrector.look(post_id), corrector.clock.now()
    asked = look.drafts.get(option, "") if text is None else text
    price = price_of_option(option, look.post, asked, now=now, prices=corrector.prices)
    _tell_done(corrector.choose(post_id, option, text=asked, why=why, version=version), json=json)
    if not json:
        does = next(offer.why for offer in look.offers if offer.option is option)
        print(f"{_HEADS[option]}: {does} ({plain_usd(price)} USD)")


def _tell_done(correction: Correction, *, json: bool) -> None:
    if json:
        print_json(as_row(correction))
        return
    meaning = CORRECTION_MEANINGS[correction.state]
    print(f"post {correction.post_id}, correction {correction.id}: {meaning}; reason: {correction.why or 'none'}")
    if correction.option is Option.REPLY and correction.text:
        print(f"copy this into the app, as an answer to the post:\n---\n{correction.text}\n---")


def as_row(correction: Correction) -> dict[str, object]:
    """
    The correction as `--json` prints it.
    """
    return {
        "id": correction.id,
        "post": correction.post_id,
        "kind": correction.kind,
        "state": correction.state,
        "option": correction.option,
        "reasons": list(correction.reasons),
        "text": correction.text,
        "why": correction.why,
        "new_post": correction.new_post_id,
        "new_remote_id": correction.new_remote_id,
        "version": correction.version,
    }


def _show(app: App, look: Look, *, json: bool) -> None:
    if json:
        _show_json(look)
        return
    post = look.post
    gone = " and is no longer there" if post.deleted_remotely_at is not None else ""
    print(f"post {post.id} is {post.state}{gone}:\n---\n{post.text}\n---")
    for link in look.chain if len(look.chain) > 1 else ():
        print(f"chain: {chain_line(link)}")
    for one in look.past:
        print(f"earlier: {one.kind}, {one.state}: {one.why}")
    if look.correction is None:
        print("nothing is open; a choice below opens a correction")
    else:
        print(f"{look.correction.kind}: {'; '.join(look.correction.reasons)}")
        stands = look.correction.state.replace("_", " ")
        print(f"it is {stands}: {look.correction.why} (version {look.correction.version})")
    if look.old is not None and look.new is not None and look.old.title != look.new.title:
        print(f"headline then: {look.old.title}\nheadline now:  {look.new.title}")
    for offer in look.offers:
        mark = "open  " if offer.is_open else "closed"
        print(f"{mark}  {_HEADS[offer.option]:<20} {plain_usd(offer.price_usd):>6} USD  {offer.why}")
        draft = look.drafts.get(offer.option)
        if draft and offer.is_open:
            print("        " + draft.replace("\n", "\n        "))
    print(f"at the Desk: {app.desk_url}/posts/{post.id}/correct")


def _show_json(look: Look) -> None:
    print_json(
        {
            "post": look.post.id,
            "state": look.post.state,
            "deleted_remotely_at": look.post.deleted_remotely_at,
            "correction": None if look.correction is None else as_row(look.correction),
            "chain": [chain_row(link) for link in look.chain],
            "past": [as_row(one) for one in look.past],
            "options": [
                {
                    "option": offer.option.value,
                    "open": offer.is_open,
                    "price_usd": str(offer.price_usd),
                    "why": offer.why,
                    "text": look.drafts.get(offer.option),
                }
                for offer in look.offers
            ],
        }
    )
