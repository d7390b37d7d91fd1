"""
Fills the slots of a skeleton into the room that a post has; the heart of the step `compose`.

What gives way when room is short, last first:

- fixed text and the link always stay;
- slots are filled in the order of their priority, each with the room that those before it left;
- a slot that does not fit whole gets as many whole sentences as fit, with no ellipsis, since nothing reads as cut off;
- where not even the first sentence fits, it is cut between words, with an ellipsis. Among the cuts that lose at most a
  quarter of the room, one that leaves no quotation or bracket open is best, then one at the end of a phrase;
- a word without end is cut between graphemes. Never is one torn;
- a summary of which less than a few words would be left is left out instead;
- slots of priority 2 and above (hashtags) are taken word by word, and none is cut. They come last and never cost a
  sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from asiaradar_bot.model.wording import FitSlot, Skeleton
from asiaradar_bot.rules.post_text import LIMIT, normalise, weighted_length
from asiaradar_bot.rules.segments import grapheme_ends, is_balanced, is_unspaced, sentence_ends, word_ends

WORD_BY_WORD = 2
"""Slots of this priority and above are never cut within a word, nor marked as cut."""
SHORTEST_CUT = 32
"""Weighted length under which what is left of a summary says nothing."""

_MUST = 0
"""The headline's priority: it is cut as short as need be."""
_WORTH_LOSING = 0.75
_ELLIPSIS = "…"
_DANGLING = " \t\r\n,;:.…–—-/&+«‹“‘„‚\"'`([{<、，；：。．・／「『（【《〈〔،؛۔。।॥၊။།།"
_CLAUSE_ENDS = ",;:–—、，；：،؛။"
_WEAK_WORDS = re.compile(
    r"(?:^|(?<=[\s“‘(\[—]))(?:a|an|the|of|for|to|from|and|or|nor|but|with|without|in|into|on|onto|at|by|as|than|that|which|who"
    r"|whose|its|their|his|her|is|are|was|were|be|been|has|have|had|not|between|over|under|while"
    r"|if|when|after|before|since|until|because|about|against|through|during)$",
    re.IGNORECASE,
)
"""Words of English that lean on the next one."""
_NEW_PHRASE = re.compile(
    r"\s+(?:and|or|nor|but|of|for|to|from|with|without|in|into|on|onto|at|by|as|than|that|which|who|whose|between|over"
    r"|under|while|if|when|after|before|because|since|until|saying|said)\b",
    re.IGNORECASE,
)
"""Words of English before which a phrase is over."""
_ENDED = re.compile(r"[.!?…。！？．।॥။។؟۔]['\"”’»›」』”）)\]】]*$")
_SPACES_AT_LINE_ENDS = re.compile(r"[ \t]+(?=\n|\Z)")
_MANY_LINES = re.compile(r"\n{3,}")
_MANY_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """
    The text of a skeleton whose slots are filled.
    """

    text: str
    shortened: bool
    """True: some slot did not get its whole text."""


def fit_parts(
    skeleton: Skeleton, *, language: str | None, limit: int = LIMIT, finish: Callable[[str], str] = normalise
) -> Fitted:
    """
    The tidy text with as much of every slot as there is room for.

    `finish` is what happens to the whole text at last; its result is what is measured. Fixed text alone may be longer
    than the limit: then the result is as well.
    """
    parts = [_stripped(part) for part in skeleton.parts]
    slots = {at: part for at, part in enumerate(parts) if isinstance(part, FitSlot)}
    chosen = dict.fromkeys(slots, "")
    for at in sorted(slots, key=lambda at: (slots[at].priority, at)):

        def fits(candidate: str, at: int = at) -> bool:
            text = finish(tidy(_joined(parts, {**chosen, at: candidate})))
            return weighted_length(text) <= limit

        chosen[at] = _fit(slots[at], fits, language=language)
    return Fitted(
        text=finish(tidy(_joined(parts, chosen))),
        shortened=any(chosen[at] != slot.text for at, slot in slots.items()),
    )


def tidy(text: str) -> str:
    """
    The text without what empty slots leave behind: space at line ends, more than one empty line, double spaces.
    """
    return _MANY_SPACES.sub(" ", _MANY_LINES.sub("\n\n", _SPACES_AT_LINE_ENDS.sub("", text))).strip()


def _stripped(part: str | FitSlot) -> str | FitSlot:
    """
    Normalised before it is measured and cut, so that what is kept is the beginning of what was given.
    """
    if isinstance(part, FitSlot):
        return FitSlot(text=tidy(normalise(part.text)), priority=part.priority)
    return part


def _joined(parts: Sequence[str | FitSlot], chosen: Mapping[int, str]) -> str:
    return "".join(chosen[at] if isinstance(part, FitSlot) else part for at, part in enumerate(parts))


def _fit(slot: FitSlot, fits: Callable[[str], bool], *, language: str | None) -> str:
    text = slot.text
    if not text or fits(text):
        return text
    if slot.priority >= WORD_BY_WORD:
        return _whole_words(text, fits)
    return _whole_sentences(text, fits, language=language) or _cut(slot, fits, language=language)


def _whole_words(text: str, fits: Callable[[str], bool]) -> str:
    ends = [word.end() for word in re.finditer(r"\S+", text)]
    return next((text[:end] for end in reversed(ends) if fits(text[:end])), "")


def _whole_sentences(text: str, fits: Callable[[str], bool], *, language: str | None) -> str:
    best = ""
    for end in sentence_ends(text, language=language):
        if not fits(text[:end]):
            break
        if _ENDED.search(text[:end]):
            best = text[:end]
    return best


def _cut(slot: FitSlot, fits: Callable[[str], bool], *, language: str | None) -> str:
    text = slot.text
    words = word_ends(text, language=language)
    longest = _longest(text, words, fits, language=language)
    if longest is not None:
        kept = _ended(text[: _best(text, words, longest, language=language)], language)
    else:
        longest = _longest(text, grapheme_ends(text), fits, language=language)
        kept = "" if longest is None else _ended(text[:longest], language)
    return kept if slot.priority == _MUST or weighted_length(kept) >= SHORTEST_CUT else ""


def _longest(text: str, ends: Sequence[int], fits: Callable[[str], bool], *, language: str | None) -> int | None:
    """
    The last of the ends at which the text, cut there, still fits and says something; None: none.
    """
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_ended(text[: ends[middle - 1]], language)):
            low = middle
        else:
            high = middle - 1
    return ends[low - 1] if low and _ended(text[: ends[low - 1]], language) else None


def _best(text: str, ends: Sequence[int], longest: int, *, language: str | None) -> int:
    worth = [end for end in ends if longest * _WORTH_LOSING <= end <= longest]
    return max(worth, key=lambda end: (is_balanced(text[:end]), _ends_phrase(text, end, language), end))


def _ends_phrase(text: str, end: int, language: str | None) -> bool:
    if text[end - 1] in _CLAUSE_ENDS or text[end : end + 1] in set(_CLAUSE_ENDS):
        return True
    if _is_english(language) and _NEW_PHRASE.match(text, end) and not _WEAK_WORDS.search(text[:end]):
        return True
    # Where words are not divided by spaces, a space is the end of a phrase.
    return text[end : end + 1] == " " and is_unspaced(text[end - 1])


def _is_english(language: str | None) -> bool:
    return (language or "en").lower().startswith("en")


def _ended(text: str, language: str | None) -> str:
    """
    The text with an ellipsis behind its last word that can stand there; empty if none can.
    """
    bare = text.rstrip(_DANGLING)
    while _is_english(language) and (weak := _WEAK_WORDS.search(bare)):
        bare = bare[: weak.start()].rstrip(_DANGLING)
    return bare + _ELLIPSIS if bare else ""
