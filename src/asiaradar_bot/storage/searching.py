"""Words sought within a column, over all rows: what the `*_rows` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_

from asiaradar_bot.rules.searching import sought

_ESCAPE = "/"


def holds(connection: Connection, column: ColumnElement[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """
    The column, which holds text as `rules.searching` makes it, has each of the words somewhere; without words it has
    nothing that was asked for.
    """
    find = func.strpos if connection.dialect.name == "postgresql" else func.instr
    asked = [one for one in (sought(word) for word in words) if one]
    return and_(*(find(column, word) > 0 for word in asked)) if asked else false()


def has_word(connection: Connection, column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """
    The column, of text as people wrote it, holds this word somewhere, in capitals or not.

    What databases know of capitals ends with ASCII (https://sqlite.org/lang_expr.html#like, and PostgreSQL in the
    locale C), so a word beyond it is sought in its usual forms; folding the column itself would triple the time.
    """
    like = column.ilike if connection.dialect.name == "postgresql" else column.like
    return or_(*(like(_within(form), escape=_ESCAPE) for form in _forms(word)))


def _forms(word: str) -> Sequence[str]:
    return [word] if word.isascii() else list(dict.fromkeys([word, word.lower(), word.upper(), word.capitalize()]))


def _within(word: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        word = word.replace(sign, _ESCAPE + sign)
    return f"%{word}%"
