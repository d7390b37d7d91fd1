"""
A rule of the policy as an editor would say it: in English, or by the forms of another language.

Each sentence is put together of forms with named places, which `say` may translate: a language puts its words in its
own order, so no form takes the place of its values for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.policy import Rule, TemplateChoice

Say = Callable[..., str]
"""Takes a form and the values of its places."""
VERDICTS = {
    Verdict.AUTO: "is posted",
    Verdict.HOLD: "waits for a person",
    Verdict.SKIP: "is not posted",
    Verdict.BREAKING: "is posted at once, as breaking news",
}
FORMS = {
    "source": "from source «%(names)s»",
    "category": "in «%(names)s»",
    "author": "by «%(names)s»",
    "keyword": "marked «%(names)s»",
    "word": "whose headline says «%(names)s»",
    "language": "in language «%(names)s»",
    "class": "of class «%(names)s»",
    "or": "%(one)s» or «%(other)s",
    "and": "%(one)s and %(other)s",
    "one": "An article %(which)s %(verdict)s",
    "every": "Every article %(verdict)s",
    "other": "Any other article %(verdict)s",
    "as": "%(sentence)s, as %(news_class)s",
    "with": "%(sentence)s, with template %(template)s",
    "gets": "An article %(which)s gets template %(template)s",
    "all get": "Every article gets template %(template)s",
}
"""What the sentences are made of."""


def in_english(form: str, **values: str) -> str:
    """
    The form as it is, filled in.
    """
    return form % values if values else form


def rule_in_words(rule: Rule, say: Say = in_english) -> str:
    """
    One sentence, without the rule's own reason: «An article in «Opinion» waits for a person».
    """
    which = _which(
        say,
        source=rule.sources,
        category=rule.categories,
        author=rule.authors,
        keyword=rule.keywords,
        word=rule.headline_words,
        language=rule.languages,
    )
    verdict = say(VERDICTS[rule.verdict])
    sentence = say(FORMS["one"], which=which, verdict=verdict) if which else say(FORMS["every"], verdict=verdict)
    if rule.news_class is not NewsClass.NORMAL and rule.verdict is not Verdict.BREAKING:
        sentence = say(FORMS["as"], sentence=sentence, news_class=say(rule.news_class.value))
    return say(FORMS["with"], sentence=sentence, template=rule.template) if rule.template else sentence


def default_in_words(verdict: Verdict, say: Say = in_english) -> str:
    """
    What becomes of an article that no rule speaks of.
    """
    return say(FORMS["other"], verdict=say(VERDICTS[verdict]))


def choice_in_words(choice: TemplateChoice, say: Say = in_english) -> str:
    """
    Which articles a template serves.
    """
    which = _which(
        say,
        **{"class": [say(one.value) for one in choice.news_classes]},
        category=choice.categories,
        language=choice.languages,
    )
    if which:
        return say(FORMS["gets"], which=which, template=choice.template)
    return say(FORMS["all get"], template=choice.template)


def _which(say: Say, **conditions: Sequence[str]) -> str:
    said = [
        say(FORMS[kind], names=reduce(lambda one, other: say(FORMS["or"], one=one, other=other), names))
        for kind, names in conditions.items()
        if names
    ]
    return reduce(lambda one, other: say(FORMS["and"], one=one, other=other), said) if said else ""
