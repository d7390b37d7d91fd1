"""
From facts and a skeleton to the finished text: what goes in, what is left out when room is short, what must not go out.

Order when room is short: fixed text and the link always stay; slots are filled by priority (the headline first, then
the summary); hashtags come last and never cost a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from rapidfuzz import fuzz

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import Policy, TemplateChoice, WordingChoices
from asiaradar_bot.model.wording import FitSlot, Skeleton, TemplateValue, Wording
from asiaradar_bot.rules.addresses import canonical_url, is_allowed, with_parameters
from asiaradar_bot.rules.post_text import (
    LIMIT,
    accidental_links,
    cashtags,
    defuse,
    hashtags,
    links,
    mentions,
    normalise,
    weighted_length,
)
from asiaradar_bot.rules.segments import grapheme_ends, sentences, word_ends

WHOLE_OR_NOTHING = 2
"""Slots of this priority and above (hashtags) are taken whole or left out, never cut."""

_LEAD_SENTENCES = 3
_SAME_PERCENT = 90
_ELLIPSIS = "…"
_DANGLING = " \t\n,;:–—-«“‘\"'([{、，；：「『（"
_END_MARK = re.compile(r"[.!?…。！？।؟]['\"”’»」』）)]*$")
_MANY_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+\n")


def choose_template(policy: Policy, facts: Facts, news_class: NewsClass, rule_template: str | None) -> str:
    """
    The rule's template if it names one, else the first choice that fits, else the default.
    """
    if rule_template is not None:
        return rule_template
    for choice in policy.templates:
        if _choice_fits(choice, facts, news_class):
            return choice.template
    return policy.default_template


def _choice_fits(choice: TemplateChoice, facts: Facts, news_class: NewsClass) -> bool:
    language = (facts.language or "").partition("-")[0].casefold()
    categories = {category.casefold() for category in facts.categories}
    return (
        (not choice.news_classes or news_class in choice.news_classes)
        and (not choice.languages or language in choice.languages)
        and (not choice.categories or any(category.casefold() in categories for category in choice.categories))
    )


def post_link(url: str, *, marker: str, choices: WordingChoices) -> str:
    """
    The article's address with the newsroom's parameters and the post's own marker; the same on every attempt.
    """
    return with_parameters(canonical_url(url), {**choices.link_parameters, choices.marker_parameter: marker})


def variables_for(
    facts: Facts, *, news_class: NewsClass, choices: WordingChoices, link: str
) -> dict[str, TemplateValue]:
    """
    What a template may use: title, summary, sentences, authors, category, tags, hashtags, url, site, published, class.
    """
    title = typographic(facts.title, facts.language)
    summary = typographic(summary_of(facts), facts.language)
    tags = pick_hashtags(facts, choices, text=f"{title} {summary}")
    return {
        "title": title,
        "summary": summary,
        "sentences": sentences(summary, language=facts.language),
        "authors": list(facts.authors),
        "category": facts.categories[0] if facts.categories else "",
        "tags": list(facts.keywords),
        "hashtags": " ".join(f"#{tag}" for tag in tags),
        "url": link,
        "site": choices.site_name,
        "published": _local_time(facts.published_at, choices.zone, facts.language),
        "class": news_class.value,
    }


def summary_of(facts: Facts) -> str:
    """
    The summary without a repeated headline; where there is none, the lead sentences of the body.
    """
    summary = _without_title(facts.summary.strip(), facts.title)
    if summary:
        return summary
    lead = sentences(facts.body.replace("\n", " "), language=facts.language)
    kept = [sentence for sentence in lead if not _same(sentence, facts.title)]
    return _joined(kept[:_LEAD_SENTENCES], facts.language)


def _without_title(summary: str, title: str) -> str:
    if not summary or _same(summary, title):
        return ""
    if title and summary.casefold().startswith(title.casefold()):
        rest = summary[len(title) :]
        if not rest[:1].isalnum():
            return rest.lstrip(" .:–—-|。：")
    return summary


def _same(one: str, other: str) -> bool:
    plain_one, plain_other = (_plain(text) for text in (one, other))
    return bool(plain_other) and fuzz.ratio(plain_one, plain_other) >= _SAME_PERCENT


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _joined(parts: Sequence[str], language: str | None) -> str:
    spaced = (language or "en").partition("-")[0] not in {"zh", "ja", "th", "lo", "km", "my"}
    return (" " if spaced else "").join(parts)


def typographic(text: str, language: str | None) -> str:
    """
    Straight quotes made typographic where the language's own are certain (English); all spaces folded to one.
    """
    text = re.sub(r"[ \t\r\n\u00a0]+", " ", text).strip()
    if (language or "en").partition("-")[0] != "en":
        return text
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"(^|[\s(\[—–-])\"(?=\S)", r"\1“", text)
    text = re.sub(r"(?<=\S)\"", "”", text)
    text = re.sub(r"(^|[\s(\[—–“-])'(?=\S)", r"\1‘", text)
    return re.sub(r"(?<=\S)'", "’", text)


def _local_time(at: datetime | None, zone: str, language: str | None) -> str:
    if at is None:
        return ""
    try:
        locale = Locale.parse((language or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    return format_datetime(at, "d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)


def pick_hashtags(facts: Facts, choices: WordingChoices, *, text: str) -> list[str]:
    """
    Hashtags (without sign) that the mapping gives for categories and keywords, within the budget.

    One that the text holds already, or that X would not link as meant, is left out.
    """
    there = {tag.casefold() for tag in hashtags(text)}
    picked: list[str] = []
    for word in (*facts.categories, *facts.keywords):
        tag = choices.hashtags.get(word.casefold())
        if tag is None or tag.casefold() in there or hashtags(f" #{tag} ") != [tag]:
            continue
        there.add(tag.casefold())
        picked.append(tag)
    return picked[: choices.hashtag_budget]


def fill(
    skeleton: Skeleton, *, link: str | None, language: str | None, choices: WordingChoices, limit: int = LIMIT
) -> Wording:
    """
    The finished text: slots filled into the room left, accidental links defused, problems named.
    """
    meant = [link] if link else []
    parts = [_safe(part, meant, choices) for part in skeleton.parts]
    chosen: dict[int, str] = {index: "" for index, part in enumerate(parts) if isinstance(part, FitSlot)}
    shortened = False
    for index, slot in sorted(
        ((index, part) for index, part in enumerate(parts) if isinstance(part, FitSlot)),
        key=lambda pair: (pair[1].priority, pair[0]),
    ):
        chosen[index] = _fit(parts, chosen, index, slot, language=language, limit=limit)
        shortened = shortened or chosen[index] != slot.text
    text = _assemble(parts, chosen)
    return Wording(
        text=text,
        weighted_length=weighted_length(text),
        links=tuple(links(text)),
        problems=check_text(text, link=link, choices=choices, limit=limit),
        shortened=shortened,
    )


def _safe(part: str | FitSlot, meant: Collection[str], choices: WordingChoices) -> str | FitSlot:
    text = part.text if isinstance(part, FitSlot) else part
    if choices.accidental_links == "defuse":
        text = defuse(text, meant)
    return FitSlot(text=text.strip(), priority=part.priority) if isinstance(part, FitSlot) else text


def _assemble(parts: Sequence[str | FitSlot], chosen: dict[int, str]) -> str:
    whole = "".join(chosen[index] if isinstance(part, FitSlot) else part for index, part in enumerate(parts))
    return normalise(_MANY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", whole)))


def _fit(
    parts: Sequence[str | FitSlot],
    chosen: dict[int, str],
    index: int,
    slot: FitSlot,
    *,
    language: str | None,
    limit: int,
) -> str:
    text = slot.text

    def fits(candidate: str) -> bool:
        return weighted_length(_assemble(parts, {**chosen, index: candidate})) <= limit

    if not text or fits(text):
        return text
    if slot.priority >= WHOLE_OR_NOTHING:
        return ""
    by_sentence = _whole_sentences(text, fits, language=language)
    if by_sentence:
        return by_sentence
    return _cut(text, fits, word_ends(text, language=language)) or _cut(text, fits, grapheme_ends(text))


def _whole_sentences(text: str, fits: object, *, language: str | None) -> str:
    assert callable(fits)
    best, at = "", 0
    for sentence in sentences(text, language=language):
        at = text.index(sentence, at) + len(sentence)
        if not fits(text[:at]):
            break
        best = text[:at]
    return best if _END_MARK.search(best) else ""


def _cut(text: str, fits: object, ends: Sequence[int]) -> str:
    assert callable(fits)
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_ended(text[: ends[middle - 1]])):
            low = middle
        else:
            high = middle - 1
    return _ended(text[: ends[low - 1]]) if low else ""


def _ended(text: str) -> str:
    bare = text.rstrip(_DANGLING)
    return bare + _ELLIPSIS if bare else ""


def check_text(text: str, *, link: str | None, choices: WordingChoices, limit: int = LIMIT) -> tuple[str, ...]:
    """
    What speaks against sending the text as it is, a sentence each; empty: nothing.
    """
    problems: list[str] = []
    length = weighted_length(text)
    if not text.strip():
        problems.append("the text is empty")
    if length > limit:
        problems.append(f"the text is {length} long, {length - limit} over the limit of {limit}")
    if text != normalise(text):
        problems.append("the text holds characters or spaces that X changes or refuses")
    problems += [
        f"«{stray}» becomes a link that was not meant" for stray in accidental_links(text, [link] if link else [])
    ]
    if link is not None and link not in links(text):
        problems.append("the article's link is not in the text as X would read it")
    allowed = {handle.casefold() for handle in choices.allowed_mentions}
    problems += [
        f"@{name} is not on the list of accounts we name" for name in mentions(text) if name.casefold() not in allowed
    ]
    known = {tag.casefold() for tag in choices.hashtags.values()}
    found = hashtags(text)
    problems += [f"#{tag} is not among our hashtags" for tag in found if tag.casefold() not in known]
    if len(found) > choices.hashtag_budget:
        problems.append(f"{len(found)} hashtags are more than our {choices.hashtag_budget}")
    if len(cashtags(text)) > 1:
        problems.append("X takes only one cashtag in a post")
    return tuple(problems)


def check_links_allowed(text: str, domains: Sequence[str]) -> tuple[str, ...]:
    """
    A sentence for each link in the text that leads outside the allowed domains.
    """
    return tuple(
        f"the text links to {link}, which is not an allowed domain"
        for link in links(text)
        if not is_allowed(link if "://" in link else f"https://{link}", domains)
    )
