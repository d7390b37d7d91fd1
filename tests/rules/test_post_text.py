"""X's own answers to 446 texts, and what must hold for any text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.post_text import (
    LIMIT,
    LINK_WEIGHT,
    accidental_links,
    cashtags,
    defuse,
    hashtags,
    is_valid,
    link_spans,
    links,
    mentions,
    normalise,
    weighted_length,
)

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("weighted_length_cases.json").read_text(encoding="utf-8"),
)["cases"]
BEHIND = {"newer-emoji", "newer-domain"}
each_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])

# Texts that come near links, tags and emoji far more often than chance would.
PIECES = [
    *[
        "radar.asia",
        "Booking.com",
        "a_b.org",
        "t.co",
        "例え.jp",
        "дом.рф",
        "asia.music",
        "foo.한국",
        "xn--p1ai",
        ".com",
        ".In",
    ],
    *[
        "https://",
        "HTTP://",
        "https://radar.asia/x",
        "https://t.co/abc",
        "://",
        "/a(b)",
        "?q=1",
        ":80",
        "/ж",
        "/新",
        "/a.in",
    ],
    *[
        "@radar",
        "@a/b",
        "RT @a",
        "#tag",
        "＃タグ",
        "#1",
        "$AAPL",
        "#️⃣",
        "@",
        "#",
        "$",
        "&",
        "é",
        "e\u0301",
        "ſ",
        "中文",
        "ไทย",
    ],
    *[
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇯🇵",
        "🇯",
        "❤️",
        "☝️🏽",
        "1️⃣",
        "\ufe0f",
        "\u200d",
        "\u200c",
        "🏿",
        "…",
        "“",
        "ế",
        "한",
        "\ufeff",
        "\uffff",
    ],
    *[" ", "\n", "\t", "\u3000", ".", "-", "_", "/", "=", "(", ")", "，", "a", "b", "\0", "\ud800"],
]
texts = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=14).map("".join)
)
plain_texts = st.text(
    st.characters(exclude_characters=".\ufe0f\u20e3\u200d", exclude_categories=("Cs", "Mn", "Sk", "So"))
)


def newer_reading(case: dict[str, Any]) -> int:
    """What X's web site counts where it is ahead of its library."""
    return max(int(case["weightedLength"]), int(case.get("currentLength", 0)))


@each_case
def test_length_is_what_x_counts(case: dict[str, Any]) -> None:
    """The length equals the library's, and is never less than the web site's where that is ahead."""
    if case["group"] in BEHIND:
        assert weighted_length(case["text"]) >= newer_reading(case)
    else:
        assert weighted_length(case["text"]) == case["weightedLength"]


@each_case
def test_entities_are_what_x_finds(case: dict[str, Any]) -> None:
    """Links, hashtags, mentions, cashtags and validity equal the library's."""
    text = case["text"]
    found = {
        "urls": links(text),
        "hashtags": hashtags(text),
        "mentions": mentions(text),
        "cashtags": cashtags(text),
        "valid": is_valid(text),
    }
    assert found == {field: case[field] for field in found}


def test_newer_emoji_weigh_as_in_the_library() -> None:
    """Emoji after Emoji 11 weigh by their parts, as the library weighs them."""
    cases = [case for case in CASES if case["group"] == "newer-emoji"]
    assert cases
    assert [weighted_length(case["text"]) for case in cases] == [case["weightedLength"] for case in cases]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("asia.music", 23),
        ("see https://radar.music/a/very/long/path/that/weighs/more/than/23", 63 + 2),
        ("asia.music and radar.kids", 23 + 5 + 23),
        ("radar.asia.music", 23 + 6),
        ("https://radar.asia/x asia.music", 23 + 1 + 23),
        ("新しい.アマゾン", 8 + 7),
    ],
)
def test_a_newer_domain_weighs_the_more_of_both_readings(text: str, weight: int) -> None:
    """Under a top-level domain younger than the library a host weighs 23 or its letters, whichever is more."""
    assert weighted_length(text) == weight


def test_a_glued_host_of_another_script_is_reported_as_the_library_does() -> None:
    """The one link whose text stands nowhere in the post: the library drops the other script between host and path."""
    assert link_spans("t.co한국.한국/x") == [(0, 11, "t.co/x")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://t.co/" + "a" * 40, 1),
        ("https://t.co/" + "a" * 41, 0),
        ("http://" + "a" * 63 + ".com", 1),
        ("http://" + "a" * 64 + ".com", 0),
        ("http://" + "中" * 30 + ".com", 1),
        ("http://" + "中" * 64 + ".com", 0),
        ("http://xn--中.com", 0),
        ("http://xn--a.com中.com", 1),
        ("http://a。b.com", 1),
        ("https://radar.asia/" + "a" * 4069, 1),
        ("https://radar.asia/" + "a" * 4070, 0),
        ("https://radar.asia:80/x?" + "a" * 4070, 0),
        ("「https://radar.asia/x」", 1),
        ("中.com radar.asia", 1),
        ("radar.asia中booking.com/x", 2),
    ],
)
def test_limits_of_a_link(text: str, expected: int) -> None:
    """Labels of 63, short links of 40 and links of 4,088 characters are the longest."""
    assert len(links(text)) == expected


def test_the_earlier_of_a_tag_and_a_link_stays() -> None:
    """A hashtag inside a link is none, one that a link begins in is one."""
    assert hashtags("https://radar.asia/#top #news") == ["news"]
    assert hashtags("(#a-b.com") == ["a"]
    assert hashtags("https://radar.asia/#top、#news") == ["news"]


def test_half_a_flag_or_family_weighs_by_its_parts() -> None:
    """Only a whole sequence is one emoji: after it, counting begins anew."""
    assert [weighted_length(text) for text in ("🇯🇵🇯", "🇯🇯🇵", "👩‍👩", "👍🏽🏽", "🤵‍♂️")] == [4, 4, 5, 4, 2]


@given(texts)
def test_nothing_crashes_and_lengths_are_sane(text: str) -> None:
    """Any text has a length, and each answer is of its kind."""
    assert 0 <= weighted_length(text) <= max(2, LINK_WEIGHT) * len(unicodedata.normalize("NFC", text))
    assert all(found for read in (links, hashtags, mentions, cashtags) for found in read(text))
    assert is_valid(text) <= (weighted_length(text) <= LIMIT)


@given(texts)
def test_normal_forms_weigh_the_same(text: str) -> None:
    """The length is that of the NFC form, however the text is composed."""
    lengths = {weighted_length(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert lengths == {weighted_length(text)}


@given(plain_texts, plain_texts)
def test_plain_lengths_add_up(first: str, second: str) -> None:
    """Without links and joined emoji, two texts with a space between weigh what they weigh alone, and one more."""
    assert weighted_length(f"{first} {second}") == weighted_length(first) + 1 + weighted_length(second)


@given(texts, texts)
def test_links_in_separate_lines_add_up(first: str, second: str) -> None:
    """A line keeps its links and its length, whatever line stands before or behind it."""
    first, second = f"\n{first}", f"\n{second}"
    assert links(first + second) == links(first) + links(second)
    assert weighted_length(first + second) == weighted_length(first) + weighted_length(second)


def test_an_accented_first_letter_is_no_part_of_a_host() -> None:
    """X's library takes the very first character of a text for what stands before a host, if it can."""
    assert (links("élan.com"), links(" élan.com")) == (["lan.com"], ["élan.com"])


@given(
    st.lists(st.sampled_from([piece for piece in PIECES if piece.isascii() or " " in piece]), max_size=14).map("".join)
)
def test_link_spans_point_at_their_links(text: str) -> None:
    """Spans are in order, do not overlap, and hold the text of their link."""
    spans = link_spans(text)
    assert [text[start:end] for start, end, _ in spans] == [link for _, _, link in spans] == links(text)
    assert [place for start, end, _ in spans for place in (start, end)] == sorted(
        place for start, end, _ in spans for place in (start, end)
    )


@given(texts)
def test_tags_and_mentions_stand_in_the_text(text: str) -> None:
    """Each tag and mention stands in the text behind its sign."""
    assert all(f"#{tag}" in text or f"＃{tag}" in text for tag in hashtags(text))
    assert all(f"@{handle}" in text or f"＠{handle}" in text for handle in mentions(text))
    assert all(f"${tag}" in text for tag in cashtags(text))


MEANT = ["https://radar.asia/x", "https://radar.asia/news/1?utm_source=x"]


@given(texts)
def test_defused_text_has_only_links_that_are_meant(text: str) -> None:
    """After defusing no accidental link is left, and doing it again changes nothing."""
    defused = defuse(text, MEANT)
    assert accidental_links(defused, MEANT) == []
    assert set(links(defused)) <= set(MEANT)
    assert defuse(defused, MEANT) == defused


@given(texts)
def test_defusing_adds_nothing_to_see(text: str) -> None:
    """Without its non-joiners a defused text is the text it was."""
    assert defuse(text, MEANT).replace("\u200c", "") == text.replace("\u200c", "")


@given(texts, st.sampled_from(MEANT), texts)
def test_defusing_keeps_what_is_meant(before: str, link: str, after: str) -> None:
    """A meant link between spaces is still there, whatever was defused around it."""
    defused = defuse(f"{before} {link} {after}", MEANT)
    assert f" {link} " in defused
    assert link in links(defused)


@given(texts)
def test_a_text_without_stray_links_is_left_alone(text: str) -> None:
    """What has no accidental link comes back as it is."""
    if not accidental_links(text, MEANT):
        assert defuse(text, MEANT) == text


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("Shares rally at year end.In 2026", "Shares rally at year end.\u200cIn 2026"),
        ("Booking.com cuts jobs", "Booking.\u200ccom cuts jobs"),
        ("www.gov.uk", "www.\u200cgov.\u200cuk"),
        ("README.md https://radar.asia/x", "README.\u200cmd https://radar.asia/x"),
        ("a new asia.music", "a new asia.\u200cmusic"),
        ("https://example.com/?to=b.co", "https://example.\u200ccom/?to=b.\u200cco"),
        ("Node.js 3.5 U.S.-China", "Node.js 3.5 U.S.-China"),
    ],
)
def test_defusing_splits_the_name_after_its_stop(text: str, defused: str) -> None:
    """A zero width non-joiner behind the stop keeps a stray host from being a link; all else stays."""
    assert defuse(text, MEANT) == defused


def test_defusing_costs_one_a_stop_instead_of_a_link() -> None:
    """A defused host weighs its letters and one more, not 23."""
    assert weighted_length(defuse("Booking.com cuts jobs", [])) == len("Booking.com cuts jobs") + 1


def test_accidental_links_know_newer_domains() -> None:
    """What the web site may link although the library does not is accidental as well."""
    assert accidental_links("See asia.music and Booking.com", []) == ["asia.music", "Booking.com"]
    assert accidental_links("See https://radar.asia/x", MEANT) == []


def test_a_meant_link_that_x_cuts_is_reported() -> None:
    """A path that is not percent-encoded leads elsewhere, so it is not the link that was meant."""
    assert accidental_links("https://radar.asia/新闻", ["https://radar.asia/新闻"]) == ["https://radar.asia/"]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Cafe\u0301\r\nBar\rend \u3000\n", "Café\nBar\nend"),
        ("a\0b\ufffdc\ufeffd\ufdd0e\U0001fffef\ue000g\U00100000h\ud800i", "abcdefghi"),
        ("e\0\u0301", "é"),
        ("می\u200cخواهم 👨‍👩‍👧 ❤️", "می\u200cخواهم 👨‍👩‍👧 ❤️"),
        (" \t\n", ""),
    ],
)
def test_normalised_text_is_what_x_stores(raw: str, clean: str) -> None:
    """NFC, LF, trimmed, without what no post can carry; joiners that scripts and emoji need stay."""
    assert normalise(raw) == clean


@given(texts)
def test_normalising_is_done_once(text: str) -> None:
    """A second time changes nothing, and what is left can be sent as UTF-8 and is valid but for its length."""
    clean = normalise(text)
    assert normalise(clean) == clean
    clean.encode()
    assert is_valid(clean) == (0 < weighted_length(clean) <= LIMIT)
