"""
The mark that a desk sets before a headline: «BREAKING:», «[Sponsored]», «【快讯】», «속보».

A mark stands apart from the sentence: in brackets, or before a colon, a bar, an exclamation mark or a dash with spaces.
«Record-breaking heat hits Delhi» and «Breaking Bad star visits Seoul» bear none, for there the word belongs to what is
told. Without any sign only those words count that desks of scripts without capital letters write so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from asiaradar_bot.rules.words import plain

BREAKING_MARKS = (
    *("breaking", "breaking news", "just in", "快讯", "快訊", "突发", "突發", "速報", "속보"),
    *("ताज़ा ख़बर", "ब्रेकिंग न्यूज़", "ด่วน", "عاجل"),
)
"""What desks write before urgent headlines, and our template for breaking news as well."""
_BARE = frozenset(map(plain, ("快讯", "快訊", "突发", "突發", "速報", "속보", "ด่วน", "عاجل")))
_OPEN = r"\[\u3010\(\u3014<\u3008\uff3b\uff08\uff1c"
_CLOSE = r"\]\u3011\)\u3015>\u3009\uff3d\uff09\uff1e"
_QUOTES = r"\"'\u201c\u2018\u00ab\u300c\u300e\u300a"
_SIGN = r":|!\uff1a\uff5c\uff01"
_ORNAMENT = re.compile(rf"[^\w{_OPEN}{_QUOTES}]*")
"""Signs before the mark (🔴, #); not quotation marks, for what they hold belongs to the sentence."""
_FORMS = (
    re.compile(rf"[{_OPEN}]\s*([^{_OPEN}{_CLOSE}]{{1,40}}?)\s*[{_CLOSE}]\s*(?:[{_SIGN}\u2013\u2014-]\s*)?"),
    re.compile(rf"(\w[^{_SIGN}]{{0,39}}?)(?:\s*[{_SIGN}]+\s*|\s+[-\u2013\u2014/]+\s+|\s*[\u2014\uff0f]+\s*)"),
    re.compile(r"([^\W\d_]\S{0,9})\s+"),
)
"""In brackets; before a sign, or a dash or slash with spaces; before a space alone, for words of `_BARE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    A mark, and the headline behind it.
    """

    text: str
    rest: str


def leading_mark(headline: str, words: Collection[str]) -> Mark | None:
    """
    The one of these words that leads the headline as a mark, letter case and width aside; None: none does.

    The mark is the whole of a word or phrase: «Breaking news:» is not «breaking».
    """
    wanted = {plain(word.strip()) for word in words if word.strip()}
    bracketed, labelled, bare = _FORMS
    ornament = _ORNAMENT.match(headline)
    start = ornament.end() if ornament else 0
    for form, known in ((bracketed, wanted), (labelled, wanted), (bare, wanted & _BARE)):
        found = form.match(headline, start)
        if found is not None and plain(found[1].strip()) in known:
            return Mark(text=found[1].strip(), rest=headline[found.end() :])
    return None
