"""
How grave a change of an article is for the post that tells of it: typo, headline, factual or retraction.

The rule errs to the grave side: what may be a fact counts as one. Headline, summary and lead are compared as readers
see them, without differences of space, case of the whole, or typographic signs. Numbers, names, negations and words
of direction («rises», «falls») are facts (`rules.statements`). A fact that a new wording leaves out but that the
article still holds elsewhere did not change, nor did one that it takes from elsewhere in the old article. Where a
script has no capitals nobody can tell a name by its looks: there only a slip of one sign is a typo.

Deeper in the body additions are no change, as news goes on; a sentence that stays but for a fact is one, and so is a
note of correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from difflib import SequenceMatcher

from rapidfuzz.distance import OSA

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.correction import Change, ChangeKind
from asiaradar_bot.rules.segments import sentences
from asiaradar_bot.rules.statements import (
    bears_correction_note,
    folded,
    has_capitals,
    is_withdrawn,
    names_in,
    numbers_in,
    turns_in,
    words_in,
)

LEAD_SENTENCES = 3
_LEAST_SLIP, _SLIP_SHARE = 2, 0.04
"""A typo touches two signs, or one in twenty-five."""
_MUCH = 0.6
"""Less than this in common: much was rewritten."""
_SAME_SENTENCE = 0.75
_DAY = timedelta(days=1)
_GRAVITY = list(ChangeKind)
_SHOWN_CHARS = 90

Found = tuple[ChangeKind, str]


def classify(old: Facts, new: Facts, *, gone: bool = False) -> Change | None:
    """
    What the change means for a post made from `old`; None: nothing that readers of the post would miss.

    `gone` is whether the article's page answers 404 or 410 now.
    """
    found = list(_withdrawals(old, new, gone=gone)) or list(_changes(old, new))
    if not found:
        return None
    found.sort(key=lambda one: -_GRAVITY.index(one[0]))
    return Change(kind=found[0][0], reasons=tuple(dict.fromkeys(reason for _, reason in found)))


def _withdrawals(old: Facts, new: Facts, *, gone: bool) -> Iterator[Found]:
    if gone:
        yield ChangeKind.RETRACTION, "its page is gone"
    if new.noindex and not old.noindex:
        yield ChangeKind.RETRACTION, "its page now asks not to be found by search engines"
    if old.is_article and not new.is_article:
        yield ChangeKind.RETRACTION, "its address no longer shows an article"
    if is_withdrawn(new.title, new.summary, new.body) and not is_withdrawn(old.title, old.summary, old.body):
        yield ChangeKind.RETRACTION, "the article says that it was withdrawn"


def _changes(old: Facts, new: Facts) -> Iterator[Found]:
    language = new.language or old.language
    if bears_correction_note(_whole(new)) and not bears_correction_note(_whole(old)):
        yield ChangeKind.FACTUAL, "the article now carries a note of correction"
    yield from _part("headline", old, new, old.title, new.title, language)
    yield from _part("summary", old, new, old.summary, new.summary, language)
    before, after = sentences(old.body, language=language), sentences(new.body, language=language)
    if before and after:
        lead, lead_now = (" ".join(part[:LEAD_SENTENCES]) for part in (before, after))
        yield from _part("lead", old, new, lead, lead_now, language)
        yield from _deeper(old, new, before[LEAD_SENTENCES:], after[LEAD_SENTENCES:], language)
    yield from _dates_and_authors(old, new)


def _part(what: str, old: Facts, new: Facts, before: str, after: str, language: str | None) -> Iterator[Found]:
    """
    One part of the article; a part that was or is empty says nothing.
    """
    if not before or not after or before == after:
        return
    if folded(before) == folded(after):
        yield ChangeKind.TYPO, f"only signs or spaces of the {what} changed"
        return
    facts = list(_facts(before, after, _whole(old), _whole(new), language))
    if facts:
        yield from ((ChangeKind.FACTUAL, f"{what}: {fact}") for fact in facts)
    elif _is_slip(before, after):
        yield ChangeKind.TYPO, f"a slip in the {what} was mended: {_shown(before)} → {_shown(after)}"
    elif what != "headline" and _likeness(before, after, language) < _MUCH:
        yield ChangeKind.FACTUAL, f"much of the {what} was rewritten"
    elif what != "headline" and not has_capitals(before + after):
        yield ChangeKind.FACTUAL, f"words of the {what} changed, which may be names"
    else:
        yield ChangeKind.HEADLINE, f"the {what} was worded anew: {_shown(before)} → {_shown(after)}"


def _facts(before: str, after: str, all_old: str, all_new: str, language: str | None) -> Iterator[str]:
    """
    Facts of one part that the other version of the whole article does not hold, in words.
    """
    known_old, known_new = numbers_in(all_old), numbers_in(all_new)
    dropped = [one for one in numbers_in(before) if one not in known_new]
    added = [one for one in numbers_in(after) if one not in known_old]
    if dropped or added:
        yield f"a number changed ({_listed(dropped)} → {_listed(added)})"
    words_old, words_new = words_in(all_old), words_in(all_new)
    guess = _likeness(before, after, language) >= _SAME_SENTENCE  # one word of a headline was replaced
    gone = [one for one in names_in(before, all_old, guess=guess) if one.casefold() not in words_new]
    come = [one for one in names_in(after, all_new, guess=guess) if one.casefold() not in words_old]
    if come and not _mends_a_word(gone, come, all_old, all_new):
        yield f"a name changed ({_listed(gone)} → {_listed(come)})"
    turns = turns_in(before, language), turns_in(after, language)
    if turns[0] != turns[1]:
        lost, won = turns[0] - turns[1], turns[1] - turns[0]
        yield f"a word that turns the meaning changed ({_listed(sorted(lost))} → {_listed(sorted(won))})"


def _mends_a_word(gone: list[str], come: list[str], all_old: str, all_new: str) -> bool:
    """
    Whether what looks like a name is an ordinary word of a headline in capitals, spelled right now.
    """
    ordinary = {word for word in words_in(all_old, cased=True) | words_in(all_new, cased=True) if word.islower()}
    return len(gone) == len(come) and all(
        after.casefold() in ordinary and OSA.distance(before.casefold(), after.casefold()) <= _LEAST_SLIP
        for before, after in zip(gone, come, strict=True)
    )


def _deeper(old: Facts, new: Facts, before: list[str], after: list[str], language: str | None) -> Iterator[Found]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        if tag != "replace":
            continue
        for one in before[left:left_end]:
            other = max(after[right:right_end], key=lambda two: _likeness(one, two, language))
            if _likeness(one, other, language) < _SAME_SENTENCE:
                continue
            for fact in _facts(one, other, _whole(old), _whole(new), language):
                yield ChangeKind.FACTUAL, f"deeper in the text {fact}"


def _dates_and_authors(old: Facts, new: Facts) -> Iterator[Found]:
    if old.published_at and new.published_at and abs(new.published_at - old.published_at) >= _DAY:
        yield ChangeKind.FACTUAL, f"its date changed ({old.published_at:%Y-%m-%d} → {new.published_at:%Y-%m-%d})"
    names = [{folded(name) for name in facts.authors} for facts in (old, new)]
    if names[0] and names[1] and names[0] != names[1]:
        yield ChangeKind.FACTUAL, f"its byline changed ({_listed(old.authors)} → {_listed(new.authors)})"


def _whole(facts: Facts) -> str:
    return f"{facts.title}\n{facts.summary}\n{facts.body}"


def _is_slip(before: str, after: str) -> bool:
    one, other = folded(before), folded(after)
    length = max(len(one), len(other))
    most = max(_LEAST_SLIP, int(length * _SLIP_SHARE)) if has_capitals(before + after) else 1
    return OSA.distance(one, other, score_cutoff=most) <= most < length


def _likeness(before: str, after: str, language: str | None) -> float:
    del language  # graphemes of scripts without spaces and words of others both show in the signs themselves
    return SequenceMatcher(None, folded(before), folded(after), autojunk=False).ratio()


def _listed(values: object) -> str:
    found = [str(one) for one in values] if isinstance(values, (list, tuple)) else []
    return ", ".join(f"«{one}»" for one in found[:4]) or "nothing"


def _shown(text: str) -> str:
    return f"«{text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + '…'}»"
