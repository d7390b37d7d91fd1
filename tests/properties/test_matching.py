"""The post that we tried to send is known again on the timeline, and no other one is taken for it."""

from __future__ import annotations

import html
import unicodedata
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from asiaradar_bot.rules.matching import CLOCK_TOLERANCE, carries_marker, find_match, link_key, match_key
from asiaradar_bot.rules.post_text import defuse, links, normalise
from tests.factories import LINK, NOON, URL, make_attempt, make_post, make_remote

letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Co", "Cn"))
texts = st.text(letters, max_size=80) | st.sampled_from(
    ["Fish & chips <now>", "R&amp;D grows", "Booking.com sues", "经济增长。", "नई मेट्रो", "a\u0301b", "x  y\n\nz"]
)


def as_x_shows(text: str) -> str:
    """X stores NFC, gives links as t.co, writes entities, and our reader decodes those once."""
    shown = unicodedata.normalize("NFC", text)
    for number, link in enumerate(links(shown)):
        shown = shown.replace(link, f"https://t.co/Ab{number}", 1)
    return html.unescape(html.escape(shown, quote=False))


@given(text=texts)
def test_a_text_is_known_again_after_x_had_it(text: str) -> None:
    """Whatever X does to links, entities and normal forms, the key of what we sent equals that of what it shows."""
    sent = defuse(normalise(text), [])
    assume(not links(sent))
    remote = make_remote(as_x_shows(sent))
    post = make_post(text=sent, link=None)
    attempt = make_attempt(post, match_key=match_key(sent, link=None))
    assert find_match(attempt, post, [remote]) == remote


@given(text=texts)
def test_a_key_of_a_key_is_the_key(text: str) -> None:
    """A key has no links, no double spaces and none at its ends."""
    key = match_key(text, link=None)
    assert "  " not in key
    assert key == key.strip()
    assert "\n" not in key
    assert LINK not in match_key(f"{text} {LINK}", link=LINK)


@given(
    ages=st.lists(st.integers(-400, 400), max_size=6),
    right=st.integers(0, 7),
    taken=st.sets(st.integers(0, 6)),
)
def test_only_a_free_post_from_after_the_attempt_matches(ages: list[int], right: int, taken: set[int]) -> None:
    """With a marked link just the post that carries it counts: not older than X's clock allows, not another's."""
    post = make_post()
    attempt = make_attempt(post)
    timeline = [
        make_remote(
            post.text,
            id=str(number),
            created_at=NOON + timedelta(seconds=age),
            links=(LINK if number == right else f"{URL}?utm_id=p999",),
        )
        for number, age in enumerate(ages)
    ]
    found = find_match(attempt, post, timeline, taken={str(number) for number in taken})
    free = right < len(ages) and right not in taken and timedelta(seconds=ages[right]) >= -CLOCK_TOLERANCE
    assert (found is not None) == free
    if found is not None:
        assert found.id == str(right)


@given(numbers=st.lists(st.integers(0, 3), min_size=1, max_size=5), media=st.integers(0, 2))
def test_without_a_link_text_and_pictures_decide(numbers: list[int], media: int) -> None:
    """The earliest post with the same words and as many pictures is ours; words alone are not enough."""
    post = make_post(text="Good morning, Asia", link=None)
    attempt = make_attempt(post, match_key=match_key(post.text, link=None), media_count=media)
    timeline = [
        make_remote("Good morning, Asia", id=str(at), created_at=NOON + timedelta(seconds=at), media_count=number)
        for at, number in reversed(list(enumerate(numbers)))
    ]
    found = find_match(attempt, post, timeline)
    assert (None if found is None else found.id) == (str(numbers.index(media)) if media in numbers else None)


def test_the_id_of_x_comes_first() -> None:
    """An attempt that knows the id on X is that post, even where another one carries the marker."""
    post = make_post()
    known = make_attempt(post, remote_id="5")
    timeline = [make_remote("x", id="4", links=(LINK,)), make_remote("y", id="5")]
    found = find_match(known, post, timeline)
    assert found is not None
    assert found.id == "5"
    assert find_match(known, post, timeline[:1]) == timeline[0]


@given(marker=st.from_regex(r"[pm][0-9a-f]{10}", fullmatch=True), more=st.text("abc0", max_size=3))
def test_a_marker_is_the_whole_value_of_a_parameter(marker: str, more: str) -> None:
    """A longer value, a path or another place in the address is no marker."""
    assert carries_marker(make_remote("", links=(f"{URL}?a=1&utm_id={marker}#x",)), marker)
    assert carries_marker(make_remote("", links=(f"{URL}?utm_id={marker}{more}",)), marker) == (not more)
    assert not carries_marker(make_remote("", links=(f"{URL}/{marker}", f"{URL}?{marker}=1")), marker)


def test_the_article_of_a_post_is_its_first_sound_link() -> None:
    """Broken links are passed over; without a sound one the post leads nowhere."""
    assert link_key(("http://", f"{LINK}&utm_source=x")) == URL
    assert link_key(("http://",)) is None
    assert link_key(()) is None
