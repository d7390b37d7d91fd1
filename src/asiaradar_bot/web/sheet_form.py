"""The form of Compose, read whole: parts with their pictures, files that come with them, and what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from asiaradar_bot.adapters.news_site.picture import MAX_PICTURE_BYTES
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.post import MOST_PICTURES, PostId, PostPicture
from asiaradar_bot.model.sheet import Base, Sheet, SheetId, SheetPart
from asiaradar_bot.rules.lints import check_amount

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetForm:
    """
    What was sent.
    """

    then: str
    """The button: a word, or a word and places, such as `up-1` (parts count from 0)."""
    sheet: Sheet
    """As the page shows it; `version` is the one that the page was made from."""
    files: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    """Names and bytes of new pictures, by part."""


async def read_sheet_form(request: Request) -> SheetForm:
    """
    The form.

    Raises:
        InputError: it does not fit.
    """
    async with request.form(max_files=100, max_fields=1000, max_part_size=256 * 1024) as form:
        keys = _words(form, "key") or [str(at) for at in range(len(_words(form, "text")))]
        texts = _words(form, "text")
        check_amount(texts)
        if len(keys) != len(texts):
            raise InputError("the form does not fit: send it from the page Compose")
        shown = _pictures(form, keys)
        if _word(form, "post") and not _words(form, "base"):
            raise InputError("a change of a post names what it began from: open the post, then Edit")
        post = _number(form, "post")
        sheet_id = _number(form, "sheet")
        sheet = Sheet(
            id=None if sheet_id is None else SheetId(sheet_id),
            version=_number(form, "version") or 0,
            page=_word(form, "page")[:40],
            post_id=None if post is None else PostId(post),
            bases=tuple(_base(one) for one in _words(form, "base")),
            parts=tuple(
                SheetPart(text=text.replace("\r\n", "\n"), pictures=tuple(shown[key]))
                for key, text in zip(keys, texts, strict=True)
            ),
            due_words=_word(form, "at")[:100],
        )
        files = {at: await _files(form, key) for at, key in enumerate(keys)}
        return SheetForm(then=_word(form, "then"), sheet=sheet, files=files)


Sent = Annotated[SheetForm, Depends(read_sheet_form)]


def _pictures(form: FormData, keys: Sequence[str]) -> dict[str, list[PostPicture]]:
    shown: dict[str, list[PostPicture]] = {key: [] for key in keys}
    alts = _words(form, "alt")
    for at, name in enumerate(_words(form, "picture")):
        key, _, number = name.partition(":")
        if key not in shown or not number.isdecimal() or len(number) > _MOST_DIGITS:
            raise InputError("a picture is named PART:NUMBER")
        alt = alts[at].strip() if at < len(alts) else ""
        shown[key].append(PostPicture(picture_id=int(number), alt_text=alt or None))
    return shown


async def _files(form: FormData, key: str) -> list[tuple[str, bytes]]:
    found = [one for one in form.getlist(f"file-{key}") if isinstance(one, UploadFile) and one.filename]
    if len(found) > MOST_PICTURES:
        raise InputError(f"{len(found)} pictures are more than the {MOST_PICTURES} that X takes: choose fewer")
    return [((one.filename or "")[:100], await one.read(MAX_PICTURE_BYTES + 1)) for one in found]


def _base(words: str) -> Base:
    number, _, version = words.partition(":")
    if not (number.isdecimal() and version.isdecimal() and len(words) < 2 * _MOST_DIGITS):
        raise InputError("a post to change is named NUMBER:VERSION")
    return Base(post_id=PostId(int(number)), version=int(version))


def _words(form: FormData, name: str) -> list[str]:
    return [one for one in form.getlist(name) if isinstance(one, str)]


def _word(form: FormData, name: str) -> str:
    found = _words(form, name)
    return found[0] if found else ""


def _number(form: FormData, name: str) -> int | None:
    word = _word(form, name)
    if not word:
        return None
    if not word.isdecimal() or len(word) > _MOST_DIGITS:
        raise InputError(f"{name} is a number")
    return int(word)
