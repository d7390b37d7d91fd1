"""
What is to become of an article: an ordered list of checks, the first that does not let it pass decides.

Age is judged twice. A stamp older than the limit is too old, unless the article was first seen only now: a CMS keeps
the old stamp of an article that an editor approves days later, so such an article waits for a person instead of being
lost. A stamp in the future by more than the tolerance is an embargo up to seven days ahead, and a lie beyond that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article, Facts
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, TraceLine, Verdict
from asiaradar_bot.model.policy import Policy, Rule
from asiaradar_bot.rules.addresses import is_allowed
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.duplicates import find_near_duplicate, headline_likeness
from asiaradar_bot.rules.embargoes import Embargo, find_embargo
from asiaradar_bot.rules.marks import leading_mark
from asiaradar_bot.rules.wording import choose_template, primary_tag
from asiaradar_bot.rules.words import contains_word, plain

_FARTHEST_EMBARGO = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    What the checks know beside the article itself.
    """

    policy: Policy
    now: datetime
    max_age: timedelta
    first_run_posts: bool
    recent: Sequence[Headline]
    """Headlines of the duplicate window, earlier ones and the article's own among them or not."""
    posted_as: str | None
    """Id on X of a post that already leads to the article, whoever sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    verdict: Verdict
    reason: Reason
    detail: str


_Answer = _Stop | str
"""A stop, or the sentence of why the check let it pass."""


def decide(article: Article, situation: Situation) -> Decision:
    """
    The decision with its whole trace; every article gets one.
    """
    trace: list[TraceLine] = []
    for name, check in _CHECKS:
        answer = check(article, situation)
        if isinstance(answer, _Stop):
            if name != "embargo" and all(line.check != "embargo" for line in trace):
                trace += _embargo_behind(article, situation)
            trace.append(TraceLine(check=name, passed=False, detail=answer.detail))
            return _decision(article, situation, answer, rule=None, trace=trace)
        trace.append(TraceLine(check=name, passed=True, detail=answer))
    rule = _find_rule(article, situation.policy, trace)
    if rule is None:
        detail = "no rule speaks of it, so the default applies"
        trace.append(TraceLine(check="default", passed=False, detail=detail))
        stop = _Stop(verdict=situation.policy.default_verdict, reason=Reason.DEFAULT, detail=detail)
    else:
        detail = f"rule «{rule.name}»" + (f": {rule.why}" if rule.why else "")
        stop = _Stop(verdict=rule.verdict, reason=Reason.RULE, detail=detail)
    return _decision(article, situation, stop, rule=rule, trace=trace)


def _decision(
    article: Article, situation: Situation, stop: _Stop, *, rule: Rule | None, trace: list[TraceLine]
) -> Decision:
    policy, now = situation.policy, situation.now
    news_class = rule.news_class if rule else NewsClass.NORMAL
    if stop.verdict is Verdict.BREAKING:
        news_class = NewsClass.BREAKING
    published_at = article.facts.published_at or article.first_seen_at
    embargo = _embargo_of(article, situation)
    ends = [] if embargo is None or embargo.ends_at is None else [embargo.ends_at]
    not_before = max([*ends, *([published_at] if published_at > now + policy.future_tolerance else [])], default=None)
    base = max(published_at, article.first_seen_at, not_before or published_at)
    return Decision(
        article_id=article.id,
        revision=article.revision,
        verdict=stop.verdict,
        news_class=news_class,
        reason=stop.reason,
        detail=stop.detail,
        rule=rule.name if rule else None,
        template=choose_template(policy, article.facts, news_class, rule.template if rule else None),
        not_before_at=not_before,
        expires_at=base + policy.expiry[news_class],
        trace=tuple(trace),
        decided_at=now,
    )


def _check_gone(article: Article, situation: Situation) -> _Answer:
    del situation
    if article.gone_at is not None:
        return _Stop(verdict=Verdict.SKIP, reason=Reason.GONE, detail="its page is gone (404 or 410)")
    if article.read_at is None:
        return _Stop(
            verdict=Verdict.SKIP, reason=Reason.UNREADABLE, detail="its page could not be read until it was too old"
        )
    return "its page answers"


def _check_kind(article: Article, situation: Situation) -> _Answer:
    del situation
    if not article.facts.is_article:
        return _Stop(
            verdict=Verdict.SKIP, reason=Reason.NOT_AN_ARTICLE, detail="its page does not call itself an article"
        )
    if article.facts.noindex:
        return _Stop(verdict=Verdict.SKIP, reason=Reason.NOINDEX, detail="its page asks not to be indexed")
    return "its page is an article"


def _check_domain(article: Article, situation: Situation) -> _Answer:
    if is_allowed(article.facts.url, situation.policy.allowed_domains):
        return "it is on an allowed domain"
    return _Stop(verdict=Verdict.SKIP, reason=Reason.FOREIGN_DOMAIN, detail=f"{article.facts.url} is on another site")


def _check_title(article: Article, situation: Situation) -> _Answer:
    del situation
    if article.facts.title.strip():
        return "it has a headline"
    return _Stop(verdict=Verdict.HOLD, reason=Reason.NO_TITLE, detail="it has no headline")


def _check_first_run(article: Article, situation: Situation) -> _Answer:
    if article.seeded and not situation.first_run_posts:
        return _Stop(
            verdict=Verdict.SKIP,
            reason=Reason.SEEDED,
            detail="it was there when the bot first looked, so it is recorded and not posted",
        )
    return "it came after the bot first looked" if not article.seeded else "the first run posts what is there"


def _check_posted(article: Article, situation: Situation) -> _Answer:
    del article
    if situation.posted_as is not None:
        return _Stop(
            verdict=Verdict.SKIP, reason=Reason.ALREADY_POSTED, detail=f"post {situation.posted_as} on X leads to it"
        )
    return "no post on X leads to it"


def _check_embargo(article: Article, situation: Situation) -> _Answer:
    facts = article.facts
    if (embargo := _embargo_of(article, situation)) is not None:
        detail = f"it speaks of an embargo («{embargo.word}»)"
        if embargo.ends_at is not None:
            ends = in_both_zones(embargo.ends_at, situation.policy.wording.zone)
            detail = f"it speaks of an embargo («{embargo.word}») that ends {ends}"
        return _Stop(verdict=Verdict.HOLD, reason=Reason.EMBARGO, detail=detail)
    published_at = facts.published_at or situation.now
    ahead, dated = published_at - situation.now, in_both_zones(published_at, situation.policy.wording.zone)
    if ahead > _FARTHEST_EMBARGO:
        return _Stop(
            verdict=Verdict.HOLD,
            reason=Reason.FUTURE_DATE,
            detail=f"its date {dated} is too far ahead to be true",
        )
    if ahead > situation.policy.future_tolerance:
        return f"its date is ahead: not before {dated}"
    return "no embargo"


def _embargo_behind(article: Article, situation: Situation) -> list[TraceLine]:
    """
    The embargo of an article that an earlier check stopped: a person may take the post up all the same.
    """
    if _embargo_of(article, situation) is None:
        return []
    answer = _check_embargo(article, situation)
    return [TraceLine(check="embargo", passed=False, detail=answer.detail)] if isinstance(answer, _Stop) else []


def _embargo_of(article: Article, situation: Situation) -> Embargo | None:
    published_at = article.facts.published_at
    return find_embargo(
        article.facts,
        situation.policy,
        near=max(situation.now, published_at or situation.now),
        since=min(article.first_seen_at, published_at or article.first_seen_at),
    )


def _check_age(article: Article, situation: Situation) -> _Answer:
    published_at = article.facts.published_at
    if situation.now - article.first_seen_at > situation.max_age:
        return _Stop(verdict=Verdict.SKIP, reason=Reason.TOO_OLD, detail="it was first seen too long ago")
    if published_at is None:
        return "it has no date, so the time it was first seen counts"
    age = situation.now - published_at
    if age > situation.max_age:
        dated = in_both_zones(published_at, situation.policy.wording.zone)
        return _Stop(
            verdict=Verdict.HOLD,
            reason=Reason.TOO_OLD,
            detail=f"new to readers, yet dated {dated}: a person decides",
        )
    return "it is fresh"


def _check_burst(article: Article, situation: Situation) -> _Answer:
    limit = situation.policy.burst_limit
    if article.burst > limit and not (article.seeded and situation.first_run_posts):
        return _Stop(
            verdict=Verdict.HOLD,
            reason=Reason.BURST,
            detail=f"{article.burst} new articles came at once, more than {limit}: a person looks first",
        )
    return "it did not come in a flood"


def _check_duplicate(article: Article, situation: Situation) -> _Answer:
    since = situation.now - situation.policy.duplicate_window
    others = [
        headline
        for headline in situation.recent
        if headline.article_id != article.id
        and headline.first_seen_at >= since
        and (headline.first_seen_at, headline.article_id) < (article.first_seen_at, article.id)
    ]
    same = next((headline for headline in others if headline.url == article.facts.url), None)
    twin = same or find_near_duplicate(article.facts.title, others, percent=situation.policy.duplicate_percent)
    if twin is None:
        return "no recent headline is like it"
    percent = 100 if same else headline_likeness(article.facts.title, twin.title)
    verdict = Verdict.SKIP if twin.posted else Verdict.HOLD
    return _Stop(
        verdict=verdict,
        reason=Reason.NEAR_DUPLICATE,
        detail=f"{percent} % like «{twin.title}» ({twin.url})",
    )


def _check_sensitive(article: Article, situation: Situation) -> _Answer:
    text = f"{article.facts.title} {article.facts.summary}"
    for word in situation.policy.sensitive_words:
        if contains_word(text, word):
            return _Stop(verdict=Verdict.HOLD, reason=Reason.SENSITIVE, detail=f"it speaks of «{word}»")
    return "no sensitive word"


_CHECKS: tuple[tuple[str, Callable[[Article, Situation], _Answer]], ...] = (
    ("page", _check_gone),
    ("kind", _check_kind),
    ("domain", _check_domain),
    ("first run", _check_first_run),
    ("posted", _check_posted),
    ("embargo", _check_embargo),
    ("headline", _check_title),
    ("age", _check_age),
    ("burst", _check_burst),
    ("duplicate", _check_duplicate),
    ("sensitive", _check_sensitive),
)


def _find_rule(article: Article, policy: Policy, trace: list[TraceLine]) -> Rule | None:
    for rule in policy.rules:
        if (detail := _fitting(rule, article)) is not None:
            trace.append(TraceLine(check=f"rule «{rule.name}»", passed=False, detail=detail))
            return rule
        trace.append(TraceLine(check=f"rule «{rule.name}»", passed=True, detail="it does not fit"))
    return None


def _fitting(rule: Rule, article: Article) -> str | None:
    """
    That the rule fits, and by which mark or word of the article; None: it does not.
    """
    facts = article.facts
    fits = (
        _any(rule.sources, [article.source])
        and _any(rule.categories, facts.categories)
        and _any(rule.authors, facts.authors)
        and _any([primary_tag(one.strip()) for one in rule.languages], [primary_tag(facts.language or "")])
    )
    mark, word = _mark_of(rule, facts), _headline_word(rule, facts)
    if not fits or (rule.keywords and mark is None) or (rule.headline_words and word is None):
        return None
    return mark or word or "it fits"


def _mark_of(rule: Rule, facts: Facts) -> str | None:
    """
    Where the desk set one of the rule's keywords, in words; None: nowhere.
    """
    wanted = {plain(word.strip()) for word in rule.keywords if word.strip()}
    for tag in facts.keywords:
        if plain(tag.strip()) in wanted:
            return f"it fits by its tag «{tag}»"
    for category in facts.categories:
        if plain(category.strip()) in wanted:
            return f"it fits by its category «{category}»"
    if (mark := leading_mark(facts.title, rule.keywords)) is not None:
        return f"it fits by the mark «{mark.text}» before its headline"
    return None


def _headline_word(rule: Rule, facts: Facts) -> str | None:
    for word in rule.headline_words:
        if contains_word(facts.title, word, in_compounds=False):
            return f"it fits by the word «{word}» in its headline"
    return None


def _any(wanted: Sequence[str], found: Sequence[str]) -> bool:
    have = {plain(value.strip()) for value in found}
    return not wanted or any(plain(value.strip()) in have for value in wanted)
