"""
From facts and a skeleton to the finished text: what goes in, and what must not go out; used by the step `compose`.

Links. The article's own link is the only one. A name with a full stop that X would link by accident (`Booking.com`) is
defused or held, as the policy says; an address written out, with a protocol or a path, is no accident and is held.
Accounts and hashtags that are not on our lists are held: whoever takes over the site must not speak through us.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import Policy, TemplateChoice, WordingChoices
from asiaradar_bot.model.wording import FitSlot, Skeleton, TemplateValue, Wording
from asiaradar_bot.rules.addresses import canonical_url, is_allowed, with_parameters
from asiaradar_bot.rules.fitting import fit_parts
from asiaradar_bot.rules.marks import BREAKING_MARKS, leading_mark
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
from asiaradar_bot.rules.segments import sentences
from asiaradar_bot.rules.summaries import summary_of
from asiaradar_bot.rules.typography import typographic

__all__ = [
    "check_links_allowed",
    "check_text",
    "choose_template",
    "fill",
    "pick_hashtags",
    "post_link",
    "summary_of",
    "typographic",
    "variables_for",
]

_HIDDEN = frozenset("\u200b\u200e\u200f\u2060\u061c\u00ad\u180e") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2061, 0x2070))
}
"""Characters that nobody sees and that change what others see; ZERO WIDTH JOINER and NON-JOINER are needed to write."""


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
    language = primary_tag(facts.language or "")
    categories = {category.casefold() for category in facts.categories}
    return (
        (not choice.news_classes or news_class in choice.news_classes)
        and (not choice.languages or language in {primary_tag(one) for one in choice.languages})
        and (not choice.categories or any(category.casefold() in categories for category in choice.categories))
    )


def primary_tag(language: str) -> str:
    """
    The language without script and region, in lower case: `zh` of `zh-Hant`; empty stays empty.
    """
    return language.replace("_", "-").partition("-")[0].casefold()


def post_link(url: str, *, marker: str, choices: WordingChoices) -> str:
    """
    The article's address with the newsroom's parameters and the post's own marker; the same on every attempt.
    """
    return with_parameters(canonical_url(url), {**choices.link_parameters, choices.marker_parameter: marker})


def variables_for(
    facts: Facts, *, news_class: NewsClass, choices: WordingChoices, link: str, marks: Sequence[str] = ()
) -> dict[str, TemplateValue]:
    """
    What a template may use; every name is always there, empty text and empty lists where the article says nothing.

    `title`, `summary`, `sentences` (of the summary), `authors`, `category` (the first), `tags` (keywords), `hashtags`
    (with signs, as one text), `url`, `site`, `published` (day and time in the newsroom's zone, in the article's
    language), `class`, `language` (primary tag). `marks` are words by which the policy knows breaking news: such a mark
    before the headline is taken off, as the template writes its own, and once is enough. So is the site's name behind
    it, as pages write it for search engines.
    """
    title = _without_site(typographic(facts.title, facts.language), choices.site_name)
    while news_class is NewsClass.BREAKING and (mark := leading_mark(title, (*BREAKING_MARKS, *marks))) and mark.rest:
        title = mark.rest
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
        "language": primary_tag(facts.language or ""),
    }


def _without_site(title: str, site: str) -> str:
    behind = re.search(rf"\s*(?:[|｜·]|\s[-–—])\s*{re.escape(site)}$", title, re.IGNORECASE) if site else None
    return title[: behind.start()] if behind and behind.start() else title


def _local_time(at: datetime | None, zone: str, language: str | None) -> str:
    if at is None:
        return ""
    locale = _locale(language)
    day, time = (
        format_skeleton(skeleton, at, tzinfo=ZoneInfo(zone), locale=locale, fuzzy=True) for skeleton in ("MMMd", "Hm")
    )
    return str(locale.datetime_formats["medium"]).replace("{1}", day).replace("{0}", time)


def _locale(language: str | None) -> Locale:
    try:
        return Locale.parse(language or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def pick_hashtags(facts: Facts, choices: WordingChoices, *, text: str) -> list[str]:
    """
    Hashtags (without sign) that the mapping gives for categories and keywords, in that order, within the budget.

    One that the text holds already, or that X would not link as meant, is left out.
    """
    there = {tag.casefold() for tag in hashtags(text)}
    room = max(choices.hashtag_budget - len(there), 0)
    mapping = {word.casefold(): tag for word, tag in choices.hashtags.items()}
    picked: list[str] = []
    for word in (*facts.categories, *facts.keywords):
        tag = mapping.get(word.strip().casefold())
        if tag is None or tag.casefold() in there or hashtags(f"#{tag}") != [tag]:
            continue
        there.add(tag.casefold())
        picked.append(tag)
    return picked[:room]


def fill(
    skeleton: Skeleton, *, link: str | None, language: str | None, choices: WordingChoices, limit: int = LIMIT
) -> Wording:
    """
    The finished text: slots filled into the room left, accidental links defused, problems named.

    `link` is the article's; None: the text must have none.
    """
    meant = [link] if link else []
    finish = partial(defuse, meant=meant) if choices.accidental_links == "defuse" else str
    fitted = fit_parts(skeleton, language=language, limit=limit, finish=lambda text: finish(normalise(text)))
    problems = [*_addresses(skeleton, meant), *check_text(fitted.text, link=link, choices=choices, limit=limit)]
    return Wording(
        text=fitted.text,
        weighted_length=weighted_length(fitted.text),
        links=tuple(links(fitted.text)),
        problems=tuple(dict.fromkeys(problems)),
        shortened=fitted.shortened,
    )


def _addresses(skeleton: Skeleton, meant: Collection[str]) -> Iterator[str]:
    """
    A sentence for each address written out in full; looked for before anything is defused.
    """
    for part in skeleton.parts:
        for stray in accidental_links(part.text if isinstance(part, FitSlot) else part, meant):
            if "/" in stray:
                yield f"the text holds the address {stray}, which is not the article's"


def check_text(text: str, *, link: str | None, choices: WordingChoices, limit: int = LIMIT) -> tuple[str, ...]:
    """
    What speaks against sending the text as it is, a sentence each; empty: nothing.

    For what the bot words and for what editors write. `link` is the one that is meant; None: none is.
    """
    return (
        *_check_form(text, limit),
        *_check_links(text, link),
        *_check_names(text, choices),
    )


def _check_form(text: str, limit: int) -> Iterator[str]:
    length = weighted_length(text)
    if not text.strip():
        yield "the text is empty"
    if length > limit:
        yield f"the text is {length} long, {length - limit} over the limit of {limit}"
    if text != normalise(text):
        yield "the text holds characters or spaces that X changes or refuses"
    hidden = {
        letter for letter in text if letter in _HIDDEN or (letter != "\n" and unicodedata.category(letter) == "Cc")
    }
    for letter in sorted(hidden):
        yield f"the text holds the invisible character U+{ord(letter):04X}; take it out"


def _check_links(text: str, link: str | None) -> Iterator[str]:
    for stray in accidental_links(text, [link] if link else []):
        yield f"«{stray}» becomes a link that was not meant"
    if link is not None and link not in links(text):
        yield "the article's link is not in the text as X would read it"


def _check_names(text: str, choices: WordingChoices) -> Iterator[str]:
    allowed = {handle.casefold().removeprefix("@") for handle in choices.allowed_mentions}
    for name in mentions(text):
        if name.casefold() not in allowed:
            yield f"@{name} is not on the list of accounts we name"
    known = {tag.casefold() for tag in choices.hashtags.values()}
    found = hashtags(text)
    for tag in found:
        if tag.casefold() not in known:
            yield f"#{tag} is not among our hashtags"
    if len(found) > choices.hashtag_budget:
        yield f"{len(found)} hashtags are more than our {choices.hashtag_budget}"
    if len(cashtags(text)) > 1:
        yield "X takes only one cashtag in a post"


def check_links_allowed(text: str, domains: Sequence[str]) -> tuple[str, ...]:
    """
    A sentence for each link in the text that leads outside the allowed domains.
    """
    return tuple(f"the text links to {link}, which is not an allowed domain" for link in foreign_links(text, domains))


def foreign_links(text: str, domains: Sequence[str]) -> list[str]:
    """
    The links in the text that lead outside the allowed domains, in order, with or without `https://` as they stand.
    """
    return [link for link in links(text) if not is_allowed(link if "://" in link else f"https://{link}", domains)]
