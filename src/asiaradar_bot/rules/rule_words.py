"""A rule of the policy as an editor would say it."""

from __future__ import annotations

from collections.abc import Sequence

from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.policy import Rule, TemplateChoice

_VERDICTS = {
    Verdict.AUTO: "is posted",
    Verdict.HOLD: "waits for a person",
    Verdict.SKIP: "is not posted",
    Verdict.BREAKING: "is posted at once, as breaking news",
}


def rule_in_words(rule: Rule) -> str:
    """
    One sentence, without the rule's own reason: «An article in Opinion waits for a person».
    """
    conditions = [
        _part("from source", rule.sources),
        _part("in", rule.categories),
        _part("by", rule.authors),
        _part("that says", rule.keywords),
        _part("in language", rule.languages),
    ]
    which = " and ".join(filter(None, conditions))
    sentence = f"An article {which} {_VERDICTS[rule.verdict]}" if which else f"Every article {_VERDICTS[rule.verdict]}"
    if rule.news_class is not NewsClass.NORMAL and rule.verdict is not Verdict.BREAKING:
        sentence += f", as {rule.news_class}"
    return sentence + (f", with template {rule.template}" if rule.template else "")


def default_in_words(verdict: Verdict) -> str:
    """
    What becomes of an article that no rule speaks of.
    """
    return f"Any other article {_VERDICTS[verdict]}"


def choice_in_words(choice: TemplateChoice) -> str:
    """
    Which articles a template serves.
    """
    conditions = [
        _part("of class", choice.news_classes),
        _part("in", choice.categories),
        _part("in language", choice.languages),
    ]
    which = " and ".join(filter(None, conditions))
    return f"{f'An article {which}' if which else 'Every article'} gets template {choice.template}"


def _part(word: str, values: Sequence[str]) -> str:
    return f"{word} {_either([f'«{value}»' for value in values])}" if values else ""


def _either(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
