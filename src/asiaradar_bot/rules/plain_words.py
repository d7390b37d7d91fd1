"""The checking library's complaints about a value, in the words of this program."""

from __future__ import annotations

import re

_PLAIN = (
    (r"Value error, ", ""),
    (r"Input should be a valid integer\b.*", "write a whole number"),
    (r"Input should be a valid (?:number|decimal)\b.*", "write a number, such as 25 or 0.5"),
    (r"Input should be in a valid time format\b.*", "write a time of day, such as 08:30"),
    (r"Input should be a valid date\b.*", "write a date, such as 2026-05-31"),
    (r"Input is not a valid path\b.*", "write a path"),
    (r"Input should be a valid boolean\b.*", "write true or false"),
    (r"Input should be a valid string\b.*", "write a text"),
    (r"Input should be a valid (?:tuple|list)\b.*", "write a list"),
    (r"Input should be a valid dictionary\b.*", "write a table of names and values"),
    (r"Input should be (?=greater|less)", "it must be "),
    (r"(?:Tuple|List) should have at least 1 item\b.*", "write at least one"),
    (r"String should have at least 1 character\b.*", "it must not be empty"),
    (r"String should have at most (\d+) characters?\b.*", r"it must have at most \1 characters"),
    (r"Input should be (?=')", "write "),
    (r"Field required", "it is missing"),
)


_TOML = (
    (r"Invalid value\b", "the value is none: a text stands in double quotes, a list in [ ]"),
    (r"Illegal character '\\n'", "a text in quotes does not end on its line"),
    (r"Expected '=' after a key in a key/value pair", "write the name, then =, then the value"),
    (
        r"Unclosed array\b",
        "a list is none up to here: its items stand in [ ] between commas, texts and times in quotes",
    ),
    (r"Cannot overwrite a value", "this name stands there twice"),
    (r"Cannot declare \((.*?),?\) twice", r"the section \1 stands there twice: put its lines together"),
    (r"Expected newline or end of document after a statement", "something is left over at the end of the line"),
)


def toml_in_plain_words(complaint: str) -> str:
    """
    What the reader of TOML complains of, as it is told to people; what is not known stays as it is.
    """
    return _reworded(complaint, _TOML)


def in_plain_words(complaint: str) -> str:
    """
    The complaint as it is told to people; what is not known stays as it is.
    """
    return _reworded(complaint, _PLAIN)


def _reworded(complaint: str, words_for: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in words_for:
        complaint = re.sub(pattern, words, complaint)
    return complaint
