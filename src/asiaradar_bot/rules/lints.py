"""What an editor is told about a text while writing it: errors that stop it, and warnings worth a second look."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import MOST_ALT_CHARS, MOST_PARTS, MOST_PICTURES, MOST_TEXT_CHARS
from asiaradar_bot.rules.addresses import same_article_key
from asiaradar_bot.rules.duplicates import headline_likeness
from asiaradar_bot.rules.embargoes import embargo_word
from asiaradar_bot.rules.post_text import hashtags, link_spans, normalise, weighted_length
from asiaradar_bot.rules.text_view import meant_links
from asiaradar_bot.rules.wording import check_links_allowed, check_text

_SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_SHOUTED_WORDS = 4
_BARE = re.compile(r"\s+")
_SHORTEST_LIKENESS = 12
"""Shorter texts («Good morning») are alike without being the same post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """
    One remark about a text.
    """

    sentence: str
    blocks: bool
    """True: with it the text can't go out."""
    mend: str = ""
    """How to mend it, a clause; empty: the sentence says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentText:
    """
    A post that went out or waits, to be compared with.
    """

    post_id: int
    text: str
    at: datetime
    """When it was or is to be sent."""


def text_errors(text: str, policy: Policy) -> tuple[str, ...]:
    """
    Why an editor's text can't go out, a sentence each; empty: it can. Every link with a protocol counts as meant.
    """
    clean = normalise(text)
    meant = meant_links(clean)
    found = [
        *check_text(clean, link=meant[0] if meant else None, choices=policy.wording),
        *check_links_allowed(clean, policy.allowed_domains),
    ]
    extra = {f"«{link}» becomes a link that was not meant" for link in meant[1:]}
    stray = {problem.partition("»")[0].removeprefix("«") for problem in found if problem.startswith("«")}
    extra |= {f"the text links to {link}, which is not an allowed domain" for link in stray - set(meant)}
    return tuple(dict.fromkeys(problem for problem in found if problem not in extra))


def lint_text(text: str, *, policy: Policy, recent: Sequence[RecentText] = ()) -> tuple[Lint, ...]:
    """
    All remarks about a text, what stops it first; an empty text has none, as nobody has begun to write.
    """
    clean = normalise(text)
    if not clean:
        return ()
    errors = tuple(Lint(sentence=problem, blocks=True, mend=_mend(problem)) for problem in text_errors(clean, policy))
    return (*errors, *(Lint(sentence=sentence, blocks=False) for sentence in _warnings(clean, policy, recent)))


def embargo_remark(text: str, policy: Policy) -> str | None:
    """
    That a post's own words speak of an embargo; None: they don't. An address with such a word in it says nothing.
    """
    word = embargo_word(_without_links(text), policy)
    if word is None:
        return None
    return f"the text speaks of an embargo («{word}»): make sure that it is over when this goes out"


def check_amount(texts: Sequence[str]) -> None:
    """
    Return if so many texts, and such long ones, may be written down at all, as a draft or as a post.

    Raises:
        InputError: there are none or too many, or one is too long.
    """
    if not 1 <= len(texts) <= MOST_PARTS:
        raise InputError(f"a thread has 1 to {MOST_PARTS} parts, and not {len(texts)}: make several of it")
    if any(len(text) > MOST_TEXT_CHARS for text in texts):
        raise InputError(f"a part has more than {MOST_TEXT_CHARS:,} characters: split it first")


def lint_thread(texts: Sequence[str]) -> tuple[Lint, ...]:
    """
    Remarks about a thread as a whole: parts that are empty, or the same twice, which X refuses.
    """
    clean = [normalise(text) for text in texts]
    empty = [
        Lint(sentence=f"part {number} is empty: write it or take it away", blocks=True)
        for number, text in enumerate(clean, start=1)
        if not text and len(clean) > 1
    ]
    same = [
        Lint(sentence=f"parts {clean.index(text) + 1} and {number} are the same; X refuses the second", blocks=True)
        for number, text in enumerate(clean, start=1)
        if text and clean.index(text) + 1 < number
    ]
    return (*empty, *same)


_MENDS = (
    ("becomes a link that was not meant", "write a space behind the dot, or https:// before it if you mean it"),
    ("over the limit", "shorten it, or split it into a thread"),
    ("not an allowed domain", "link to one of our own pages, or ask an admin to allow the domain"),
    ("only one cashtag", "take the $ away from all but one"),
    ("hashtags are more than", "take the # away from the least useful ones"),
    ("is not among our hashtags", "take the # away, or have it added to the rules"),
    ("not on the list of accounts", "leave the @ out, or have the account added to the rules"),
)


def _mend(problem: str) -> str:
    return next((mend for words, mend in _MENDS if words in problem), "")


def headline_twin(text: str, headlines: Sequence[Headline], *, link_keys: Collection[str], percent: int) -> Lint | None:
    """
    A remark if the text says what a recent headline says, unless it links to that very article.
    """
    words = _without_links(normalise(text))
    if weighted_length(words) < _SHORTEST_LIKENESS:
        return None
    near = [
        (_likeness(words, one.title), one)
        for one in headlines
        if one.posted and same_article_key(one.url) not in link_keys
    ]
    likeness, best = max(near, key=lambda pair: pair[0], default=(0, None))
    if best is None or likeness < percent:
        return None
    sentence = f"this is {likeness} % like the headline of article {best.article_id}, which is posted or on its way"
    return Lint(sentence=sentence, blocks=False, mend="say something new, or leave it")


def picture_errors(alt_texts: Sequence[str | None]) -> tuple[str, ...]:
    """
    Why pictures with these descriptions can't go out together, a sentence each; empty: they can.

    Source: X API, POST /2/tweets and POST /2/media/metadata.
    """
    many = len(alt_texts) > MOST_PICTURES
    return (
        *([f"{len(alt_texts)} pictures are more than the {MOST_PICTURES} that X takes: remove some"] if many else []),
        *(
            f"the description of picture {number} has {len(alt)} characters, and X takes {MOST_ALT_CHARS}: shorten it"
            for number, alt in enumerate(alt_texts, start=1)
            if alt and len(alt) > MOST_ALT_CHARS
        ),
    )


def picture_remarks(alt_texts: Sequence[str | None]) -> tuple[str, ...]:
    """
    What is worth a second look about pictures with these descriptions, a sentence each.
    """
    return tuple(
        f"picture {number} has no description: say what it shows, for those who do not see it"
        for number, alt in enumerate(alt_texts, start=1)
        if not (alt or "").strip()
    )


def _warnings(text: str, policy: Policy, recent: Sequence[RecentText]) -> Iterator[str]:
    twin = find_like(text, recent, percent=policy.duplicate_percent)
    if twin is not None:
        percent, post = twin
        when = f"{post.at:%d %b %H:%M} UTC"
        if percent == 100:  # noqa: PLR2004
            yield f"this is the same as post {post.post_id} of {when}: say something new, or leave it"
        else:
            yield f"this is {percent} % like post {post.post_id} of {when}: say something new, or leave it"
    if (remark := embargo_remark(text, policy)) is not None:
        yield remark
    if len(meant_links(text)) > 1:
        yield "more than one link: X shows a card for only one of them"
    found = hashtags(text)
    if len({tag.casefold() for tag in found}) < len(found):
        yield "a hashtag stands there twice"
    if text.startswith("@"):
        yield "a post that begins with a mention is shown as a reply, to few people"
    if len(_SHOUTED.findall(text)) >= _SHOUTED_WORDS:
        yield "many words in capitals read as shouting"


def find_like(text: str, recent: Sequence[RecentText], *, percent: int) -> tuple[int, RecentText] | None:
    """
    The recent post most alike and how much, from `percent` on; links don't count. None: none is so alike.
    """
    words = _without_links(text)
    if weighted_length(words) < _SHORTEST_LIKENESS:
        return None
    likenesses = [(_likeness(words, _without_links(post.text)), post) for post in recent]
    best = max(likenesses, key=lambda pair: pair[0], default=None)
    return best if best is not None and best[0] >= percent else None


def _likeness(one: str, other: str) -> int:
    return 100 if one == other else min(headline_likeness(one, other), 99)


def _without_links(text: str) -> str:
    clean = normalise(text)
    pieces, position = [], 0
    for start, end, _ in link_spans(clean):
        pieces.append(clean[position:start])
        position = end
    return _BARE.sub(" ", "".join([*pieces, clean[position:]])).strip()
