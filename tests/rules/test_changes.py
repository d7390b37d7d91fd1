"""How grave a change is: examples in several scripts, and properties that hold for every text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.correction import ChangeKind
from asiaradar_bot.rules.changes import classify
from asiaradar_bot.rules.statements import bears_correction_note, is_withdrawn, names_in, numbers_in, turns_in

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TITLE = "Kaohsiung Port Handled 9.8 Million Containers Last Year"
SUMMARY = "The port counts its busiest year since 2019. Cranes on the new terminal run without drivers."
BODY = (
    "The port of Kaohsiung has counted its busiest year since 2019, its operator said on Tuesday. Trade with Vietnam "
    "grew fastest last year. The new terminal handled a third of all containers.\n"
    "A second terminal will open within 2 years. Growers said that the rain had come at the right time."
)
HARBOUR = "香港渡轮改用电力，首批三艘下周投入服务"


def facts(**how: object) -> Facts:
    """The article on the port."""
    values: dict[str, object] = {"url": "https://radar.asia/a", "title": TITLE, "summary": SUMMARY, "body": BODY}
    return Facts(**{**values, **how})  # type: ignore[arg-type]  # plain values


def kind(old: Facts, new: Facts, *, gone: bool = False) -> ChangeKind | None:
    """The kind of the change alone."""
    found = classify(old, new, gone=gone)
    assert found is None or found.reasons
    return None if found is None else found.kind


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": TITLE.replace("9.8", "8.9")}, ChangeKind.FACTUAL),
        ({"title": TITLE.replace("Million", "Billion")}, ChangeKind.FACTUAL),
        ({"title": TITLE.replace("Kaohsiung", "Keelung")}, ChangeKind.FACTUAL),
        ({"title": TITLE.upper()}, ChangeKind.TYPO),
        ({"title": "Busiest Year: Kaohsiung Port Handled 9.8 Million Containers"}, ChangeKind.HEADLINE),
        ({"title": f"Retracted: {TITLE}"}, ChangeKind.RETRACTION),
        ({"summary": SUMMARY.replace("without", "with")}, ChangeKind.FACTUAL),
        ({"summary": SUMMARY.replace("2019", "2018")}, ChangeKind.FACTUAL),
        ({"summary": SUMMARY.replace("busiest", "bussiest")}, ChangeKind.TYPO),
        ({"body": BODY.replace("Vietnam", "Thailand")}, ChangeKind.FACTUAL),
        ({"body": BODY.replace("2 years", "3 years")}, ChangeKind.FACTUAL),
        ({"body": BODY + " Later 7 more ships came in."}, None),
        ({"body": BODY + "\nCorrection: an earlier version named another port."}, ChangeKind.FACTUAL),
        ({"body": "This article has been withdrawn."}, ChangeKind.RETRACTION),
        ({"noindex": True}, ChangeKind.RETRACTION),
        ({"is_article": False}, ChangeKind.RETRACTION),
        ({"image": "https://radar.asia/other.jpg"}, None),
        ({"keywords": ("ports",)}, None),
    ],
)
def test_changes_of_an_english_article(change: dict[str, object], expected: ChangeKind | None) -> None:
    """Each change of one part has its kind."""
    assert kind(facts(), facts(**change)) is expected


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("zh-hans", HARBOUR, HARBOUR.replace("三", "四"), ChangeKind.FACTUAL),
        ("zh-hans", HARBOUR, HARBOUR.replace("改用", "不改用"), ChangeKind.FACTUAL),
        ("zh-hans", HARBOUR, HARBOUR.replace("，", ","), ChangeKind.TYPO),
        ("zh-hans", HARBOUR, HARBOUR.replace("服务", "服務"), ChangeKind.TYPO),
        ("zh-hans", "中国出口上升", "中国出口下降", ChangeKind.FACTUAL),
        ("ja", "九州鉄道、雨の予測にAI", "九州鉄道、雪の予測にAI", ChangeKind.TYPO),
        ("ja", "新駅は開業する", "新駅は開業しない", ChangeKind.FACTUAL),
        ("ja", "利用者は１２０万人", "利用者は120万人", ChangeKind.TYPO),
        ("ja", "利用者は120万人", "利用者は120億人", ChangeKind.FACTUAL),
        ("ko", "수출이 5% 증가", "수출이 5% 감소", ChangeKind.FACTUAL),
        ("hi", "मेट्रो में ५ स्टेशन", "मेट्रो में ६ स्टेशन", ChangeKind.FACTUAL),
        ("th", "ตลาดเปิดให้บริการ", "ตลาดไม่เปิดให้บริการ", ChangeKind.FACTUAL),
        ("ar", "افتتاح ٣ محطات", "افتتاح ٤ محطات", ChangeKind.FACTUAL),
    ],
)
def test_changes_of_headlines_in_many_scripts(language: str, old: str, new: str, expected: ChangeKind) -> None:
    """Digits, numerals, scales, negations and directions are facts in every script that we post in."""
    bare = {"summary": "", "body": "", "language": language}
    assert kind(facts(title=old, **bare), facts(title=new, **bare)) is expected


def test_a_slip_in_a_headline_in_capitals_is_mended() -> None:
    """«Lats» looks like a name, but what took its place is an ordinary word of the article."""
    assert kind(facts(title=TITLE.replace("Last", "Lats")), facts()) is ChangeKind.TYPO


def test_a_fact_that_stands_elsewhere_did_not_change() -> None:
    """A headline that leaves a name or number out, or takes one from the old text, is only worded anew."""
    assert (
        kind(facts(), facts(title="Vietnam Trade Lifts Kaohsiung Port to 9.8 Million Containers"))
        is ChangeKind.HEADLINE
    )


def test_the_page_that_is_gone_is_a_retraction_whatever_else_changed() -> None:
    """Nothing but the withdrawal is told of an article that is away."""
    found = classify(facts(), facts(title="Other words"), gone=True)
    assert found is not None
    assert (found.kind, found.reasons) == (ChangeKind.RETRACTION, ("its page is gone",))


def test_dates_and_bylines_are_facts() -> None:
    """Another day or another author is told; a moved clock or a first byline is not."""
    old = facts(published_at=NOON, authors=("Kevin Hsu",))
    assert kind(old, replace(old, published_at=NOON + timedelta(hours=3))) is None
    assert kind(old, replace(old, published_at=NOON + timedelta(days=2))) is ChangeKind.FACTUAL
    assert kind(old, replace(old, authors=("Mei Lin",))) is ChangeKind.FACTUAL
    assert kind(replace(old, authors=()), old) is None


@pytest.mark.parametrize(
    "text", ["Troops withdrawn from the border", "Minister retracts her claim", "Removed trees return to the park"]
)
def test_news_of_withdrawals_is_no_withdrawal(text: str) -> None:
    """Only what the article says of itself counts."""
    assert not is_withdrawn(text, "", "")


@pytest.mark.parametrize(
    "text", ["Correction to the course of the ship", "訂正液が売れる", "The market correction went on"]
)
def test_news_of_corrections_is_no_note(text: str) -> None:
    """A note stands at the beginning of a line and has its colon."""
    assert not bears_correction_note(text)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=150)
def test_the_same_is_no_change(title: str, summary: str) -> None:
    """Whatever the text: an article that did not change needs nobody."""
    one = facts(title=title, summary=summary)
    assert classify(one, replace(one)) is None


@given(st.text(max_size=120), st.text(max_size=120))
@settings(max_examples=150)
def test_every_changed_headline_is_told(old: str, new: str) -> None:
    """Two headlines of different words are never taken for the same."""
    if "".join(old.split()) and "".join(new.split()) and old != new:
        assert kind(facts(title=old, body="", summary=""), facts(title=new, body="", summary="")) is not None


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from([TITLE, "利用者は9.8万人に", "9.8 लाख यात्री"]))
@settings(max_examples=150)
def test_another_number_is_always_factual(one: int, other: int, title: str) -> None:
    """However alike two numbers look, the post with the wrong one is wrong."""
    old, new = (facts(title=title.replace("9.8", str(n)), summary="", body="") for n in (one, other))
    assert kind(old, new) is (None if one == other else ChangeKind.FACTUAL)


@given(st.sampled_from(SUMMARY.split()[1:]), st.sampled_from(["not", "never", "without"]))
def test_another_negation_is_always_factual(word: str, negation: str) -> None:
    """A word that turns a sentence around is a fact wherever it comes in."""
    new = facts(summary=SUMMARY.replace(word, f"{negation} {word}", 1))
    assert kind(facts(), new) is ChangeKind.FACTUAL
    assert kind(new, facts()) is ChangeKind.FACTUAL


def test_what_a_text_states() -> None:
    """Numbers without grouping and in ASCII digits, names without possessives, negations by their count."""
    assert set(numbers_in("9,800,000 ships, ３ ports and two cranes")) == {"9800000", "3", "two"}
    assert names_in("The port of Kaohsiung met Vietnam's envoy.", "") == ["Kaohsiung", "Vietnam"]
    assert turns_in("It doesn't open, and will not close", "en") == {"open": 1, "close": 1, "not": 2}
