"""The checking library's complaints about a value, in the words of this program."""

from __future__ import annotations

import re

_PLAIN = (
    (r"Value error, ", ""),
    (r"Input should be a valid integer\b.*", "write a whole number"),
    (r"Input should be a valid number\b.*", "write a number"),
    (r"Input should be a valid boolean\b.*", "write true or false"),
    (r"Input should be a valid string\b.*", "write a text"),
    (r"Input should be a valid (?:tuple|list)\b.*", "write a list"),
    (r"Input should be a valid dictionary\b.*", "write a table of names and values"),
    (r"Input should be (?=greater|less)", "it must be "),
    (r"Input should be (?=')", "write "),
    (r"Field required", "it is missing"),
)


def in_plain_words(complaint: str) -> str:
    """
    The complaint as it is told to people; what is not known stays as it is.
    """
    for pattern, words in _PLAIN:
        complaint = re.sub(pattern, words, complaint)
    return complaint
