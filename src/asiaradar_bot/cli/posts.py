"""posts: list, show, add, edit, approve, hold, cancel, move, settle."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asiaradar_bot.cli import correct
from asiaradar_bot.cli.shared import acting, opened, person, print_json, stamp, tell_where
from asiaradar_bot.model.correction import LIVE_CORRECTIONS
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.money import plain_usd
from asiaradar_bot.model.post import Post, PostId, PostPicture, PostState
from asiaradar_bot.rules.correcting import chain_line
from asiaradar_bot.rules.linking import lint_links
from asiaradar_bot.rules.lints import embargo_remark, picture_remarks
from asiaradar_bot.rules.post_csv import write_csv
from asiaradar_bot.rules.post_text import weighted_length
from asiaradar_bot.rules.rows import chain_row, post_row
from asiaradar_bot.rules.when import read_when
from asiaradar_bot.steps.imports import Fate
from asiaradar_bot.steps.linked import known_links

if TYPE_CHECKING:
    from asiaradar_bot.bootstrap import App
    from asiaradar_bot.model.outcome import Picture

group = typer.Typer(help="Posts: what goes out, when, why, and at what price.", no_args_is_help=True)
correct.register(group)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the post.")]
Version = Annotated[int | None, typer.Option(help="Refuse if the post changed since this version.")]
Why = Annotated[str, typer.Option(help="Shown with the post and in the audit.")]


def _tell(app: App, post: Post) -> None:
    due = stamp(post.due_at, app.policy.wording.zone)
    which = f" (part {post.part} of {post.parts})" if post.parts > 1 else ""
    print(f"post {post.id}{which} is {post.state}, due {due}, {plain_usd(post.price_usd)} USD (version {post.version})")
    _tell_why_waiting(app, post)


def _tell_all(app: App, post: Post, *, remarks: bool = False) -> None:
    """
    The post, and what became of the other parts of its thread; with remarks on texts that speak of an embargo.
    """
    with app.store.read() as tx:
        thread = tx.posts.thread_of(post)
    for part in thread:
        _tell(app, part)
        if remarks and (remark := embargo_remark(part.text, app.policy)) is not None:
            print(f"remark: post {part.id}: {remark}", file=sys.stderr)


def _tell_pictures(post: Post) -> None:
    for number, one in enumerate(post.pictures, start=1):
        print(f"picture {number}: {one.alt_text or 'no description'}")
    if post.picture_url is not None:
        print(f"picture: still to be fetched from {post.picture_url}: {post.alt_text or 'no description'}")


def _tell_why_waiting(app: App, post: Post, *, indent: str = "") -> None:
    from asiaradar_bot.steps.publish import why_waiting

    why = why_waiting(app.press, post)
    if why is not None:
        print(f"{indent}waits: {why}")


@group.command("list")
def list_posts(
    *,
    state: Annotated[list[PostState] | None, typer.Option(help="Only these states.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000)] = 50,
    json: Json = False,
) -> None:
    """The newest posts."""
    with opened() as app, app.store.read() as tx:
        found = tx.posts.list_posts(states=state or [], limit=limit)
        if not found and not json:
            print("no posts" if not state else f"no posts that are {' or '.join(state)}")
            tell_where(app)
        for post in found:
            if json:
                print_json(post_row(post))
            else:
                first = post.text.partition("\n")[0]
                stands = "deleted" if post.deleted_remotely_at is not None else post.state
                due = stamp(post.due_at, app.policy.wording.zone)
                print(f"{post.id:>5}  {stands:<9}  {first[:80]}\n       due {due}: {post.reason}")
                _tell_why_waiting(app, post, indent="       ")


@group.command()
def show(post_id: Number, *, json: Json = False) -> None:
    """A post byte for byte, its price, its attempts and its history."""
    with opened() as app, app.store.read() as tx:
        post = tx.posts.get(PostId(post_id))
        attempts = tx.posts.list_attempts(post.id)
        history = tx.audit.list_recent(subject=f"post {post.id}")
        chain = tx.corrections.list_chain(post.id)
        open_corrections = [one for one in tx.corrections.list_for_post(post.id) if one.state in LIVE_CORRECTIONS]
        if json:
            print_json({**post_row(post), "chain": [chain_row(link) for link in chain]})
            return
        _tell(app, post)
        zone = app.policy.wording.zone
    if post.not_before_at is not None:
        print(f"not before {stamp(post.not_before_at, zone)}")
    print(f"{post.reason}\n---\n{post.text}\n---\n{weighted_length(post.text)} of 280")
    _tell_pictures(post)
    for link in chain if len(chain) > 1 else ():
        print(f"chain: {chain_line(link)}")
    for wrong in open_corrections:
        print(f"to be corrected ({wrong.kind}): {'; '.join(wrong.reasons)}")
    for attempt in attempts:
        ended = f"{attempt.answer_class or 'open'} {attempt.error or ''}"
        print(f"attempt {attempt.number} of {stamp(attempt.started_at, zone)}: {ended}")
    for entry in history:
        print(f"{stamp(entry.at, zone)} {entry.who} {entry.action}: {entry.why}")


@group.command()
def add(
    text: Annotated[list[str], typer.Argument(help="The text; several make a thread.")],
    *,
    at: Annotated[
        str | None, typer.Option(help="now, «tomorrow 9am», «in 2 h», or 2026-11-24T09:00Z; without it now.")
    ] = None,
    slot: Annotated[bool, typer.Option("--slot", help="The newsroom's next free slot.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Write it down, send it after approval.")] = False,
    image: Annotated[list[Path] | None, typer.Option(help="Picture file (JPEG, PNG, WEBP); up to four.")] = None,
    alt: Annotated[list[str] | None, typer.Option(help="What a picture shows; the first is of the first one.")] = None,
    json: Json = False,
) -> None:
    """A manual post, or a thread of several parts."""
    if at is not None and slot:
        raise InputError("--at and --slot both say when: give one of the two")
    with acting() as app:
        files, words = image or [], alt or []
        if len(words) > len(files):
            raise InputError(f"{len(words)} descriptions for {len(files)} pictures: give one --image for each --alt")
        pictures = [_picture(file) for file in files]
        due_at = read_when(at or "now", now=app.clock.now(), zone=app.policy.wording.zone)
        editor = app.editor(person())
        shown = [
            PostPicture(picture_id=editor.keep_picture(one), alt_text=words[at] if at < len(words) else None)
            for at, one in enumerate(pictures)
        ]
        remarks = _about_links(app, text)  # before the post itself is one that leads there
        for post in editor.add(text, due_at=due_at, slot=slot, draft=draft, pictures=[shown]):
            print_json(post_row(post)) if json else _tell(app, post)
        for remark in picture_remarks([one.alt_text for one in shown]):
            print(f"remark: {remark} (--alt)", file=sys.stderr)
        for remark in remarks:
            print(f"remark: {remark}", file=sys.stderr)


def _about_links(app: App, texts: Sequence[str]) -> list[str]:
    now, policy = app.clock.now(), app.policy
    with app.store.read() as tx:
        records = [one for text in texts for one in known_links(tx, text, policy=policy)]
    return [lint.sentence for lint in lint_links(records, now=now, zone=policy.wording.zone) if not lint.blocks]


@group.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 with the columns text and when.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would become of each line.")] = False,
) -> None:
    """Posts from a file; the same file brings nothing twice. Lines that can't be taken are named; exit code 1."""
    with acting() as app:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"the file {file} cannot be read: {error.strerror}; check the path") from error
        importer = app.importer(person())
        lines = importer.plan(content) if dry_run else importer.bring_in(content)
    for one in lines:
        number = "" if one.post_id is None else f" post {one.post_id}"
        print(f"line {one.line.number}: {one.fate}{number}  {one.line.problem or one.line.text.partition(chr(10))[0]}")
        for remark in one.remarks:
            print(f"  remark: {remark}")
    wrong = [one for one in lines if one.fate is Fate.WRONG]
    if wrong:
        raise InputError(f"{len(wrong)} of {len(lines)} lines cannot be taken: mend them, then bring the file in again")


@group.command()
def export(
    *,
    state: Annotated[list[PostState] | None, typer.Option(help="Only these states.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 5000,
) -> None:
    """The newest posts as CSV on standard output."""
    with opened() as app, app.store.read() as tx:
        found = tx.posts.list_posts(states=state or [], limit=limit)
        print(write_csv(found), end="")
        if not found:
            tell_where(app)


@group.command()
def edit(post_id: Number, text: Annotated[str, typer.Argument()], *, version: Version = None) -> None:
    """Another text; from then on the bot does not touch it."""
    with acting() as app:
        _tell(app, app.editor(person()).edit(post_id, text=text, version=version))


@group.command()
def approve(post_id: Number, *, version: Version = None) -> None:
    """Let a draft, held, expired or rejected post go out, with its thread."""
    with acting() as app:
        _tell_all(app, app.editor(person()).approve(post_id, version=version), remarks=True)


@group.command()
def hold(post_id: Number, *, why: Why = "", version: Version = None) -> None:
    """Keep a queued post back, with its thread."""
    with acting() as app:
        _tell_all(app, app.editor(person()).hold(post_id, why=why, version=version))


@group.command()
def cancel(post_id: Number, *, why: Why = "", version: Version = None) -> None:
    """Withdraw a post that is not out yet, with its thread."""
    with acting() as app:
        _tell_all(app, app.editor(person()).cancel(post_id, why=why, version=version))


@group.command()
def move(
    post_id: Number,
    *,
    at: Annotated[
        str | None,
        typer.Option(help="now, «tomorrow 9am», «in 2 h», or 2026-11-24T09:00Z; without it the next slot."),
    ] = None,
    version: Version = None,
) -> None:
    """Another time for a post and its thread."""
    with acting() as app:
        editor = app.editor(person())
        due_at = None if at is None else editor.read_due(post_id, at)
        _tell_all(app, editor.move(post_id, due_at=due_at, version=version))


@group.command()
def embargo(
    post_id: Number,
    *,
    until: Annotated[str | None, typer.Option(help="«tomorrow 7:01», or 2030-03-01T00:01Z; years ahead, too.")] = None,
    release: Annotated[bool, typer.Option("--release", help="It is over: the post may go out.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, it may go out earlier than was known.")] = False,
    version: Version = None,
) -> None:
    """Say when the embargo of a post and its thread ends, or that it is over; until then nothing lets it out."""
    if (until is None) != release:
        raise InputError("say either --until TIME or --release")
    with acting() as app:
        post = app.editor(person()).embargo(post_id, until=until, confirmed=yes, version=version)
        _tell_all(app, post, remarks=True)
        print(post.reason)


@group.command()
def settle(
    post_id: Number,
    *,
    published: Annotated[str | None, typer.Option(help="Its id on X.")] = None,
    not_posted: Annotated[bool, typer.Option("--not-posted", help="The account surely does not show it.")] = False,
) -> None:
    """Say what became of an unknown post, after looking at the account."""
    if (published is None) != not_posted:
        raise InputError("say either --published ID or --not-posted")
    with acting() as app:
        _tell(app, app.editor(person()).settle(post_id, remote_id=published))


def _picture(file: Path) -> Picture:
    from asiaradar_bot.adapters.news_site.picture import take_in

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"the image {file} cannot be read: {error.strerror}; check the path") from error
    return take_in(content, name=str(file))
