"""What a post says: within the limit, cut where readers would cut it, no room wasted, just the link that was meant."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.policy import WordingChoices
from asiaradar_bot.model.wording import FitSlot, Skeleton, Wording
from asiaradar_bot.rules.fitting import tidy
from asiaradar_bot.rules.post_text import LIMIT, is_valid, links, normalise, weighted_length
from asiaradar_bot.rules.segments import grapheme_ends, sentence_ends
from asiaradar_bot.rules.wording import check_text, fill, post_link
from tests.factories import LINK, URL

CHOICES = WordingChoices(hashtags={"business": "Business"})
SENTENCES = {
    "en": (
        "The port counts its busiest year.",
        "Two berths follow in 2027, said Dr. Lim.",
        "“We are ready,” she added.",
        "Costs rise by 4.5% to US$2.1 billion!",
        "Is that enough?",
    ),
    "zh": ("釜山港创下年度集装箱吞吐量新纪录。", "营运商表示，新船每年可减少碳排放！", "票价维持不变。", "够吗？"),
    "ja": ("知事は「来年も続ける。」と話す。", "新しい路線は来春開業する。", "費用は三億円。"),
    "ko": ("부산항은 사상 최대 물동량을 기록했다.", "내년에 선석 두 개가 늘어난다.", "충분할까?"),
    "hi": ("बारह किलोमीटर लंबी नई लाइन पर नौ स्टेशन हैं।", "अगले साल दूसरा चरण पूरा होगा।"),
    "ar": ("تنتج المحطة مئة ألف متر مكعب من المياه.", "انخفضت الكلفة بنسبة الثلث."),
    "th": ("ผู้ค้าจะใช้ใบตองแทนถุงพลาสติก", "เทศบาลจะช่วยออกค่าใช้จ่ายครึ่งหนึ่งในปีแรก"),
}
EMOJI = ("👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏽‍🚒", "🇯🇵", "é", "e\u0301", "नि", "한")
UNSPACED = {"zh", "ja"}

prose = st.sampled_from(sorted(SENTENCES)).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.lists(st.sampled_from(SENTENCES[language]), min_size=1, max_size=6).map(
            ("" if language in UNSPACED else " ").join
        ),
    )
)
titles = st.lists(st.sampled_from([*EMOJI, "news", "Busan", "釜山", "is", " "]), min_size=1, max_size=60).map(" ".join)


def word(title: str, summary: str, language: str | None, limit: int = LIMIT) -> Wording:
    """A post in the shape of our templates."""
    parts = (
        FitSlot(text=title, priority=0),
        "\n\n",
        FitSlot(text=summary),
        "\n\n",
        FitSlot(text="#Business", priority=2),
    )
    return fill(Skeleton(parts=(*parts, "\n", LINK)), link=LINK, language=language, choices=CHOICES, limit=limit)


@settings(max_examples=120)
@given(title=titles, text=prose, limit=st.integers(80, LIMIT))
def test_a_post_is_sound(title: str, text: tuple[str, str], limit: int) -> None:
    """Never over the limit, valid for X, with exactly the article's link, and nothing speaks against it."""
    language, summary = text
    wording = word(title, summary, language, limit)
    assert weighted_length(wording.text) == wording.weighted_length <= limit
    assert is_valid(wording.text)
    assert links(wording.text) == [LINK]
    assert wording.text.endswith(LINK)
    assert wording.problems == ()
    assert wording.text == normalise(wording.text)


@settings(max_examples=120)
@given(title=titles, text=prose, limit=st.integers(80, LIMIT))
def test_no_grapheme_is_torn(title: str, text: tuple[str, str], limit: int) -> None:
    """What stands of headline and summary is cut where one character of the reader ends."""
    language, summary = text
    shown = word(title, summary, language, limit).text.split("\n\n")
    for whole, part in (
        (tidy(normalise(title)), shown[0]),
        (tidy(normalise(summary)), shown[1] if len(shown) > 1 else ""),
    ):
        kept = part.removesuffix("…")
        if whole.startswith(kept):
            assert kept == "" or len(kept) in grapheme_ends(whole)


@settings(max_examples=120)
@given(text=prose, limit=st.integers(60, LIMIT))
def test_no_sentence_that_fits_is_wasted(text: tuple[str, str], limit: int) -> None:
    """If sentences of the summary were left out, the next one would not have fitted."""
    language, summary = text
    whole = tidy(normalise(summary))
    kept = fill(
        Skeleton(parts=(FitSlot(text=whole), "\n", LINK)), link=LINK, language=language, choices=CHOICES, limit=limit
    ).text.removesuffix(LINK).rstrip()  # fmt: skip
    for end in sentence_ends(whole, language=language):
        if weighted_length(f"{whole[:end]}\n{LINK}") <= limit:
            assert len(kept.removesuffix("…")) >= end or not whole[:end].endswith(
                (".", "!", "?", "。", "！", "？", "।")
            )


@given(title=st.text(max_size=300), summary=st.text(max_size=600), language=st.sampled_from(["en", "zh", None, "x-y"]))
def test_any_text_is_sound_or_has_a_problem(title: str, summary: str, language: str | None) -> None:
    """Whatever a page says: within the limit and valid; exactly our link, or a sentence for a person."""
    assume(LINK not in title + summary)
    wording = word(title, summary, language)
    assert wording.weighted_length <= LIMIT
    assert is_valid(wording.text)
    assert wording.problems or list(wording.links) == [LINK]
    assert wording.problems == () or all(wording.problems)


@given(
    host=st.sampled_from(
        ["Booking.com", "end.In", "README.md", "radar.asia", "1.fm", "X.com", "例え.jp", "evil.com/a"]
    ),
    before=st.sampled_from(["", "Why ", "“", "(", "比如", "#", "a/"]),
    after=st.sampled_from(["", " sues", ".", "”", "、", "/", ":80"]),
)
def test_names_with_a_stop_never_become_links_unnoticed(host: str, before: str, after: str) -> None:
    """A headline that X would link is defused, or a person is told; it never goes out as a second link."""
    wording = word(f"{before}{host}{after}", "", "en")
    assert wording.problems or links(wording.text) == [LINK]
    held = fill(
        Skeleton(parts=(f"{before}{host}{after}\n{LINK}",)),
        link=LINK,
        language="en",
        choices=WordingChoices(accidental_links="hold"),
    )
    assert held.problems or links(held.text) == [LINK]


@given(marker=st.from_regex(r"p[0-9a-f]{10}", fullmatch=True), path=st.text(max_size=20))
def test_the_link_is_one_link_to_x(marker: str, path: str) -> None:
    """The address with its marker is read by X as a single link, whatever the path holds."""
    link = post_link(f"{URL}/{path}", marker=marker, choices=CHOICES)
    text = f"Story\n{link}"
    assert links(text) == [link]
    assert check_text(text, link=link, choices=CHOICES) == ()
