"""The text as the editor sees it marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.rules.post_text import cashtags, hashtags, link_spans, mentions, normalise, weighted_length
from asiaradar_bot.rules.text_view import PieceKind, view_text


def kinds(text: str) -> list[tuple[str, str]]:
    """The pieces that are not plain."""
    return [(piece.kind, piece.text) for piece in view_text(text).pieces if piece.kind is not PieceKind.PLAIN]


def test_every_sign_is_marked() -> None:
    """Links, stray links, tags, mentions and cashtags stand in order with their signs."""
    text = "Rain by @AsiaRadar in #Hanoi, $SET up: README.md https://radar.asia/rain"
    assert kinds(text) == [
        ("mention", "@AsiaRadar"),
        ("hashtag", "#Hanoi"),
        ("cashtag", "$SET"),
        ("stray", "README.md"),
        ("link", "https://radar.asia/rain"),
    ]


def test_a_tag_within_a_link_is_the_link() -> None:
    """A fragment is no hashtag."""
    assert kinds("https://radar.asia/rain#Hanoi") == [("link", "https://radar.asia/rain#Hanoi")]


def test_a_name_within_a_link_is_the_link() -> None:
    """An account in a path is read as a mention too; the link that began first has it."""
    assert mentions("https://radar.asia/@AsiaRadar") == ["AsiaRadar"]
    assert kinds("https://radar.asia/@AsiaRadar") == [("link", "https://radar.asia/@AsiaRadar")]


def test_a_newer_domain_that_x_may_link_is_a_stray_link() -> None:
    """What only X's web site links is marked too, as it would be defused or held."""
    assert kinds("see radar.music now") == [("stray", "radar.music")]


def test_room_left_can_be_below_zero() -> None:
    """290 letters are ten too many."""
    view = view_text("x" * 290)
    assert (view.weighted_length, view.left) == (290, -10)


SIGNS = st.text(alphabet="aé東🇯#@$. ./:\nخ", max_size=60)
WORDS = st.lists(
    st.sampled_from(["#Tag", "@who", "$ABC", "https://radar.asia/x", "Booking.com", "東京", "🙂"]), max_size=8
)


@given(st.one_of(SIGNS, st.text(max_size=80), WORDS.map(" ".join)))
def test_pieces_lose_nothing_and_count_as_the_sender_does(text: str) -> None:
    """Joined pieces are the text as sent, its length is the sender's, and no link, tag or mention is invented."""
    view = view_text(text)
    clean = normalise(text)
    assert "".join(piece.text for piece in view.pieces) == view.text == clean
    assert view.weighted_length == weighted_length(clean)
    found = {kind: [piece.text for piece in view.pieces if piece.kind == kind] for kind in PieceKind}
    assert all("://" in link for link in found[PieceKind.LINK])
    assert set(found[PieceKind.LINK]) <= {link for _, _, link in link_spans(clean)}
    assert [tag[1:] for tag in found[PieceKind.HASHTAG]] == hashtags(clean)
    assert {name[1:] for name in found[PieceKind.MENTION]} <= set(mentions(clean))
    assert {tag[1:] for tag in found[PieceKind.CASHTAG]} <= set(cashtags(clean))
