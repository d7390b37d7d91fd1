"""What an editor is told while writing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from asiaradar_bot.model.policy import Policy, WordingChoices
from asiaradar_bot.rules.lints import (
    RecentText,
    embargo_remark,
    find_like,
    lint_text,
    lint_thread,
    picture_remarks,
    text_errors,
)

POLICY = Policy(
    wording=WordingChoices(hashtags={"rain": "Rain", "hanoi": "Hanoi", "asia": "Asia"}, allowed_mentions=("AsiaRadar",))
)
AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def recent(text: str, number: int = 7) -> RecentText:
    """A post that went out."""
    return RecentText(post_id=number, text=text, at=AT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See README.md today", "«README.md» becomes a link that was not meant"),
        ("Up: $SET and $NKY", "only one cashtag"),
        ("Look https://evil.example.com/x", "not an allowed domain"),
        ("#Rain #Hanoi #Asia", "3 hashtags are more than our 2"),
        ("#Else", "#Else is not among our hashtags"),
        ("Thanks @stranger", "@stranger is not on the list"),
        ("x" * 281, "1 over the limit"),
    ],
)
def test_what_stops_a_text_is_said_in_a_sentence(text: str, words: str) -> None:
    """Each mistake that would keep the text back is a blocking remark, the same as filing it gives."""
    stopping = [lint.sentence for lint in lint_text(text, policy=POLICY) if lint.blocks]
    assert any(words in sentence for sentence in stopping)
    assert tuple(stopping) == text_errors(text, POLICY)


def test_a_good_text_has_no_remark() -> None:
    """An own link, a listed tag and a listed account pass."""
    assert lint_text("Rain in #Hanoi, says @AsiaRadar https://radar.asia/rain", policy=POLICY) == ()


def test_nobody_is_blamed_for_an_empty_page() -> None:
    """An empty text has no remark while writing, yet it can't go out."""
    assert lint_text(" \n", policy=POLICY) == ()
    assert text_errors(" \n", POLICY) == ("the text is empty",)


def test_two_own_links_pass_with_a_warning() -> None:
    """Both links are meant; X shows a card for one."""
    text = "https://radar.asia/a https://radar.asia/b"
    assert text_errors(text, POLICY) == ()
    assert [lint.blocks for lint in lint_text(text, policy=POLICY)] == [False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#Rain and #rain", "stands there twice"),
        ("@AsiaRadar says hello", "shown as a reply"),
        ("THIS TEXT WILL SHOUT LOUD", "shouting"),
    ],
)
def test_what_is_only_unwise_warns(text: str, words: str) -> None:
    """A warning never blocks."""
    found = [lint for lint in lint_text(text, policy=POLICY) if words in lint.sentence]
    assert [lint.blocks for lint in found] == [False]


def test_a_near_duplicate_names_the_post_and_links_do_not_count() -> None:
    """The most alike recent post is named with its number, whatever links stand beside the words."""
    posts = [
        recent("A quiet day in Dili", 3),
        recent("Heavy rain floods the old quarter of Hanoi https://radar.asia/a"),
    ]
    lints = lint_text("Heavy rain floods the old quarter of Hanoi https://radar.asia/b", policy=POLICY, recent=posts)
    assert [lint.sentence.partition(":")[0] for lint in lints] == ["this is the same as post 7 of 24 Nov 04"]
    near = lint_text("Heavy rains flood the old quarter of Hanoi", policy=POLICY, recent=posts)
    assert "% like post 7" in near[0].sentence
    assert not near[0].blocks


def test_other_numbers_and_short_greetings_are_no_duplicates() -> None:
    """«rises to 4 %» is another story than «rises to 5 %», and «Hello» may be said again."""
    assert find_like("The key rate rises to 4 %", [recent("The key rate rises to 5 %")], percent=85) is None
    assert find_like("Hello", [recent("Hello")], percent=85) is None


def test_a_thread_has_no_empty_and_no_equal_parts() -> None:
    """Both are said with the numbers of the parts; a single empty text is no thread."""
    sentences = [lint.sentence for lint in lint_thread(["One", "", "One "])]
    assert sentences == [
        "part 2 is empty: write it or take it away",
        "parts 1 and 3 are the same; X refuses the second",
    ]
    assert all(lint.blocks for lint in lint_thread(["One", "One"]))
    assert lint_thread([""]) == ()


@pytest.mark.parametrize("text", ["EMBARGOED: gates hold", "禁發至明日：水閘", "エンバーゴ：水門", "엠바고: 수문"])
def test_a_text_that_speaks_of_an_embargo_is_remarked_on(text: str) -> None:
    """In any script of the policy's words; it stops nothing."""
    (lint,) = lint_text(text, policy=Policy())
    assert "speaks of an embargo" in lint.sentence
    assert not lint.blocks


def test_an_address_speaks_of_no_embargo() -> None:
    """Its words are no words of the text."""
    assert lint_text("Ferries run https://radar.asia/plan-embargoed", policy=Policy()) == ()
    assert embargo_remark("Ferries run\nhttps://radar.asia/plan-embargoed", Policy()) is None
    assert embargo_remark("Embargoed ferries run\nhttps://radar.asia/plan", Policy()) is not None


def test_a_picture_without_a_description_is_remarked_on() -> None:
    """Each by its number."""
    assert picture_remarks(["A gate"]) == ()
    assert [one.partition(":")[0] for one in picture_remarks(["A", None, " "])] == [
        "picture 2 has no description",
        "picture 3 has no description",
    ]
