"""The wording of a post: variables, link, hashtags, the finished text, and what must not go out."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.policy import Policy, TemplateChoice, WordingChoices
from asiaradar_bot.model.wording import FitSlot, Skeleton
from asiaradar_bot.rules.post_text import hashtags, is_valid, links
from asiaradar_bot.rules.wording import (
    check_links_allowed,
    check_text,
    choose_template,
    fill,
    pick_hashtags,
    post_link,
    variables_for,
)

LINK = "https://radar.asia/x?utm_id=p1"
CHOICES = WordingChoices(
    zone="Asia/Singapore",
    hashtags=MappingProxyType(
        {"politics": "Politics", "Taiwan": "Taiwan", "渡轮": "渡轮", "war": "war zone", "n": "1"}
    ),
    allowed_mentions=("AsiaRadar",),
    link_parameters=MappingProxyType({"utm_source": "x", "utm_medium": "social"}),
)


def facts(
    *,
    title: str = "Rain in Karachi",
    summary: str = "Schools closed.",
    language: str | None = "en",
    categories: tuple[str, ...] = (),
    keywords: tuple[str, ...] = (),
    published_at: datetime | None = None,
) -> Facts:
    """An article's facts."""
    return Facts(
        url="https://radar.asia/x",
        title=title,
        summary=summary,
        language=language,
        categories=categories,
        keywords=keywords,
        published_at=published_at,
        authors=("Linh Tran",),
    )


def skeleton(title: str, summary: str = "", tags: str = "") -> Skeleton:
    """What the shipped article template yields."""
    slots = (FitSlot(text=title, priority=0), FitSlot(text=summary, priority=1), FitSlot(text=tags, priority=2))
    return Skeleton(parts=(slots[0], "\n\n", slots[1], "\n\n", slots[2], f"\n{LINK}"))


def test_the_rules_template_comes_first_then_the_choices_then_the_default() -> None:
    """Choices are taken in order; language is compared by its primary tag, category without case."""
    policy = Policy(
        templates=(
            TemplateChoice(template="breaking", news_classes=(NewsClass.BREAKING,)),
            TemplateChoice(template="cjk", languages=("zh", "ja")),
            TemplateChoice(template="markets", categories=("Business",), languages=("en-GB",)),
        ),
        default_template="article",
    )
    chinese = facts(language="zh-Hans")
    assert choose_template(policy, chinese, NewsClass.NORMAL, "own") == "own"
    assert choose_template(policy, chinese, NewsClass.BREAKING, None) == "breaking"
    assert choose_template(policy, chinese, NewsClass.NORMAL, None) == "cjk"
    assert choose_template(policy, facts(categories=("business",)), NewsClass.NORMAL, None) == "markets"
    assert choose_template(policy, facts(language=None), NewsClass.NORMAL, None) == "article"


def test_the_link_is_canonical_and_the_same_each_time() -> None:
    """Old tracking goes, ours stands last, escapes stay, and X reads the whole of it as one link."""
    url = "http://RADAR.asia/zh/渡轮?b=2&utm_source=feed#top"
    link = post_link(url, marker="p1", choices=CHOICES)
    assert link == "https://radar.asia/zh/%E6%B8%A1%E8%BD%AE?b=2&utm_source=x&utm_medium=social&utm_id=p1"
    assert post_link(link, marker="p1", choices=CHOICES) == link
    assert links(f"看 {link}") == [link]


def test_variables_hold_everything_a_template_may_name() -> None:
    """Every documented name is there, with the newsroom's own clock."""
    at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    article = facts(
        title="Xi's visit", summary="One. Two.", categories=("Politics", "Asia"), keywords=("Taiwan",), published_at=at
    )
    assert variables_for(article, news_class=NewsClass.BREAKING, choices=CHOICES, link=LINK) == {
        "title": "Xi’s visit",
        "summary": "One. Two.",
        "sentences": ["One.", "Two."],
        "authors": ["Linh Tran"],
        "category": "Politics",
        "tags": ["Taiwan"],
        "hashtags": "#Politics #Taiwan",
        "url": LINK,
        "site": "Radar Asia",
        "published": "Nov 24, 09:00",
        "class": "breaking",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("title", "news_class", "said"),
    [
        ("Rates rise in Laos - Radar Asia", NewsClass.NORMAL, "Rates rise in Laos"),
        ("Rates rise in Laos | RADAR ASIA", NewsClass.NORMAL, "Rates rise in Laos"),
        ("老挝加息｜Radar Asia", NewsClass.NORMAL, "老挝加息"),
        ("What readers say of Radar Asia", NewsClass.NORMAL, "What readers say of Radar Asia"),
        ("Radar Asia", NewsClass.NORMAL, "Radar Asia"),
        ("BREAKING: Breaking news: Rates rise", NewsClass.BREAKING, "Rates rise"),
        ("BREAKING:", NewsClass.BREAKING, "BREAKING:"),
    ],
)
def test_a_headline_is_told_without_what_pages_add(title: str, news_class: NewsClass, said: str) -> None:
    """The site's name behind it, and marks before it however often; something of it always stays."""
    assert variables_for(facts(title=title), news_class=news_class, choices=CHOICES, link=LINK)["title"] == said


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-hans", "11月24日 09:00"),
        ("ja", "11月24日 9:00"),
        ("de", "24. Nov., 09:00"),
        ("tlh", "Nov 24, 09:00"),
        ("not a language", "Nov 24, 09:00"),
        (None, "Nov 24, 09:00"),
    ],
)
def test_times_are_written_as_the_language_writes_them(language: str | None, expected: str) -> None:
    """An unknown language is written the English way."""
    article = facts(language=language, published_at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    assert variables_for(article, news_class=NewsClass.NORMAL, choices=CHOICES, link=LINK)["published"] == expected


def test_hashtags_follow_the_mapping_within_the_budget() -> None:
    """Categories first, then keywords; doubles, unlinkable ones and those the text has already are left out."""
    picked = pick_hashtags(
        facts(categories=("POLITICS", "war", "n", "unknown"), keywords=("politics", "taiwan", "渡轮")),
        CHOICES,
        text="",
    )
    assert picked == ["Politics", "Taiwan"]
    assert pick_hashtags(facts(categories=("politics",), keywords=("渡轮",)), CHOICES, text="#politics") == ["渡轮"]
    assert pick_hashtags(facts(categories=("politics",)), CHOICES, text="#a #b") == []
    assert hashtags("香港 #渡轮\nhttps://radar.asia") == ["渡轮"]


def test_a_whole_post_needs_no_person() -> None:
    """Headline, summary, hashtag and link fit, and nothing speaks against it."""
    wording = fill(
        skeleton("Rain in Karachi", "Schools closed.", "#Politics"), link=LINK, language="en", choices=CHOICES
    )
    assert wording.text == f"Rain in Karachi\n\nSchools closed.\n\n#Politics\n{LINK}"
    assert (wording.problems, wording.shortened, wording.links) == ((), False, (LINK,))
    assert wording.weighted_length == 15 + 2 + 15 + 2 + 9 + 1 + 23


def test_accidental_links_are_defused_also_where_parts_meet() -> None:
    """A name with a domain's ending, and one that only arises between slot and template, become plain text."""
    parts = (FitSlot(text="Booking.com grows", priority=0), " end.", FitSlot(text="In 2026"), f"\n{LINK}")
    wording = fill(Skeleton(parts=parts), link=LINK, language="en", choices=CHOICES)
    assert wording.links == (LINK,)
    assert wording.problems == ()
    assert wording.text == f"Booking.\u200ccom grows end.\u200cIn 2026\n{LINK}"


def test_accidental_links_wait_for_a_person_if_the_policy_says_so() -> None:
    """With `hold` the text stays as it is and the problem is named."""
    held = fill(
        skeleton("Booking.com grows"), link=LINK, language="en", choices=WordingChoices(accidental_links="hold")
    )
    assert held.problems == ("«Booking.com» becomes a link that was not meant",)
    assert "Booking.com" in held.text


@pytest.mark.parametrize("stray", ["https://evil.example.com/win", "t.me/casino", "HTTP://EVIL.COM"])
def test_an_address_written_out_is_no_accident(stray: str) -> None:
    """It is harmless in the text and still waits for a person."""
    wording = fill(skeleton(f"Win now {stray} today"), link=LINK, language="en", choices=CHOICES)
    assert wording.links == (LINK,)
    assert any(problem.startswith("the text holds the address") for problem in wording.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Ask @someone", "@someone is not on the list of accounts we name"),
        ("Ask ＠someone", "@someone is not on the list of accounts we name"),
        ("A #Scandal", "#Scandal is not among our hashtags"),
        ("#Politics #Taiwan #politics", "3 hashtags are more than our 2"),
        ("$TSLA and $AAPL", "X takes only one cashtag in a post"),
        ("see README.md", "«README.md» becomes a link that was not meant"),
        ("", "the text is empty"),
        ("x" * 281, "the text is 281 long, 1 over the limit of 280"),
        ("e\u0301", "the text holds characters or spaces that X changes or refuses"),
        ("a\u202eb", "the text holds the invisible character U+202E; take it out"),
        ("a\u200bb", "the text holds the invisible character U+200B; take it out"),
        ("a\x02b", "the text holds the invisible character U+0002; take it out"),
    ],
)
def test_what_speaks_against_a_text(text: str, problem: str) -> None:
    """Each thing that must not go out is named in one sentence."""
    assert check_text(text, link=None, choices=CHOICES) == (problem,)


@pytest.mark.parametrize(
    "text", ["Ask @AsiaRadar", "Story #1 of $TSLA", "#politics", "می\u200cخواهم", "👨‍👩‍👧", "two\n\nlines"]
)
def test_what_may_go_out(text: str) -> None:
    """Listed accounts and tags, one cashtag, numbers, joiners and line ends are no problem."""
    assert check_text(text, link=None, choices=CHOICES) == ()


def test_a_template_without_the_link_is_held() -> None:
    """A post that lost its link says so."""
    wording = fill(Skeleton(parts=("Rain",)), link=LINK, language="en", choices=CHOICES)
    assert wording.problems == ("the article's link is not in the text as X would read it",)


def test_only_links_to_our_domains_pass() -> None:
    """Hosts below an allowed one pass, look-alikes do not."""
    assert check_links_allowed("https://www.radar.asia/x radar.asia", ["radar.asia"]) == ()
    assert check_links_allowed("radar.asia.evil.com", ["radar.asia"]) == (
        "the text links to radar.asia.evil.com, which is not an allowed domain",
    )


ANY_NEWS = st.lists(
    st.one_of(
        st.sampled_from(list("abc XYZ.,:;\"'@#$()/“”—–\n…0123")),
        st.sampled_from(
            ["e\u0301", "渡轮", "。", "ไก่", "नि", "ميم", "👩🏽‍🚒", "🇯🇵", ".com ", " t.co/", "\u200d", "#Taiwan "]
        ),
        st.text(max_size=3),
    ),
    max_size=120,
).map("".join)


@settings(max_examples=150)
@given(title=ANY_NEWS, summary=ANY_NEWS, language=st.sampled_from(["en", "zh", "th", "ar", "hi", None, "??"]))
def test_hostile_articles_never_break_the_wording(title: str, summary: str, language: str | None) -> None:
    """Whatever a site says, the text is valid for X, holds one link, and anything doubtful is a problem."""
    article = facts(title=title, summary=summary, language=language, categories=("politics",))
    variables = variables_for(article, news_class=NewsClass.NORMAL, choices=CHOICES, link=LINK)
    parts = skeleton(str(variables["title"]), str(variables["summary"]), str(variables["hashtags"]))
    wording = fill(parts, link=LINK, language=language, choices=CHOICES)
    assert is_valid(wording.text)
    assert wording.weighted_length <= 280
    assert wording.problems or wording.links == (LINK,)
    assert "\n\n\n" not in wording.text
