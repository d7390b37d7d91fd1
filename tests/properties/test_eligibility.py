"""Every article gets exactly one decision with its reason, and the checks hold whatever the rules say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.article import Article, ArticleId
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, Verdict
from asiaradar_bot.model.policy import Policy, Rule
from asiaradar_bot.rules.eligibility import Situation, decide
from tests.factories import NOON, make_article, make_facts, make_headline

TITLES = (
    "Port counts its busiest year",
    "Suicide rates fall",
    "经济增长",
    "  ",
    "Embargoed: budget",
    "Rates rise to 4%",
    "Opinion: rates rise",
)
words = st.sampled_from(["busiest", "suicide", "经济", "budget", "", "opinion", "4"])
moments = st.integers(-20 * 24 * 60, 20 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
rules = st.builds(
    Rule,
    name=st.sampled_from(["one", "two"]),
    verdict=st.sampled_from(Verdict),
    news_class=st.sampled_from(NewsClass),
    template=st.none() | st.just("brief"),
    keywords=st.lists(words, max_size=2).map(tuple),
    headline_words=st.lists(words, max_size=2).map(tuple),
    languages=st.sampled_from([(), ("en",), ("ZH",)]),
    sources=st.sampled_from([(), ("latest",), ("other",)]),
)
policies = st.builds(
    Policy,
    rules=st.lists(rules, max_size=3).map(tuple),
    default_verdict=st.sampled_from(Verdict),
    sensitive_words=st.lists(words, max_size=2).map(tuple),
    embargo_words=st.sampled_from([(), ("embargoed",)]),
    burst_limit=st.integers(1, 6),
)
articles = st.builds(
    lambda title, published_at, seen, language, how: make_article(
        facts=make_facts(title=title, published_at=published_at, language=language, **how["facts"]),
        first_seen_at=min(seen, NOON),
        **how["article"],
    ),
    st.sampled_from(TITLES),
    st.none() | moments,
    moments,
    st.sampled_from([None, "en", "zh-hans"]),
    st.fixed_dictionaries(
        {
            "facts": st.fixed_dictionaries(
                {},
                optional={"noindex": st.booleans(), "is_article": st.booleans(), "url": st.just("https://evil.com/x")},
            ),
            "article": st.fixed_dictionaries(
                {},
                optional={
                    "gone_at": st.just(NOON),
                    "read_at": st.none(),
                    "seeded": st.booleans(),
                    "burst": st.integers(0, 8),
                },
            ),
        }
    ),
)


def judge(article: Article, policy: Policy | None = None, **how: Any) -> Decision:
    """The decision now, by the policy and what else is known."""
    values: dict[str, Any] = {
        "policy": policy or Policy(),
        "now": NOON,
        "max_age": timedelta(hours=24),
        "first_run_posts": False,
        "recent": (),
        "posted_as": None,
    }
    return decide(article, Situation(**{**values, **how}))


@given(article=articles, policy=policies, first_run=st.booleans(), posted_as=st.none() | st.just("17"))
def test_every_article_gets_one_whole_decision(
    *, article: Article, policy: Policy, first_run: bool, posted_as: str | None
) -> None:
    """A reason and a sentence, a trace in which only the last line stopped it, and the same answer when asked again."""
    decision = judge(article, policy, first_run_posts=first_run, posted_as=posted_as)
    assert decision.detail
    *before, last = decision.trace
    assert not last.passed
    assert {line.check for line in before if not line.passed} <= {"embargo"}, "one that an earlier check stood before"
    assert all(line.detail and line.check for line in decision.trace)
    assert (decision.article_id, decision.revision) == (article.id, article.revision)
    assert (decision.verdict is Verdict.BREAKING) <= (decision.news_class is NewsClass.BREAKING)
    assert judge(article, policy, first_run_posts=first_run, posted_as=posted_as) == decision


@given(article=articles, policy=policies, posted_as=st.none() | st.just("17"))
def test_no_rule_lets_through_what_a_check_stops(article: Article, policy: Policy, posted_as: str | None) -> None:
    """What is posted by itself is a readable, fresh, allowed, new article with a headline, whatever the rules say."""
    decision = judge(article, policy, posted_as=posted_as)
    if decision.verdict not in {Verdict.AUTO, Verdict.BREAKING}:
        return
    facts = article.facts
    assert facts.title.strip()
    assert facts.is_article
    assert not facts.noindex
    assert facts.url.startswith("https://radar.asia/")
    assert article.gone_at is None
    assert article.read_at is not None
    assert posted_as is None
    assert not article.seeded
    assert article.burst <= policy.burst_limit
    assert NOON - article.first_seen_at <= timedelta(hours=24)
    assert facts.published_at is None or abs(NOON - facts.published_at) <= timedelta(days=7)
    assert "Embargoed" not in facts.title or not policy.embargo_words


@given(article=articles, policy=policies)
def test_times_of_a_decision_make_sense(article: Article, policy: Policy) -> None:
    """An embargo lies ahead and ends before the post expires; an article is news for its class's span at least."""
    decision = judge(article, policy)
    assert decision.expires_at is not None
    if decision.not_before_at is not None:
        assert NOON + policy.future_tolerance < decision.not_before_at < decision.expires_at
        assert decision.not_before_at == article.facts.published_at
    assert decision.expires_at >= article.first_seen_at + policy.expiry[decision.news_class]


@given(title=st.sampled_from(TITLES[:3]), posted=st.booleans(), minutes=st.integers(-60, 60))
def test_of_two_like_articles_one_goes_on(*, title: str, posted: bool, minutes: int) -> None:
    """The later of two like articles waits, or is skipped if the earlier one is out; never both, never neither."""
    seen = NOON - timedelta(minutes=70)
    one = make_article(facts=make_facts(title=title), first_seen_at=seen)
    other = make_article(
        facts=make_facts(title=title), first_seen_at=seen + timedelta(minutes=minutes), id=ArticleId(2)
    )
    pair = [
        make_headline(title, article_id=article.id, first_seen_at=article.first_seen_at, posted=posted)
        for article in (one, other)
    ]
    stopped = [judge(article, recent=pair).reason is Reason.NEAR_DUPLICATE for article in (one, other)]
    assert sorted(stopped) == [False, True]
    later = other if minutes >= 0 else one
    assert judge(later, recent=pair).verdict is (Verdict.SKIP if posted else Verdict.HOLD)


@pytest.mark.parametrize(
    ("published_at", "verdict", "reason"),
    [
        (NOON - timedelta(days=3), Verdict.HOLD, Reason.TOO_OLD),
        (NOON + timedelta(days=8), Verdict.HOLD, Reason.FUTURE_DATE),
        (NOON + timedelta(days=6), Verdict.AUTO, Reason.DEFAULT),
        (NOON + timedelta(minutes=4), Verdict.AUTO, Reason.DEFAULT),
        (None, Verdict.AUTO, Reason.DEFAULT),
    ],
)
def test_stamps_far_away_wait_for_a_person(published_at: datetime | None, verdict: Verdict, reason: Reason) -> None:
    """An old stamp on a new article and one beyond a week are held; a near one is an embargo; none is no reason."""
    decision = judge(make_article(facts=make_facts(published_at=published_at)))
    assert (decision.verdict, decision.reason) == (verdict, reason)


def test_rules_are_read_from_the_top() -> None:
    """The first rule that fits decides, with its class, template and sentence; authors and categories in any case."""
    article = make_article(facts=make_facts(authors=("Mei Tan",), categories=("Business",), keywords=("Ｐort",)))
    wrong = Rule(name="sport", verdict=Verdict.SKIP, categories=("sport",))
    first = Rule(
        name="business", verdict=Verdict.AUTO, news_class=NewsClass.EVERGREEN, template="brief", authors=("mei tan",),
        categories=("BUSINESS", "x"), keywords=("port",), headline_words=("busiest",), why="the desk wants it",
    )  # fmt: skip
    decision = judge(article, Policy(rules=(wrong, first, Rule(name="all", verdict=Verdict.SKIP))))
    assert (decision.rule, decision.news_class, decision.template) == ("business", NewsClass.EVERGREEN, "brief")
    assert decision.detail == "rule «business»: the desk wants it"


def test_two_rows_of_one_address_are_one_story() -> None:
    """Another headline does not make a second post of the same page."""
    earlier = make_headline("Quite another headline", url=make_facts().url, posted=True)
    decision = judge(make_article(), recent=[earlier])
    assert (decision.verdict, decision.reason) == (Verdict.SKIP, Reason.NEAR_DUPLICATE)
    assert "100 % like" in decision.detail


def test_an_empty_word_finds_nothing() -> None:
    """A slip of the editor, `sensitive_words = [""]`, does not hold every article."""
    assert judge(make_article(), Policy(sensitive_words=("", " "))).verdict is Verdict.AUTO
