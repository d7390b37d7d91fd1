"""What a desk marked, and what only looks like a mark; by the shipped policy as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.model.decision import Decision, NewsClass, Verdict
from asiaradar_bot.model.policy import Policy, Rule
from asiaradar_bot.model.wording import FitSlot, Skeleton
from asiaradar_bot.policy_file import load_policy
from asiaradar_bot.rules.composing import word_article
from asiaradar_bot.rules.eligibility import Situation, decide
from asiaradar_bot.rules.marks import BREAKING_MARKS, leading_mark
from asiaradar_bot.rules.words import contains_word
from scripts.regenerate_template_goldens import ROOT
from tests.factories import NOON, make_article, make_facts

SHIPPED = load_policy(ROOT / "config" / "policy.toml")
RULE = Rule(name="flash", verdict=Verdict.BREAKING, keywords=("flash",))


def judge(policy: Policy = SHIPPED, **facts: Any) -> Decision:
    """The decision on an article of which this is true."""
    situation = Situation(
        policy=policy, now=NOON, max_age=timedelta(hours=24), first_run_posts=False, recent=(), posted_as=None
    )
    return decide(make_article(facts=make_facts(**facts)), situation)


@pytest.mark.parametrize(
    "headline",
    [
        "BREAKING: {}", "Breaking news - {}", "breaking | {}", "[BREAKING] {}", "ＢＲＥＡＫＩＮＧ：{}", "🔴 Breaking: {}",
        "Just in — {}", "BREAKING! {}", "Breaking NEWS – {}", "(Breaking) {}", "#BREAKING: {}",
        "【快讯】{}", "快訊 {}", "快讯｜{}", "速報：{}", "【速報】 {}", "속보 {}", "[속보] {}", "<속보> {}",
        "ด่วน! {}", "ด่วน {}", "عاجل: {}", "عاجل {}", "ताज़ा ख़बर: {}",
    ],
)  # fmt: skip
def test_a_mark_leads_the_headline(headline: str) -> None:
    """In brackets or before a sign, in any case and width: breaking by the shipped policy, with the rest untouched."""
    title = headline.format("Quake hits Luzon")
    mark = leading_mark(title, BREAKING_MARKS)
    assert mark is not None
    assert mark.rest == "Quake hits Luzon"
    decision = judge(title=title)
    assert decision.verdict is Verdict.BREAKING
    assert decision.trace[-1].detail == f"it fits by the mark «{mark.text}» before its headline"


@pytest.mark.parametrize(
    "title",
    [
        "Record-breaking heat hits Delhi", "Breaking Bad star visits Seoul", "Taiwan is breaking the ice with talks",
        "Breaking the ice: Taiwan opens talks", "Breaking-point: Manila's trains", "Path-breaking: a new vaccine",
        "“Breaking: Bad” opens in Seoul", "Japan is breaking: the yen", "Evergreen Marine orders eleven ships",
        "Evergreen: eleven ships ordered", "State-sponsored hackers hit Taiwan ministries",
        "State-sponsored: who pays the hackers", "Singapore-sponsored scholarship opens", "Sponsored runners leave Pune",
        "Just in time for rain", "速報値は予想を上回る", "속보이는 정치", "突发公共卫生事件条例修订", "快讯通公司上市", "Breaking",
    ],
)  # fmt: skip
def test_a_word_of_the_sentence_is_no_mark(title: str) -> None:
    """By the shipped policy such an article is ordinary news, whatever its summary says."""
    decision = judge(title=title, summary="Breaking: sponsored explainer.")
    assert (decision.verdict, decision.news_class, decision.rule) == (Verdict.AUTO, NewsClass.NORMAL, None)


def test_a_tag_that_is_a_company_is_no_class() -> None:
    """«Evergreen» among the tags is a shipping line of Taiwan; an explainer is said to be one."""
    assert judge(keywords=("Evergreen", "Taiwan")).news_class is NewsClass.NORMAL
    assert judge(keywords=("Explainer",)).news_class is NewsClass.EVERGREEN


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"keywords": ("Taiwan", "ＢREAKING ")}, "it fits by its tag «ＢREAKING »"),
        ({"categories": ("Breaking news",)}, "it fits by its category «Breaking news»"),
    ],
)
def test_whole_tags_and_categories_are_marks(facts: dict[str, Any], where: str) -> None:
    """In any case and width; a tag that only holds the word is another tag."""
    decision = judge(**facts)
    assert (decision.verdict, decision.trace[-1].detail) == (Verdict.BREAKING, where)
    assert judge(keywords=("Breaking Bad", "record-breaking")).verdict is Verdict.AUTO


def test_advertising_is_skipped_by_its_mark() -> None:
    """By tag or before the headline, and the record says which."""
    for facts in ({"keywords": ("Advertorial",)}, {"title": "[Sponsored] Five islands"}, {"title": "SPONSORED: Isles"}):
        decision = judge(**facts)
        assert (decision.verdict, decision.rule) == (Verdict.SKIP, "sponsored")


def test_headline_words_are_whole_words() -> None:
    """Anywhere in the headline, not in the summary; parts of words with hyphens are none; both conditions must hold."""
    rule = Rule(name="ads", verdict=Verdict.SKIP, headline_words=("sponsored", "赞助"))
    policy = Policy(rules=(rule,))
    decision = judge(policy, title="Run sponsored by Bank's rivals")
    assert (decision.verdict, decision.trace[-1].detail) == (
        Verdict.SKIP,
        "it fits by the word «sponsored» in its headline",
    )
    assert judge(policy, title="比赛由银行赞助").verdict is Verdict.SKIP
    for title in ("State-sponsored hackers", "State\u2011sponsored hackers", "Sponsored-content rules", "Unsponsored"):
        assert judge(policy, title=title, summary="It was sponsored.").verdict is Verdict.AUTO
    both = Policy(rules=(Rule(name="both", verdict=Verdict.SKIP, keywords=("pr",), headline_words=("sponsored",)),))
    assert judge(both, title="A sponsored run").verdict is Verdict.AUTO
    assert judge(both, title="PR: A sponsored run").verdict is Verdict.SKIP


def test_hyphens_at_the_edge_make_no_compound() -> None:
    """A dash between words, or one at the end, leaves the word whole."""
    assert contains_word("Run - sponsored - by banks", "sponsored", in_compounds=False)
    assert contains_word("Run: pre- and sponsored-", "sponsored", in_compounds=False)
    assert contains_word("State-sponsored, and sponsored", "sponsored", in_compounds=False)


@pytest.mark.parametrize("title", ["FLASH: Rain in Karachi", "[Flash] Rain in Karachi", "BREAKING: Rain in Karachi"])
def test_the_template_does_not_double_the_mark(title: str) -> None:
    """Also where the newsroom's own word made it breaking."""

    def render(template: str, variables: Any) -> Skeleton:
        """As the shipped template does."""
        del template
        return Skeleton(parts=("BREAKING: ", FitSlot(text=variables["title"], priority=0), "\n\n" + variables["url"]))

    article = make_article(facts=make_facts(title=title))
    policy = Policy(rules=(RULE,), default_verdict=Verdict.BREAKING)
    wording, _ = word_article(article, judge(policy, title=title), render=render, policy=policy, marker="p1")
    assert wording.text.split("\n")[0] == "BREAKING: Rain in Karachi"


@given(
    st.text(max_size=60),
    st.lists(st.sampled_from(BREAKING_MARKS), max_size=3),
    st.sampled_from(["{} {}", "{}: {}", "[{}] {}", "{}"]),
)
def test_what_is_behind_a_mark_stays_untouched(text: str, words: list[str], form: str) -> None:
    """Whatever the headline, its rest is its end letter for letter, and the mark is one of the words."""
    for headline in (text, form.format(words[0] if words else "x", text)):
        mark = leading_mark(headline, words)
        if mark is not None:
            assert headline.endswith(mark.rest)
            assert any(word.casefold()[:3] for word in words)
            assert leading_mark(headline, [mark.text]) == mark
